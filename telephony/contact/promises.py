"""Promises and tickets: written, told, moved, cancelled, and kept by ringing the department first
and the customer then.

A promise is spoken only after the ledger holds it. One that cannot be kept becomes a ticket, with
which a named human must act.
"""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.calls import ring_customer
from telephony.contact.edit import (
    Refused,
    agent_leg,
    cancel_hunt,
    close,
    end_transfer,
    enter,
    joined,
    next_id,
    owed,
    post,
    put_leg,
    staff,
    staff_present,
    unwant,
)
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    ContactOutcome,
    HuntPurpose,
    Leg,
    LegState,
    Promise,
    PromiseState,
    Role,
    Stage,
    TransferOutcome,
)
from telephony.contact.records import replace
from telephony.contact.seeking import (
    begin_hunt,
    seeking_stage,
    winner_left,
    winner_of,
)
from telephony.contact.targets import awaited, promised, sought_last

_WRITING, _PROMISING = PromiseState.WRITING, Stage.PROMISING
_WITH_US = frozenset({LegState.ANSWERED, LegState.ACCEPTED, LegState.JOINED})


def on_callback_asked(contact: Contact, event: ev.CallbackAsked, now: int) -> Contact:
    """An agent promises a callback: it is written while the two go on talking."""
    if agent_leg(contact, event.by) is None:
        raise Refused("not_on_this_contact")
    if not contact.customer:
        raise Refused("number_withheld")
    if owed(contact) is not None:
        raise Refused("promise_open")
    contact, promise_id = next_id(contact, "p")
    promise = Promise(
        id=f"{contact.id}.{promise_id}",
        department=event.department,
        state=PromiseState.WRITING,
        by=event.by,
        agent=event.agent,
        not_before=event.not_before,
        note=event.note,
    )
    return replace(contact, promise=promise)


def on_promise_written(contact: Contact, event: ev.PromiseWritten, now: int) -> Contact:
    """The ledger holds it: the message goes out, and it may be spoken. One that nobody waits for
    any more is taken back, because nobody was told.
    """
    promise = contact.promise
    if promise is not None and promise.id == event.promise and promise.state is not _WRITING:
        return contact
    if promise is None or promise.state is not _WRITING or contact.stage is Stage.CLOSED:
        return forget_promise(contact, event.promise, now)
    promise = replace(
        promise,
        id=event.promise,
        state=PromiseState.OPEN,
        due_from=event.due_from,
        due_until=event.due_until,
        max_attempts=event.max_attempts,
        told=bool(promise.by),
    )
    return _confirm(replace(contact, promise=promise), now)


def _tell(contact: Contact, now: int) -> Contact:
    """The search is over, and a promise stands: the customer is told, if they are on the line."""
    contact = end_transfer(contact, TransferOutcome.PROMISED, now, "callback_promised")
    return enter(contact, Stage.FAREWELL if on_line(contact) else Stage.PROMISED, now)


def part(contact: Contact, outcome: ContactOutcome, reason: str, now: int) -> Contact:
    """The customer is gone: the contact is over, or waits for the hour that was promised. Who
    answered our call and did not show that they were there was called in vain.
    """
    promise, leg = owed(contact), contact.customer_leg
    if promise is None:
        return close(contact, outcome, reason, now)
    if contact.stage is Stage.SEEKING and _due(promise, now) and leg is not None and leg.outbound:
        contact = replace(contact, promise=replace(promise, missed=True))
    for leg in staff(contact):
        contact = put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))
    contact = end_transfer(
        cancel_hunt(contact), TransferOutcome.CUSTOMER_LEFT, now, "customer_left"
    )
    return enter(contact, Stage.PROMISING, now)


def _due(promise: Promise, now: int) -> bool:
    return promise.state is PromiseState.OPEN and promise.due_from <= now


def _confirm(contact: Contact, now: int) -> Contact:
    promise = contact.promise
    assert promise is not None
    command = co.ConfirmPromise(promise.id, promise.due_from)
    return post(contact, f"confirm:{promise.due_from}", command, now)


def on_line(contact: Contact) -> bool:
    leg = contact.customer_leg
    return leg is not None and leg.state is not LegState.ENDED


def forget_promise(contact: Contact, promise: str, now: int) -> Contact:
    """Take back a promise that nobody was told of."""
    command = co.ClosePromise(promise, PromiseState.CANCELLED.value)
    return post(contact, f"close:{promise}", command, now)


def promise_impossible(contact: Contact, now: int) -> Contact:
    """No promise can be written: nothing is spoken, and the search goes on (fault 25)."""
    leg = contact.customer_leg
    promise = contact.promise
    waits = leg is not None and leg.state is not LegState.ENDED and contact.stage is _PROMISING
    if promise is None or not waits:
        return contact  # nobody waits to be told: the outbox goes on trying
    # It may be in the ledger all the same; nobody will hear of it, so nobody shall be called.
    target = awaited(contact)
    contact = forget_promise(replace(contact, promise=None), promise.id, now)
    contact = begin_hunt(contact, HuntPurpose.INBOUND, target, now)
    return enter(contact, seeking_stage(contact), now)


def on_promise_moved(contact: Contact, event: ev.PromiseMoved, now: int) -> Contact:
    """Another time: the customer's wish, or the next try after one in vain."""
    promise = contact.promise
    if promise is None or promise.id != event.promise or promise.state is not PromiseState.OPEN:
        return contact
    moved = replace(
        promise,
        due_from=event.due_from,
        due_until=event.due_until,
        attempts=event.attempts,
        missed=promise.missed and not event.command,
    )
    return replace(contact, promise=moved)


def on_promise_cancelled(contact: Contact, event: ev.PromiseCancelled, now: int) -> Contact:
    """The customer does not want to be called any more; whoever rings for them is let go."""
    promise = contact.promise
    if promise is None or promise.id != event.promise:
        raise Refused("no_such_promise")
    leg = _callback_leg(contact)
    if leg is not None and leg.state in _WITH_US:
        raise Refused("not_waiting_for_a_callback")
    contact = close_promise(replace(contact, ticket_reason=""), PromiseState.CANCELLED, now)
    return close(contact, ContactOutcome.RESOLVED, "promise_cancelled", now)


def on_promise_dropped(contact: Contact, event: ev.PromiseCancelled, now: int) -> Contact:
    """The callback is not wanted any more; the present call goes on."""
    promise = contact.promise
    if promise is None or promise.id != event.promise:
        raise Refused("no_such_promise")
    if promise.state is not PromiseState.OPEN:
        raise Refused("not_waiting_for_a_callback")
    return close_promise(contact, PromiseState.CANCELLED, now)


def on_promise_taken(contact: Contact, event: ev.PromiseTaken, now: int) -> Contact:
    """A customer has one open promise with a department, and the newest contact keeps it. A call
    that is going on goes on.
    """
    promise = contact.promise
    if promise is None or promise.id != event.promise or contact.ticket_reason:
        return contact
    leg = _callback_leg(contact)
    if leg is not None and leg.state in _WITH_US:
        return contact  # it is being kept at this moment
    contact = replace(contact, promise=replace(promise, state=PromiseState.REDEEMED))
    if contact.stage not in {Stage.PROMISED, Stage.KEEPING}:
        return contact
    return close(contact, ContactOutcome.RESOLVED, "promise_taken_over", now)


def close_promise(contact: Contact, state: PromiseState, now: int) -> Contact:
    """The promise is over; the ledger is told."""
    promise = contact.promise
    if promise is None or promise.state is not PromiseState.OPEN:
        return contact
    contact = replace(contact, promise=replace(promise, state=state))
    command = co.ClosePromise(promise.id, state.value)
    return post(contact, f"close:{promise.id}", command, now)


def redeem(contact: Contact, now: int) -> Contact:
    return close_promise(contact, PromiseState.REDEEMED, now)


def on_ticket(contact: Contact, event: ev.TicketOpened, now: int) -> Contact:
    contact = close_promise(replace(contact, ticket=event.ticket), PromiseState.TICKETED, now)
    if contact.promise is not None and contact.promise.state is _WRITING:
        contact = replace(contact, promise=None)  # written after this, it is taken back
    contact = end_transfer(contact, TransferOutcome.TICKETED, now, contact.ticket_reason)
    if on_line(contact):
        return enter(contact, Stage.FAREWELL, now)
    return close(contact, ContactOutcome.TICKETED, contact.ticket_reason, now)


def settle_promise(contact: Contact, now: int) -> Contact:
    """A promise that stands is told; one whose time has come is kept; one tried too often becomes
    a ticket.
    """
    promise = contact.promise
    if promise is None or promise.state is not PromiseState.OPEN or contact.ticket_reason:
        return contact
    if contact.stage is _PROMISING:
        return _tell(contact, now)
    if (
        contact.stage is Stage.SEEKING
        and _called_for(promise, now)
        and _there(contact.customer_leg)
    ):
        return redeem(contact, now)
    if contact.stage is not Stage.PROMISED:
        return contact
    if _picked_up(contact.customer_leg):
        return _taken_back(contact, now)
    if promise.missed:
        return contact
    if promise.attempts >= promise.max_attempts:
        return replace(contact, ticket_reason="promise_attempts_used_up")
    if now < promise.due_from:
        return contact
    contact = begin_hunt(contact, HuntPurpose.PROMISE, promised(contact, promise), now)
    return enter(contact, Stage.KEEPING, now)


def keeping(contact: Contact, now: int) -> Contact:
    winner, customer = winner_of(contact), _callback_leg(contact)
    if winner is None or not joined(winner):
        return _receiver_left_early(contact, now) if winner_left(contact) else contact
    if customer is None:
        return ring_customer(contact, now)
    if joined(customer):
        contact = put_leg(contact, replace(winner, role=Role.AGENT))
        contact = close_promise(contact, PromiseState.KEPT, now)
        return enter(contact, Stage.TALKING, now)
    return contact


def _callback_leg(contact: Contact) -> Leg | None:
    """The customer's leg that this keeping of the promise has dialled, if it has."""
    leg, hunt = contact.customer_leg, contact.hunt
    if leg is None or hunt is None or not leg.outbound or leg.since < hunt.since:
        return None
    return None if leg.outcome is AttemptOutcome.CANCELLED else leg


def _called_for(promise: Promise, now: int) -> bool:
    """Did we call the customer to keep this promise? It may have been put off when that seemed to
    be in vain.
    """
    return _due(promise, now) or promise.missed or promise.attempts > 0


def _picked_up(leg: Leg | None) -> bool:
    """Somebody answered in the blink in which we called their ringing off."""
    called_off = leg is not None and leg.outbound and leg.unwanted == AttemptOutcome.CANCELLED.value
    return called_off and leg is not None and leg.state in _WITH_US and not leg.machine


def _taken_back(contact: Contact, now: int) -> Contact:
    """They are there, so somebody is sought for them now. The try that was in vain is counted, and
    the promise stands until they have shown that they are there.
    """
    leg = contact.customer_leg
    assert leg is not None
    contact = put_leg(contact, replace(leg, unwanted="", outcome=None))
    return _sought_at_once(contact, now)


def _sought_at_once(contact: Contact, now: int) -> Contact:
    contact = begin_hunt(contact, HuntPurpose.INBOUND, sought_last(contact), now)
    return enter(contact, Stage.SEEKING, now)


def _there(leg: Leg | None) -> bool:
    """Has somebody whom we called shown that they are there?"""
    shown = {LegState.ACCEPTED, LegState.JOINED}
    return leg is not None and leg.outbound and leg.state in shown


def _receiver_left_early(contact: Contact, now: int) -> Contact:
    """The receiver hung up before the customer was there: whoever answers is not left alone, and
    their promise stands until they have shown that they are there. A phone that rang in vain was
    one of the tries (S9), and so was a machine that answered.
    """
    customer = _callback_leg(contact)
    if customer is not None and customer.state in _WITH_US and not customer.machine:
        return _sought_at_once(contact, now)
    if customer is None:
        return begin_hunt(contact, HuntPurpose.PROMISE, sought_last(contact), now)
    contact = keep_in_vain(contact, customer, now)
    return put_leg(contact, unwant(customer, AttemptOutcome.CANCELLED))


def keep_in_vain(contact: Contact, leg: Leg, now: int) -> Contact:
    """The customer did not take our callback: the receiver is freed, the promise put off."""
    if _callback_leg(contact) is not leg:
        return contact
    promise = contact.promise
    assert promise is not None
    for other in staff_present(contact):
        contact = put_leg(contact, unwant(other, AttemptOutcome.CANCELLED))
    contact = replace(cancel_hunt(contact), promise=replace(promise, missed=True))
    return enter(contact, Stage.PROMISED, now)
