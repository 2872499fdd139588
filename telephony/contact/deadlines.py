"""When must a contact be looked at again, and what happens to what is overdue.

No timer is kept: every deadline follows from the state and from when it began. So nothing can be
forgotten when a state changes, and a clock that strikes twice, or late, does no harm.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.contact import commands as co
from telephony.contact.customers import choice_overdue, farewell_overdue, recording_overdue
from telephony.contact.edit import pending_of, put_leg, unwant
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    HuntState,
    Leg,
    LegState,
    Role,
    Stage,
    Timer,
)
from telephony.contact.outbox import dial_key
from telephony.contact.records import replace
from telephony.contact.seeking import HUNTING
from telephony.contact.timing import (
    LEG_LIMITS,
    RECORDING_GRACE_MS,
    SAFETY_MS,
    STAGE_LIMITS,
    WATCH_MS,
)
from telephony.contact.wants import arrival_unknown, asking_moments, end_after

# Named once, because every leg is asked for them at every step (words.py).
_CUSTOMER, _RINGING, _ENDED = Role.CUSTOMER, LegState.RINGING, LegState.ENDED

OVERDUE: dict[LegState, AttemptOutcome] = {
    LegState.REQUESTED: AttemptOutcome.FAILED,
    LegState.RINGING: AttemptOutcome.NO_ANSWER,
    LegState.ANSWERED: AttemptOutcome.NOT_ACCEPTED,
    LegState.ACCEPTED: AttemptOutcome.LOST,
}


def leg_due(contact: Contact, leg: Leg) -> int | None:
    """When this leg has stayed too long where it is; None: it may stay for ever."""
    if leg.state is _RINGING:
        return leg.since + leg.ring_ms
    limit = LEG_LIMITS.get(leg.state)
    if limit is None or (leg.role is _CUSTOMER and not leg.outbound):
        return None
    if leg.role is _CUSTOMER and leg.state is LegState.ACCEPTED:
        return None
    dial = pending_of(contact, dial_key(leg.id))
    if leg.state is LegState.REQUESTED and dial is not None and isinstance(dial.command, co.Dial):
        return None  # waiting for its turn at one dial a second
    if leg.state is LegState.ACCEPTED and arrival_unknown(contact, leg):
        return None
    return leg.since + limit


def overdue_legs(contact: Contact, now: int) -> Contact:
    """Ring time is over, nobody pressed the key, the room was never reached: let go."""
    for leg in contact.legs:
        if leg.unwanted or leg.state is _ENDED:
            continue
        due = leg_due(contact, leg)
        if due is not None and now >= due:
            contact = put_leg(contact, unwant(leg, OVERDUE[leg.state]))
    return contact


def stage_due(contact: Contact) -> int | None:
    """When the stage has lasted too long; None: it may last, or its end is under way."""
    limit = STAGE_LIMITS.get(contact.stage)
    customer = None if limit is None else contact.customer_leg
    if limit is None or customer is None:
        return None
    if contact.stage is Stage.FAREWELL and customer.unwanted:
        return None
    if contact.stage is Stage.RECORDING and customer.state is LegState.ENDED:
        return customer.since + RECORDING_GRACE_MS
    return contact.since + limit


def overdue_stage(contact: Contact, now: int) -> Contact:
    """The customer did not answer, or the last sentence took too long: go on without a word."""
    due = stage_due(contact)
    if due is None or now < due:
        return contact
    return _STAGE_OVER[contact.stage](contact, now)


_STAGE_OVER: dict[Stage, Callable[[Contact, int], Contact]] = {
    Stage.CHOOSING: choice_overdue,
    Stage.RECORDING: recording_overdue,
    Stage.FAREWELL: farewell_overdue,
}


def timers(contact: Contact, now: int) -> tuple[Timer, ...]:
    """Every moment at which something is due, by name; the earliest is the contact's deadline."""
    found = [*_leg_timers(contact, now), *_outbox_timers(contact, now)]
    if contact.stage is not Stage.CLOSED:
        found.extend(_hunt_timers(contact, now))
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
        if leg.state is _ENDED:
            continue
        due = leg_due(contact, leg)
        if leg.unwanted and end_after(contact, leg) > now:
            found.append(Timer(f"end:{leg.id}", end_after(contact, leg)))
        elif due is not None and not leg.unwanted:
            found.append(Timer(f"{leg.state.value}:{leg.id}", due))
        if leg.unheard or leg.state is LegState.ACCEPTED:
            moments = (moment for moment in asking_moments(contact, leg) if moment > now)
            found.extend(Timer(f"ask:{leg.id}", moment) for moment in moments)
    return found


def _outbox_timers(contact: Contact, now: int) -> list[Timer]:
    found = []
    for entry in contact.pending:
        due = entry.lease or (entry.ready if entry.ready > now else now + SAFETY_MS)
        found.append(Timer(f"outbox:{entry.key}", due))
    return found


def _hunt_timers(contact: Contact, now: int) -> list[Timer]:
    """A ring whose moment has passed waits for its phone to be quiet, not for a time."""
    hunt = contact.hunt
    if hunt is None or contact.stage not in HUNTING:
        return []
    if hunt.state is HuntState.RINGING:
        moments = (hunt.wave_at + ring.delay_ms for ring in hunt.due)
        return [Timer("ring", moment) for moment in moments if moment > now]
    if hunt.state is HuntState.RESTING and hunt.plan is not None:
        return [Timer("pause", hunt.since + hunt.plan.pause_ms)]
    return []


def _watch_due(contact: Contact, now: int) -> int:
    """A live call is compared with Twilio on a beat; a promise waits for its hour.

    What is due already waits in the outbox, which has timers of its own.
    """
    due = 0
    if any(leg.call and leg.state is not LegState.ENDED for leg in contact.legs):
        due = contact.looked + WATCH_MS
    elif contact.stage is Stage.PROMISED and contact.promise is not None:
        due = contact.promise.due_from
    return due if due > now else now + WATCH_MS


def remember_timers(contact: Contact, now: int) -> Contact:
    found = timers(contact, now)
    return contact if found == contact.timers else replace(contact, timers=found)


__all__ = ["leg_due", "overdue_legs", "overdue_stage", "remember_timers", "timers"]
