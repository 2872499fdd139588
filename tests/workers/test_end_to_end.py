"""Calls through everything: simulator, webhooks, Redis, a worker and the clock as processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.contact.model import Stage
from tests.workers.system import CUSTOMER, SALES, System, eventually, process, system


@pytest.fixture
def running(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    with (
        system(redis_url, tmp_path, monkeypatch) as small,
        process("workers.worker", small.environment),
        process("workers.clock", small.environment),
    ):
        eventually(lambda: len(small.services.live.feed.beats()) == 2)
        yield small


def test_a_customer_is_joined_by_the_first_person_who_accepts(running: System) -> None:
    running.phone("client:ben", answer_after=0.2, press="1")
    running.phone("client:ana", answer_after=0.2, press="1")
    customer = running.dial_in(to=SALES)
    eventually(lambda: running.contact(customer).stage is Stage.TALKING)
    eventually(lambda: running.call(customer)["hears"] == "people")
    (agent,) = [
        call
        for address in ("client:ana", "client:ben")
        for call in running.calls_to(address)
        if call["status"] == "in-progress"
    ]
    assert running.call(customer)["with"] == [agent["sid"]]
    assert running.services.live.claims() == {agent["to"]: customer[2:]}
    running.hang_up(customer)
    eventually(lambda: running.contact(customer).stage is Stage.CLOSED)
    eventually(lambda: running.call(agent["sid"])["status"] == "completed")
    eventually(lambda: not running.services.live.claims())
    assert running.contact(customer).customer == CUSTOMER
