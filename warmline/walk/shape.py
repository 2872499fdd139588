"""When are two contacts the same to the core? Their shape says so.

Ids become places in a row, times vanish (what is due shows in the outbox), counters stop where the
core stops looking at them. Legs that are over and that nothing points at leave the contact. Staff
on their way out are all alike: nothing depends on how far they had come, and one stands for all.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from telephony.contact import commands as co
from telephony.contact.documents import CONFIRM_TRIES
from telephony.contact.model import Contact, Hunt, HuntState, Leg, LegState, Role, Stage
from telephony.contact.records import replace
from telephony.contact.results import IN_VAIN
from telephony.contact.timing import DIAL_TRIES, SHORT_TALK_MS

_TRIES = {kind: tries for kind, (tries, _) in IN_VAIN.items()} | {co.Dial: DIAL_TRIES}


def pruned(contact: Contact) -> Contact:
    """The contact without the legs that are history only."""
    needed = _needed(contact)
    kept: list[Leg] = []
    leaving = False
    for leg in contact.legs:
        if leg in needed:
            kept.append(leg)
        elif leg.state is not LegState.ENDED and not (leaving and is_leaving(contact, leg)):
            kept.append(leg)
            leaving = leaving or is_leaving(contact, leg)
    if len(kept) == len(contact.legs):
        return contact
    ids = {leg.id for leg in kept}
    pending = tuple(e for e in contact.pending if getattr(e.command, "leg", "") in {"", *ids})
    return replace(contact, legs=tuple(kept), pending=pending)


def is_leaving(contact: Contact, leg: Leg) -> bool:
    """One of ours who is let go and whom nothing waits for any more."""
    if leg.role is Role.CUSTOMER or not leg.unwanted or leg.state is LegState.ENDED:
        return False
    transfer = contact.transfer
    return transfer is None or leg.id not in {transfer.by, transfer.receiver}


def _needed(contact: Contact) -> list[Leg | None]:
    needed = [contact.customer_leg]
    hunt, transfer = contact.hunt, contact.transfer
    if hunt is not None and hunt.state is HuntState.WON:
        needed.append(contact.leg(hunt.winner))
    if transfer is not None:
        needed += [contact.leg(transfer.by), contact.leg(transfer.receiver)]
    return needed


def shape(contact: Contact, now: int) -> Hashable:
    """Equal for contacts that the core treats alike."""
    places = {leg.id: place for place, leg in enumerate(contact.legs)}
    transfer = contact.transfers[-1] if contact.transfers else None
    promise = contact.promise
    return (
        contact.stage,
        contact.question,
        contact.resume,
        contact.restores,
        contact.outcome,
        bool(contact.ticket),
        bool(contact.ticket_reason),
        contact.stage is Stage.TALKING and now - contact.since >= SHORT_TALK_MS,
        tuple([_leg(contact, leg) for leg in contact.legs]),
        contact.hold and places.get(contact.hold.by),
        contact.hunt and _hunt(contact.hunt, places),
        len(contact.transfers),
        transfer
        and (
            transfer.mode,
            transfer.state,
            transfer.outcome,
            places.get(transfer.by),
            places.get(transfer.receiver),
        ),
        promise and (promise.state, promise.attempts, promise.missed, bool(promise.by)),
        tuple(sorted(_outbox(contact, places))),
    )


def _leg(contact: Contact, leg: Leg) -> Hashable:
    if is_leaving(contact, leg):
        return bool(leg.call)
    customer = leg.role is Role.CUSTOMER
    return (
        leg.role,
        leg.state,
        leg.address,
        leg.held,
        bool(leg.unheard),
        leg.talked,
        leg.deaf,
        leg.machine,
        leg.unwanted,
        leg.outcome,
        customer and leg.misses > CONFIRM_TRIES,
        bool(leg.call),
        leg.room,
        leg.strange,
        leg.parting,
        leg.outbound,
        contact.hunt is not None and leg.hunt == contact.hunt.id,
    )


def _hunt(hunt: Hunt, places: dict[str, int]) -> Hashable:
    return (
        hunt.purpose,
        hunt.target.value,
        hunt.state,
        places.get(hunt.winner),
        len(hunt.due),
        len(hunt.waves),
        hunt.round,
        hunt.visited,
        hunt.rung,
    )


def _outbox(contact: Contact, places: dict[str, int]) -> Iterator[tuple[str, int, int, bool]]:
    leaving = {leg.id for leg in contact.legs if is_leaving(contact, leg)}
    for entry in contact.pending:
        kind = type(entry.command)
        leg = getattr(entry.command, "leg", "")
        # Twilio may be asked what is there at any time, so whether it is asked now is no matter.
        if kind is not co.Inspect and not (kind is co.EndCall and leg in leaving):
            tries = min(entry.tries, _TRIES.get(kind, 0))
            yield kind.__name__, places.get(leg, -1), tries, entry.lease > 0
