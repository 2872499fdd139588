"""Tickets ring until they are taken: on the feed, and by a signed webhook until it is received."""

from __future__ import annotations

import dataclasses
import hmac
import json
from collections.abc import Iterator

import pytest
import responses

from telephony.bootstrap import Services
from telephony.store.feed import TICKET_RANG
from telephony.store.ledger import NewTicket, open_ticket, take_ticket, timeline
from tests.workers.desk import ID, NOW, Desk
from workers import journal
from workers.alerts import SIGNATURE, Rung, ring, signature

URL = "https://pager.example.com/alerts"
MINUTE = 60_000


@pytest.fixture
def pager() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def rings(desk: Desk) -> list[int]:
    return [
        entry.data["times"]
        for entry in desk.services.live.feed.read()
        if entry.kind == TICKET_RANG and entry.contact == ID
    ]


def ticketed(desk: Desk) -> Services:
    new = NewTicket(f"{ID}.ticket", ID, "+12025550199", "billing", "no_answer")
    open_ticket(desk.services.ledger, new, now=NOW)
    settings = desk.services.settings.model_copy(update={"alert_url": URL})
    return dataclasses.replace(desk.services, settings=settings)


def test_a_ticket_rings_at_once_and_again_until_it_is_taken(
    desk: Desk, pager: responses.RequestsMock
) -> None:
    pager.post(URL, status=204)
    services, rung = ticketed(desk), Rung()
    for _ in range(3):
        ring(services, rung)
    assert rings(desk) == [1]
    desk.clock.now += 5 * MINUTE
    ring(services, rung)
    assert rings(desk) == [1, 2]
    take_ticket(services.ledger, f"{ID}.ticket", by="sam", now=desk.clock.now)
    desk.clock.now += 5 * MINUTE
    ring(services, rung)
    assert rings(desk) == [1, 2]
    assert len(pager.calls) == 2


def test_the_webhook_is_signed_with_our_secret(desk: Desk, pager: responses.RequestsMock) -> None:
    pager.post(URL, status=200)
    services = ticketed(desk)
    ring(services, Rung())
    request = pager.calls[0].request
    assert isinstance(request.body, bytes)
    told = json.loads(request.body)
    assert (told["contact"], told["reason"], told["rung"]) == (ID, "no_answer", 1)
    secret = hmac.new(b"s" * 40, b"warmline alert webhook", "sha256").hexdigest()
    assert secret == services.settings.key_for("alert webhook"), "as the documentation says"
    assert request.headers[SIGNATURE] == signature(secret, NOW // 1000, request.body)
    assert request.headers[SIGNATURE] != signature("another secret", NOW // 1000, request.body)


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_webhook_that_was_not_received_is_sent_again_ever_more_slowly(
    desk: Desk, pager: responses.RequestsMock, status: int
) -> None:
    services, rung = ticketed(desk), Rung()
    pager.post(URL, status=status)
    for seconds in (0, 1, 2, 4, 4):  # due after 0, 2 and 6 seconds
        desk.clock.now = NOW + seconds * 1000
        ring(services, rung)
    assert len(pager.calls) == 2
    pager.replace(responses.POST, URL, status=200)
    desk.clock.now = NOW + 6_000
    ring(services, rung)
    desk.clock.now += 60_000
    ring(services, rung)
    assert len(pager.calls) == 3
    assert rings(desk) == [1]


def test_a_receiver_that_is_away_holds_up_nobody(desk: Desk, pager: responses.RequestsMock) -> None:
    services = ticketed(desk)
    ring(services, Rung())  # no address answers at all
    assert rings(desk) == [1]


def test_without_an_address_the_feed_rings_alone(desk: Desk) -> None:
    ticketed(desk)
    ring(desk.services, Rung())
    assert rings(desk) == [1]


def test_a_ring_is_no_event_of_the_contact(desk: Desk) -> None:
    ticketed(desk)
    ring(desk.services, Rung())
    assert journal.copy(desk.services) == 1
    assert timeline(desk.services.ledger, ID).items == ()
