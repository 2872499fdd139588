"""Faults 30 and 31: Twilio's news does not arrive. Looking takes its place (L3)."""

from __future__ import annotations

import time

from tests.processes.house import SPEED, House
from tests.processes.marks import LONG
from tests.processes.watching import all_is_well
from warmline.stories.common import ANA, CARLA, SALES_LINE, ask, transfer, with_ana
from warmline.stories.scene import Scene

pytestmark = LONG

MINUTES = 5 * 60.0
L3 = 30.0
SLACK_S = 3.0  # wall seconds for a busy machine


def test_one_lost_goodbye_is_noticed_within_half_a_minute(
    system: House, scene: Scene, customer: str
) -> None:
    call, ana = with_ana(scene, customer)
    scene.stage(call, "talking")
    system.fault(scene, "webhook_lose", match=f"c={call[2:].lower()}", times=-1)
    scene.hang_up(call)
    left = scene.down(call)
    gone = scene.down(ana, patience=L3)
    took = gone["t"] - left["t"]
    print(f"\nall news of one goodbye lost: the agent is free after {took:.1f} s")
    assert took < L3 + SLACK_S * SPEED
    scene.outcome(call, "resolved")


def test_without_any_news_for_five_minutes_calls_are_answered_and_passed_on(
    system: House, scene: Scene, customer: str
) -> None:
    system.fault(scene, "webhook_lose", match="/twilio/status/", times=-1)
    began = time.monotonic()
    scene.phone(ANA, answer_after=2)
    scene.phone(CARLA, answer_after=2)
    call = scene.dial_in(customer, SALES_LINE)
    ana = scene.rung(ANA)
    scene.hears(call, "people", ana)
    scene.stage(call, "talking")
    transfer_id = transfer(scene, call, {"department": "billing"})
    carla = scene.rung(CARLA, patience=180)
    scene.hears(ana, "people", carla, patience=180)
    scene.wait(
        "the consultation is known",
        lambda lines: scene.contact(call)["transfers"][-1]["state"] == "consulting",
        patience=180,
    )
    ask(scene, transfer_id, "complete")
    scene.hears(call, "people", carla, patience=180)
    scene.transfer_outcome(call, "completed")
    took = (time.monotonic() - began) * SPEED
    print(f"\nno news at all: answered, passed on and completed in {took:.0f} s of the call's time")
    scene.wait(
        "five minutes have passed", lambda lines: (time.monotonic() - began) * SPEED > MINUTES,
        patience=MINUTES,
    )  # fmt: skip
    scene.hang_up(call)
    scene.outcome(call, "resolved")
    all_is_well(scene, call)
