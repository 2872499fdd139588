"""Faults 1 to 12: `kill -9` of every process at its boundaries. Nobody is dropped or rung twice."""

from __future__ import annotations

import signal
import time

import pytest

from tests.processes.house import House, eventually
from tests.processes.marks import LONG
from tests.processes.watching import all_is_well, dials_to, talks
from warmline.stories.common import (
    ANA,
    BILLING_LINE,
    CARLA,
    DAN,
    SALES_LINE,
    ask,
    to_department,
    transfer,
    with_ana,
)
from warmline.stories.scene import Scene

pytestmark = LONG

BILLING = {"department": "billing"}


def told(what: str, began: float) -> None:
    print(f"\n{what}: {time.monotonic() - began:.2f} s")


def test_the_web_is_killed_while_a_customer_is_on_hold_and_a_phone_rings(
    system: House, scene: Scene, customer: str
) -> None:
    """Fault 1: the receiver answers while nobody is there to say what comes next."""
    scene.phone(ANA, never_answer=True)
    call = to_department(scene, customer, "1")
    ana = scene.rung(ANA)
    scene.hears(call, "hold")
    before = system.pids("web")
    system.kill("web")
    began = time.monotonic()
    scene.answer(ana)
    took = system.back("web", before)
    print(f"\nweb killed: started again after {took:.2f} s")
    # They were led by the fallback, and may have been given up meanwhile: then they ring again.
    scene.phone(ANA, answer_after=1)
    scene.hears(call, "people", patience=180)
    told("web killed while a phone rang: people after", began)
    all_is_well(scene, call)


def test_the_web_is_killed_again_and_again_while_customers_call_in(
    system: House, scene: Scene, customer: str
) -> None:
    """Faults 1 to 3 at whatever boundary the kill meets: every caller comes through."""
    calls = []
    for number in range(6):
        calls.append(scene.dial_in(f"{customer[:-2]}{40 + number}", SALES_LINE))
        if number % 2:
            system.kill("web")
            eventually("the web is back", lambda: system.pids("web"))
    began = time.monotonic()
    for call in calls:
        scene.hears(call, "hold", patience=180)
    told("web killed three times under six calls: all of them hold after", began)
    all_is_well(scene, *calls)


@pytest.mark.parametrize("fault", ["rest_timeout_before", "rest_timeout_after"])
def test_the_workers_are_killed_around_a_dial(
    system: House, scene: Scene, customer: str, fault: str
) -> None:
    """Faults 4 and 5: the dial was asked for; it did not happen, or its sid is not known."""
    scene.phone(ANA, never_answer=True)
    system.fault(scene, fault, match="POST /2010-04-01/Accounts", seconds=60)
    call = to_department(scene, customer, "1")
    system.struck(scene)
    before = system.pids("worker")
    system.kill("worker")
    began = time.monotonic()
    system.back("worker", before, 2)
    ana = scene.rung(ANA, patience=180)
    if fault == "rest_timeout_before":
        told("worker killed before the dial: rung after", began)
    else:
        eventually("the leg is adopted", lambda: _adopted(system, call, ana), 30)
        told("worker killed after the dial: adopted after", began)
        assert len(dials_to(scene, ANA)) == 1
    scene.answer(ana)
    scene.hears(call, "people", ana)
    all_is_well(scene, call)


def _adopted(system: House, call: str, leg: str) -> bool:
    with system.redis() as client:
        return bool(client.get(f"wl:call:{leg}") == call[2:].lower().encode())


@pytest.mark.parametrize("fault", ["rest_timeout_before", "rest_timeout_after"])
def test_the_workers_are_killed_while_they_let_the_agent_go(
    system: House, scene: Scene, customer: str, fault: str
) -> None:
    """Faults 6 and 7: the receiver is with the customer; the agent is not gone, or gone already."""
    call, ana = with_ana(scene, customer)
    scene.phone(CARLA, answer_after=1)
    transfer_id = transfer(scene, call, BILLING)
    carla = scene.rung(CARLA)
    scene.hears(ana, "people", carla)
    system.fault(scene, fault, match=f"Calls/{ana}", seconds=60)
    ask(scene, transfer_id, "complete")
    system.struck(scene)
    before = system.pids("worker")
    system.kill("worker")
    began = time.monotonic()
    system.back("worker", before, 2)
    scene.down(ana, patience=180)
    scene.transfer_outcome(call, "completed")
    told(f"worker killed letting the agent go ({fault}): completed after", began)
    scene.hears(call, "people", carla)
    all_is_well(scene, call)


def test_the_workers_are_killed_while_a_retry_is_being_planned(
    system: House, scene: Scene, customer: str
) -> None:
    """Fault 8: Twilio said 429, and whoever was to try again is dead."""
    scene.phone(ANA, never_answer=True)
    system.fault(scene, "rest_429", match="POST /2010-04-01/Accounts")
    call = to_department(scene, customer, "1")
    system.struck(scene)
    before = system.pids("worker")
    system.kill("worker")
    began = time.monotonic()
    system.back("worker", before, 2)
    scene.rung(ANA, patience=180)
    told("worker killed while a retry was planned: rung after", began)
    assert len(dials_to(scene, ANA)) == 1
    all_is_well(scene, call)


def test_the_workers_are_killed_right_after_taking_the_job(
    system: House, scene: Scene, customer: str
) -> None:
    """Fault 10: the job is out of the queue and nobody has it."""
    scene.phone(ANA, never_answer=True)
    before = system.pids("worker")
    for pid in before:
        system.send(pid, signal.SIGSTOP)  # each waits in BLMOVE and is handed the next job
    call = to_department(scene, customer, "1")
    eventually("a dead hand holds the job", lambda: _taken(system))
    for pid in before:
        system.send(pid, signal.SIGKILL)
    began = time.monotonic()
    system.back("worker", before, 2)
    scene.rung(ANA, patience=180)
    told("worker killed right after taking the job: rung after", began)
    assert len(dials_to(scene, ANA)) == 1
    all_is_well(scene, call)


def _taken(system: House) -> bool:
    with system.redis() as client:
        queued, taken = client.llen("rq:queue:wake"), client.llen("rq:queue:wake:intermediate")
    return bool(taken) and not queued


def test_the_clock_is_killed_while_a_phone_rings_in_vain(
    system: House, scene: Scene, customer: str
) -> None:
    """Nothing else keeps time; the next member is rung all the same."""
    scene.phone(CARLA, never_answer=True)
    scene.phone(DAN, never_answer=True)
    call = scene.dial_in(customer, BILLING_LINE)
    scene.rung(CARLA)
    before = system.pids("clock")
    system.kill("clock")
    began = time.monotonic()
    took = system.back("clock", before)
    print(f"\nclock killed: started again after {took:.2f} s")
    scene.rung(DAN, patience=180)
    told("clock killed while a phone rang: the next member after", began)
    all_is_well(scene, call)


def test_everything_but_the_stores_is_killed_at_once_in_a_transfer(
    system: House, scene: Scene, customer: str
) -> None:
    """Fault 13's worst case: the receiver answers while the application starts again."""
    call, ana = with_ana(scene, customer)
    scene.phone(CARLA, never_answer=True)
    transfer(scene, call, BILLING)
    carla = scene.rung(CARLA)
    scene.hears(call, "hold")
    system.kill("web", "worker", "clock", "journal", "reconciler")
    began = time.monotonic()
    scene.answer(carla)
    took = system.until_ready()
    print(f"\napplication killed: ready again after {took:.2f} s")
    # Their ring time may be over by now; then the customer is back with the agent.
    scene.wait(
        "somebody is with somebody",
        lambda lines: talks(lines, ana, carla) or talks(lines, call, ana),
        patience=180,
    )
    told("application killed in a transfer: going on after", began)
    all_is_well(scene, call)
