"""What a new version of a contact changes in Redis: a pure function that lists the commands.

All of them happen in one transaction (``lua/commit.lua``), so no index ever disagrees with the
contact for longer than that.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from telephony.contact.codec import encode, event_data, event_text
from telephony.contact.customers import awaits
from telephony.contact.events import CommandDone, Event
from telephony.contact.model import Contact, LegState, Role, Stage
from telephony.contact.records import Record
from telephony.store import keys

Change = list[str | bytes | int]

# A closed contact is looked up by late webhooks and by the pages; SQL has it for ever.
CLOSED_S = 24 * 3600
# No call lives longer than a day (https://www.twilio.com/docs/voice/twiml/dial, timeLimit).
CALL_S = 48 * 3600
# Twilio repeats a webhook within seconds and people press twice within minutes; after this time
# the order of versions and states alone makes a repetition harmless.
SEEN_S = 15 * 60
COUNT_S = 48 * 3600
# A caller is recognised for a month; after that they are greeted as anybody.
KNOWN_S = 31 * 24 * 3600
# The journal worker trims what it has copied; this only bounds a stream that nobody copies.
JOURNAL_LENGTH = 1_000_000


class Commit(Record):
    """One step that is to be stored. Times in ms.

    ``record`` is ``new`` as text.
    ``ready``: the outbox has work now. ``at_work``: whoever commits does that work next.
    """

    old: Contact | None
    new: Contact
    record: bytes
    event: Event
    now: int
    ready: bool
    at_work: bool
    rearm_ms: int
    dedupe: str = ""


def changes_of(commit: Commit) -> list[Change]:
    """Every change in Redis that belongs to this step, in a fixed order."""
    return [
        *_record(commit),
        *_moment(commit),
        *_calls(commit),
        *_customer(commit),
        *_claims(commit),
        *_counts(commit),
        *_journal(commit),
        *_wake(commit),
    ]


def record_of(contact: Contact) -> bytes:
    """The contact as it stands in Redis."""
    return b"%d %b" % (contact.version, encode(contact))


def rq_time() -> str:
    """The present time as RQ writes it."""
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def claim_of(contact_id: str, leg_id: str) -> str:
    """The value under which a member is claimed."""
    return f"{contact_id} {leg_id}"


def day_of(now: int) -> str:
    """The day in which conversations are counted (UTC)."""
    return datetime.fromtimestamp(now / 1000, UTC).date().isoformat()


def _record(commit: Commit) -> list[Change]:
    new = commit.new
    closed = new.stage is Stage.CLOSED
    record: Change = ["SET", keys.contact(new.id), commit.record]
    if closed and _rest_moment(new) is None:
        record += ["EX", CLOSED_S]
    changed: list[Change] = [record]
    if closed:
        changed.append(["HDEL", keys.OPEN, new.id])
    elif commit.old is None or commit.old.stage is not new.stage:
        changed.append(["HSET", keys.OPEN, new.id, new.stage])
    if commit.dedupe:
        changed.append(["SET", keys.seen(commit.dedupe), new.id, "EX", SEEN_S])
    return changed


def _rest_moment(contact: Contact) -> int | None:
    """When the contact must be looked at, whoever is at work on it now."""
    moments = [max(pending.ready, pending.lease) for pending in contact.pending]
    if contact.deadline is not None:
        moments.append(contact.deadline)
    return min(moments, default=None)


def _moment(commit: Commit) -> list[Change]:
    due = _rest_moment(commit.new)
    if commit.ready:
        # Should the wake-up be lost, or whoever is at work die, the clock sends another.
        again = commit.now + commit.rearm_ms
        due = again if due is None or due <= commit.now else min(due, again)
    forget: Change = ["ZREM", keys.MOVED, commit.new.id]
    if due is None:
        return [["ZREM", keys.DUE, commit.new.id], forget]
    return [["ZADD", keys.DUE, due, commit.new.id], forget]


def _calls(commit: Commit) -> list[Change]:
    known = {leg.call for leg in commit.old.legs} if commit.old else set()
    return [
        ["SET", keys.call(leg.call), commit.new.id, "EX", CALL_S]
        for leg in commit.new.legs
        if leg.call and leg.call not in known
    ]


def _customer(commit: Commit) -> list[Change]:
    return [*_expecting(commit), *_known(commit)]


def _known(commit: Commit) -> list[Change]:
    """Remember what spares the customer a question the next time."""
    old, new = commit.old, commit.new
    same = old is not None and (old.department, old.language) == (new.department, new.language)
    if same or not new.customer or not new.department:
        return []
    known = f"{new.language} {new.department}"
    return [["SET", keys.known(new.customer), known, "EX", KNOWN_S]]


def _expecting(commit: Commit) -> list[Change]:
    new = commit.new
    expected = commit.old is not None and awaits(commit.old)
    if not new.customer or not (expected or awaits(new)):
        return []
    if awaits(new):
        return [["ZADD", keys.customer(new.customer), new.since, new.id]]
    return [["ZREM", keys.customer(new.customer), new.id]]


def _claims(commit: Commit) -> list[Change]:
    before = {leg.id: leg.state for leg in commit.old.legs} if commit.old else {}
    changed: list[Change] = []
    for leg in commit.new.legs:
        called_us = leg.role is Role.CUSTOMER and not leg.outbound
        if called_us or before.get(leg.id) is leg.state:
            continue
        claim = claim_of(commit.new.id, leg.id)
        if leg.state is LegState.ENDED:
            changed.append(["RELEASE", leg.address, claim])
        elif leg.state is not LegState.REQUESTED:
            changed.append(["HSETNX", keys.CLAIMS, leg.address, claim])
    return changed


def _counts(commit: Commit) -> list[Change]:
    before = {leg.id: leg for leg in commit.old.legs} if commit.old else {}
    changed: list[Change] = []
    for leg in commit.new.legs:
        was = before.get(leg.id)
        if leg.role is Role.CUSTOMER or was is None or was.state is leg.state:
            continue
        if leg.state is LegState.JOINED and not was.room:
            counter = keys.calls(day_of(commit.now))
            changed.append(["HINCRBY", counter, leg.address, 1])
            changed.append(["EXPIRE", counter, COUNT_S])
        if leg.state is LegState.ENDED and was.room:
            changed.append(["HSET", keys.IDLE, leg.address, commit.now])
    return changed


def _journal(commit: Commit) -> list[Change]:
    new = commit.new
    fields: Change = [
        *("contact", new.id),
        *("version", new.version),
        *("at", commit.now),
        *("kind", type(commit.event).__name__),
        *("data", _data(commit)),
        *("stage", new.stage),
        *("outcome", new.outcome or ""),
    ]
    return [["XADD", keys.JOURNAL, "MAXLEN", "~", JOURNAL_LENGTH, "*", *fields]]


def _data(commit: Commit) -> bytes | str:
    """The fields of the event; of a command that is done also which one it was, and for which leg,
    because the outbox forgets it with this very step.
    """
    event = commit.event
    if not isinstance(event, CommandDone) or commit.old is None:
        return event_text(event)
    pending = (each for each in commit.old.pending if each.id == event.command)
    command = next((each.command for each in pending), None)
    if command is None:
        return event_text(event)
    told = {"did": type(command).__name__, "leg": getattr(command, "leg", "")}
    return json.dumps(event_data(event) | told)


def _wake(commit: Commit) -> list[Change]:
    if not commit.ready or commit.at_work:
        return []
    new = commit.new
    return [["WAKE", new.id, f"{new.id}-{new.version}", rq_time()]]
