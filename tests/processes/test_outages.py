"""The whole application is away, or is being replaced, while customers are on the line."""

from __future__ import annotations

import signal
import time

import pytest

from tests.processes.house import SPEED, House
from tests.processes.watching import all_is_well, silence_of
from warmline.stories.common import ANA, CARLA, SALES_LINE, to_department, transfer, with_ana
from warmline.stories.scene import Scene

pytestmark = pytest.mark.slow

MINUTE = 60.0


def now_of(scene: Scene) -> float:
    """The simulated moment: the clock of the network runs `SPEED` times as fast as ours."""
    return time.monotonic() * SPEED


def test_the_application_is_down_for_a_minute_with_callers_on_hold(
    system: House, scene: Scene, customer: str
) -> None:
    """Fault 15: one waits alone, one is on hold in a transfer, one is in the menu, one calls in."""
    on_hold, ana = with_ana(scene, customer)
    scene.phone(CARLA, never_answer=True)
    transfer(scene, on_hold, {"department": "billing"})
    scene.rung(CARLA)
    scene.hears(on_hold, "hold")
    in_menu = scene.dial_in(f"{customer[:-2]}61", "+12025550100")
    scene.said(in_menu, "thank you for calling")
    alone = scene.dial_in(f"{customer[:-2]}62", SALES_LINE)
    scene.hears(alone, "hold")
    with system.application_away():
        began = now_of(scene)
        late = scene.dial_in(f"{customer[:-2]}63", SALES_LINE)
        scene.press(in_menu, "1")
        scene.wait("a minute has passed", lambda lines: now_of(scene) - began > MINUTE)
        for call in (on_hold, in_menu, alone, late):
            silence = silence_of(scene, call)
            assert silence < 10, f"{call} heard nothing for {silence:.1f} s"
    away = time.monotonic()
    print(f"\napplication away for 60 s: ready after {system.until_ready():.2f} s")
    scene.phone(ANA, answer_after=1)
    scene.hears(on_hold, "people", ana, patience=180)
    print(f"the held customer is with the agent after {time.monotonic() - away:.2f} s")
    # The agent is taken; those who wait are asked, promised or put through to somebody else.
    scene.phone("client:ben", answer_after=1)
    scene.wait(
        "one of the others is helped",
        lambda lines: any(
            x["kind"] == "hears" and x["what"] == "people" and x["call"] in (in_menu, alone, late)
            for x in lines
        ),
        patience=240,
    )
    print(f"the first of the others talks after {time.monotonic() - away:.2f} s")
    all_is_well(scene, on_hold, in_menu, alone, late)


def test_a_rolling_restart_under_load_loses_nobody(
    system: House, scene: Scene, customer: str
) -> None:
    """Every process is ended in order, one after the other, while customers keep calling in."""
    calls = []
    for number, part in enumerate(("web", "worker", "clock", "reconciler", "journal", "web")):
        calls.append(scene.dial_in(f"{customer[:-2]}{70 + number}", SALES_LINE))
        before = system.pids(part)
        for pid in before:
            system.send(pid, signal.SIGTERM)
        system.back(part, before)
        calls.append(scene.dial_in(f"{customer[:-2]}{80 + number}", SALES_LINE))
    began = time.monotonic()
    for call in calls:
        scene.hears(call, "hold", patience=180)
    print(f"\nrolling restart under 12 calls: all hold after {time.monotonic() - began:.2f} s")
    all_is_well(scene, *calls)


def test_a_receiver_is_found_after_a_rolling_restart_of_the_workers(
    system: House, scene: Scene, customer: str
) -> None:
    call = to_department(scene, customer, "1")
    scene.hears(call, "hold")
    before = system.pids("worker")
    for pid in before:
        system.send(pid, signal.SIGTERM)
    scene.phone(ANA, answer_after=1)
    began = time.monotonic()
    scene.hears(call, "people", patience=180)
    print(f"\nworkers replaced: somebody is found after {time.monotonic() - began:.2f} s")
    all_is_well(scene, call)
