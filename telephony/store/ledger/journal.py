"""The journal: every event of every contact, copied from the live stream, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, bindparam, select

from telephony.store.ledger.engine import Ledger, insert, reading, writing
from telephony.store.ledger.paging import Page, fetch_page
from telephony.store.ledger.tables import journal

_T = journal.c


@dataclass(frozen=True)
class JournalEntry:
    """One event. `stream_id` is its id in the live stream; `version` the contact's after it."""

    stream_id: str
    contact_id: str
    version: int
    at: int
    kind: str
    data: dict[str, Any]


def append_journal(ledger: Ledger, rows: Sequence[JournalEntry]) -> int:
    """Write a batch in one transaction and return how many were new.

    Entries that are there already, by stream id, are left as they are: a batch may be repeated.
    Acknowledge the stream only after this has returned.
    """
    if not rows:
        return 0
    # Always in the same order, so that two workers with overlapping batches wait, not deadlock.
    # (`asdict` would copy every event's data in depth.)
    values = [_values(row) for row in sorted(rows, key=lambda row: row.stream_id)]
    with writing(ledger) as conn:
        new = (
            insert(conn, journal)
            .on_conflict_do_nothing(index_elements=[_T.stream_id])
            .returning(_T.id)
        )
        return len(conn.execute(new, values).all())


def timeline(
    ledger: Ledger, contact_id: str, *, cursor: str | None = None, limit: int = 200
) -> Page[JournalEntry]:
    """What happened to one contact, in order of time. Unknown contacts have an empty timeline."""
    query = select(journal).where(_T.contact_id == contact_id)
    key = (_T.at, _T.version, _T.id)
    with reading(ledger) as conn:
        return fetch_page(conn, query, key, _entry, cursor=cursor, limit=limit)


def newest_entry(ledger: Ledger, contact_id: str, kind: str) -> JournalEntry | None:
    """The last event of this kind that happened to a contact; None: there was none."""
    newest = (_T.at.desc(), _T.version.desc(), _T.id.desc())
    query = select(journal).where(_T.contact_id == contact_id, _T.kind == kind).order_by(*newest)
    with reading(ledger) as conn:
        row = conn.execute(query.limit(1)).first()
    return None if row is None else _entry(row)


# Built once: to build a statement costs more than to run it.
_STAGES = (
    select(_T.at, _T.data["stage"].as_string())
    .where(_T.contact_id == bindparam("contact"))
    .order_by(_T.at, _T.version, _T.id)
)


def stages_of(ledger: Ledger, contact_id: str) -> list[tuple[int, str]]:
    """When each event of one contact happened and in which stage the contact was after it."""
    with reading(ledger) as conn:
        return [(at, stage or "") for at, stage in conn.execute(_STAGES, {"contact": contact_id})]


_FIELDS = tuple(field.name for field in fields(JournalEntry))


def _values(entry: JournalEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _FIELDS}


def _entry(row: Row[Any]) -> JournalEntry:
    values = row._asdict()
    del values["id"]
    return JournalEntry(**values)
