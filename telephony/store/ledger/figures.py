"""What each number of the reports counts, said once: counts and the lists behind them agree.

A figure is a condition on one row of `contacts`. A contact belongs to the moment it started.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, case, exists, func, select, true

from telephony.store.ledger.engine import Ledger, reading
from telephony.store.ledger.paging import Page, fetch_page
from telephony.store.ledger.summaries import ContactRecord
from telephony.store.ledger.tables import contacts

_C = contacts.c
REPEAT_MS = 7 * 24 * 3_600_000
"""Back in the same department within a week: the first contact did not solve it."""
TARGET_MS = 20_000
"""A customer is answered in time when a person talks to them within this, menu included."""


class Figure(StrEnum):
    """The numbers that have contacts behind them."""

    OFFERED = "offered"
    ANSWERED = "answered"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    ABANDONED = "abandoned"
    OPEN = "open"
    RESOLVED_FIRST = "resolved_first"
    TRANSFERRED = "transferred"
    UNANSWERED = "unanswered"
    PROMISED = "promised"
    TICKETED = "ticketed"
    LOST = "lost"


def _was_here_before() -> ColumnElement[bool]:
    before = contacts.alias("before")
    return exists().where(
        before.c.customer == _C.customer,
        before.c.department == _C.department,
        before.c.started_at < _C.started_at,
        before.c.started_at >= _C.started_at - REPEAT_MS,
    )


time_to_answer: Final = _C.answered_at - _C.started_at

CONDITIONS: Final[Mapping[Figure, Callable[[int], ColumnElement[bool]]]] = {
    Figure.OFFERED: lambda target: true(),
    Figure.ANSWERED: lambda target: _C.answered_at.is_not(None),
    Figure.ANSWERED_IN_TIME: lambda target: time_to_answer <= target,
    Figure.ANSWERED_LATE: lambda target: time_to_answer > target,
    Figure.ABANDONED: lambda target: (
        _C.answered_at.is_(None) & (_C.outcome == "customer_left") & (_C.lost == "")
    ),
    Figure.OPEN: lambda target: _C.answered_at.is_(None) & _C.ended_at.is_(None),
    Figure.RESOLVED_FIRST: lambda target: (_C.outcome == "resolved") & ~_was_here_before(),
    Figure.TRANSFERRED: lambda target: _C.transfers > 0,
    Figure.UNANSWERED: lambda target: _C.unanswered > 0,
    Figure.PROMISED: lambda target: _C.outcome == "promise_kept",
    Figure.TICKETED: lambda target: _C.outcome == "ticketed",
    Figure.LOST: lambda target: _C.lost != "",
}
"""One condition a figure; `target` is how soon (ms) an answer is in time."""


def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group fulfil the condition."""
    return func.count(case((condition, 1)))


def count_of(figure: Figure, target_ms: int) -> ColumnElement[int]:
    """How many contacts of a group belong to the figure, labelled with its name."""
    return count(CONDITIONS[figure](target_ms)).label(figure.value)


def figure_contacts(
    ledger: Ledger,
    figure: Figure,
    *,
    since: int,
    until: int,
    department: str | None = None,
    target_ms: int = TARGET_MS,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[ContactRecord]:
    """The contacts behind a number, newest first; `department` '' means: before they chose one."""
    query = select(contacts).where(
        _C.started_at >= since, _C.started_at < until, CONDITIONS[figure](target_ms)
    )
    if department is not None:
        query = query.where(in_department(department))
    key = (_C.started_at, _C.id)
    with reading(ledger) as conn:
        return fetch_page(conn, query, key, _record, cursor=cursor, limit=limit, newest_first=True)


def in_department(department: str) -> ColumnElement[bool]:
    """Contacts of one department; '' is the menu, where none was chosen yet."""
    return _C.department == department if department else _C.department.is_(None)


def _record(row: Any) -> ContactRecord:
    return ContactRecord(**row._asdict())
