"""The outbox: commands that wait in the contact until a worker has performed them.

Two kinds live in it. **Wants** follow from the state (end this leg, hold that one): they are
computed
anew at every step, appear when the state needs them and vanish when it does not, so a lost effect
is
simply wanted again. **Posts** happened to be decided once (a text message, a dial): they stay
until done.

A worker takes what is ready under a lease. A lease that runs out means that the worker died: a want
or an ordinary post is performed again, a dial's fate is unknown and is looked up first.
"""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import drop_pending, next_id, put_leg
from telephony.contact.model import AttemptOutcome, Contact, Ending, LegState
from telephony.contact.records import replace
from telephony.contact.timing import (
    BACKOFF_AUDIBLE_MS,
    BACKOFF_MAX_MS,
    BACKOFF_MS,
    DIAL_TRIES,
    FIND_AFTER_MS,
    PATIENCE_MS,
)

POSTS = (co.Dial, co.FindDial, co.ConfirmPromise, co.ClosePromise)
AUDIBLE = (co.Hold, co.Unhold, co.Redirect)


def is_ready(entry: co.Pending, now: int) -> bool:
    return entry.lease == 0 and entry.ready <= now


def entry_of(contact: Contact, command_id: str) -> co.Pending | None:
    for entry in contact.pending:
        if entry.id == command_id:
            return entry
    return None


def put_entry(contact: Contact, entry: co.Pending) -> Contact:
    pending = tuple(entry if old.id == entry.id else old for old in contact.pending)
    return replace(contact, pending=pending)


def take(contact: Contact, event: ev.CommandsTaken, now: int) -> Contact:
    """Mark all that is ready as taken by this worker.

    A dial may wait for its turn for long; what was taken with it must not be bound for as long, and
    what fills a silence for the shortest time.
    """
    pending = tuple(
        replace(entry, lease=lease_of(entry, event)) if is_ready(entry, now) else entry
        for entry in contact.pending
    )
    return contact if pending == contact.pending else replace(contact, pending=pending)


def lease_of(entry: co.Pending, event: ev.CommandsTaken) -> int:
    """Until when this command is taken."""
    if isinstance(entry.command, co.Dial):
        return event.dial_lease or event.lease
    audible = isinstance(entry.command, AUDIBLE)
    return (audible and event.audible_lease) or event.lease


def expire(contact: Contact, now: int) -> Contact:
    """Free the commands of a worker that did not come back."""
    for entry in contact.pending:
        if entry.lease and entry.lease <= now:
            if isinstance(entry.command, co.Dial):
                contact = dial_unknown(contact, entry, now)
            else:
                contact = retry(contact, entry, now)
    return contact


def retry(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """Again after a pause that doubles, with jitter from the command's own id (429: Twilio asks
    for it).
    """
    longest = BACKOFF_AUDIBLE_MS if isinstance(entry.command, AUDIBLE) else BACKOFF_MAX_MS
    pause = min(BACKOFF_MS * 2**entry.tries, longest)
    spread = sum(entry.id.encode()) * 37 % (pause // 5)
    later = replace(entry, lease=0, tries=entry.tries + 1, ready=now + pause + spread)
    return put_entry(contact, later)


def done(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """Twilio acknowledged. A post is over; a want stays quiet until its news should have come."""
    if isinstance(entry.command, POSTS):
        return drop_pending(contact, entry.key)
    return put_entry(contact, replace(entry, lease=0, ready=now + PATIENCE_MS))


def dial_key(leg_id: str) -> str:
    return f"dial:{leg_id}"


def dial_unknown(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """The dial may have happened: never repeat it blindly, look for it."""
    dial = entry.command
    assert isinstance(dial, co.Dial)
    leg = contact.leg(dial.leg)
    if leg is None or leg.state is not LegState.REQUESTED or leg.call:
        return drop_pending(contact, entry.key)
    contact = put_leg(contact, replace(leg, strange=True))
    find = co.FindDial(leg=leg.id, to=dial.to, since=leg.since)
    return put_entry(
        contact,
        replace(entry, command=find, lease=0, ready=now + FIND_AFTER_MS, tries=entry.tries + 1),
    )


def dial_again(contact: Contact, entry: co.Pending, dial: co.Dial, now: int) -> Contact:
    """The dial certainly did not happen: repeat it, a few times."""
    if entry.tries >= DIAL_TRIES:
        return dial_over(contact, dial.leg, AttemptOutcome.FAILED, now)
    return retry(contact, replace(entry, command=dial), now)


def dial_over(contact: Contact, leg_id: str, outcome: AttemptOutcome, now: int) -> Contact:
    """This attempt was never dialled and never will be."""
    contact = drop_pending(contact, dial_key(leg_id))
    leg = contact.leg(leg_id)
    if leg is None or leg.state is not LegState.REQUESTED:
        return contact
    over = replace(
        leg,
        state=LegState.ENDED,
        since=now,
        ending=Ending.REFUSED,
        outcome=leg.outcome or outcome,
        strange=False,
    )
    return put_leg(contact, over)


Want = tuple[str, co.AnyCommand]


def reconcile(contact: Contact, wants: tuple[Want, ...], now: int) -> Contact:
    """Make the outbox hold exactly the posts and the wants. What a worker holds stays until it
    answers.
    """
    wanted = dict(wants)
    kept: list[co.Pending] = []
    for entry in contact.pending:
        if isinstance(entry.command, POSTS):
            kept.append(entry)
        elif entry.lease:
            kept.append(entry)
            wanted.pop(entry.key, None)
        elif entry.key in wanted:
            command = wanted.pop(entry.key)
            same = command == entry.command
            kept.append(entry if same else replace(entry, command=command, ready=now, tries=0))
    for key, command in wanted.items():
        contact, command_id = next_id(contact, "k")
        kept.append(co.Pending(id=command_id, key=key, command=command, ready=now))
    pending = tuple(kept)
    return contact if pending == contact.pending else replace(contact, pending=pending)
