"""How long customers waited lately: what is shown before somebody is sent to a department."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from telephony.store.ledger.engine import Ledger, reading
from telephony.store.ledger.figures import time_to_answer
from telephony.store.ledger.tables import contacts

_C = contacts.c
RECENT_MS = 24 * 3_600_000
MOST = 20
"""Of each department the newest contacts, so that the figure follows the day."""
_READ = 1_000


@dataclass(frozen=True)
class RecentWait:
    """The median wait for a person (ms, the menu included), and of how many contacts it is."""

    median_ms: int
    contacts: int


def recent_waits(ledger: Ledger, *, now: int) -> dict[str, RecentWait]:
    """By department; one that answered nobody within a day has no figure."""
    query = (
        select(_C.department, time_to_answer)
        .where(
            _C.started_at >= now - RECENT_MS,
            _C.answered_at.is_not(None),
            _C.department.is_not(None),
        )
        .order_by(_C.started_at.desc(), _C.id.desc())
        .limit(_READ)
    )
    waits: dict[str, list[int]] = {}
    with reading(ledger) as conn:
        for department, waited in conn.execute(query):
            known = waits.setdefault(department, [])
            if len(known) < MOST:
                known.append(waited)
    return {name: RecentWait(int(median(known)), len(known)) for name, known in waits.items()}
