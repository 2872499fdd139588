"""Traces that break the liveness invariants."""

from __future__ import annotations

from tests.verify.stage import (
    BEN,
    NONE,
    Case,
    handed_over,
    kept,
    talking,
    waiting,
    with_promise,
)
from warmline.verify import Facts, Overdue

STUCK: dict[str, Case] = {
    # L1
    "a customer still waits at rest": ("L1", lambda: waiting().rests(400), NONE),
    "a contact has no outcome at rest": ("L1", handed_over, Facts(contact_outcomes={"m": ()})),
    "a contact is in no record at rest": ("L1", handed_over, Facts(contact_outcomes={})),
    "a contact has an outcome that there is not": (
        "L1",
        handed_over,
        Facts(contact_outcomes={"m": ("forgotten",)}),
    ),
    "a transfer has no outcome at rest": (
        "L1",
        handed_over,
        Facts(transfer_outcomes={"t1": ()}, transfer_contacts={"t1": "m"}),
    ),
    # L2
    "a deadline is eleven seconds overdue": (
        "L2",
        handed_over,
        Facts(overdue=(Overdue("m", 40.0, 51.0),)),
    ),
    "a customer waits with music and nobody is called": (
        "L2",
        lambda: waiting().quiet(123),
        NONE,
    ),
    "a customer is kept on hold beside an agent who waits": (
        "L2",
        lambda: (
            talking()
            .holds(20, "mary")
            .hears(20, "mary", "hold")
            .hears(20, "ana", "silence")
            .quiet(141)
        ),
        NONE,
    ),
    # L3
    "an agent is kept half a minute after the customer left": (
        "L3",
        lambda: talking().down(20, "mary", "self", "R").quiet(51),
        NONE,
    ),
    "an agent is kept half a minute after the faults healed": (
        "L3",
        lambda: talking().fault(19).down(20, "mary", "self", "R").healed(60).quiet(91),
        NONE,
    ),
    # L4
    "a phone rings for nobody at rest": (
        "L4",
        lambda: waiting().down(9, "mary", "self", "R").dials(10, "ben", BEN).rests(12),
        NONE,
    ),
    "somebody is on hold at rest": (
        "L4",
        lambda: talking().holds(20, "mary").hears(20, "mary", "hold").rests(21),
        NONE,
    ),
    "Twilio has a call at rest of which we do not know": (
        "L4",
        lambda: talking().rests(20),
        Facts(open_calls=frozenset({"mary"})),
    ),
    "we hold a call for live at rest that is over": (
        "L4",
        handed_over,
        Facts(open_calls=frozenset({"ben"})),
    ),
    # L5
    "a promise is not tried in its window": (
        "L5",
        lambda: waiting().told(60, "mary").down(62, "mary", "self", "R").quiet(2061),
        with_promise(),
    ),
    "a promise is tried after its window only": ("L5", lambda: kept(2070), with_promise()),
}
