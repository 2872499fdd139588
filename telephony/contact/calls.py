"""Asking for phone calls: the only place where a leg is born and a dial is posted."""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact.edit import drop_pending, next_id, post, put_leg
from telephony.contact.model import AttemptOutcome, Contact, Hunt, Leg, LegState, Role, Stage
from telephony.contact.outbox import dial_key, dial_over
from telephony.contact.plans import Ring
from telephony.contact.timing import CALLBACK_RING_MS


def ring_member(contact: Contact, hunt: Hunt, ring: Ring, now: int) -> Contact:
    """One attempt: dial one member."""
    contact, leg_id = next_id(contact, "l")
    member = ring.candidate
    leg = Leg(
        id=leg_id,
        role=Role.RECEIVER,
        address=member.address,
        state=LegState.REQUESTED,
        since=now,
        name=member.name,
        member=member.key,
        hunt=hunt.id,
        ring_ms=ring.ring_ms,
    )
    dial = co.Dial(
        leg=leg_id,
        to=member.address,
        caller_id=hunt.plan.caller_id if hunt.plan else "",
        ring_ms=ring.ring_ms,
        customer=False,
        urgent=contact.stage is not Stage.KEEPING,
        department=contact.department,
    )
    return post(put_leg(contact, leg), dial_key(leg_id), dial, now)


def ring_customer(contact: Contact, now: int) -> Contact:
    """Call the customer back: the line broke, or a promise is due."""
    contact, leg_id = next_id(contact, "l")
    leg = Leg(
        id=leg_id,
        role=Role.CUSTOMER,
        address=contact.customer,
        state=LegState.REQUESTED,
        since=now,
        ring_ms=CALLBACK_RING_MS,
        outbound=True,
    )
    dial = co.Dial(
        leg=leg_id,
        to=contact.customer,
        caller_id=contact.dialled,
        ring_ms=CALLBACK_RING_MS,
        customer=True,
        urgent=True,
        department=contact.department,
    )
    return post(put_leg(contact, leg), dial_key(leg_id), dial, now)


def forget_unmade(contact: Contact, now: int) -> Contact:
    """A dial that is unwanted before any worker made it is over at once (S8). One that a callback
    has told of was made, whatever its answer was: it is not made again (S4).
    """
    for entry in contact.pending:
        if isinstance(entry.command, co.Dial | co.FindDial):
            contact = _look_at_dial(contact, entry, entry.command.leg, now)
    return contact


def _look_at_dial(contact: Contact, entry: co.Pending, leg_id: str, now: int) -> Contact:
    leg = contact.leg(leg_id)
    if leg is None or leg.call or leg.state is not LegState.REQUESTED:
        return drop_pending(contact, entry.key)
    if leg.unwanted and not entry.lease and isinstance(entry.command, co.Dial):
        return dial_over(contact, leg.id, AttemptOutcome.CANCELLED, now)
    return contact
