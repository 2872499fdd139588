"""Conferences over HTTP with the unchanged SDK."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rest_support import Box, WebApp, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

CUSTOMER = "+15550102001"
AGENT = "+15550102002"


def test_a_room_waits_for_the_second_participant(box: Box) -> None:
    """fact: §2.2 a conference starts with two participants, one of whom may start it."""
    _, room = box.in_room("desk", CUSTOMER)
    assert box.client.conferences(room).fetch().status == "init"
    box.in_room("desk", AGENT)
    assert eventually(
        box.client.conferences(room).fetch, lambda found: found.status == "in-progress"
    )


def test_two_who_may_not_start_it_keep_waiting(box: Box) -> None:
    """fact: §2.2 without a participant with startConferenceOnEnter the room does not start."""
    _, room = box.in_room("desk", CUSTOMER, startConferenceOnEnter="false")
    box.in_room("desk", AGENT, startConferenceOnEnter="false")
    assert box.client.conferences(room).fetch().status == "init"


def test_a_running_room_has_no_reason_for_its_end(box: Box) -> None:
    """fact: §1.6 reason_conference_ended is null while it runs."""
    _, room = box.in_room("desk", CUSTOMER)
    found = box.client.conferences(room).fetch()
    assert found.reason_conference_ended is None
    assert found.call_sid_ending_conference is None
    assert found.friendly_name == "desk"
    assert set(found.subresource_uris) == {"participants", "recordings"}


def test_completing_by_rest_says_so(box: Box) -> None:
    """fact: §1.5 the answer: completed, conference-ended-via-api, no ending call."""
    call, room = box.in_room("desk", CUSTOMER)
    ended = box.client.conferences(room).update(status="completed")
    assert (ended.status, ended.reason_conference_ended, ended.call_sid_ending_conference) == (
        "completed",
        "conference-ended-via-api",
        None,
    )
    box.calls_in(call, "completed")


def test_the_last_to_leave_ends_the_room(box: Box) -> None:
    """fact: §2.2 one participant left keeps the room in progress; the last leave ends it."""
    customer, room = box.in_room("desk", CUSTOMER)
    agent, _ = box.in_room("desk", AGENT)
    read = box.client.conferences(room).fetch
    eventually(read, lambda found: found.status == "in-progress")
    box.hang_up(agent)
    box.calls_in(agent, "completed")
    assert read().status == "in-progress"
    box.hang_up(customer)
    ended = eventually(read, lambda found: found.status == "completed")
    assert ended.reason_conference_ended == "last-participant-left"


def test_removing_the_last_is_told_apart(box: Box) -> None:
    """fact: §1.6 last-participant-kicked when the last one is removed by REST."""
    call, room = box.in_room("desk", CUSTOMER)
    box.client.conferences(room).participants(call).delete()
    ended = eventually(
        box.client.conferences(room).fetch, lambda found: found.status == "completed"
    )
    assert ended.reason_conference_ended == "last-participant-kicked"


def test_an_ended_room_gives_its_name_free(box: Box) -> None:
    """fact: §1.2 the friendly name of an ended room makes a new room."""
    call, first = box.in_room("desk", CUSTOMER)
    box.client.conferences(first).update(status="completed")
    box.calls_in(call, "completed")
    _, second = box.in_room("desk", AGENT)
    assert first != second
    found = box.client.conferences.list(friendly_name="desk")
    assert [room.sid for room in found] == [second, first]


@pytest.mark.parametrize(("switch", "expected"), [(404, 20404), (400, 16022)])
def test_changing_an_ended_room_is_refused_both_ways(box: Box, switch: int, expected: int) -> None:
    """fact: §1.5 undocumented: 404 / 20404 or 400 / 16022, by switch."""
    box.switch(ended_room_status=switch)
    call, room = box.in_room("desk", CUSTOMER)
    box.client.conferences(room).update(status="completed")
    box.calls_in(call, "completed")
    with pytest.raises(TwilioRestException) as caught:
        box.client.conferences(room).update(status="completed")
    assert (caught.value.status, caught.value.code) == (switch, expected)
    assert box.client.conferences(room).fetch().status == "completed"


def test_the_only_status_is_completed(box: Box) -> None:
    """fact: §1.5 Status has one value."""
    _, room = box.in_room("desk", CUSTOMER)
    with pytest.raises(TwilioRestException) as caught:
        box.client.conferences(room).update(status="paused")
    assert (caught.value.status, caught.value.code) == (400, 20001)
    assert box.client.conferences(room).fetch().status == "init"


def test_the_list_filters_by_status_name_and_date(box: Box) -> None:
    """fact: §1.6 filters DateCreated (three ways), FriendlyName and Status."""
    call, first = box.in_room("desk", CUSTOMER)
    box.client.conferences(first).update(status="completed")
    box.calls_in(call, "completed")
    _, second = box.in_room("hall", AGENT)
    listed = box.client.conferences.list
    assert [room.sid for room in listed(status="completed")] == [first]
    assert [room.sid for room in listed(status="init")] == [second]
    assert [room.sid for room in listed(friendly_name="hall")] == [second]
    day = box.client.conferences(first).fetch().date_created.date()
    eve, morrow = day - timedelta(days=1), day + timedelta(days=2)
    assert len(listed(date_created_after=eve, date_created_before=morrow)) == 2
    assert listed(date_created_before=eve) == []
    assert listed(date_updated_after=morrow) == []
    assert listed(date_created=eve) == []


def test_an_announcement_is_fetched_with_post(box: Box, web: WebApp) -> None:
    """fact: §1.5 AnnounceMethod defaults to POST."""
    web.answers["/news"] = "<Response><Say>Five more minutes</Say></Response>"
    _, room = box.in_room("desk", CUSTOMER)
    box.in_room("desk", AGENT)
    box.client.conferences(room).update(announce_url=web.url + "/news")
    form = eventually(lambda: web.forms("/news"))[0]
    assert form["ConferenceSid"] == room


def test_a_name_that_is_no_sid_is_not_found(box: Box) -> None:
    """fact: §1.2 a conference is fetched by its CF sid."""
    box.in_room("desk", CUSTOMER)
    with pytest.raises(TwilioRestException) as caught:
        box.client.conferences("desk").fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)
