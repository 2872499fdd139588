"""The numbers of the reports hour by hour, day by day or week by week.

Whoever asks gives the edges of the buckets, because only they know the company's midnights: a day
of 23 or 25 hours, when the clocks change, is a bucket like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from telephony.errors import BadInput
from telephony.store.ledger.engine import Ledger, reading
from telephony.store.ledger.figures import (
    TARGET_MS,
    Figure,
    count,
    count_of,
    in_department,
    time_to_answer,
)
from telephony.store.ledger.promises import PromiseState
from telephony.store.ledger.tables import contacts, promises, transfers

_C = contacts.c
_P = promises.c
Pairs = Sequence[tuple[int, int]]
MOST_BUCKETS = 400
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
class Bucket:
    """Contacts and transfers that began from `since` (inclusive) to `until` (exclusive), in ms.

    Promises belong to the moment they fell due. `…_decided`: transfers that ended otherwise than by
    the agent's own cancelling, and promises that were kept or became a ticket.
    """

    since: int
    until: int
    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    open: int = 0
    resolved_first: int = 0
    lost: int = 0
    attempts: int = 0
    unanswered: int = 0
    average_answer_ms: int | None = None
    transfers: int = 0
    transfers_completed: int = 0
    transfers_decided: int = 0
    promises: int = 0
    promises_kept: int = 0
    promises_kept_on_time: int = 0
    promises_decided: int = 0


def report_series(
    ledger: Ledger,
    edges: Sequence[int],
    *,
    department: str | None = None,
    target_ms: int = TARGET_MS,
) -> tuple[Bucket, ...]:
    """One bucket between each two neighbouring edges, empty ones included.

    Transfers are those of the contacts of the department. Raises BadInput when the edges do not
    rise, or there are more than 400 buckets.
    """
    pairs = list(pairwise(edges))
    if not 1 <= len(pairs) <= MOST_BUCKETS or any(since >= until for since, until in pairs):
        raise BadInput("edges", f"there must be 1 to {MOST_BUCKETS} buckets, each later in time")
    values: list[dict[str, int | None]] = [{} for _ in pairs]
    queries = (
        _contacts(pairs, department, target_ms),
        _transfers(pairs, department),
        _promises(pairs, department),
    )
    with reading(ledger) as conn:
        for query in queries:
            for row in conn.execute(query):
                found = row._asdict()
                values[found.pop("place")] |= {name: _whole(found[name]) for name in found}
    return tuple(_bucket(*pair, one) for pair, one in zip(pairs, values, strict=True))


def _contacts(pairs: Pairs, department: str | None, target_ms: int) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            _place(_C.started_at, pairs),
            *(count_of(figure, target_ms) for figure in _COUNTED),
            func.sum(_C.attempts).label("attempts"),
            func.sum(_C.unanswered).label("unanswered"),
            func.avg(time_to_answer).label("average_answer_ms"),
        )
        .where(_within(_C.started_at, pairs))
        .group_by("place")
    )
    return query if department is None else query.where(in_department(department))


def _transfers(pairs: Pairs, department: str | None) -> Select[*tuple[Any, ...]]:
    outcome = transfers.c.outcome
    query = (
        select(
            _place(transfers.c.requested_at, pairs),
            func.count().label("transfers"),
            count(outcome == "completed").label("transfers_completed"),
            count(outcome.is_not(None) & (outcome != "cancelled")).label("transfers_decided"),
        )
        .where(_within(transfers.c.requested_at, pairs))
        .group_by("place")
    )
    if department is None:
        return query
    query = query.join(contacts, _C.id == transfers.c.contact_id)
    return query.where(in_department(department))


def _promises(pairs: Pairs, department: str | None) -> Select[*tuple[Any, ...]]:
    kept = _P.state == PromiseState.KEPT
    query = (
        select(
            _place(_P.due_from, pairs),
            func.count().label("promises"),
            count(kept).label("promises_kept"),
            count(kept & (_P.closed_at <= _P.due_until)).label("promises_kept_on_time"),
            count(kept | (_P.state == PromiseState.TICKETED)).label("promises_decided"),
        )
        .where(_within(_P.due_from, pairs))
        .group_by("place")
    )
    return query if department is None else query.where(_P.department == department)


def _within(moment: ColumnElement[int], pairs: Pairs) -> ColumnElement[bool]:
    return (moment >= pairs[0][0]) & (moment < pairs[-1][1])


def _place(moment: ColumnElement[int], pairs: Pairs) -> ColumnElement[int]:
    """The number of the bucket that a moment belongs to, as `place`."""
    numbers = ((moment < until, number) for number, (_, until) in enumerate(pairs))
    return case(*numbers).label("place")


def _whole(value: object) -> int | None:
    return None if value is None else round(float(str(value)))


def _bucket(since: int, until: int, values: dict[str, int | None]) -> Bucket:
    average = values.pop("average_answer_ms", None)
    counted = {name: value or 0 for name, value in values.items()}
    return Bucket(since, until, **counted, average_answer_ms=average)
