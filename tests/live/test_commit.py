"""One step of a contact is one transaction."""

from __future__ import annotations

import threading

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact import machine
from telephony.contact.codec import encode
from telephony.contact.model import Contact, Leg, LegState, Role, Stage
from telephony.contact.records import replace
from telephony.errors import Conflict, NotFound, RecordBroken, StoreUnavailable
from telephony.store import keys
from telephony.store.live import Live
from tests.live.making import CALL, CUSTOMER, NOW, called

ID = CALL[2:]
EVENT = ev.DeadlinePassed()


def begun(live: Live) -> Contact:
    contact = machine.begin(ID, called(), NOW).contact
    live.commit(None, contact, called(), NOW)
    return contact


def changed(contact: Contact, **fields: object) -> Contact:
    return replace(contact, version=contact.version + 1, **fields)  # type: ignore[arg-type]


def with_work(contact: Contact, ready: int = NOW) -> Contact:
    work = co.Pending("k1", "ticket", co.OpenTicket("t", "why"), ready)
    return changed(contact, pending=(work,))


def leg(state: LegState, **fields: str) -> Leg:
    return Leg("l9", Role.RECEIVER, "client:ana", state, NOW, **fields)  # type: ignore[arg-type]


def test_a_contact_is_loaded_as_it_was_committed(live: Live) -> None:
    contact = begun(live)
    assert live.load(ID).contact == contact
    assert live.stages() == {ID: Stage.MENU}
    assert live.find_call(CALL) == ID


def test_an_unknown_contact_is_not_found(live: Live) -> None:
    with pytest.raises(NotFound):
        live.load("f" * 32)


def test_a_commit_on_an_old_version_writes_nothing(live: Live, raw: redis.Redis) -> None:
    first = begun(live)
    live.commit(first, changed(first, language="es"), EVENT, NOW)
    length = raw.xlen(keys.JOURNAL)
    with pytest.raises(Conflict):
        live.commit(first, changed(first, language="fr"), EVENT, NOW, dedupe="late")
    assert live.load(ID).contact.language == "es"
    assert raw.xlen(keys.JOURNAL) == length
    assert not live.load(ID, "late").seen


def test_a_contact_is_begun_once(live: Live) -> None:
    contact = begun(live)
    with pytest.raises(Conflict):
        live.commit(None, contact, called(), NOW)


def test_of_two_threads_that_commit_at_once_one_wins(live: Live) -> None:
    first = begun(live)
    start, won = threading.Barrier(8), []

    def race(name: str) -> None:
        start.wait(timeout=5)
        try:
            live.commit(first, changed(first, language=name), EVENT, NOW)
        except Conflict:
            return
        won.append(name)

    threads = [threading.Thread(target=race, args=(f"x{place}",)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert won == [live.load(ID).contact.language]


def test_a_mark_is_seen_after_the_commit_that_carried_it(live: Live) -> None:
    first = begun(live)
    assert not live.load(ID, "CA1-7").seen
    live.commit(first, changed(first), EVENT, NOW, dedupe="CA1-7")
    assert live.load(ID, "CA1-7").seen


def test_a_script_that_redis_forgot_is_sent_again(live: Live, raw: redis.Redis) -> None:
    first = begun(live)
    raw.script_flush()
    live.commit(first, changed(first, language="es"), EVENT, NOW)
    assert live.load(ID).contact.language == "es"


def test_no_job_is_written_while_nothing_is_ready(live: Live, raw: redis.Redis) -> None:
    first = begun(live)
    live.commit(first, with_work(first, ready=NOW + 1), EVENT, NOW)
    assert raw.llen(keys.QUEUE) == 0
    assert live.due(NOW + 1).count == 1


def test_rq_reads_and_runs_the_job_that_the_commit_wrote(
    live: Live, raw: redis.Redis, monkeypatch: pytest.MonkeyPatch, signals_kept: None
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("workers.jobs.wake", woken.append)
    first = begun(live)
    live.commit(first, with_work(first), EVENT, NOW)
    queue = Queue(keys.QUEUE_NAME, connection=raw, serializer=JSONSerializer)
    assert queue.key == keys.QUEUE
    assert Queue.all(connection=raw, serializer=JSONSerializer) == [queue]
    (job_id,) = queue.job_ids
    job = Job.fetch(job_id, connection=raw, serializer=JSONSerializer)
    assert (job.func_name, job.args, job.kwargs) == ("workers.jobs.wake", [ID], {})
    assert job.is_queued
    assert job.enqueued_at is not None
    worker = SimpleWorker([queue], connection=raw, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="ERROR")
    assert woken == [ID]
    assert not queue.failed_job_registry.count
    assert not Job.exists(job_id, connection=raw)


def test_the_journal_tells_every_step(live: Live) -> None:
    first = begun(live)
    live.commit(first, changed(first), ev.MenuHeard("main", "2", "es"), NOW + 5)
    begin, menu = live.feed.read()
    assert (begin.kind, begin.version, begin.stage) == ("CustomerCalled", 1, "menu")
    assert begin.data["customer"] == CUSTOMER
    assert (menu.kind, menu.at, menu.contact) == ("MenuHeard", NOW + 5, ID)
    assert live.feed.read(begin.id) == [menu]
    assert live.feed.read(menu.id, block_ms=20) == []
    assert live.feed.last_id() == menu.id


def test_a_closed_contact_leaves_the_indexes_and_stays_readable_for_a_day(
    live: Live, raw: redis.Redis
) -> None:
    first = begun(live)
    closed = changed(first, stage=Stage.CLOSED, timers=(), pending=())
    live.commit(first, closed, EVENT, NOW)
    assert live.stages() == {}
    assert live.due(NOW + 10**9).count == 0
    assert live.load(ID).contact == closed
    assert 0 < raw.ttl(keys.contact(ID)) <= 86_400


def test_an_expected_customer_is_found_by_number(live: Live) -> None:
    first = begun(live)
    assert live.find("CA2", CUSTOMER).expected_by == ""
    promised = changed(first, stage=Stage.PROMISED)
    live.commit(first, promised, EVENT, NOW)
    assert live.find("CA2", CUSTOMER).expected_by == ID
    live.commit(promised, changed(promised, stage=Stage.TALKING), EVENT, NOW)
    assert live.find("CA2", CUSTOMER).expected_by == ""


def test_a_live_leg_claims_its_member_and_its_end_frees_them(live: Live) -> None:
    first = begun(live)
    ringing = changed(first, legs=(leg(LegState.RINGING, call="CA9"),))
    live.commit(first, ringing, EVENT, NOW)
    assert live.claims() == {"client:ana": ID}
    assert live.find_call("CA9") == ID
    live.commit(ringing, changed(ringing, legs=(leg(LegState.ENDED),)), EVENT, NOW)
    assert live.claims() == {}


def test_conversations_are_counted_once_and_idle_time_begins_at_their_end(live: Live) -> None:
    contact = begun(live)
    for state, room in (
        (LegState.ACCEPTED, ""),
        (LegState.JOINED, "CF1"),
        (LegState.ACCEPTED, "CF1"),
        (LegState.JOINED, "CF1"),
        (LegState.ENDED, "CF1"),
    ):
        after = changed(contact, legs=(leg(state, room=room),))
        live.commit(contact, after, EVENT, NOW + after.version)
        contact = after
    (stats,) = live.floor.stats(["client:ana"], NOW).values()
    assert (stats.calls_today, stats.idle_since) == (1, NOW + contact.version)


@pytest.mark.parametrize(
    "record",
    [b"", b"7", b"7 ", b"7 {", b"7 []", b"7 \xff\xfe", b'7 {"format":99}', b"\x00\x01"],
)
def test_a_corrupt_record_is_set_aside(live: Live, raw: redis.Redis, record: bytes) -> None:
    begun(live)
    raw.set(keys.contact(ID), record)
    with pytest.raises(RecordBroken):
        live.load(ID)
    assert raw.get(keys.corrupt(ID)) == record
    assert list(live.broken()) == [ID]
    assert live.stages() == {}
    with pytest.raises(NotFound):
        live.load(ID)


def test_a_broken_record_does_not_hide_the_others(live: Live, raw: redis.Redis) -> None:
    begun(live)
    raw.set(keys.contact("a" * 32), b"1 {")
    raw.hset(keys.OPEN, "a" * 32, "menu")
    assert [contact.id for contact in live.open_contacts()] == [ID]
    assert list(live.broken()) == ["a" * 32]


def test_the_record_says_its_version_before_its_text(live: Live, raw: redis.Redis) -> None:
    contact = begun(live)
    assert raw.get(keys.contact(ID)) == b"1 " + encode(contact)


def test_a_redis_that_is_away_is_told_at_once() -> None:
    store = Live.at("redis://127.0.0.1:1/0")
    with pytest.raises(StoreUnavailable):
        store.load(ID)
