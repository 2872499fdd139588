"""What the unchanged SDK makes of a REST API in trouble."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
)
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]

from tests.simulator.rest_support import Box, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

CUSTOMER = "+15550108001"
RECEIVER = "+15550108002"


def fault(box: Box, name: str, **options: Any) -> None:
    """Put a fault in waiting."""
    status, body = box.control("POST", "/sim/faults", {"name": name, **options})
    assert status == 201, body


def test_too_many_requests_is_raised_at_once_and_nothing_happened(box: Box) -> None:
    """fact: §8 429 / 20429 was never processed, and the SDK does not try again by itself."""
    fault(box, "rest_429", match="POST")
    with pytest.raises(TwilioRestException) as caught:
        box.dial(CUSTOMER)
    assert (caught.value.status, caught.value.code) == (429, 20429)
    assert box.client.calls.list() == []


def test_trouble_with_a_list_has_no_status(box: Box) -> None:
    """fact: §8 a list that fails raises a plain TwilioException."""
    fault(box, "rest_5xx_before", match="/Calls.json")
    with pytest.raises(TwilioException) as caught:
        box.client.calls.list()
    assert not isinstance(caught.value, TwilioRestException)


def test_a_blind_repeat_with_a_label_does_not_dial_twice(box: Box) -> None:
    """fact: §8 a create whose answer was lost, repeated with its label, answers 16026."""
    fault(box, "rest_5xx_after", match="Participants", status=500)
    room = box.client.conferences("desk").participants
    with pytest.raises(TwilioRestException) as caught:
        room.create(from_=box.number, to=RECEIVER, label="receiver")
    assert (caught.value.status, caught.value.code) == (500, 20500)
    with pytest.raises(TwilioRestException) as caught:
        room.create(from_=box.number, to=RECEIVER, label="receiver")
    assert caught.value.code == 16026
    assert [call.to for call in box.client.calls.list()] == [RECEIVER]


def test_an_ignored_hold_is_found_by_reading_back(box: Box) -> None:
    """fact: §1.4 the answer to an update is no proof; a later fetch shows the truth."""
    call, room = box.in_room("desk", CUSTOMER)
    person = box.client.conferences(room).participants(call)
    fault(box, "hold_ignored")
    assert person.update(hold=True).hold is True
    assert person.fetch().hold is False
    assert person.update(hold=True).hold is True
    assert person.fetch().hold is True


def test_a_late_answer_times_out_and_yet_the_call_was_made(box: Box) -> None:
    """fact: §8 there is no idempotency key: a POST that timed out may have been accepted."""
    impatient = box.client_as(box.account_sid, box.auth_token)
    impatient.http_client = TwilioHttpClient(timeout=0.3)
    fault(box, "rest_timeout_after", match="Calls.json", seconds=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        impatient.calls.create(to=CUSTOMER, from_=box.number, twiml="<Response/>")
    assert len(box.client.calls.list()) == 1


def test_an_outage_closes_the_connection(box: Box) -> None:
    fault(box, "rest_outage", match="POST")
    with pytest.raises(requests.exceptions.ConnectionError):
        box.dial(CUSTOMER)
    assert box.client.calls.list() == []


def test_a_lagging_list_still_shows_who_left(box: Box) -> None:
    """fact: §2.4 right after a leave the list can still show the leaving leg."""
    customer, room = box.in_room("desk", CUSTOMER)
    box.in_room("desk", RECEIVER)
    box.switch(lagging_lists=100.0)
    people = box.client.conferences(room).participants
    people(customer).delete()
    assert customer in [p.call_sid for p in people.list()]
    with pytest.raises(TwilioRestException) as caught:
        people(customer).update(muted=True)
    assert caught.value.status == 404
    eventually(people.list, lambda found: customer not in [p.call_sid for p in found])


def test_many_threads_may_share_a_client(box: Box) -> None:
    """fact: §8 many threads on one client create every call exactly once."""
    with ThreadPoolExecutor(8) as pool:
        sids = list(pool.map(lambda n: box.dial(f"+1555010900{n % 10}"), range(40)))
    assert len(set(sids)) == 40
    assert {call.sid for call in box.client.calls.list(page_size=20)} == set(sids)
