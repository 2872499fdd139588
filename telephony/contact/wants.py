"""What the state needs from the world right now: one command for each difference.

Compare what should be with what is known to be; whatever differs is wanted. Nothing here remembers
what was asked before: that is the outbox's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from telephony.contact import commands as co
from telephony.contact.edit import joined
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    HuntState,
    Leg,
    LegState,
    PromiseState,
    Role,
    Stage,
    TransferState,
)
from telephony.contact.outbox import Want
from telephony.contact.timing import (
    ARRIVE_MS,
    ASTRAY_MS,
    BLINK_MS,
    ECHO_MS,
    PARTING_MS,
    WATCH_MS,
)

ON_DOCUMENT = frozenset({Stage.CHOOSING, Stage.RECORDING, Stage.PROMISING, Stage.FAREWELL})
"""Stages in which the customer hears a document instead of the room."""

IN_ROOM = frozenset({Stage.SEEKING, Stage.TALKING, Stage.TRANSFER, Stage.RESTORING, Stage.KEEPING})
"""Stages in which everybody who is on the line belongs into the room."""

# Named once, because every leg is asked for them at every step (words.py).
_CUSTOMER, _JOINED, _ENDED = Role.CUSTOMER, LegState.JOINED, LegState.ENDED
_ACCEPTED = LegState.ACCEPTED

WITH_PEOPLE = frozenset({Stage.TALKING, Stage.TRANSFER})

PRIVATE = frozenset({TransferState.HOLDING, TransferState.RINGING, TransferState.CONSULTING})
"""The customer is on hold while agent and receiver are among themselves."""


def wants(contact: Contact, now: int) -> tuple[Want, ...]:
    """All that is wanted, each under the key that allows one command at a time."""
    found: list[Want] = []
    for leg in contact.legs:
        if leg.state is not _ENDED:
            found.extend(_of_leg(contact, leg, now))
    found.extend(_of_hunt(contact))
    found.extend(_of_promise(contact))
    found.extend(_of_watch(contact, now))
    return tuple(found)


def _of_leg(contact: Contact, leg: Leg, now: int) -> Sequence[Want]:
    if leg.unwanted:
        if not leg.call or now < end_after(contact, leg):
            return []
        return [(f"end:{leg.id}", co.EndCall(leg.id, leg.call, leg.unwanted))]
    if leg.state is not _JOINED:
        return _fetched(leg) if _astray(contact, leg) else []
    if leg.role is _CUSTOMER and contact.stage in ON_DOCUMENT:
        return _fetched(leg)
    should = hold_wanted(contact, leg)
    silent = leg.held and leg.unheard and now >= leg.unheard + ECHO_MS
    if should and silent:
        return _made_heard(contact, leg)
    if should is None or should == leg.held:
        return []
    if leg.deaf:
        return _fetched(leg)
    kind = co.Hold if should else co.Unhold
    return [(f"hold:{leg.id}", kind(leg.id, leg.call, leg.room))]


def _made_heard(contact: Contact, leg: Leg) -> Sequence[Want]:
    """On hold without music. Who is alone is fetched: a redirect has a fallback address, the
    document of a hold has none. Who is not would hear the others: their hold is renewed, because
    what Twilio does with a second hold is not documented.
    """
    if not _in_company(contact):
        return _fetched(leg)
    return [(f"hold:{leg.id}", co.Unhold(leg.id, leg.call, leg.room))]


def _fetched(leg: Leg) -> Sequence[Want]:
    return [(f"redirect:{leg.id}", co.Redirect(leg.id, leg.call))]


def _astray(contact: Contact, leg: Leg) -> bool:
    """The customer belongs into the room, and Twilio says that they are not there.

    Only an answer that was given after they had the time to get there counts: then their document
    was lost on the way, and they are led in again.
    """
    on_the_way = leg.role is _CUSTOMER and _on_the_way(contact, leg)
    return on_the_way and contact.looked >= max(leg.since, contact.since) + ASTRAY_MS


def _on_the_way(contact: Contact, customer: Leg) -> bool:
    """The customer was sent into the room, and we have not heard that they are there."""
    if contact.stage not in IN_ROOM:
        return False
    return customer.state is LegState.ACCEPTED or (
        customer.state is LegState.ANSWERED and not customer.outbound
    )


def end_after(contact: Contact, leg: Leg) -> int:
    """Not before this moment do we end an unwanted leg ourselves (ms; 0: at once).

    Who pressed a key hears one kind sentence, and their document hangs up after it; so does a
    customer who picked up in the blink in which we called their ringing off. Who was beaten rings
    on for a blink, because they may have accepted in the same instant (fault 53).
    """
    picked_up = leg.outbound and leg.state in {LegState.ANSWERED, _ACCEPTED}
    if leg.parting or picked_up:
        return leg.since + PARTING_MS
    hunt = contact.hunt
    if leg.outcome is AttemptOutcome.BEATEN and hunt is not None and hunt.id == leg.hunt:
        return hunt.since + BLINK_MS
    return 0


def hold_wanted(contact: Contact, leg: Leg) -> bool | None:
    """Should ``leg`` be on hold? None: leave it as it is (alone with the waiting music)."""
    transfer = contact.transfer
    if leg.role is not _CUSTOMER:
        aside = transfer is not None and transfer.state is TransferState.ASIDE
        return aside and transfer is not None and leg.id == transfer.receiver
    private = transfer is not None and transfer.state in PRIVATE
    on_hold = private or contact.hold is not None
    if contact.stage in WITH_PEOPLE and not on_hold and _somebody_speaks(contact):
        return False
    return True if leg.talked else None


def _in_company(contact: Contact) -> bool:
    return any(leg.role is not Role.CUSTOMER and joined(leg) for leg in contact.legs)


def _somebody_speaks(contact: Contact) -> bool:
    """Is one of ours in the room to talk with? Who stepped out for a moment leaves silence (S2)."""
    return any(
        leg.state is _JOINED and leg.role is not _CUSTOMER and not hold_wanted(contact, leg)
        for leg in contact.legs
    )


def _of_hunt(contact: Contact) -> list[Want]:
    hunt = contact.hunt
    if hunt is None or hunt.state is not HuntState.PLANNING or contact.stage is Stage.CLOSED:
        return []
    return [(f"plan:{hunt.id}:{hunt.round}", co.FindCandidates(hunt.id, hunt.target))]


def _of_promise(contact: Contact) -> list[Want]:
    promise = contact.promise
    if contact.ticket_reason and not contact.ticket:
        command = co.OpenTicket(f"{contact.id}.ticket", contact.ticket_reason)
        return [("ticket", command)]
    if promise is None or contact.stage is Stage.CLOSED:
        return []
    waited_for = contact.stage is Stage.PROMISING or promise.by
    if promise.state is PromiseState.WRITING and waited_for:
        not_before = promise.not_before or contact.next_open
        command_ = co.WritePromise(promise.id, promise.department, not_before)
        return [(f"promise:{promise.id}", command_)]
    if promise.missed and promise.state is PromiseState.OPEN:
        return [(f"count:{promise.id}:{promise.attempts}", co.CountAttempt(promise.id))]
    return []


def _of_watch(contact: Contact, now: int) -> list[Want]:
    """Ask Twilio what is really there: on a beat, and when a leg should have been heard of long
    ago.
    """
    calls = tuple(leg.call for leg in contact.legs if leg.call and leg.state is not _ENDED)
    if not calls or (now < contact.looked + WATCH_MS and not _doubtful(contact, now)):
        return []
    return [("inspect", co.Inspect(calls))]


def _doubtful(contact: Contact, now: int) -> bool:
    """Something should have been heard of, and was not."""
    for leg in contact.legs:
        late = leg.state is _ACCEPTED and now >= leg.since + ARRIVE_MS
        if late and arrival_unknown(contact, leg):
            return True
        if leg.unheard and not leg.held and contact.looked < leg.unheard + ECHO_MS <= now:
            return True  # Twilio says yes and does nothing (fault 45): they may still hear music
    return _missed(contact)


def arrival_unknown(contact: Contact, leg: Leg) -> bool:
    """One of ours accepted, and Twilio was not asked since whether they reached the room."""
    staff = leg.role is not _CUSTOMER and leg.state is _ACCEPTED and not leg.unwanted
    return staff and contact.looked < leg.since + ARRIVE_MS


def asking_moments(contact: Contact, leg: Leg) -> list[int]:
    """When news of this leg is missed."""
    moments = [leg.since + ARRIVE_MS] if arrival_unknown(contact, leg) else []
    if leg.unheard:
        moments.append(leg.unheard + ECHO_MS)
    return moments


def _missed(contact: Contact) -> bool:
    """Somebody left the customer's room before we heard that the customer was there: if that news
    was lost, they are alone in silence now (S2).
    """
    customer = contact.customer_leg
    if customer is None or not _on_the_way(contact, customer):
        return False
    return any(
        leg.role is not Role.CUSTOMER
        and leg.since > contact.looked
        and leg.state in {LegState.ACCEPTED, LegState.ENDED}
        and leg.outcome in {AttemptOutcome.ACCEPTED, AttemptOutcome.LOST}
        for leg in contact.legs
    )
