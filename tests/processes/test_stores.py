"""Faults 16 and 20 to 26: Redis restarted, read only, slow and full; SQL locked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.processes.house import House, eventually
from tests.processes.marks import LONG
from tests.processes.watching import all_is_well
from warmline.stories.common import ANA, CARLA, SALES_LINE, ask, to_department, transfer, with_ana
from warmline.stories.scene import Scene

pytestmark = LONG

BILLING = {"department": "billing"}


def told(what: str, began: float) -> None:
    print(f"\n{what}: {time.monotonic() - began:.2f} s")


def test_redis_is_killed_while_a_phone_rings(system: House, scene: Scene, customer: str) -> None:
    """Fault 16."""
    scene.phone(ANA, never_answer=True)
    call = to_department(scene, customer, "1")
    ana = scene.rung(ANA)
    before = system.pids("redis")
    system.kill("redis")
    began = time.monotonic()
    system.back("redis", before)
    told("redis killed: started again after", began)
    scene.answer(ana)
    scene.phone(ANA, answer_after=1)
    scene.hears(call, "people", patience=180)
    told("redis killed: people after", began)
    all_is_well(scene, call)


def test_redis_is_killed_while_people_talk_and_they_notice_nothing(
    system: House, scene: Scene, customer: str
) -> None:
    call, ana = with_ana(scene, customer)
    before = system.pids("redis")
    system.kill("redis")
    began = time.monotonic()
    system.back("redis", before)
    eventually("ready", system.ready, 60)
    told("redis killed in a talk: ready after", began)
    scene.phone(CARLA, answer_after=1)
    transfer_id = transfer(scene, call, BILLING)
    carla = scene.rung(CARLA, patience=180)
    scene.hears(ana, "people", carla)
    ask(scene, transfer_id, "complete")
    scene.hears(call, "people", carla)
    scene.down(ana)
    all_is_well(scene, call)


@contextmanager
def refusing(system: House, trouble: str) -> Iterator[None]:
    """Redis takes no writes."""
    with system.redis() as client:
        try:
            if trouble == "full":
                client.config_set("maxmemory", "1")
            else:
                client.replicaof("127.0.0.1", "1")
            yield
        finally:
            client.config_set("maxmemory", "0")
            client.replicaof("NO", "ONE")


@pytest.mark.parametrize("trouble", ["read_only", "full"])
def test_redis_refuses_to_write(system: House, scene: Scene, customer: str, trouble: str) -> None:
    """Faults 20 and 21: new callers hear music, and are helped when it is over."""
    held = to_department(scene, customer, "1")
    scene.hears(held, "hold")
    with refusing(system, trouble):
        call = scene.dial_in(f"{customer[:-2]}91", SALES_LINE)
        scene.said(call, "stay on the line")
    began = time.monotonic()
    scene.phone(ANA, answer_after=1)
    scene.phone("client:ben", answer_after=1)
    scene.hears(call, "people", patience=180)
    told(f"redis {trouble}: the new caller is helped after", began)
    all_is_well(scene, call, held)


def test_redis_hangs_for_twenty_seconds(system: House, scene: Scene, customer: str) -> None:
    """Fault 22: whoever calls hears our music within three seconds (by the wall)."""
    with system.frozen("redis"):
        began = time.monotonic()
        call = scene.dial_in(customer, SALES_LINE)
        scene.said(call, "stay on the line")
        took = time.monotonic() - began
        assert took < 3.5, took
        print(f"\nredis hangs: music after {took:.2f} s")
        scene.wait("20 s pass", lambda lines: time.monotonic() - began > 4)
    began = time.monotonic()
    scene.phone(ANA, answer_after=1)
    scene.hears(call, "people", patience=180)
    told("redis hung: people after", began)
    all_is_well(scene, call)


def test_sql_is_locked_and_calls_go_on(system: House, scene: Scene, customer: str) -> None:
    """Faults 25 and 26: live calls need no SQL; history catches up."""
    scene.phone(ANA, answer_after=1)
    with system.sql_locked():
        call = to_department(scene, customer, "1")
        scene.hears(call, "people", patience=120)
        scene.hang_up(call)
        scene.down(call)
    began = time.monotonic()
    scene.outcome(call, "resolved")
    told("sql locked through a call: history is right after", began)
    all_is_well(scene, call)


def test_no_promise_is_spoken_that_is_not_written(
    system: House, scene: Scene, customer: str
) -> None:
    """Fault 25: the customer asks for a callback while SQL is away, and waits on instead."""
    call = to_department(scene, customer, "1")
    scene.said(call, "press 2", patience=180)
    with system.sql_locked():
        scene.press(call, "2")
        scene.hears(call, "hold", since=scene.mark(), patience=240)
        assert not [
            x
            for x in scene.listen()
            if x["kind"] == "said" and x["call"] == call and "call you back" in x["text"]
        ]
    all_is_well(scene, call)
