"""Moments: never early, by one mover each, and nobody is forgotten."""

from __future__ import annotations

import threading
from collections import Counter

import redis

from telephony.contact.events import DeadlinePassed
from telephony.contact.model import Contact, Timer
from telephony.contact.records import replace
from telephony.store import keys
from telephony.store.live import QUEUE_ENOUGH, REARM_MS, Live
from tests.live.making import NOW, contact_due

EVENT = DeadlinePassed()


def put(live: Live, due: int, count: int = 1, first: int = 0) -> list[Contact]:
    contacts = [contact_due(place, due) for place in range(first, first + count)]
    for contact in contacts:
        live.commit(None, contact, EVENT, NOW)
    return contacts


def woken(raw: redis.Redis) -> list[str]:
    names: list[bytes] = raw.lrange(keys.QUEUE, 0, -1)  # type: ignore[assignment]
    return [name.decode().partition("-")[0] for name in names]


def test_a_moment_is_never_early(live: Live, raw: redis.Redis) -> None:
    (contact,) = put(live, NOW + 50)
    early = live.due(NOW + 49)
    assert (early.count, early.next_due) == (0, NOW + 50)
    assert live.due(NOW + 50).count == 1
    assert woken(raw) == [contact.id]


def test_a_contact_is_sent_once_until_it_was_lost(live: Live, raw: redis.Redis) -> None:
    put(live, NOW)
    assert live.due(NOW).count == 1
    assert live.due(NOW + REARM_MS - 1).count == 0
    assert live.due(NOW + REARM_MS).count == 1
    assert len(woken(raw)) == 2


def test_a_commit_sets_the_next_moment(live: Live) -> None:
    (contact,) = put(live, NOW)
    live.due(NOW)
    later = replace(contact, version=2, timers=(Timer("ring", NOW + 60_000),))
    live.commit(contact, later, EVENT, NOW)
    assert live.due(NOW + REARM_MS).next_due == NOW + 60_000
    assert live.oldest_overdue(NOW + 60_000) == 0


def test_lateness_counts_from_the_missed_moment_however_often_it_was_sent(live: Live) -> None:
    put(live, NOW)
    assert live.oldest_overdue(NOW + 7_000) == 7_000
    for late in range(0, 30_000, REARM_MS):
        live.due(NOW + late)
    assert live.oldest_overdue(NOW + 30_000) == 30_000


def test_movers_at_once_send_each_contact_once(live: Live, raw: redis.Redis) -> None:
    put(live, NOW, count=60)
    start = threading.Barrier(6)

    def move() -> None:
        start.wait(timeout=5)
        while live.due(NOW, limit=3).count:
            pass

    threads = [threading.Thread(target=move) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    counted = Counter(woken(raw))
    assert len(counted) == 60
    assert set(counted.values()) == {1}


def test_a_long_queue_is_not_made_longer_and_the_rest_waits_in_order(
    live: Live, raw: redis.Redis
) -> None:
    first = put(live, NOW - 5, count=QUEUE_ENOUGH)
    second = put(live, NOW, count=3, first=QUEUE_ENOUGH)
    assert live.due(NOW, limit=1000).count == QUEUE_ENOUGH
    assert live.due(NOW, limit=1000).count == 0
    assert set(woken(raw)) == {contact.id for contact in first}
    raw.ltrim(keys.QUEUE, 2, -1)
    assert live.due(NOW, limit=1000).count == 2
    assert set(woken(raw)[-2:]) <= {contact.id for contact in second}


def test_what_does_not_exist_any_more_is_forgotten(live: Live, raw: redis.Redis) -> None:
    (contact,) = put(live, NOW)
    raw.delete(keys.contact(contact.id))
    live.forget(contact.id)
    assert live.due(NOW + 10**9).next_due is None
    assert live.stages() == {}
