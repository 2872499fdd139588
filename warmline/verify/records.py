"""Reads the facts of a whole ledger, for whoever checks a trace beside the system that made it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, Table, select

from telephony.store.ledger import Ledger
from telephony.store.ledger.engine import reading
from telephony.store.ledger.tables import contacts, journal, promises, tickets, transfers
from warmline.verify.facts import Facts, PromiseFact, TicketFact


def facts_of(ledger: Ledger, epoch_ms: int) -> Facts:
    """Promises, tickets and outcomes. ``epoch_ms`` is the moment at which the trace says 0 s.

    The journal must have been copied into SQL before. What is open, overdue, allowed and
    acknowledged is not in the ledger; add it with `dataclasses.replace`.
    """

    def seconds(ms: int) -> float:
        return (ms - epoch_ms) / 1000

    outcomes: dict[str, list[str]] = {row.id: [] for row in _rows(ledger, contacts)}
    for row in sorted(_rows(ledger, journal), key=lambda row: (row.contact_id, row.version)):
        said = outcomes.setdefault(row.contact_id, [])
        outcome = row.data.get("outcome")
        if outcome and said[-1:] != [outcome]:
            said.append(outcome)
    ended: dict[str, list[str]] = defaultdict(list)
    whose: dict[str, str] = {}
    for row in _rows(ledger, transfers):
        whose[row.id] = row.contact_id
        ended[row.id] += [row.outcome] if row.outcome else []
    return Facts(
        promises=tuple(
            PromiseFact(
                id=row.id,
                contact=row.contact_id,
                customer=row.customer,
                department=row.department,
                written=seconds(row.created_at),
                windows=((seconds(row.due_from), seconds(row.due_until)),),
                max_attempts=row.max_attempts,
                state=row.state,
                closed=None if row.closed_at is None else seconds(row.closed_at),
                attempts=row.attempts,
            )
            for row in _rows(ledger, promises)
        ),
        tickets=tuple(
            TicketFact(row.id, row.contact_id, row.customer, seconds(row.created_at))
            for row in _rows(ledger, tickets)
        ),
        contact_outcomes={name: tuple(said) for name, said in outcomes.items()},
        transfer_outcomes={name: tuple(said) for name, said in ended.items()},
        transfer_contacts=whose,
    )


def _rows(ledger: Ledger, table: Table) -> list[Row[Any]]:
    with reading(ledger) as conn:
        return list(conn.execute(select(table)).all())
