"""The names of everything that Warmline keeps in Redis, and nothing else knows them.

`wl:contact:<id>` is the truth: "<version> <JSON>". The rest are indexes and marks that the commit
of a contact keeps in step, in the same transaction.
"""

from __future__ import annotations

DUE = "wl:due"  # sorted set: contact id by the moment (ms) at which it must be looked at
MOVED = "wl:moved"  # sorted set: contact id by its missed moment, until somebody works on it
OPEN = "wl:open"  # hash: id of every contact that is not closed -> its stage
CLAIMS = "wl:claims"  # hash: address of a member -> "<contact id> <leg id>" that rings or talks
PRESENCE = "wl:presence"  # hash: identity of an agent -> "<state> <since>"
IDLE = "wl:idle"  # hash: address of a member -> when their last conversation ended (ms)
LAST_RUNG = "wl:last-rung"  # hash: department -> key of the member rung last (round robin)
BEATS = "wl:beats"  # hash: process -> when it last said that it works (ms)
PACE = "wl:pace"  # sorted set: reserved dials by the moment at which each may start
TURNS = "wl:turns"  # sorted set: "<contact id> <command id>" of a dial that waits for its turn
JOURNAL = "wl:journal"  # stream: every event that was applied
COPIED = "wl:journal:copied"  # string: the last stream id that is in SQL
BROKEN = "wl:broken"  # hash: id of a contact whose record was set aside -> why
LOST = "wl:lost"  # set: ids of contacts that Twilio asked for and that have no record
SUPERVISED = "wl:supervised"  # hash: contact id -> the supervisor's call in its room, as JSON
ROUTING = "wl:routing"  # string: "<number> <document>" that is published, for when SQL is away

# RQ's own layout (rq 3.0); a test reads and runs what the scripts write with RQ itself.
QUEUE_NAME = "wake"
QUEUE = f"rq:queue:{QUEUE_NAME}"
QUEUES = "rq:queues"
JOB = "rq:job:"
WAKE_FUNCTION = "workers.jobs.wake"


def contact(contact_id: str) -> str:
    """The record of one contact."""
    return f"wl:contact:{contact_id}"


def corrupt(contact_id: str) -> str:
    """A record that could not be read, kept for whoever looks into it."""
    return f"wl:corrupt:{contact_id}"


def customer(number: str) -> str:
    """Sorted set: contacts that expect this customer, by the start of their stage."""
    return f"wl:customer:{number}"


def known(number: str) -> str:
    """What a customer's last contact tells of them: "<language> <department>"."""
    return f"wl:known:{number}"


def call(sid: str) -> str:
    """The contact that a CallSid belongs to."""
    return f"wl:call:{sid}"


def seen(mark: str) -> str:
    """An event that was applied."""
    return f"wl:seen:{mark}"


def turn(name: str) -> str:
    """A dial whose turn was taken by a worker."""
    return f"wl:turn:{name}"


def calls(day: str) -> str:
    """Hash: address of a member -> conversations on this day (UTC)."""
    return f"wl:calls:{day}"


def stumbles(contact_id: str) -> str:
    """How many wake-ups of a contact failed lately."""
    return f"wl:stumbles:{contact_id}"
