"""Contacts and transfers as history and reports see them: one row each, the newest version wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, Table, select

from telephony.errors import NotFound
from telephony.store.ledger.engine import Ledger, insert, reading, writing
from telephony.store.ledger.paging import Page, cursor_at, fetch_page
from telephony.store.ledger.tables import contacts, transfers

_C = contacts.c


@dataclass(frozen=True)
class ContactRecord:
    """One contact in one line. Times are ms since the epoch, UTC; `waited_ms` is over all legs.

    `reason` is the typed reason of its end. `lost` says how we lost the customer, `ended_by_us` or
    `line_broke`, and is empty when we did not. Of the `attempts` to reach somebody of ours,
    `unanswered` rang until their time was over or met a machine.
    """

    id: str
    customer: str
    dialled: str
    state: str
    started_at: int
    version: int
    department: str | None = None
    language: str | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    outcome: str | None = None
    agent: str | None = None
    attempts: int = 0
    waited_ms: int = 0
    transfers: int = 0
    reason: str = ""
    lost: str = ""
    unanswered: int = 0


@dataclass(frozen=True)
class TransferRecord:
    """One transfer in one line: who asked for it, to whom, and how it ended."""

    id: str
    contact_id: str
    mode: str
    by: str
    to: str
    requested_at: int
    version: int
    outcome: str | None = None
    ended_at: int | None = None


def upsert_contacts(ledger: Ledger, rows: Sequence[ContactRecord]) -> None:
    """Write contacts in one transaction; a row that is there in a newer version stays."""
    _upsert(ledger, contacts, [asdict(row) for row in rows])


def upsert_transfers(ledger: Ledger, rows: Sequence[TransferRecord]) -> None:
    """Write transfers in one transaction; a row that is there in a newer version stays."""
    _upsert(ledger, transfers, [asdict(row) for row in rows])


def contact(ledger: Ledger, contact_id: str) -> ContactRecord:
    """The summary of one contact. Raises NotFound."""
    with reading(ledger) as conn:
        row = conn.execute(select(contacts).where(_C.id == contact_id)).first()
    if row is None:
        raise NotFound(f"There is no contact {contact_id} in the history.")
    return _contact(row)


def find_contacts(
    ledger: Ledger,
    *,
    state: str | None = None,
    outcome: str | None = None,
    customer: str | None = None,
    department: str | None = None,
    since: int | None = None,
    until: int | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[ContactRecord]:
    """Contacts, newest first. `since` (inclusive) and `until` (exclusive) bound their start."""
    query = select(contacts)
    wanted = ((_C.state, state), (_C.outcome, outcome), (_C.customer, customer))
    for column, value in (*wanted, (_C.department, department)):
        if value is not None:
            query = query.where(column == value)
    if since is not None:
        query = query.where(_C.started_at >= since)
    if until is not None:
        query = query.where(_C.started_at < until)
    key = (_C.started_at, _C.id)
    with reading(ledger) as conn:
        return fetch_page(conn, query, key, _contact, cursor=cursor, limit=limit, newest_first=True)


def contact_cursor(record: ContactRecord) -> str:
    """The cursor with which `find_contacts` goes on after this contact."""
    return cursor_at([record.started_at, record.id])


def transfers_of(ledger: Ledger, contact_id: str) -> tuple[TransferRecord, ...]:
    """All transfers of one contact, in the order in which they were asked for."""
    query = (
        select(transfers)
        .where(transfers.c.contact_id == contact_id)
        .order_by(transfers.c.requested_at, transfers.c.id)
    )
    with reading(ledger) as conn:
        return tuple(TransferRecord(**row._asdict()) for row in conn.execute(query))


def _upsert(ledger: Ledger, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    # Always in the same order, so that two workers with overlapping batches wait, not deadlock.
    rows = sorted(rows, key=lambda row: (row["id"], row["version"]))
    with writing(ledger) as conn:
        new = insert(conn, table)
        conn.execute(
            new.on_conflict_do_update(
                index_elements=[table.c.id],
                set_={name: new.excluded[name] for name in rows[0] if name != "id"},
                where=table.c.version < new.excluded.version,
            ),
            rows,
        )


def _contact(row: Row[Any]) -> ContactRecord:
    return ContactRecord(**row._asdict())
