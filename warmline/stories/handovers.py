"""Stories of agents who pass their customer on."""

from __future__ import annotations

from warmline.stories.common import (
    ANA,
    BEN,
    BILLING_DESK,
    CARLA,
    DAN,
    ask,
    expect,
    goodbye,
    hold,
    transfer,
    with_ana,
)
from warmline.stories.scene import Scene

BILLING = {"department": "billing"}


def _consulting(scene: Scene, customer: str, answer_after: float = 3) -> tuple[str, str, str, str]:
    """Ana has Carla in private, the customer hears music. (customer, ana, carla, transfer)."""
    call, ana = with_ana(scene, customer)
    scene.phone(CARLA, answer_after=answer_after)
    handed = scene.mark()
    transfer_id = transfer(scene, call, BILLING)
    scene.hears(call, "hold", since=handed)
    scene.tell("Ana starts a warm transfer to Billing; the customer hears music.")
    carla = scene.rung(CARLA)
    scene.hears(ana, "people", carla)
    scene.tell("Carla accepts; she and Ana talk in private.")
    return call, ana, carla, transfer_id


def warm(scene: Scene, customer: str) -> None:
    """2: hold, ring, consult in private, complete."""
    call, ana, carla, transfer_id = _consulting(scene, customer)
    scene.said(call, "ana is")
    ask(scene, transfer_id, "complete")
    scene.hears(call, "people", carla)
    scene.hears(carla, "people", call)
    gone = scene.down(ana)
    heard = next(
        x
        for x in scene.lines
        if x["kind"] == "hears" and x["call"] == call and carla in x.get("with", [])
    )
    expect(heard["seq"] < gone["seq"], "the agent goes only after the customer hears the receiver")
    scene.transfer_outcome(call, "completed")
    scene.tell("Ana completes: the customer hears Carla first, then Ana is let go.")
    goodbye(scene, call)


def returned(scene: Scene, customer: str) -> None:
    """6: nobody in Billing answers; the customer is back with the agent."""
    call, ana = with_ana(scene, customer)
    scene.phone(CARLA, never_answer=True)
    scene.phone(BILLING_DESK, reject=True)
    handed = scene.mark()
    transfer(scene, call, BILLING)
    scene.hears(call, "hold", since=handed)
    scene.hears(call, "people", ana, since=handed, patience=200)
    scene.transfer_outcome(call, "returned")
    scene.tell("Two rounds ring in vain; the customer hears Ana again, who has not left.")
    goodbye(scene, call)


def browser_dies(scene: Scene, customer: str) -> None:
    """9: the agent's browser dies while Billing rings; the receiver is joined all the same."""
    call, ana = with_ana(scene, customer)
    scene.phone(CARLA, answer_after=8)
    transfer(scene, call, BILLING)
    carla = scene.rung(CARLA)
    scene.hang_up(ana)
    scene.down(ana)
    scene.tell("Ana's browser dies while Carla's phone rings. The customer notices nothing.")
    scene.hears(call, "people", carla)
    scene.transfer_outcome(call, "completed")
    scene.tell("Carla answers and hears the customer.")
    goodbye(scene, call)


def receiver_vanishes(scene: Scene, customer: str) -> None:
    """10: the receiver hangs up at the very moment of completion."""
    call, _, carla, transfer_id = _consulting(scene, customer)
    scene.phone(ANA, answer_after=1)
    ask(scene, transfer_id, "complete")
    scene.hang_up(carla)
    scene.down(carla)
    scene.tell("Ana completes, and in the same moment Carla hangs up.")

    def with_ana_again(lines: list[dict[str, object]]) -> bool:
        anas = {x["call"] for x in lines if x["kind"] == "call.dialled" and x["to"] == ANA}
        heard = [x for x in lines if x["kind"] == "hears" and x["call"] == call]
        last = heard[-1]
        others = last.get("with")
        return (
            last["what"] == "people"
            and isinstance(others, list)
            and len(others) == 1
            and others[0] in anas
            and not [x for x in lines if x["kind"] == "call.down" and x["call"] == others[0]]
        )

    scene.wait("the customer is with Ana again", with_ana_again)
    scene.tell("The customer is not left alone: Ana has them again.")
    goodbye(scene, call)


def line_fails(scene: Scene, customer: str) -> None:
    """11: the customer's line fails in the middle; they are called back with the context."""
    call, _, carla, transfer_id = _consulting(scene, customer)
    scene.phone(customer, answer_after=2, press="1")
    broken = scene.mark()
    scene.drop(call)
    scene.tell("The customer's line fails in the middle of the transfer.")
    again = scene.rung(customer, since=broken)
    scene.said(again, "our call was interrupted")
    scene.hears(again, "hold")
    scene.tell("Warmline calls back at once; nobody has to start again.")
    ask(scene, transfer_id, "complete")
    scene.hears(again, "people", carla)
    scene.tell("Ana completes, and the customer talks with Carla.")
    goodbye(scene, call, line=again)


def swap_and_merge(scene: Scene, customer: str) -> None:
    """14: between the two, then all three together."""
    call, ana, carla, transfer_id = _consulting(scene, customer)
    ask(scene, transfer_id, "swap")
    scene.hears(call, "people", ana)
    scene.hears(carla, "hold")
    scene.tell("Swap: Ana talks with the customer, Carla hears music.")
    ask(scene, transfer_id, "merge")
    scene.hears(call, "people", ana, carla)
    scene.tell("Merge: all three hear each other.")
    ask(scene, transfer_id, "complete")
    scene.down(ana)
    scene.hears(call, "people", carla)
    scene.transfer_outcome(call, "completed")
    scene.tell("Complete: Ana leaves, the two talk on.")
    goodbye(scene, call)


def held_and_lost(scene: Scene, customer: str) -> None:
    """19: the agent's own hold and resume; held once more, and the agent's browser dies."""
    call, ana = with_ana(scene, customer)
    scene.phone(ANA, busy=True)
    scene.phone(BEN, answer_after=2)
    hold(scene, call, "hold")
    told = scene.said(call, "ana has put you on hold for a moment and has not left")
    scene.hears(call, "hold")
    scene.tell("Ana puts the customer on hold, who hears that she has not left.")
    hold(scene, call, "resume")
    scene.hears(call, "people", ana, since=told["seq"])
    scene.tell("Ana is back, and the two talk.")
    again = scene.mark()
    hold(scene, call, "hold")
    scene.line("room.hold", call=call, since=again)
    scene.hang_up(ana)
    scene.down(ana)
    ben = scene.rung(BEN)
    scene.hears(call, "people", ben)
    scene.tell("On hold again, and Ana's browser dies: Ben has the customer.")
    goodbye(scene, call)


def nobody_in_billing(scene: Scene) -> None:
    """Every phone of Billing rings in vain or is busy."""
    scene.phone(CARLA, busy=True)
    scene.phone(DAN, busy=True)
    scene.phone(BILLING_DESK, busy=True)
