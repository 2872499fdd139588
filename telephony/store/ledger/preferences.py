"""What people like: the keys of their softphone."""

from __future__ import annotations

from sqlalchemy import select

from telephony.store.ledger.engine import Ledger, insert, reading, writing
from telephony.store.ledger.tables import preferences

_T = preferences.c


def softphone_keys(ledger: Ledger, user: str) -> dict[str, str]:
    """The letters that a person chose, by what they do; empty when they chose none."""
    with reading(ledger) as conn:
        found = conn.execute(select(_T.softphone_keys).where(_T.user == user)).scalar()
    return dict(found or {})


def save_softphone_keys(ledger: Ledger, user: str, chosen: dict[str, str]) -> None:
    """Keep a person's letters instead of those before."""
    with writing(ledger) as conn:
        row = insert(conn, preferences).values(user=user, softphone_keys=chosen)
        changed = {"softphone_keys": row.excluded.softphone_keys}
        conn.execute(row.on_conflict_do_update(index_elements=[_T.user], set_=changed))
