"""A wake-up: taken under a lease, performed, folded in; lost, doubled, late or poisoned."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import Ending, LegState, Role, Stage
from telephony.contact.records import replace
from telephony.contact.timing import LEASE_MS
from telephony.errors import StoreUnavailable
from telephony.store import keys, ledger
from telephony.store.live import Live
from telephony.twilio.fates import Fate
from tests.workers.desk import ID, NOW, Desk
from workers import jobs
from workers.hands import Hands, inline, threaded
from workers.jobs import STUMBLES, wake, work


@pytest.fixture
def hands(desk: Desk) -> Hands:
    return inline(desk.services)


@pytest.fixture
def raw(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        yield client


def staff(desk: Desk) -> list[tuple[str, LegState, str]]:
    legs = desk.contact().legs
    return [(leg.address, leg.state, leg.call) for leg in legs if leg.role is not Role.CUSTOMER]


def test_one_wake_up_plans_the_hunt_and_dials(desk: Desk, hands: Hands) -> None:
    desk.seek()
    work(hands, ID)
    assert staff(desk) == [("client:carla", LegState.REQUESTED, desk.rest.sid)]
    assert desk.contact().pending == ()


def test_a_doubled_job_dials_once(desk: Desk, hands: Hands) -> None:
    desk.seek()
    for _ in range(3):
        work(hands, ID)
    assert len(desk.rest.of("dial")) == 1


def test_workers_at_once_dial_once(desk: Desk) -> None:
    desk.seek()
    hands = threaded(desk.services)
    threads = [threading.Thread(target=work, args=(hands, ID)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(desk.rest.of("dial")) == 1


def test_a_moment_that_has_come_is_told_to_the_core(desk: Desk, hands: Hands) -> None:
    desk.seek()
    work(hands, ID)
    leg = desk.contact().legs[-1]
    desk.services.dispatch.apply(ID, ev.LegRang(leg.id, leg.call))
    work(hands, ID)
    assert desk.rest.of("end") == []
    desk.clock.now += leg.ring_ms
    work(hands, ID)
    assert desk.rest.of("end") == [leg.call]


def test_a_job_for_a_contact_that_is_gone_tidies_up(
    desk: Desk, hands: Hands, redis_url: str
) -> None:
    desk.seek()
    with redis.Redis.from_url(redis_url) as raw:
        raw.delete(keys.contact(ID))
    work(hands, ID)
    assert desk.services.live.due(NOW + 10**9).next_due is None


def test_what_a_dead_worker_took_is_looked_up_before_anybody_is_rung_again(
    desk: Desk, hands: Hands
) -> None:
    desk.seek()
    work(hands, ID)
    desk.clock.now += 1
    contact = desk.contact()
    leg = replace(contact.legs[-1], call="", state=LegState.REQUESTED)
    dial = co.Dial(leg.id, leg.address, "", 15_000, customer=False, urgent=True)
    taken = co.Pending("k50", f"dial:{leg.id}", dial, NOW, lease=desk.clock.now + LEASE_MS)
    desk.put(contact, legs=(*contact.legs[:-1], leg), pending=(taken,))
    desk.rest.asked.clear()
    desk.clock.now += LEASE_MS + 1
    work(hands, ID)
    desk.clock.now += 5_000
    work(hands, ID)
    assert "client:carla" not in {what[2] for what in desk.rest.of("dial")}
    assert desk.rest.of("find") == [("client:carla", leg.since)]


@pytest.fixture
def slow(desk: Desk, hands: Hands) -> Hands:
    """An account that starts one call a second."""
    settings = desk.services.settings.model_copy(update={"calls_per_second": 1.0})
    return dataclasses.replace(
        hands, services=dataclasses.replace(desk.services, settings=settings)
    )


def woken(desk: Desk, raw: redis.Redis) -> int:
    """How many jobs the clock sends now."""
    before = raw.llen(keys.QUEUE)
    desk.services.live.due(desk.clock.now)
    return int(raw.llen(keys.QUEUE)) - int(before)


def test_a_dial_waits_for_its_turn_and_any_worker_makes_it(
    desk: Desk, slow: Hands, raw: redis.Redis
) -> None:
    desk.seek("everybody")
    work(slow, ID)
    work(slow, ID)
    assert [what[2] for what in desk.rest.of("dial")] == ["client:eva"]
    assert desk.services.live.due(NOW).next_due == NOW + 1_000
    for place, name in enumerate(["client:finn", "client:gina"], start=1):
        desk.clock.now = NOW + place * 1_000
        assert woken(desk, raw) == 1
        threads = [threading.Thread(target=work, args=(slow, ID)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)
        assert [what[2] for what in desk.rest.of("dial")][place:] == [name]
    assert desk.contact().pending == ()


def test_a_dial_whose_turn_comes_after_the_customer_left_is_not_made(
    desk: Desk, slow: Hands
) -> None:
    customer = desk.seek("everybody").customer_leg
    assert customer is not None
    work(slow, ID)
    desk.services.dispatch.apply(ID, ev.LegEnded(customer.id, customer.call, Ending.HUNG_UP))
    desk.clock.now += 1_000
    work(slow, ID)
    desk.clock.now += 1_000
    work(slow, ID)
    assert len(desk.rest.of("dial")) == 1
    assert desk.contact().stage is Stage.CLOSED
    assert {state for _, state, call in staff(desk) if not call} == {LegState.ENDED}


def test_other_work_of_the_contact_goes_on_while_a_dial_waits(desk: Desk, slow: Hands) -> None:
    desk.seek("everybody")
    work(slow, ID)
    first = desk.contact().legs[1]
    desk.services.dispatch.apply(ID, ev.MachineHeard(first.id, first.call))
    work(slow, ID)
    assert desk.rest.of("end") == [first.call]


def test_a_result_reaches_the_contact_though_redis_was_away(
    desk: Desk, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.seek()
    commit, outage = Live.commit, iter(range(3))

    def shaky(self: Live, old: Any, new: Any, event: ev.Event, *args: Any, **more: Any) -> None:
        if isinstance(event, ev.DialPlaced) and next(outage, None) is not None:
            raise StoreUnavailable("Redis restarts")
        commit(self, old, new, event, *args, **more)

    monkeypatch.setattr(Live, "commit", shaky)
    work(hands, ID)
    assert staff(desk) == [("client:carla", LegState.REQUESTED, desk.rest.sid)]


def test_twilio_being_away_is_tried_again_later(desk: Desk, hands: Hands) -> None:
    desk.seek()
    desk.rest.fate = Fate.TEMPORARY
    work(hands, ID)
    assert len(desk.rest.of("dial")) == 1
    assert desk.contact().pending
    desk.rest.fate = Fate.DONE
    desk.clock.now += 2_000
    work(hands, ID)
    assert staff(desk) == [("client:carla", LegState.REQUESTED, desk.rest.sid)]


def test_a_poisoned_contact_becomes_a_ticket_after_three_tries(
    desk: Desk, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = desk.seek()
    jobs.use(hands)

    def poison(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "work", poison)
    for count in range(1, STUMBLES + 2):
        with pytest.raises(ZeroDivisionError):
            wake(ID)
        tickets = ledger.list_tickets(desk.services.ledger).items
        assert len(tickets) == (count >= STUMBLES)
    assert tickets[0].reason == "stuck"
    assert desk.contact() == before


def test_a_broken_record_becomes_a_ticket(desk: Desk, hands: Hands, redis_url: str) -> None:
    desk.seek()
    with redis.Redis.from_url(redis_url) as raw:
        raw.set(keys.contact(ID), b"2 {]")
    work(hands, ID)
    (ticket,) = ledger.list_tickets(desk.services.ledger).items
    assert (ticket.contact_id, ticket.reason) == (ID, "corrupt_record")
