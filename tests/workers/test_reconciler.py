"""What belongs to nobody is found and ended; a customer's call never is."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import pytest
import redis

from telephony.contact.events import DeadlinePassed
from telephony.contact.model import Leg, LegState, Role
from telephony.contact.records import replace
from telephony.store import keys, ledger
from telephony.twilio.rest import Rest
from tests.workers.desk import ID, NOW, Desk
from workers.reconciler import UNDONE_MS, Watch, look


class Listed:
    """The SDK's lists of calls and rooms, as far as the reconciler reads them."""

    def __init__(self, desk: Desk, *calls: tuple[str, str, str]) -> None:
        live = [
            SimpleNamespace(sid=sid, to=to, direction=way, _from="+12025550198", status="ringing")
            for sid, to, way in calls
        ]
        self.client = SimpleNamespace(calls=Lists(live), conferences=Lists([]))
        self.end_call = desk.rest.end_call
        self.inspect = desk.rest.inspect
        self.set_hold = desk.rest.set_hold


class Lists:
    """One list, whatever it holds."""

    def __init__(self, live: list[Any]) -> None:
        self._live = live

    def list(self, *, status: str, limit: int, page_size: int) -> list[Any]:
        return self._live if status == "ringing" else []


def looked(desk: Desk, *calls: tuple[str, str, str], times: int = 2) -> list[str]:
    """Which calls were ended after looking some times."""
    services = dataclasses.replace(desk.services, rest=cast(Rest, Listed(desk, *calls)))
    watch = Watch()
    for _ in range(times):
        look(services, watch)
    return desk.rest.of("end")


def test_a_phone_of_staff_that_no_contact_knows_is_ended_when_seen_twice(desk: Desk) -> None:
    stray = ("CA-stray", "client:eva", "outbound-api")
    assert looked(desk, stray, times=1) == []
    assert looked(desk, stray) == ["CA-stray"]


@pytest.mark.parametrize(
    ("to", "direction"),
    [
        ("+12025550199", "outbound-api"),  # a customer who is called back
        ("+12025550100", "inbound"),  # a customer who called us
        ("client:eva", "inbound"),
    ],
)
def test_nobody_else_is_ever_ended(desk: Desk, to: str, direction: str) -> None:
    assert looked(desk, ("CA-other", to, direction)) == []


@pytest.mark.parametrize(
    ("role", "state", "ended"),
    [
        (Role.RECEIVER, LegState.RINGING, False),
        (Role.RECEIVER, LegState.ENDED, True),
        (Role.CUSTOMER, LegState.ENDED, False),
    ],
)
def test_a_leg_of_a_contact_is_ended_only_when_the_contact_has_no_use_for_it(
    desk: Desk, role: Role, state: LegState, ended: bool
) -> None:
    contact = desk.begin()
    leg = Leg("l9", role, "client:eva", state, NOW, call="CA-mine")
    desk.put(contact, legs=(*contact.legs, leg))
    found = looked(desk, ("CA-mine", "client:eva", "outbound-api"))
    assert found == (["CA-mine"] if ended else [])


def test_a_record_that_was_set_aside_gets_a_ticket(desk: Desk, redis_url: str) -> None:
    desk.begin()
    with redis.Redis.from_url(redis_url) as raw:
        raw.set(keys.contact(ID), b"1 {")
    assert desk.services.live.contacts([ID]) == []
    looked(desk)
    (ticket,) = ledger.list_tickets(desk.services.ledger).items
    assert (ticket.contact_id, ticket.reason) == (ID, "corrupt_record")


def test_processes_that_fell_silent_are_forgotten_after_a_day(desk: Desk) -> None:
    desk.services.live.feed.beat("worker:old:1", NOW - 25 * 3_600_000)
    desk.services.live.feed.beat("worker:new:1", NOW - 3_600_000)
    looked(desk)
    assert list(desk.services.live.feed.beats()) == ["worker:new:1"]


def test_what_a_customer_hears_is_done_here_when_no_worker_does_it(desk: Desk) -> None:
    contact = desk.seek()
    (customer,) = contact.legs
    alone = replace(customer, state=LegState.JOINED, room="CF1", talked=True, since=NOW - 30_000)
    desk.put(contact, legs=(alone,))
    desk.services.dispatch.apply(ID, DeadlinePassed())
    services = dataclasses.replace(desk.services, rest=cast(Rest, Listed(desk)))
    desk.clock.now += UNDONE_MS
    look(services, Watch())
    assert desk.rest.of("hold") == []
    desk.clock.now += 1
    look(services, Watch())
    ((_, _, call, held, _, _),) = desk.rest.of("hold")
    assert (call, held) == (customer.call, True)
    assert desk.contact().customer_leg == replace(
        alone, held=True, unheard=desk.clock.now, since=alone.since
    )
