"""The numbers of the wallboard that are about a stretch of time, counted by department.

A day is whatever `since` (inclusive) and `until` (exclusive) say: the caller knows the local
midnights. A contact belongs to the moment it started, a promise to the moment it fell due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, select

from telephony.store.ledger.engine import Ledger, reading
from telephony.store.ledger.figures import TARGET_MS, Figure, count, count_of, time_to_answer
from telephony.store.ledger.promises import PromiseState
from telephony.store.ledger.tables import contacts, promises, tickets, transfers

_C = contacts.c
_P = promises.c
_COUNTED = (
    Figure.OFFERED,
    Figure.ANSWERED,
    Figure.ANSWERED_IN_TIME,
    Figure.ABANDONED,
    Figure.OPEN,
    Figure.RESOLVED_FIRST,
    Figure.LOST,
)


@dataclass(frozen=True)
class ContactReport:
    """Contacts of one department (None: they ended before they chose one).

    `answered_in_time`: by a person, within the target, measured from the first ring, menu included.
    `abandoned`: the customer left before anybody answered. `open`: still going on, unanswered.
    `resolved_first`: resolved, and the same customer had not been in this department in the week
    before. `lost`: the customers who are gone and whom nobody owes anything, by our doing or
    because their line broke. Of the `attempts` to reach somebody of ours `unanswered` rang in
    vain. `outcomes` counts every final outcome by name.
    """

    department: str | None
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    open: int
    resolved_first: int
    lost: int
    attempts: int
    unanswered: int
    average_answer_ms: int | None
    longest_answer_ms: int | None
    outcomes: dict[str, int]

    @property
    def service_level(self) -> float | None:
        """Answered in time, as a share of all that are not still waiting; None without any."""
        decided = self.offered - self.open
        return self.answered_in_time / decided if decided else None

    @property
    def no_answer_share(self) -> float | None:
        """The share of attempts that rang in vain; None without any."""
        return self.unanswered / self.attempts if self.attempts else None


@dataclass(frozen=True)
class PromiseReport:
    """Promises of one department. `overdue`: open though the window has passed."""

    department: str
    due: int
    kept: int
    kept_on_time: int
    overdue: int
    states: dict[str, int]


@dataclass(frozen=True)
class PromiseBacklog:
    """Promises that are still to be kept: all, those whose window has begun, and has passed."""

    open: int = 0
    due: int = 0
    overdue: int = 0


def contact_report(
    ledger: Ledger, *, since: int, until: int, target_ms: int = TARGET_MS
) -> tuple[ContactReport, ...]:
    """Count the contacts that started in the stretch, department by department."""
    within = (_C.started_at >= since) & (_C.started_at < until)
    counts = (
        select(
            _C.department,
            *(count_of(figure, target_ms) for figure in _COUNTED),
            func.sum(_C.attempts).label("attempts"),
            func.sum(_C.unanswered).label("unanswered"),
            func.avg(time_to_answer).label("average_answer_ms"),
            func.max(time_to_answer).label("longest_answer_ms"),
        )
        .where(within)
        .group_by(_C.department)
    )
    ends = (
        select(_C.department, _C.outcome, func.count())
        .where(within, _C.outcome.is_not(None))
        .group_by(_C.department, _C.outcome)
    )
    outcomes: dict[str | None, dict[str, int]] = {}
    with reading(ledger) as conn:
        for department, outcome, number in conn.execute(ends):
            outcomes.setdefault(department, {})[outcome] = number
        rows = [row._asdict() for row in conn.execute(counts)]
    reports = [_contact_report(row, outcomes.get(row["department"], {})) for row in rows]
    return tuple(sorted(reports, key=lambda report: report.department or ""))


def transfer_report(ledger: Ledger, *, since: int, until: int) -> dict[str, int]:
    """Transfers asked for in the stretch, counted by outcome; `open` are those without one."""
    outcome = func.coalesce(transfers.c.outcome, "open")
    query = (
        select(outcome.label("outcome"), func.count().label("number"))
        .where(transfers.c.requested_at >= since, transfers.c.requested_at < until)
        .group_by(outcome)
    )
    with reading(ledger) as conn:
        return {row.outcome: row.number for row in conn.execute(query)}


def transfers_by_department(
    ledger: Ledger, *, since: int, until: int
) -> dict[str | None, dict[str, int]]:
    """As `transfer_report`, for the department of each contact."""
    outcome = func.coalesce(transfers.c.outcome, "open")
    query = (
        select(_C.department, outcome.label("outcome"), func.count().label("number"))
        .join(contacts, _C.id == transfers.c.contact_id)
        .where(transfers.c.requested_at >= since, transfers.c.requested_at < until)
        .group_by(_C.department, outcome)
    )
    found: dict[str | None, dict[str, int]] = {}
    with reading(ledger) as conn:
        for row in conn.execute(query):
            found.setdefault(row.department, {})[row.outcome] = row.number
    return found


def promise_backlog(ledger: Ledger, *, now: int) -> dict[str, PromiseBacklog]:
    """Open promises by department."""
    query = (
        select(
            _P.department,
            func.count().label("open"),
            count(_P.due_from <= now).label("due"),
            count(_P.due_until < now).label("overdue"),
        )
        .where(_P.state == PromiseState.OPEN)
        .group_by(_P.department)
    )
    with reading(ledger) as conn:
        return {
            row.department: PromiseBacklog(row.open, row.due, row.overdue)
            for row in conn.execute(query)
        }


# Built once: it is asked every few seconds, and to build a statement costs more than to run it.
_OPEN = select(_C.id, _C.started_at, _C.department).where(
    _C.ended_at.is_(None),
    _C.started_at < bindparam("before"),
    ~exists().where(tickets.c.contact_id == _C.id),
)


def open_in_history(ledger: Ledger, *, before: int) -> dict[str, tuple[int, str]]:
    """Contacts that began before `before` and have not ended: when they began, and the department.

    Contacts for which there is a ticket are left out: somebody will act.
    """
    with reading(ledger) as conn:
        rows = conn.execute(_OPEN, {"before": before})
        return {row.id: (row.started_at, row.department or "") for row in rows}


def promise_report(
    ledger: Ledger, *, since: int, until: int, now: int
) -> tuple[PromiseReport, ...]:
    """Count the promises whose window begins in the stretch, department by department."""
    on_time = (_P.state == PromiseState.KEPT) & (_P.closed_at <= _P.due_until)
    overdue = (_P.state == PromiseState.OPEN) & (_P.due_until < now)
    query = (
        select(
            _P.department,
            _P.state,
            func.count().label("number"),
            count(on_time).label("on_time"),
            count(overdue).label("overdue"),
        )
        .where(_P.due_from >= since, _P.due_from < until)
        .group_by(_P.department, _P.state)
    )
    groups: dict[str, list[Any]] = {}
    with reading(ledger) as conn:
        for row in conn.execute(query):
            groups.setdefault(row.department, []).append(row)
    return tuple(_promise_report(name, rows) for name, rows in sorted(groups.items()))


def _contact_report(row: dict[str, Any], outcomes: dict[str, int]) -> ContactReport:
    average = row["average_answer_ms"]
    whole = None if average is None else round(average)
    return ContactReport(**row | {"average_answer_ms": whole, "outcomes": outcomes})


def _promise_report(department: str, rows: list[Any]) -> PromiseReport:
    states = {row.state: row.number for row in rows}
    return PromiseReport(
        department=department,
        due=sum(states.values()),
        kept=states.get(PromiseState.KEPT, 0),
        kept_on_time=sum(row.on_time for row in rows),
        overdue=sum(row.overdue for row in rows),
        states=states,
    )
