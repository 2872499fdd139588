"""What agents note after a contact: one code and one note of each agent; the newest word stands."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import case, func, select

from telephony.store.ledger.engine import Ledger, insert, reading, writing
from telephony.store.ledger.journal import JournalEntry, append_journal
from telephony.store.ledger.tables import wrap_ups

_T = wrap_ups.c
WRAPPED_UP = "WrappedUp"
"""The kind under which a wrap-up stands in the journal."""


@dataclass(frozen=True)
class WrapUp:
    """`agent` is the name of a softphone; `code` is a key of the routing, or ''. `at` in ms.

    `took_ms`: from the end of the talk until this word; 0 outside of the agent's wrap-up.
    """

    contact_id: str
    agent: str
    department: str
    code: str
    note: str
    at: int
    took_ms: int = 0


@dataclass(frozen=True)
class WrapUpCount:
    """How many wrap-ups were noted with a code in a department, and how long they took together."""

    department: str
    code: str
    count: int
    took_ms: int


def save_wrap_up(ledger: Ledger, wrap_up: WrapUp, *, version: int, stage: str) -> None:
    """Write it, instead of what this agent noted of the contact before, and into its timeline.

    The longest time stands: a word that is mended later took no wrap-up.

    `version` and `stage` are the contact's. Raises StoreUnavailable.
    """
    values = asdict(wrap_up)
    with writing(ledger) as conn:
        row = insert(conn, wrap_ups).values(values)
        told = row.excluded
        longest = case((told.took_ms > _T.took_ms, told.took_ms), else_=_T.took_ms)
        changed = {name: told[name] for name in ("department", "code", "note", "at")}
        conn.execute(
            row.on_conflict_do_update(
                index_elements=[_T.contact_id, _T.agent], set_={**changed, "took_ms": longest}
            )
        )
    words = {"by": wrap_up.agent, "code": wrap_up.code, "note": wrap_up.note, "stage": stage}
    entry = f"wrap-up:{wrap_up.contact_id}:{wrap_up.agent}:{wrap_up.at}"
    append_journal(
        ledger,
        [JournalEntry(entry, wrap_up.contact_id, version, wrap_up.at, WRAPPED_UP, words)],
    )


def wrap_ups_of(ledger: Ledger, contact_id: str) -> tuple[WrapUp, ...]:
    """All that agents noted of a contact, in the order in which they did."""
    query = select(wrap_ups).where(_T.contact_id == contact_id).order_by(_T.at, _T.agent)
    with reading(ledger) as conn:
        return tuple(WrapUp(**row._asdict()) for row in conn.execute(query))


def wrap_up_counts(
    ledger: Ledger, *, since: int, until: int, department: str | None = None
) -> tuple[WrapUpCount, ...]:
    """Each code of each department that was noted from `since` until `until` (ms, exclusive)."""
    query = (
        select(_T.department, _T.code, func.count(), func.sum(_T.took_ms))
        .where(_T.at >= since, _T.at < until)
        .group_by(_T.department, _T.code)
    )
    if department is not None:
        query = query.where(_T.department == department)
    with reading(ledger) as conn:
        return tuple(
            WrapUpCount(row[0], row[1], row[2], int(row[3])) for row in conn.execute(query)
        )
