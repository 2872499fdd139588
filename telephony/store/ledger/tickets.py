"""Tickets: the last resort. A named human must act, and takes and closes the ticket by name."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from telephony.errors import NotFound, Refused
from telephony.store.ledger.engine import Ledger, insert_new, reading, writing
from telephony.store.ledger.paging import Page, fetch_page
from telephony.store.ledger.tables import tickets

_T = tickets.c


class TicketState(StrEnum):
    """A ticket rings until it is taken, and is remembered until it is closed."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True)
class NewTicket:
    """What a human must look after, and why."""

    id: str
    contact_id: str
    customer: str
    department: str
    reason: str


@dataclass(frozen=True)
class TicketRecord:
    """A ticket as it stands in the ledger. Times are ms since the epoch, UTC."""

    id: str
    contact_id: str
    customer: str
    department: str
    reason: str
    state: TicketState
    taken_by: str | None
    created_at: int
    taken_at: int | None
    closed_at: int | None
    closed_by: str | None


def open_ticket(ledger: Ledger, new: NewTicket, *, now: int) -> TicketRecord:
    """Write a ticket; the same id again returns the one that is there, in whatever state."""
    values = asdict(new) | {"state": TicketState.OPEN, "created_at": now}
    with writing(ledger) as conn:
        insert_new(conn, tickets, values)
        return _get(conn, new.id)


def ticket(ledger: Ledger, ticket_id: str) -> TicketRecord:
    """The ticket with this id. Raises NotFound."""
    with reading(ledger) as conn:
        return _get(conn, ticket_id)


def take_ticket(ledger: Ledger, ticket_id: str, *, by: str, now: int) -> TicketRecord:
    """Make `by` responsible; the first one wins, and may take it twice.

    Raises NotFound, Refused (`ticket_taken` by somebody else, `ticket_closed`).
    """
    change = {"state": TicketState.TAKEN, "taken_by": by, "taken_at": now}
    with writing(ledger) as conn:
        _change(conn, ticket_id, TicketState.OPEN, change)
        there = _get(conn, ticket_id)
    if there.state is TicketState.CLOSED:
        raise Refused("ticket_closed", f"{there.closed_by} has closed this ticket already.")
    if there.taken_by != by:
        raise Refused("ticket_taken", f"{there.taken_by} has taken this ticket already.")
    return there


def close_ticket(ledger: Ledger, ticket_id: str, *, by: str, now: int) -> TicketRecord:
    """Close a ticket that was taken, by anyone; closing twice is one close.

    Raises NotFound, Refused (`ticket_not_taken`).
    """
    change = {"state": TicketState.CLOSED, "closed_at": now, "closed_by": by}
    with writing(ledger) as conn:
        _change(conn, ticket_id, TicketState.TAKEN, change)
        there = _get(conn, ticket_id)
    if there.state is TicketState.OPEN:
        raise Refused("ticket_not_taken", "Nobody has taken this ticket yet.")
    return there


def list_tickets(
    ledger: Ledger,
    *,
    states: tuple[TicketState, ...] = (TicketState.OPEN, TicketState.TAKEN),
    department: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[TicketRecord]:
    """Tickets in the given states, oldest first."""
    query = select(tickets).where(_T.state.in_(states))
    if department is not None:
        query = query.where(_T.department == department)
    with reading(ledger) as conn:
        return fetch_page(conn, query, (_T.created_at, _T.id), _record, cursor=cursor, limit=limit)


def _change(conn: Connection, ticket_id: str, state: TicketState, values: dict[str, Any]) -> None:
    conn.execute(update(tickets).where(_T.id == ticket_id, _T.state == state).values(values))


def _get(conn: Connection, ticket_id: str) -> TicketRecord:
    row = conn.execute(select(tickets).where(_T.id == ticket_id)).first()
    if row is None:
        raise NotFound(f"There is no ticket {ticket_id}.")
    return _record(row)


def _record(row: Row[Any]) -> TicketRecord:
    values = row._asdict()
    return TicketRecord(**values | {"state": TicketState(values["state"])})
