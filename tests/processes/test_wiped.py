"""Faults 17, 18, 19, 24: Redis has forgotten. Live calls are rebuilt from Twilio, promises from
SQL.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from tests.processes.house import House, eventually
from tests.processes.marks import LONG
from tests.processes.watching import all_is_well, dials_to, nobody_dropped
from warmline.stories.common import ANA, CARLA, ask, to_department, transfer, with_ana
from warmline.stories.scene import Scene

pytestmark = LONG


def wipe(system: House) -> float:
    with system.redis() as client:
        client.flushall()
    return time.monotonic()


def test_who_waits_alone_is_sought_for_again(system: House, scene: Scene, customer: str) -> None:
    scene.phone(ANA, never_answer=True)
    call = to_department(scene, customer, "1")
    first = scene.rung(ANA)
    scene.hears(call, "hold")
    wiped, began = scene.mark(), wipe(system)
    scene.down(first)
    scene.phone(ANA, answer_after=1)
    ana = scene.rung(ANA, since=wiped)
    print(f"\nwiped while seeking: rung again after {time.monotonic() - began:.2f} s")
    scene.hears(call, "people", ana)
    all_is_well(scene, call)


def test_who_talks_goes_on_talking_and_can_be_passed_on(
    system: House, scene: Scene, customer: str
) -> None:
    call, ana = with_ana(scene, customer)
    began = wipe(system)
    eventually("the contact is there again", lambda: system.knows(call))
    print(f"\nwiped while talking: known again after {time.monotonic() - began:.2f} s")
    scene.phone(CARLA, answer_after=1)
    transfer_id = transfer(scene, call, {"department": "billing"})
    carla = scene.rung(CARLA)
    scene.hears(ana, "people", carla)
    ask(scene, transfer_id, "complete")
    scene.hears(call, "people", carla)
    all_is_well(scene, call)
    scene.hang_up(call)
    scene.outcome(call, "resolved")


def test_who_is_on_hold_for_a_transfer_is_back_with_the_agent(
    system: House, scene: Scene, customer: str
) -> None:
    call, ana = with_ana(scene, customer)
    scene.phone(CARLA, never_answer=True)
    transfer(scene, call, {"department": "billing"})
    carla = scene.rung(CARLA)
    scene.hears(call, "hold")
    began = wipe(system)
    scene.hears(call, "people", ana)
    print(f"\nwiped in a transfer: back with the agent after {time.monotonic() - began:.2f} s")
    scene.down(carla)
    assert len(dials_to(scene, CARLA)) == 1
    all_is_well(scene, call)


def test_an_open_promise_is_waited_for_again_and_kept(
    system: House, scene: Scene, customer: str
) -> None:
    call = to_department(scene, customer, "1")
    scene.said(call, "press 2")
    scene.press(call, "2")
    scene.said(call, "call you back")
    scene.down(call)
    scene.stage(call, "promised")
    began = wipe(system)
    eventually("the promise has a contact again", lambda: system.knows(call))
    print(f"\nwiped with a promise open: waited for again after {time.monotonic() - began:.2f} s")
    link = next(x for x in scene.listen() if x["kind"] == "sms")
    assert "/p/" in link["body"]
    promises = scene.api("sam").get("/promises")["items"]
    assert any(promise["contact"] == call[2:].lower() for promise in promises)
    nobody_dropped(scene, call)


def test_a_record_that_cannot_be_read_is_rebuilt_and_a_human_is_told(
    system: House, scene: Scene, customer: str
) -> None:
    call, ana = with_ana(scene, customer)
    name = f"wl:contact:{call[2:].lower()}"
    nonsense: Any = b"9 {nonsense"
    with system.redis() as client:
        client.set(name, nonsense)
    began = time.monotonic()

    def readable() -> bool:
        with system.redis() as client:
            return bool((client.get(name) or nonsense) != nonsense)

    eventually("the contact is rebuilt", readable)
    print(f"\ncorrupt record: rebuilt after {time.monotonic() - began:.2f} s")

    def ticketed() -> bool:
        tickets = scene.api("sam").get("/tickets")["items"]
        return any(
            x["contact"] == call[2:].lower() and x["reason"] == "corrupt_record" for x in tickets
        )

    eventually("a ticket is open", ticketed)
    scene.hears(call, "people", ana)
    scene.hang_up(call)
    scene.down(ana)
    all_is_well(scene, call)


def test_an_old_record_goes_on_from_what_is_really_there(
    system: House, scene: Scene, customer: str
) -> None:
    """Faults 17 and 19: the writes of the last moments are lost, an accept among them."""
    scene.phone(ANA, answer_after=3)
    call = to_department(scene, customer, "1")
    ana = scene.rung(ANA)
    name = f"wl:contact:{call[2:].lower()}"
    with system.redis() as client:
        old = client.get(name)
        scene.hears(call, "people", ana)
        scene.stage(call, "talking")
        assert old is not None
        client.set(name, old)
        began = time.monotonic()

        def caught_up() -> bool:
            return b'"stage":"talking"' in (client.get(name) or b"")

        eventually("the record has caught up", caught_up)
    print(f"\nlast writes lost: caught up after {time.monotonic() - began:.2f} s")
    assert len(dials_to(scene, ANA)) == 1
    scene.hang_up(call)
    scene.outcome(call, "resolved")
    all_is_well(scene, call)


def test_the_command_heals_by_hand(system: House, scene: Scene, customer: str) -> None:
    """`warmline reconcile`, while the reconciler itself hangs."""
    call, ana = with_ana(scene, customer)
    with system.frozen("reconciler"):
        wipe(system)
        report = json.loads(reconcile(system, "--json"))
        assert report["rebuilt"] == [call[2:].lower()]
        assert system.knows(call)
        assert reconcile(system).strip() == "Everything agrees."
    scene.hears(call, "people", ana)
    all_is_well(scene, call)


def reconcile(system: House, *options: str) -> str:
    environ = {**os.environ, "WARMLINE_DATA_DIR": system.running.environment["WARMLINE_DATA_DIR"]}
    done = subprocess.run(
        [sys.executable, "-m", "warmline", "reconcile", *options],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
