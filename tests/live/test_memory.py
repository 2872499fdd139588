"""A process reads a record once; what somebody else has written is always read anew."""

from __future__ import annotations

import pytest
import redis

from telephony.contact.events import DeadlinePassed
from telephony.contact.records import replace
from telephony.store import keys
from telephony.store.live import Live
from telephony.store.memory import Memory
from tests.live.making import NOW, contact_due


def test_a_record_that_this_process_wrote_is_not_decoded_again(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = contact_due(1, NOW)
    live.commit(None, contact, DeadlinePassed(), NOW)
    monkeypatch.setattr("telephony.store.live.decode", None)
    assert live.load(contact.id).contact is contact


def test_what_another_process_wrote_is_read_anew_even_at_the_same_version(
    live: Live, raw: redis.Redis, redis_url: str
) -> None:
    contact = contact_due(1, NOW)
    live.commit(None, contact, DeadlinePassed(), NOW)
    # As after a crash of Redis: the version that was lost is given out once more.
    raw.delete(keys.contact(contact.id))
    other = Live.at(redis_url)
    other.commit(None, replace(contact, department="billing"), DeadlinePassed(), NOW)
    other.close()
    assert live.load(contact.id).contact.department == "billing"


def test_only_the_contacts_used_last_are_remembered() -> None:
    memory = Memory(2)
    first, second, *others = (replace(contact_due(1, NOW), id=name) for name in "abcdef")
    memory.keep(b"1", first)
    memory.keep(b"2", second)
    for number, other in enumerate(others):
        memory.keep(b"1", first)
        memory.keep(b"%d" % number, other)
        assert memory.recall("a", b"1") is first
        assert memory.recall(other.id, b"%d" % number) is other
        assert memory.recall(other.id, b"x") is None
    assert memory.newest("b") is None
