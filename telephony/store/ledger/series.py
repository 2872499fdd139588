"""The numbers of the reports hour by hour, day by day or week by week.

Whoever asks gives the edges of the buckets, because only they know the company's midnights: a day
of 23 or 25 hours, when the clocks change, is a bucket like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ColumnElement, case, func, select

from telephony.errors import BadInput
from telephony.store.ledger.engine import Ledger, reading
from telephony.store.ledger.figures import (
    TARGET_MS,
    Figure,
    count_of,
    in_department,
    time_to_answer,
)
from telephony.store.ledger.tables import contacts, transfers

_C = contacts.c
MOST_BUCKETS = 400
_COUNTED = (
    Figure.OFFERED,
    Figure.ANSWERED,
    Figure.ANSWERED_IN_TIME,
    Figure.ABANDONED,
    Figure.OPEN,
    Figure.LOST,
)


@dataclass(frozen=True)
class Bucket:
    """Contacts and transfers that began from `since` (inclusive) to `until` (exclusive), in ms."""

    since: int
    until: int
    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    open: int = 0
    lost: int = 0
    attempts: int = 0
    unanswered: int = 0
    average_answer_ms: int | None = None
    transfers: int = 0
    transfers_completed: int = 0


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
    place = _place(_C.started_at, pairs)
    counts = (
        select(
            place.label("place"),
            *(count_of(figure, target_ms) for figure in _COUNTED),
            func.sum(_C.attempts).label("attempts"),
            func.sum(_C.unanswered).label("unanswered"),
            func.avg(time_to_answer).label("average_answer_ms"),
        )
        .where(_C.started_at >= edges[0], _C.started_at < edges[-1])
        .group_by("place")
    )
    moved = _place(transfers.c.requested_at, pairs)
    passed = (
        select(
            moved.label("place"),
            func.count().label("transfers"),
            func.count(case((transfers.c.outcome == "completed", 1))).label("transfers_completed"),
        )
        .where(transfers.c.requested_at >= edges[0], transfers.c.requested_at < edges[-1])
        .group_by("place")
    )
    if department is not None:
        counts = counts.where(in_department(department))
        passed = passed.join(contacts, _C.id == transfers.c.contact_id)
        passed = passed.where(in_department(department))
    with reading(ledger) as conn:
        for query in (counts, passed):
            for row in conn.execute(query):
                found = row._asdict()
                values[found.pop("place")] |= {name: _whole(found[name]) for name in found}
    return tuple(_bucket(*pair, one) for pair, one in zip(pairs, values, strict=True))


def _place(moment: ColumnElement[int], pairs: Sequence[tuple[int, int]]) -> ColumnElement[int]:
    """The number of the bucket that a moment belongs to."""
    return case(*((moment < until, number) for number, (_, until) in enumerate(pairs)))


def _whole(value: object) -> int | None:
    return None if value is None else round(float(str(value)))


def _bucket(since: int, until: int, values: dict[str, int | None]) -> Bucket:
    average = values.pop("average_answer_ms", None)
    counted = {name: value or 0 for name, value in values.items()}
    return Bucket(since, until, **counted, average_answer_ms=average)
