"""Small pure edits of a contact, shared by the machines."""

from __future__ import annotations

from telephony.contact.commands import AnyCommand, Pending
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    ContactOutcome,
    Hunt,
    HuntState,
    Leg,
    LegState,
    Promise,
    PromiseState,
    Role,
    Stage,
    Transfer,
    TransferOutcome,
    TransferState,
)
from telephony.contact.records import replace

# Named once, because these are asked several times a step (words.py).
_CUSTOMER = Role.CUSTOMER
_ACCEPTED, _JOINED, _ENDED = LegState.ACCEPTED, LegState.JOINED, LegState.ENDED


class Refused(Exception):
    """The person asked for what cannot be. ``reason`` is typed; the state is untouched."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Impossible(Exception):
    """A bug: the rules undo each other and never come to rest."""


def put_leg(contact: Contact, leg: Leg) -> Contact:
    """The contact with ``leg`` in the place of the leg with the same id, or added."""
    known = contact.leg(leg.id)
    if known is leg:
        return contact
    if known is None:
        return replace(contact, legs=(*contact.legs, leg))
    legs = tuple(leg if old.id == leg.id else old for old in contact.legs)
    return replace(contact, legs=legs)


def put_hunt(contact: Contact, hunt: Hunt) -> Contact:
    return replace(contact, hunt=hunt)


def put_transfer(contact: Contact, transfer: Transfer) -> Contact:
    """Replace the newest transfer."""
    return replace(contact, transfers=(*contact.transfers[:-1], transfer))


def enter(contact: Contact, stage: Stage, now: int) -> Contact:
    """Move to ``stage``; waiting counts from the first stage without a human."""
    if contact.stage is stage:
        return contact
    waiting = contact.waiting_since
    if stage is Stage.TALKING:
        waiting = 0
    elif not waiting:
        waiting = now
    return replace(contact, stage=stage, since=now, waiting_since=waiting)


def next_id(contact: Contact, prefix: str) -> tuple[Contact, str]:
    """A fresh id, derived from the contact's own counter, so that a replay gives the same one."""
    serial = contact.serial + 1
    return replace(contact, serial=serial), f"{prefix}{serial}"


def post(contact: Contact, key: str, command: AnyCommand, ready: int) -> Contact:
    """Put a command that must be performed once into the outbox, unless it waits there already."""
    if pending_of(contact, key) is not None:
        return contact
    contact, command_id = next_id(contact, "k")
    entry = Pending(id=command_id, key=key, command=command, ready=ready)
    return replace(contact, pending=(*contact.pending, entry))


def pending_of(contact: Contact, key: str) -> Pending | None:
    for entry in contact.pending:
        if entry.key == key:
            return entry
    return None


def drop_pending(contact: Contact, key: str) -> Contact:
    kept = tuple(entry for entry in contact.pending if entry.key != key)
    return replace(contact, pending=kept) if len(kept) != len(contact.pending) else contact


def live(leg: Leg | None) -> bool:
    return leg is not None and leg.state is not _ENDED


def joined(leg: Leg | None) -> bool:
    return leg is not None and leg.state is _JOINED


def staff(contact: Contact) -> tuple[Leg, ...]:
    """All legs but the customer's."""
    return tuple([leg for leg in contact.legs if leg.role is not _CUSTOMER])


def staff_present(contact: Contact) -> tuple[Leg, ...]:
    """Those who are in the room, or accepted and on their way, and are meant to stay."""
    return tuple([leg for leg in staff(contact) if _is_here(leg)])


def _is_here(leg: Leg) -> bool:
    return (leg.state is _JOINED or leg.state is _ACCEPTED) and not leg.unwanted


def agent_leg(contact: Contact, address: str) -> Leg | None:
    """The leg of the agent at ``address`` who is with the customer and meant to stay."""
    for leg in contact.legs:
        here = leg.state is LegState.JOINED and not leg.unwanted
        if leg.role is Role.AGENT and leg.address == address and here:
            return leg
    return None


def owed(contact: Contact) -> Promise | None:
    """The promise that stands: the ledger holds it, or it is being written."""
    promise = contact.promise
    stands = promise is not None and promise.state in {PromiseState.OPEN, PromiseState.WRITING}
    return promise if stands else None


def unwant(leg: Leg, outcome: AttemptOutcome) -> Leg:
    """Mark a live attempt to be ended; the first reason stays."""
    if leg.unwanted or leg.state is LegState.ENDED:
        return leg
    return replace(leg, unwanted=outcome.value, outcome=leg.outcome or outcome)


def cancel_hunt(contact: Contact) -> Contact:
    """Stop the ringing: nobody new is dialled and every attempt that has not won is let go."""
    hunt = contact.hunt
    if hunt is None or hunt.state in {HuntState.CANCELLED, HuntState.OVER, HuntState.WON}:
        return contact
    for leg in contact.legs:
        if leg.hunt == hunt.id and leg.id != hunt.winner:
            contact = put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))
    return put_hunt(contact, replace(hunt, state=HuntState.CANCELLED, due=(), waves=()))


def end_transfer(contact: Contact, outcome: TransferOutcome, now: int, reason: str = "") -> Contact:
    """Give the open transfer its one final outcome; no open transfer: nothing changes."""
    transfer = contact.transfer
    if transfer is None:
        return contact
    done = replace(transfer, state=TransferState.DONE, since=now, outcome=outcome, reason=reason)
    return put_transfer(contact, done)


def close(contact: Contact, outcome: ContactOutcome, reason: str, now: int) -> Contact:
    """The one final outcome of the contact and of its transfer. Whoever is still on a line is let
    go.
    """
    for leg in contact.legs:
        contact = put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))
    contact = cancel_hunt(contact)
    contact = end_transfer(contact, TransferOutcome.CUSTOMER_LEFT, now, "customer_left")
    contact = replace(contact, outcome=outcome, reason=reason)
    return enter(contact, Stage.CLOSED, now)
