"""The audit: who did what to what, and when. It is only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select

from telephony.store.ledger.engine import Ledger, reading, writing
from telephony.store.ledger.paging import Page, fetch_page
from telephony.store.ledger.tables import audit

_T = audit.c


@dataclass(frozen=True)
class AuditEntry:
    """`who` is a user name or a part of the program, `what` a stable word, `target` an id."""

    id: int
    at: int
    who: str
    what: str
    target: str
    data: dict[str, Any]


def append_audit(
    ledger: Ledger, *, at: int, who: str, what: str, target: str, data: dict[str, Any]
) -> None:
    """Add one entry. `data` must hold no secrets; it is shown to admins."""
    values = {"at": at, "who": who, "what": what, "target": target, "data": data}
    with writing(ledger) as conn:
        conn.execute(insert(audit).values(values))


def list_audit(
    ledger: Ledger,
    *,
    who: str | None = None,
    what: str | None = None,
    target: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[AuditEntry]:
    """Entries, newest first."""
    query = select(audit)
    for column, value in ((_T.who, who), (_T.what, what), (_T.target, target)):
        if value is not None:
            query = query.where(column == value)
    with reading(ledger) as conn:
        return fetch_page(
            conn, query, (_T.id,), _entry, cursor=cursor, limit=limit, newest_first=True
        )


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._asdict())
