"""How a department or person is rung: its policy and its members, as they stood when a hunt began.

Frozen data that a `Hunt` (model.py) carries along, so that a change of the routing never moves a
ringing that runs. Durations end in ``_ms``.
"""

from __future__ import annotations

from dataclasses import dataclass

from telephony.contact.records import Record
from telephony.contact.words import Word


class TargetKind(Word):
    DEPARTMENT = "department"
    AGENT = "agent"  # one person, by the name of their softphone
    NUMBER = "number"  # a telephone number


class Target(Record):
    kind: TargetKind
    value: str
    name: str = ""


class Strategy(Word):
    """In which order the members of a department are rung."""

    ALL = "all"
    IN_ORDER = "in_order"
    PROGRESSIVE = "progressive"
    ROUND_ROBIN = "round_robin"
    LONGEST_IDLE = "longest_idle"
    FEWEST_CALLS = "fewest_calls"
    RANDOM = "random"


class RungKind(Word):
    """What to try when all rounds of a hunt went unanswered."""

    OVERFLOW = "overflow"  # ring another department
    AGENT = "agent"  # back to the agent who passed the customer on
    CALLBACK = "callback"  # a promise
    MESSAGE = "message"  # the customer leaves a message; becomes a ticket
    TICKET = "ticket"  # a named human must act


@dataclass(frozen=True, slots=True)
class Rung:
    kind: RungKind
    department: str = ""  # for OVERFLOW


class Plan(Record):
    """A department's (or person's) ringing policy as it stood when the hunt began."""

    target: str
    name: str  # spoken name
    strategy: Strategy
    ring_ms: int
    rounds: int
    pause_ms: int
    ladder: tuple[Rung, ...]
    caller_id: str
    step_ms: int = 0  # PROGRESSIVE: the next member joins the ringing after this long


class Candidate(Record):
    """A member and what is known of them at the moment of planning."""

    key: str
    name: str
    address: str
    delay_ms: int = 0
    ring_ms: int = 0  # 0: the department's
    busy: bool = False
    idle_since: int = 0
    calls_today: int = 0


class Ring(Record):
    """One member to ring, ``delay_ms`` after its wave began, for ``ring_ms`` of real ringing."""

    candidate: Candidate
    delay_ms: int
    ring_ms: int
