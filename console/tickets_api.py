"""Tickets: the last resort. They ring until somebody takes them by name."""

from __future__ import annotations

from console import guards, state
from console.answers import TicketOut, TicketPage
from console.asks import TicketQuery
from console.blueprint import api, problems
from console.guards import asker
from console.reasons import explain
from telephony.store import ledger
from telephony.store.ledger import TicketRecord, TicketState


@api.get("/tickets")
@api.input(TicketQuery, location="query")
@api.output(TicketPage)
@problems(401, 403, 422, 503)
def list_tickets(query_data: TicketQuery) -> TicketPage:
    """Tickets, oldest first; those that are open or taken unless asked otherwise."""
    asked = (TicketState(query_data.state),) if query_data.state else None
    page = ledger.list_tickets(
        state.services().ledger,
        states=asked or (TicketState.OPEN, TicketState.TAKEN),
        department=query_data.department,
        cursor=query_data.cursor,
        limit=query_data.limit,
    )
    return TicketPage(items=[shown(each) for each in page.items], next=page.next)


@api.post("/tickets/<ticket_id>/take")
@api.output(TicketOut)
@problems(401, 403, 404, 409, 503)
def take_ticket(ticket_id: str) -> TicketOut:
    """Make it mine: from now on my name stands behind it."""
    services = state.services()
    now = services.clock.now_ms()
    taken = ledger.take_ticket(services.ledger, ticket_id, by=asker().name, now=now)
    guards.audit("ticket_taken", ticket_id, {})
    return shown(taken)


@api.post("/tickets/<ticket_id>/close")
@api.output(TicketOut)
@problems(401, 403, 404, 409, 503)
def close_ticket(ticket_id: str) -> TicketOut:
    """The customer has been looked after."""
    services = state.services()
    now = services.clock.now_ms()
    closed = ledger.close_ticket(services.ledger, ticket_id, by=asker().name, now=now)
    guards.audit("ticket_closed", ticket_id, {})
    return shown(closed)


def shown(ticket: TicketRecord) -> TicketOut:
    """A ticket as the API tells it."""
    return TicketOut(
        id=ticket.id,
        contact=ticket.contact_id,
        customer=ticket.customer,
        department=ticket.department,
        reason=ticket.reason,
        explained=explain(ticket.reason).meaning,
        state=ticket.state.value,
        taken_by=ticket.taken_by,
        created_at=ticket.created_at,
        taken_at=ticket.taken_at,
        closed_at=ticket.closed_at,
        closed_by=ticket.closed_by,
    )
