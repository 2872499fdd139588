"""When must a contact be looked at again, and what happens to what is overdue.

No timer is kept: every deadline follows from the state and from when it began. So nothing can be
forgotten when a state changes, and a clock that strikes twice, or late, does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from telephony.contact.customers import choice_overdue
from telephony.contact.edit import close, pending_of, put_leg, unwant
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    ContactOutcome,
    HuntState,
    Leg,
    LegState,
    PromiseState,
    Role,
    Stage,
    Timer,
)
from telephony.contact.outbox import dial_key
from telephony.contact.seeking import HUNTING
from telephony.contact.timing import (
    LEG_LIMITS,
    RECORDING_GRACE_MS,
    SAFETY_MS,
    STAGE_LIMITS,
    WATCH_MS,
)
from telephony.contact.wants import end_after

OVERDUE: dict[LegState, AttemptOutcome] = {
    LegState.REQUESTED: AttemptOutcome.FAILED,
    LegState.RINGING: AttemptOutcome.NO_ANSWER,
    LegState.ANSWERED: AttemptOutcome.NOT_ACCEPTED,
    LegState.ACCEPTED: AttemptOutcome.LOST,
}


def leg_due(contact: Contact, leg: Leg) -> int | None:
    """When this leg has stayed too long where it is; None: it may stay for ever."""
    if leg.state is LegState.RINGING:
        return leg.since + leg.ring_ms
    if leg.role is Role.CUSTOMER and not leg.outbound:
        return None
    if leg.role is Role.CUSTOMER and leg.state is LegState.ACCEPTED:
        return None
    if leg.state is LegState.REQUESTED and pending_of(contact, dial_key(leg.id)) is not None:
        return None  # waiting for its turn at one dial a second
    limit = LEG_LIMITS.get(leg.state)
    return None if limit is None else leg.since + limit


def overdue_legs(contact: Contact, now: int) -> Contact:
    """Ring time is over, nobody pressed the key, the room was never reached: let go."""
    for leg in contact.legs:
        if leg.unwanted or leg.state is LegState.ENDED:
            continue
        due = leg_due(contact, leg)
        if due is not None and now >= due:
            contact = put_leg(contact, unwant(leg, OVERDUE[leg.state]))
    return contact


def stage_due(contact: Contact) -> int | None:
    limit = STAGE_LIMITS.get(contact.stage)
    if limit is None:
        return None
    customer = contact.customer_leg
    over = customer is not None and customer.state is LegState.ENDED
    if contact.stage is Stage.RECORDING and over and customer is not None:
        return customer.since + RECORDING_GRACE_MS
    return contact.since + limit


def overdue_stage(contact: Contact, now: int) -> Contact:
    """The customer did not answer, or the last sentence took too long: go on without a word."""
    due = stage_due(contact)
    if due is None or now < due:
        return contact
    return _STAGE_OVER[contact.stage](contact, now)


def _recording_over(contact: Contact, now: int) -> Contact:
    leg = contact.customer_leg
    if leg is not None and leg.state is not LegState.ENDED:
        return choice_overdue(contact, now)
    return close(contact, ContactOutcome.CUSTOMER_LEFT, "left_without_message", now)


def _farewell_over(contact: Contact, now: int) -> Contact:
    leg = contact.customer_leg
    if leg is None:
        return contact
    return put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))


_STAGE_OVER: dict[Stage, Callable[[Contact, int], Contact]] = {
    Stage.CHOOSING: choice_overdue,
    Stage.RECORDING: _recording_over,
    Stage.FAREWELL: _farewell_over,
}


def timers(contact: Contact, now: int) -> tuple[Timer, ...]:
    """Every moment at which something is due, by name; the earliest is the contact's deadline."""
    found = [*_leg_timers(contact, now), *_outbox_timers(contact, now)]
    if contact.stage is not Stage.CLOSED:
        found.extend(_hunt_timers(contact))
        due = stage_due(contact)
        if due is not None:
            found.append(Timer(f"stage:{contact.stage.value}", due))
        found.append(Timer("watch", _watch_due(contact, now)))
    elif any(leg.state is not LegState.ENDED for leg in contact.legs):
        found.append(Timer("watch", _watch_due(contact, now)))
    return tuple(found)


def _leg_timers(contact: Contact, now: int) -> list[Timer]:
    found = []
    for leg in contact.legs:
        if leg.state is LegState.ENDED:
            continue
        due = leg_due(contact, leg)
        if leg.unwanted and end_after(contact, leg) > now:
            found.append(Timer(f"end:{leg.id}", end_after(contact, leg)))
        elif due is not None and not leg.unwanted:
            found.append(Timer(f"{leg.state.value}:{leg.id}", due))
    return found


def _outbox_timers(contact: Contact, now: int) -> list[Timer]:
    found = []
    for entry in contact.pending:
        due = entry.lease or (entry.ready if entry.ready > now else now + SAFETY_MS)
        found.append(Timer(f"outbox:{entry.key}", due))
    return found


def _hunt_timers(contact: Contact) -> list[Timer]:
    hunt = contact.hunt
    if hunt is None or contact.stage not in HUNTING:
        return []
    if hunt.state is HuntState.RINGING:
        return [Timer("ring", hunt.wave_at + ring.delay_ms) for ring in hunt.due]
    if hunt.state is HuntState.RESTING and hunt.plan is not None:
        return [Timer("pause", hunt.since + hunt.plan.pause_ms)]
    return []


def _watch_due(contact: Contact, now: int) -> int:
    """A live call is compared with Twilio on a beat; a promise waits for its hour."""
    if any(leg.call and leg.state is not LegState.ENDED for leg in contact.legs):
        return max(contact.looked + WATCH_MS, now + 1)
    promise = contact.promise
    open_promise = promise is not None and promise.state is PromiseState.OPEN
    if contact.stage is Stage.PROMISED and open_promise and promise is not None:
        return max(promise.due_from, now + 1)
    return now + WATCH_MS


def remember_timers(contact: Contact, now: int) -> Contact:
    found = timers(contact, now)
    return contact if found == contact.timers else replace(contact, timers=found)


__all__ = ["leg_due", "overdue_legs", "overdue_stage", "remember_timers", "timers"]
