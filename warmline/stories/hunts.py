"""Stories of callers on their way to a department."""

from __future__ import annotations

from itertools import pairwise

from warmline.stories.common import (
    BILLING_DESK,
    CARLA,
    DAN,
    EVA,
    FINN,
    GINA,
    HUGO,
    INES,
    JACK,
    KIM,
    MAIN,
    dials,
    expect,
    goodbye,
    joins,
    quiet_floor,
    to_department,
    with_ana,
)
from warmline.stories.scene import Scene


def answered(scene: Scene, customer: str) -> None:
    """1: through the menu to a department; a member accepts and the two hear each other."""
    call, ana = with_ana(scene, customer)
    scene.hears(ana, "people", call)
    kinds = [x["what"] for x in scene.lines if x["kind"] == "hears" and x["call"] == call]
    expect(kinds.index("prompt") < kinds.index("people"), "the menu first, then a person")
    goodbye(scene, call)
    scene.down(ana)


def second_member(scene: Scene, customer: str) -> None:
    """3: the first member does not answer in time, the second does."""
    quiet_floor(scene)
    scene.phone(CARLA, never_answer=True)
    scene.phone(DAN, answer_after=2)
    call = to_department(scene, customer, "2")
    carla = scene.rung(CARLA)
    scene.tell("Carla's softphone rings; she does not answer.")
    scene.hears(call, "hold")
    dan = scene.rung(DAN)
    scene.down(carla)
    scene.hears(call, "people", dan)
    scene.tell("Her ringing stops, Dan is rung, and Dan takes the call.")
    expect(not joins(scene, carla), "Carla never enters the room")
    goodbye(scene, call)


def voicemail(scene: Scene, customer: str) -> None:
    """4: a voicemail answers; it is never joined, and a person is found after all."""
    quiet_floor(scene)
    scene.phone(BILLING_DESK, voicemail=True)
    call = to_department(scene, customer, "2")
    desk = scene.rung(BILLING_DESK)
    scene.line("call.answered", call=desk, by="machine")
    scene.tell("The billing desk's voicemail answers.")
    scene.phone(CARLA, answer_after=2)
    scene.down(desk)
    scene.said(call, "nobody in billing")
    scene.tell("It is let go. The customer is told the truth and asked; they simply wait.")
    carla = scene.rung(CARLA, since=scene.line("call.down", call=desk)["seq"])
    scene.hears(call, "people", carla)
    expect(not joins(scene, desk), "a voicemail never enters the room")
    scene.tell("In the next round Carla takes the call.")
    goodbye(scene, call)


def two_accept(scene: Scene, customer: str) -> None:
    """5: two members accept at the same moment; one joins, the other hears a kind sentence."""
    quiet_floor(scene)
    scene.phone(JACK, never_answer=True)
    scene.phone(KIM, never_answer=True)
    call = to_department(scene, customer, "4", "1")
    calls = {scene.rung(JACK), scene.rung(KIM)}
    for member in calls:
        scene.answer(member)
    first = str(scene.hears(call, "people")["with"][0])
    (second,) = calls - {first}
    scene.said(second, "a colleague has already taken this call")
    scene.down(second)
    expect(not joins(scene, second), "only one of the two enters the room")
    scene.tell("Jack and Kim both pick up; one is joined, the other is thanked and freed.")
    goodbye(scene, call)


def customer_leaves(scene: Scene, customer: str) -> None:
    """8: the customer hangs up while the department rings; the ringing stops."""
    quiet_floor(scene)
    scene.phone(CARLA, never_answer=True)
    call = to_department(scene, customer, "2")
    carla = scene.rung(CARLA)
    scene.hang_up(call)
    left = scene.down(call)
    stopped = scene.down(carla)
    waited = stopped["t"] - left["t"]
    expect(waited <= 5, f"the phone rang on for {waited:.1f} s")
    scene.outcome(call, "customer_left")
    scene.tell(f"The customer hangs up; Carla's phone is quiet {waited:.1f} s later.")
    expect(len(dials(scene, DAN)) == 0, "nobody else is rung for a customer who is gone")


def overflow(scene: Scene, customer: str) -> None:
    """13: nobody in Dispatch answers, so Customer Support is rung."""
    quiet_floor(scene)
    scene.phone(EVA, answer_after=2)
    call = to_department(scene, customer, "4", "1")
    eva = scene.rung(EVA, patience=200)
    scene.hears(call, "people", eva)
    scene.tell("Nobody in Dispatch is free; Eva of Customer Support takes the call.")
    goodbye(scene, call)


def spanish(scene: Scene, customer: str) -> None:
    """16: a caller speaks Spanish to the menu and is served in Spanish."""
    quiet_floor(scene)
    scene.phone(CARLA, answer_after=6)
    call = scene.dial_in(customer, MAIN)
    spoken = scene.line("said", call=call)["seq"]
    scene.speak(call, "facturación")
    scene.said(call, "facturación", since=spoken)
    scene.tell("The customer says «facturación»; from here on Warmline speaks Spanish.")
    carla = scene.rung(CARLA)
    scene.hears(call, "people", carla)
    expect(scene.contact(call)["language"] == "es", "the contact's language is Spanish")
    goodbye(scene, call)


def five_members(scene: Scene, customer: str) -> None:
    """17: five members are rung while the account may start one call a second."""
    quiet_floor(scene)
    team = (EVA, FINN, GINA, HUGO, INES)
    for address in team[:4]:
        scene.phone(address, never_answer=True)
    scene.phone(INES, answer_after=7, press="1")
    call = to_department(scene, customer, "3")
    calls = [scene.rung(address) for address in team]
    times = sorted(
        x["t"] for x in scene.lines if x["kind"] == "call.ringing" and x["call"] in calls
    )
    gaps = [later - earlier for earlier, later in pairwise(times)]
    expect(min(gaps) > 0.7, f"dials start a second apart, not {min(gaps):.2f} s")
    scene.hears(call, "people", calls[4])
    for other in calls[:4]:
        scene.down(other)
    scene.tell("Five phones start ringing a second apart; the last one rung takes the call.")
    goodbye(scene, call)
