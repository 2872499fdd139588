"""Contacts that one look has seen to agree with Twilio are not inspected one by one (fault 68)."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

from telephony.contact.events import DeadlinePassed
from telephony.contact.model import Contact, Leg, LegState, Role, Stage
from telephony.contact.records import replace
from telephony.contact.timing import WATCH_MS
from telephony.twilio.rest import Rest
from tests.workers.desk import NOW, Desk
from workers.reconciler import Watch, look
from workers.watch import LONGEST_MS, spare

ROOM = "CF" + "0" * 32
MANY = 200


def talking(desk: Desk, number: int) -> Contact:
    """A conversation in which nothing is due but the watch."""
    contact = desk.begin(f"CA{number:032x}")
    customer = replace(contact.legs[0], state=LegState.JOINED, room=ROOM, talked=True)
    agent = Leg(
        "l9", Role.AGENT, f"client:a{number}", LegState.JOINED, NOW, f"CB{number:032x}", room=ROOM
    )
    desk.put(contact, legs=(customer, replace(agent, talked=True)), stage=Stage.TALKING)
    return desk.services.dispatch.apply(contact.id, DeadlinePassed()).contact


class Whole:
    """The SDK's lists, when everything is as we believe."""

    def __init__(self, desk: Desk, contacts: list[Contact]) -> None:
        calls = [
            SimpleNamespace(
                sid=leg.call, to=leg.address, direction="inbound", _from="", status="in-progress"
            )
            for contact in contacts
            for leg in contact.legs
        ]
        rooms = [SimpleNamespace(friendly_name=one.room, sid=ROOM) for one in contacts]
        self.client = SimpleNamespace(calls=_List(calls), conferences=_List(rooms))
        self.inspect = desk.rest.inspect


class _List:
    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def list(self, *, status: str, limit: int, page_size: int) -> list[Any]:
        return self._items if status == "in-progress" else []


def test_many_watches_at_once_are_answered_by_one_look(desk: Desk) -> None:
    contacts = [talking(desk, number) for number in range(MANY)]
    services = dataclasses.replace(desk.services, rest=cast(Rest, Whole(desk, contacts)))
    desk.clock.now += WATCH_MS + 3_000
    assert services.live.oldest_overdue(desk.clock.now) >= 3_000
    look(services, Watch())
    assert desk.rest.asked == []
    assert services.live.oldest_overdue(desk.clock.now) == 0
    assert services.live.due(desk.clock.now).count == 0


def test_a_contact_is_inspected_singly_within_a_minute_all_the_same(desk: Desk) -> None:
    contact = talking(desk, 1)
    for _ in range(10):
        desk.clock.now += WATCH_MS
        spare(desk.services, [contact], desk.clock.now)
    moved = desk.services.live.due(contact.looked + LONGEST_MS + 1)
    assert moved.count == 1


def test_a_moment_that_was_set_anew_meanwhile_stays(desk: Desk) -> None:
    old = talking(desk, 1)
    leg = replace(old.legs[1], state=LegState.RINGING, since=NOW, ring_ms=5_000)
    desk.put(old, legs=(old.legs[0], leg))
    desk.services.dispatch.apply(old.id, DeadlinePassed())
    assert spare(desk.services, [old], desk.clock.now) == 0
    assert desk.services.live.due(NOW + 5_000).count == 1


def test_whoever_rings_or_waits_for_a_command_is_never_put_off(desk: Desk) -> None:
    contact = desk.seek()
    assert contact.pending
    assert spare(desk.services, [contact], desk.clock.now) == 0
