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
    cancel_hunt,
    close,
    end_transfer,
    enter,
    joined,
    post,
    put_leg,
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
    PromiseState,
    Role,
    Stage,
    TransferOutcome,
)
from telephony.contact.records import replace
from telephony.contact.seeking import (
    begin_hunt,
    department_target,
    seeking_stage,
    winner_left,
    winner_of,
)

_WITH_US = frozenset({LegState.ANSWERED, LegState.ACCEPTED, LegState.JOINED})


def on_promise_written(contact: Contact, event: ev.PromiseWritten, now: int) -> Contact:
    """The ledger holds it: tell the customer, or, when they are gone, send the message."""
    promise = contact.promise
    if promise is None or promise.state is not PromiseState.WRITING:
        return contact
    promise = replace(
        promise,
        id=event.promise,
        state=PromiseState.OPEN,
        due_from=event.due_from,
        due_until=event.due_until,
        max_attempts=event.max_attempts,
    )
    contact = replace(contact, promise=promise)
    contact = end_transfer(contact, TransferOutcome.PROMISED, now, "callback_promised")
    contact = _confirm(contact, now)
    return enter(contact, Stage.FAREWELL if on_line(contact) else Stage.PROMISED, now)


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
    if promise is None or leg is None or leg.state is LegState.ENDED:
        return contact  # nobody waits on the line: the outbox goes on trying
    # It may be in the ledger all the same; nobody will hear of it, so nobody shall be called.
    contact = forget_promise(replace(contact, promise=None), promise.id, now)
    contact = begin_hunt(contact, HuntPurpose.INBOUND, department_target(contact), now)
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
    contact = close_promise(contact, PromiseState.CANCELLED, now)
    return close(contact, ContactOutcome.RESOLVED, "promise_cancelled", now)


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
    contact = end_transfer(contact, TransferOutcome.TICKETED, now, contact.ticket_reason)
    if on_line(contact):
        return enter(contact, Stage.FAREWELL, now)
    return close(contact, ContactOutcome.TICKETED, contact.ticket_reason, now)


def settle_promise(contact: Contact, now: int) -> Contact:
    """A promise whose time has come is kept; one tried too often becomes a ticket."""
    promise = contact.promise
    if contact.stage is not Stage.PROMISED or promise is None:
        return contact
    if promise.state is not PromiseState.OPEN or promise.missed or contact.ticket_reason:
        return contact
    if promise.attempts >= promise.max_attempts:
        return replace(contact, ticket_reason="promise_attempts_used_up")
    if now < promise.due_from:
        return contact
    target = department_target(replace(contact, department=promise.department))
    contact = begin_hunt(contact, HuntPurpose.PROMISE, target, now)
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


def _receiver_left_early(contact: Contact, now: int) -> Contact:
    """The receiver hung up before the customer was there: whoever answers is not left alone."""
    target = department_target(contact)
    customer = _callback_leg(contact)
    if customer is not None and customer.state in _WITH_US:
        contact = redeem(contact, now)
        contact = begin_hunt(contact, HuntPurpose.INBOUND, target, now)
        return enter(contact, Stage.SEEKING, now)
    if customer is not None:
        contact = put_leg(contact, unwant(customer, AttemptOutcome.CANCELLED))
    return begin_hunt(contact, HuntPurpose.PROMISE, target, now)


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
