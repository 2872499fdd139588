"""What a trace cannot know, handed over beside it: what the ledger and the journal hold.

The trace is the ground truth about phones. It cannot show that a promise was written before it was
spoken, in which hours a customer may be called, or which outcome was recorded. A campaign reads
those from the ledger once everything is at rest and passes them as `Facts`. All moments are seconds
on the clock of the trace. A field that is None was not looked at, and what it would show is not
judged; an empty one was looked at and held nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

CONTACT_OUTCOMES = frozenset({"resolved", "customer_left", "promise_kept", "ticketed"})
TRANSFER_OUTCOMES = frozenset(
    {"completed", "returned", "customer_left", "promised", "ticketed", "cancelled"}
)


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """One promise as the ledger holds it: written and closed when, due between which moments.

    ``state`` is open, kept, redeemed, cancelled or ticketed. ``windows`` are all the windows it
    ever had (a promise may be moved), the last one in force.
    """

    id: str
    contact: str
    customer: str
    department: str
    written: float
    windows: tuple[tuple[float, float], ...]
    max_attempts: int
    state: str = "open"
    closed: float | None = None
    attempts: int | None = None

    def open_at(self, t: float) -> bool:
        """Whether it was written and not yet closed at ``t``."""
        return self.written <= t and (self.closed is None or t <= self.closed)


@dataclass(frozen=True, slots=True)
class TicketFact:
    """One ticket as the ledger holds it."""

    id: str
    contact: str
    customer: str
    opened: float


@dataclass(frozen=True, slots=True)
class TransferFact:
    """One transfer as the contact holds it: asked for when, over when (None: it is open)."""

    id: str
    contact: str
    asked: float
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A deadline of ``contact`` that was due at ``due`` and not yet dealt with at ``seen``."""

    contact: str
    due: float
    seen: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Something we said yes to (a webhook, a request of an agent) and whether it is still there."""

    t: float
    contact: str
    what: str
    kept: bool


@dataclass(frozen=True)
class Facts:
    """All that is handed over beside a trace.

    ``contact_outcomes`` and ``transfer_outcomes`` list, by id, every final outcome that was ever
    recorded, in order: exactly one each is right. ``transfer_contacts`` says whose transfer it is.
    ``open_calls`` are the CallSids that our own state held for live at rest. ``allowed`` is the
    dialling policy; ``hours`` says whether a customer may be called back at a moment.
    """

    promises: tuple[PromiseFact, ...] | None = None
    tickets: tuple[TicketFact, ...] | None = None
    contact_outcomes: Mapping[str, tuple[str, ...]] | None = None
    transfer_outcomes: Mapping[str, tuple[str, ...]] | None = None
    transfer_contacts: Mapping[str, str] = field(default_factory=dict)
    transfers: tuple[TransferFact, ...] = ()
    overdue: tuple[Overdue, ...] | None = None
    acknowledged: tuple[Acknowledged, ...] | None = None
    open_calls: frozenset[str] | None = None
    allowed: Callable[[str], bool] | None = None
    hours: Callable[[str, float], bool] | None = None

    def promises_of(self, contact: str, customer: str) -> list[PromiseFact]:
        """Of that contact; where no contact is known, of that customer."""
        return self._promises[0 if contact else 1].get(contact or customer, [])

    def tickets_of(self, contact: str, customer: str) -> list[TicketFact]:
        """Of that contact; where no contact is known, of that customer."""
        return self._tickets[0 if contact else 1].get(contact or customer, [])

    @cached_property
    def _promises(self) -> Index[PromiseFact]:
        return _indexed(self.promises or ())

    @cached_property
    def _tickets(self) -> Index[TicketFact]:
        return _indexed(self.tickets or ())


Record = TypeVar("Record", PromiseFact, TicketFact)
Index = tuple[dict[str, list[Record]], dict[str, list[Record]]]
"""Records by contact, and by customer."""


def _indexed(records: Iterable[Record]) -> Index[Record]:
    contacts: dict[str, list[Record]] = defaultdict(list)
    customers: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        contacts[record.contact].append(record)
        customers[record.customer].append(record)
    return dict(contacts), dict(customers)


NOTHING = Facts()
