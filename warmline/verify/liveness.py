"""L1 to L5, as far as the trace shows them: judged once faults have healed, and at rest."""

from __future__ import annotations

from typing import Final

from warmline.verify.ground import Contact, Leg, Line, Truth
from warmline.verify.safety import RECONCILED_SECONDS

IDLE_SECONDS: Final = 120.0
RINGS_SECONDS: Final = 300.0
"""The longest ring time that can be set is two minutes; in a wave that adds one phone after the
other the first rings on for all of them.
"""
OVER_STATUS: Final = frozenset({400, 404})
ENOUGH: Final = 4
LED_IN_SECONDS: Final = 15.0
"""Time for a kind sentence, if somebody else was quicker; else the room is a second away."""


def l2_looked_after(truth: Truth, leg: Leg) -> None:
    """Somebody acts for a customer who waits: a phone rings, staff consult, a question is asked.

    A forgotten deadline shows like this: music for ever, and nobody is called. Two minutes are
    longer than any question, pause or news between two actions.
    """
    contact = leg.contact
    if leg.down is not None or leg.hears == "people" or contact is None:
        leg.watched = False
        return
    busy = any(
        not other.customer and (other.answered is None or other.hears == "people")
        for other in contact.legs.values()
    )
    since = max(contact.acted, truth.healed or 0.0)
    if busy or not truth.calm:
        since = truth.t
    due = since + IDLE_SECONDS + truth.slack
    if truth.t >= due:  # the very sum this was put off to: a difference may round to just below
        reason = f"nothing was done for {truth.t - since:.0f} s for a customer who waits"
        truth.violate("L2", reason, leg)
        due = truth.t + IDLE_SECONDS + truth.slack
    truth.at(due, l2_looked_after, leg)


def l2_watch(truth: Truth, leg: Leg) -> None:
    """From now on somebody must act for this customer, who does not talk with anybody."""
    if leg.contact is not None:
        leg.contact.acted = truth.t
    if not leg.watched and not leg.machine:
        leg.watched = True
        truth.at(truth.t + IDLE_SECONDS + truth.slack, l2_looked_after, leg)


def l2_watch_ringing(truth: Truth, leg: Leg) -> None:
    """A phone that nobody answers is given up, and somebody else is rung."""
    if not leg.inbound:
        truth.at(truth.t + RINGS_SECONDS + truth.slack, _l2_rings_on, leg)


def _l2_rings_on(truth: Truth, leg: Leg) -> None:
    if leg.answered is None and leg.down is None:
        truth.violate("L2", f"{leg.address} rings for {RINGS_SECONDS:.0f} s", leg)


def l2_accepted(truth: Truth, leg: Leg) -> None:
    """Who takes the call gets the customer, or is told why not: nobody is asked again for ever."""
    if not leg.customer and not leg.inbound and leg.joined is None and truth.calm:
        truth.at(truth.t + LED_IN_SECONDS + truth.slack, _l2_led_in, leg)


def _l2_led_in(truth: Truth, leg: Leg) -> None:
    if leg.down is None and leg.joined is None and truth.calm:
        reason = f"{leg.address} accepted, and was neither led to the customer nor let go"
        truth.violate("L2", reason, leg)


def l3_released(truth: Truth, contact: Contact) -> None:
    """30 s after the customer hung up, whoever was there for them is free again.

    The news may have been lost, but not for longer than this. Who was dialled afterwards keeps a
    promise and is not meant.
    """
    left = contact.left
    if left is None or contact.left_by != "self" or not truth.calm:
        return
    due = max(left, truth.healed or 0.0) + RECONCILED_SECONDS + truth.slack
    if truth.t < due:
        truth.at(due, l3_released, contact)
        return
    for leg in contact.legs.values():
        if not leg.customer and not leg.inbound and leg.sure and leg.dialled <= left:
            reason = f"still on the line {truth.t - left:.0f} s after the customer left"
            truth.violate("L3", reason, leg)


def l3_believed(truth: Truth, line: Line) -> None:
    """What Twilio says of a call is news like any other: who hears that it is over, asks no more
    for its end (fault 41).
    """
    if line["status"] not in OVER_STATUS or "/Calls/" not in line["path"]:
        return
    truth.gone[line["path"]] += 1
    if truth.gone[line["path"]] == ENOUGH:
        leg = truth.legs.get(line["path"].rpartition("/")[2].partition(".")[0])
        truth.violate("L3", f"heard {ENOUGH} times that this call is over", leg)


def healed(truth: Truth) -> None:
    """Faults have stopped: the clocks of liveness start now."""
    truth.healed = truth.t
    seen: set[int] = set()
    for leg in truth.legs.values():
        contact = leg.contact
        if contact is None or leg.down is not None or contact.left is None or id(contact) in seen:
            continue
        seen.add(id(contact))
        truth.at(truth.t + RECONCILED_SECONDS, l3_released, contact)


def at_rest(truth: Truth) -> None:
    """``rest_time``: L1 and L4."""
    truth.rest = truth.t
    for leg in truth.legs.values():
        if leg.down is None:
            l1_still_waiting(truth, leg)
            l4_orphan(truth, leg)


def l1_still_waiting(truth: Truth, leg: Leg) -> None:
    """A customer who is on the line at rest talks with somebody; else nothing came of it."""
    if leg.customer and leg.hears != "people":
        heard = leg.hears or "nothing"
        truth.violate("L1", f"at rest the customer still waits and hears {heard}", leg)


def l4_orphan(truth: Truth, leg: Leg) -> None:
    """At rest nobody is on hold, and no member of staff is on a line without a customer."""
    if leg.held:
        truth.violate("L4", "at rest still on hold", leg)
    elif not leg.customer:
        room = leg.room
        if room is None or not any(other.customer for other in room.members.values()):
            state = "rings" if leg.answered is None else "is on a line"
            truth.violate("L4", f"at rest {leg.address} {state} for nobody", leg)
