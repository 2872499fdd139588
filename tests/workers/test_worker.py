"""The lean worker on a real queue: what it runs, what it sets aside, how it ends."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer, PickleSerializer

from telephony.contact.events import DeadlinePassed
from telephony.embedded import EmbeddedRedis
from telephony.errors import StoreUnavailable
from telephony.settings import variable
from telephony.store import keys
from telephony.store.live import Live
from tests.live.making import contact_due
from tests.workers.desk import ID, Desk
from tests.workers.system import eventually, process
from workers import jobs
from workers.hands import inline
from workers.worker import WakeWorker


@pytest.fixture
def raw(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=60) as client:
        yield client


@pytest.fixture
def queue(raw: redis.Redis) -> Queue:
    return Queue(keys.QUEUE_NAME, connection=raw, serializer=JSONSerializer)


@pytest.fixture
def worker(desk: Desk, raw: redis.Redis, signals_kept: None) -> WakeWorker:
    hands = inline(desk.services)
    jobs.use(hands)
    return WakeWorker(raw, hands)


def test_it_runs_what_is_queued_and_leaves_nothing(
    desk: Desk, worker: WakeWorker, raw: redis.Redis, queue: Queue
) -> None:
    desk.seek()
    assert queue.count == 1
    worker.work(burst=True, logging_level="ERROR")
    assert desk.rest.of("dial")
    assert raw.keys("rq:job:*") == []
    assert raw.llen(queue.intermediate_queue_key) == 0
    assert list(desk.services.live.feed.beats()) == ["worker:inline:0"]


def test_only_wake_ups_are_run(
    worker: WakeWorker, raw: redis.Redis, queue: Queue, tmp_path: Path
) -> None:
    mark = tmp_path / "owned"
    queue.enqueue("os.system", f"touch {mark}")
    Queue(keys.QUEUE_NAME, connection=raw, serializer=PickleSerializer).enqueue("os.getpid")
    raw.hset("rq:job:junk", mapping={"data": b"\xff\x00", "created_at": "yesterday"})
    raw.rpush(queue.key, "junk")
    raw.rpush(queue.key, b"\xff\xfe")
    raw.rpush(queue.key, "no-such-job")
    worker.work(burst=True, logging_level="ERROR")
    assert not mark.exists()
    assert queue.count == 0
    assert raw.llen(queue.intermediate_queue_key) == 0


def test_a_job_that_fails_is_kept_by_rq_and_the_next_one_runs(
    desk: Desk, worker: WakeWorker, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def wake(contact_id: str) -> None:
        ran.append(contact_id)
        if len(ran) == 1:
            raise ZeroDivisionError

    monkeypatch.setattr(jobs, "wake", wake)
    queue.enqueue(keys.WAKE_FUNCTION, "a")
    queue.enqueue(keys.WAKE_FUNCTION, "b")
    worker.work(burst=True, logging_level="ERROR")
    assert ran == ["a", "b"]
    assert queue.failed_job_registry.count == 1


def test_what_is_due_is_worked_on_while_no_clock_runs(
    desk: Desk, worker: WakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(jobs, "wake", ran.append)
    now = desk.clock.now
    due, later = contact_due(1, now), contact_due(2, now + 1)
    for contact in (due, later):
        desk.services.live.commit(None, contact, DeadlinePassed(), now)
    worker.work(burst=True, logging_level="ERROR")
    assert ran == [due.id]


def test_an_outage_within_a_job_is_no_failure_of_the_job(
    worker: WakeWorker, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wake(contact_id: str) -> None:
        raise StoreUnavailable("SQL is away")

    monkeypatch.setattr(jobs, "wake", wake)
    queue.enqueue(keys.WAKE_FUNCTION, "a")
    worker.work(burst=True, logging_level="ERROR")
    assert queue.failed_job_registry.count == 0
    assert queue.connection.llen(queue.intermediate_queue_key) == 0


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    import os

    values = {"database_url": f"sqlite:///{tmp_path / 'w.db'}", "data_dir": str(tmp_path)}
    return dict(os.environ) | {variable(name): value for name, value in values.items()}


def test_a_queued_job_starts_within_milliseconds_and_sigterm_ends_the_process(
    desk: Desk, environment: dict[str, str], redis_url: str, raw: redis.Redis
) -> None:
    environment[variable("redis_url")] = redis_url
    environment[variable("database_url")] = desk.services.settings.database_url
    with process("workers.worker", environment) as child:
        eventually(lambda: desk.services.live.feed.beats(), 15)
        took = []
        for place in range(20):
            call = f"CA{place:032x}"
            begun = time.perf_counter()
            desk.clock.now = int(time.time() * 1000)
            desk.seek(call=call)
            wanted = call[2:]
            while desk.contact(wanted).version < 3:
                assert time.perf_counter() - begun < 5
            took.append(time.perf_counter() - begun)
        # Two commits, the queue and the worker's first commit: a few ms on an idle machine.
        assert sorted(took)[10] < 0.1
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=10) == 0
    assert desk.services.live.feed.beats() == {}


@pytest.mark.slow
def test_a_worker_ends_when_redis_goes_away_and_the_clock_waits(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with EmbeddedRedis(tmp_path / "r") as server:
        environment[variable("redis_url")] = server.url
        live = Live.at(server.url)
        with (
            process("workers.worker", environment) as worker,
            process("workers.clock", environment) as clock,
        ):
            eventually(lambda: len(live.feed.beats()) == 2, 15)
            server.kill()
            assert worker.wait(timeout=10) != 0
            server.start()
            live.close()  # Its connections are those of before.
            before = live.feed.beats()
            eventually(lambda: live.feed.beats() != before)
            assert clock.poll() is None
        live.close()


def test_the_id_of_a_contact_is_all_that_a_job_carries(desk: Desk, queue: Queue) -> None:
    desk.seek()
    (job,) = queue.jobs
    assert job.args == [ID]
