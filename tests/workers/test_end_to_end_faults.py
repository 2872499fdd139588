"""Faults between the worker and the world: one dial in the end, and the customer is helped."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from telephony.contact.model import LegState, Stage
from telephony.embedded import EmbeddedRedis
from telephony.store import keys
from tests.workers.system import BILLING, System, eventually, process, system

CARLA = "client:carla"


pytestmark = pytest.mark.slow


@pytest.fixture
def small(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    with system(redis_url, tmp_path, monkeypatch) as made:
        made.phone(CARLA, answer_after=1, press="1")
        yield made


def talking(small: System, customer: str) -> bool:
    return small.contact(customer).stage is Stage.TALKING


def check_one_dial(small: System, customer: str) -> None:
    eventually(lambda: talking(small, customer), 20)
    (agent,) = small.calls_to(CARLA)
    eventually(lambda: small.call(customer)["with"] == [agent["sid"]])


def test_a_wake_up_that_was_lost_is_replaced(small: System, redis_url: str) -> None:
    customer = small.dial_in(to=BILLING)
    eventually(lambda: small.contact(customer).stage is Stage.SEEKING)
    with redis.Redis.from_url(redis_url) as raw:
        raw.delete(keys.QUEUE)
    with (
        process("workers.worker", small.environment),
        process("workers.clock", small.environment),
    ):
        eventually(lambda: talking(small, customer), 20)
    check_one_dial(small, customer)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("rest_5xx_after", {"status": 500}),
        ("rest_5xx_after", {"status": 503}),
        ("rest_timeout_after", {"seconds": 30}),
    ],
)
def test_a_dial_with_a_bad_answer_rings_once(
    small: System, name: str, more: dict[str, float]
) -> None:
    small.fault(name, match="Calls.json", **more)
    with (
        process("workers.worker", small.environment),
        process("workers.clock", small.environment),
    ):
        customer = small.dial_in(to=BILLING)
        check_one_dial(small, customer)


def test_a_worker_that_is_killed_while_it_dials_is_replaced_and_nobody_rings_twice(
    small: System,
) -> None:
    small.fault("rest_timeout_after", match="Calls.json", seconds=30)
    with process("workers.clock", small.environment):
        with process("workers.worker", small.environment) as worker:
            customer = small.dial_in(to=BILLING)
            eventually(lambda: small.calls_to(CARLA))
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=5)
        with process("workers.worker", small.environment):
            check_one_dial(small, customer)


def test_redis_restarts_in_the_middle_of_a_hunt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        EmbeddedRedis(tmp_path / "r") as server,
        system(server.url, tmp_path, monkeypatch) as small,
        process("workers.clock", small.environment),
    ):
        small.phone(CARLA, answer_after=12, press="1")
        with process("workers.worker", small.environment) as worker:
            customer = small.dial_in(to=BILLING)
            eventually(lambda: small.calls_to(CARLA))
            eventually(lambda: small.contact(customer).legs[-1].state is LegState.RINGING)
            # Redis writes its file to disk every second; what it has lost is another story.
            wait_for_disk(server)
            server.kill()
            assert worker.wait(timeout=10) != 0
            server.start()
        with process("workers.worker", small.environment):
            check_one_dial(small, customer)


def wait_for_disk(server: EmbeddedRedis) -> None:
    """Until what was written so far is on disk."""
    with redis.Redis.from_url(server.url, socket_timeout=5) as raw:
        assert raw.execute_command("WAITAOF", 1, 0, 3000)[0] == 1
