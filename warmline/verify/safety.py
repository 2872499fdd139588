"""S1 to S10: what must hold at every moment, whatever fails. One small function a rule.

Each is called with the truth after the line that it is about was folded in. What the trace alone
cannot decide (was the promise durable when it was spoken?) is decided in ``ledger_rules``.

News takes time: two people act in the same instant, and a request that is on its way when somebody
hangs up cannot be called back. ``IN_FLIGHT`` is allowed for that. While a fault has just struck
(a lost webhook, Twilio away), 5 s become 5 s after it could be known, which is L3's 30 s.
"""

from __future__ import annotations

from typing import Final

from warmline.verify.ground import Contact, Leg, Line, Room, Truth

SILENCE_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0
RECONCILED_SECONDS: Final = 30.0
IN_FLIGHT: Final = 1.0
DISTURBED_SECONDS: Final = 100.0
"""A fault that lasts is over after this long (warmline.campaign.faults)."""
SPEECH_RATE: Final = 15.0
SERVICE_LEAVE: Final = frozenset(
    {"participant_updated_via_api", "conference_ended_via_api", "moderator_ended_conference"}
)
FILLED: Final = frozenset({"hold", "prompt", "people"})
NEVER_ALLOWED: Final = ("+1900", "+1976", "+870", "+881", "+882", "+883", "+888", "+979")
EMERGENCY: Final = frozenset({"112", "911", "999", "110", "118", "119", "000", "+1911", "+112"})


def _patience(truth: Truth, contact: Contact | None, since: float) -> float:
    struck = truth.struck(contact)
    unknown = 0.0 if struck < since - STOP_SECONDS else RECONCILED_SECONDS
    return STOP_SECONDS + unknown + truth.slack


# S1 --------------------------------------------------------------------------------------------


def s1_taken_down(truth: Truth, leg: Leg) -> None:
    """The service takes a customer's leg down: noted here, judged when the facts are known."""
    nobody = leg.machine or (leg.answered is None and not leg.inbound)
    if leg.customer and leg.by == "service" and not nobody:
        truth.partings.append((truth.t, truth.seq, leg))


def s1_machine_told(truth: Truth, leg: Leg) -> None:
    """A voicemail that answers a callback is given our message before we hang up (fault 58)."""
    contact, answered = leg.contact, leg.answered
    if not leg.machine or leg.inbound or leg.by != "service" or leg.told is not None:
        return
    if contact is None or answered is None:
        return
    if truth.undisturbed(contact, answered - DISTURBED_SECONDS, truth.t):
        truth.violate("S1", "a voicemail answered our callback and was given no message", leg)


# S2 --------------------------------------------------------------------------------------------


def s2_something_heard(truth: Truth, leg: Leg, what: str) -> None:
    """Silence and ringing are nothing; hold audio, a prompt and people end it."""
    if what in FILLED:
        s2_nothing_heard(truth, leg)
        leg.nothing_since = None
    elif leg.nothing_since is None:
        leg.nothing_since = truth.t


def s2_spoke(truth: Truth, leg: Leg, text: str) -> None:
    """A customer who speaks (to leave a message, say) is not waiting in silence."""
    if leg.nothing_since is not None:
        s2_nothing_heard(truth, leg)
        leg.nothing_since = truth.t + len(text) / SPEECH_RATE


def s2_nothing_heard(truth: Truth, leg: Leg) -> None:
    """A time without anything to hear is over, or the trace is: how long was it?"""
    since = leg.nothing_since
    if since is None or leg.machine or truth.t - since < SILENCE_SECONDS + truth.slack:
        return
    heard = leg.hears or "silence"
    reason = f"the customer heard nothing but {heard} for {truth.t - since:.1f} s"
    truth.violate("S2", reason, leg, since + SILENCE_SECONDS)


# S3 --------------------------------------------------------------------------------------------


def s3_agent_ended(truth: Truth, leg: Leg) -> None:
    """The service hangs up on somebody who has the customer: spoke with them, is in their room."""
    if not leg.had_customer or leg.by != "service":
        return
    if leg.removed is not None:
        truth.found.append(leg.removed)
        leg.removed = None
    elif leg.room is not None:
        reason = _left_alone(truth, leg, leg.room)
        if reason:
            truth.violate("S3", f"the agent was hung up while {reason}", leg)


def s3_agent_removed(truth: Truth, leg: Leg, room: Room | None, why: str) -> None:
    """The service takes a staff leg out of the room: bad, unless it comes back or was relieved."""
    staying = leg.down is None and room is not None and why in SERVICE_LEAVE
    if not leg.had_customer or not staying or room is None:
        return
    reason = _left_alone(truth, leg, room)
    if reason:
        leg.removed = truth.violation("S3", f"the agent was removed while {reason}", leg)


def s3_came_back(truth: Truth, leg: Leg) -> None:
    """Removed and led back in time: the customer was not given up."""
    if leg.removed is not None:
        if truth.t - leg.removed.t >= SILENCE_SECONDS:
            truth.found.append(leg.removed)
        leg.removed = None


def s3_accepted(truth: Truth, leg: Leg, room: Room) -> None:
    """Answering is not accepting: who did not prove to be human never comes to the customer."""
    if leg.customer or leg.accepted or (truth.cast and leg.address not in truth.staff):
        return
    if leg.joins == 1 and _customers_of(truth, room):
        who = "a machine" if leg.machine else "somebody who had not accepted"
        truth.violate("S3", f"{who} was joined to the customer as the receiver", leg)


def _customers_of(truth: Truth, room: Room) -> list[Leg]:
    """Customers in the room, and those who were put out of it in this very moment."""
    inside = [leg for leg in room.members.values() if leg.customer and leg.down is None]
    contact = room.contact
    if inside or contact is None:
        return inside
    return [
        leg
        for leg in contact.legs.values()
        if leg.customer and leg.last_room is room and truth.t - leg.left_room < 0.05
    ]


def _left_alone(truth: Truth, agent: Leg, room: Room) -> str:
    """Why the customer in ``room`` would be without a human if ``agent`` went; '' if not so."""
    customers = _customers_of(truth, room)
    if not customers or all(leg.machine for leg in customers):
        return ""
    others = [leg for leg in room.members.values() if not leg.customer and leg is not agent]
    present = [leg for leg in others if leg.down is None]
    if any(leg.accepted and not leg.muted and not leg.held for leg in present):
        held = _still_held(truth, agent, customers, present)
        return "the customer was on hold" if held else ""
    if _just_gone(truth, agent, room):
        return ""
    if not present:
        return "no receiver was in the conference with the customer"
    if any(leg.accepted for leg in present):
        return "the receiver was muted or on hold"
    return "the receiver in the conference had not accepted"


def s3_thrown_out(truth: Truth, room: Room, reason: str) -> None:
    """No leg of ours ends the conference by leaving it: the customer is still in there."""
    inside = [leg for leg in room.members.values() if leg.customer and leg.down is None]
    if inside and reason.startswith("participant-with-end-conference-on-exit"):
        truth.violate("S3", "the conference ended under the customer: somebody left it", inside[0])


def _still_held(truth: Truth, agent: Leg, customers: list[Leg], present: list[Leg]) -> bool:
    """The agent goes, whoever came later stays, and the customer cannot hear them. Twilio may have
    said yes to the end of the hold and done nothing (fault 45): we learn that a little later.
    """
    first = all((leg.joined or 0.0) > (agent.joined or 0.0) for leg in present)
    if not first or not all(leg.held for leg in customers):
        return False
    contact = customers[0].contact
    return contact is None or truth.undisturbed(contact, truth.t - DISTURBED_SECONDS, truth.t)


def _just_gone(truth: Truth, agent: Leg, room: Room) -> bool:
    """The receiver hung up in the same instant; the request was already on its way."""
    late = IN_FLIGHT if truth.struck(room.contact) < truth.t - STOP_SECONDS else STOP_SECONDS
    late += truth.slack
    return any(
        leg is not agent and leg.accepted and truth.t - leg.left_room <= late
        for leg in room.winners
    )


# S4 --------------------------------------------------------------------------------------------


def s4_rung_twice(truth: Truth, leg: Leg) -> None:
    """A phone that already rings for us is dialled again."""
    for other in truth.live_to.get(leg.address, ()):
        if other is not leg and other.answered is None:
            reason = f"{leg.address} is dialled while {other.call} still rings there"
            truth.violate("S4", reason, leg)
            return


def s4_attempt_repeated(truth: Truth, leg: Leg) -> None:
    """Two live calls carry the name of the same attempt."""
    if leg.inbound or not leg.attempt[1]:
        return
    other = truth.attempts.setdefault(leg.attempt, leg)
    if other is not leg and leg.address == other.address:
        truth.violate("S4", f"the attempt was dialled before, as {other.call}, still live", leg)


def s4_won(truth: Truth, leg: Leg, room: Room) -> None:
    """A receiver is in the room: no rival is there too, and the other phones stop ringing."""
    if leg.customer or leg.inbound or leg.joins > 1:
        return
    for rival in room.winners:
        rivals = rival.joined is not None and leg.dialled < rival.joined
        if rival.down is None and rival.room is room and rivals:
            truth.violate("S4", f"a second receiver joined beside {rival.call}", leg)
    room.winners.append(leg)
    contact = leg.contact
    if contact is None:
        return
    ringing = [x for x in contact.legs.values() if _still_rings(x) and x.sure]
    for loser in ringing:
        due = truth.t + _patience(truth, contact, truth.t)
        truth.at(due, s4_loser, (loser, truth.t))


def s4_loser(truth: Truth, about: tuple[Leg, float]) -> None:
    """Five seconds after somebody else won, does this phone still ring?"""
    loser, won = about
    if loser.down is None and loser.answered is None:
        patience = _patience(truth, loser.contact, won)
        if truth.t < won + patience:
            truth.at(won + patience, s4_loser, about)
            return
        truth.violate("S4", f"the phone rings on {truth.t - won:.0f} s after another won", loser)


def _still_rings(leg: Leg) -> bool:
    return not leg.customer and not leg.inbound and leg.answered is None and leg.down is None


# S7 --------------------------------------------------------------------------------------------


def s7_whose_room(truth: Truth, leg: Leg, room: Room) -> None:
    """The leg's contact and the room's contact are one."""
    mine, owner = leg.contact, room.contact
    if mine is not None and owner is not None and leg.sure and not mine.same(owner):
        who = "the customer" if leg.customer else leg.address
        truth.violate("S7", f"{who} of {mine.name} entered the conference of {owner.name}", leg)


# S8 --------------------------------------------------------------------------------------------


def s8_too_late(truth: Truth, leg: Leg) -> None:
    """A member is dialled for a customer who left; promises are looked at in the end."""
    if leg.customer or leg.inbound:
        return
    contact = leg.contact
    if contact is None:
        _dial_for_nobody(truth, leg)
        return
    left = contact.left
    if not leg.sure or left is None or contact.left_by == "carrier" or _back(truth, contact):
        return
    if leg.dialled - left > _patience(truth, contact, left):
        reason = f"dialled {leg.dialled - left:.1f} s after the customer left"
        truth.late_dials.append((truth.t, truth.seq, leg, reason))


def _back(truth: Truth, contact: Contact) -> bool:
    """They have called in again, and are on the line in a call that no address has named: greeted
    with the contact they expect, they hang up before their next document is asked for.
    """
    again = truth.by_customer.get(contact.customer)
    return again is not None and not again.id and again.connected > 0


def _dial_for_nobody(truth: Truth, leg: Leg) -> None:
    quiet = truth.t - truth.last_left
    patience = _patience(truth, None, truth.last_left)
    if not truth.waiting and patience < quiet < float("inf") and not truth.promised:
        reason = f"dialled {quiet:.1f} s after the last customer left"
        truth.late_dials.append((truth.t, truth.seq, leg, reason))


def s8_rings_on(truth: Truth, contact: Contact) -> None:
    """The customer hung up while phones rang: five seconds later none of them rings."""
    left = contact.left
    if left is None or contact.left_by != "self":
        return
    patience = _patience(truth, contact, left)
    if truth.t < left + patience:
        truth.at(left + patience, s8_rings_on, contact)
        return
    for leg in contact.legs.values():
        if _still_rings(leg) and leg.sure and leg.dialled <= left:
            truth.violate("S8", f"the phone rings on {truth.t - left:.0f} s after they left", leg)


# S9 --------------------------------------------------------------------------------------------


def s9_called_while_connected(truth: Truth, leg: Leg) -> None:
    """A customer is called who is on the line with us."""
    if not leg.customer or leg.inbound or leg.contact is None:
        return
    for other in leg.contact.legs.values():
        there = other.customer and other is not leg and other.answered is not None
        if there and leg.dialled - other.dialled > IN_FLIGHT + truth.slack:
            truth.violate("S9", f"the customer is called while connected as {other.call}", leg)
            return


def s9_kept_with_a_machine(truth: Truth, leg: Leg) -> None:
    """A voicemail that answers our callback is not the customer (fault 58)."""
    if leg.machine and not leg.inbound and not leg.proved and leg.joins == 1:
        truth.violate("S9", "a machine that answered our callback was led into the room", leg)


# S10 -------------------------------------------------------------------------------------------


def s10_allowed(truth: Truth, leg: Leg) -> None:
    """What no policy allows, and whoever is not in the cast."""
    if leg.inbound or leg.address.startswith(("client:", "app:")):
        return
    if leg.address in EMERGENCY or leg.address.startswith(NEVER_ALLOWED):
        truth.violate("S10", f"{leg.address} is a number that must never be dialled", leg)
    elif truth.cast and leg.address not in truth.staff and leg.address not in truth.customers:
        truth.violate("S10", f"{leg.address} is nobody of the cast", leg)


def dialled(truth: Truth, line: Line) -> None:
    """All that is judged when a dial starts."""
    leg = truth.legs[line["call"]]
    if leg.inbound:
        return
    s4_rung_twice(truth, leg)
    s8_too_late(truth, leg)
    s9_called_while_connected(truth, leg)
    s10_allowed(truth, leg)
