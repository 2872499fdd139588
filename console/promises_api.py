"""Promises: what customers were told, when it is due, another time, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import guards, history, lookup, state
from console.answers import PromiseOut, PromisePage
from console.asks import NewWindow, PromiseQuery
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from telephony.contact.events import Event, PromiseCancelled, PromiseMoved
from telephony.contact.model import PromiseState as LivePromiseState
from telephony.errors import NotFound
from telephony.routing.plans import find_member
from telephony.routing.promises import may_ring, too_far
from telephony.store import ledger
from telephony.store.ledger import Page, PromiseRecord, PromiseState, Role

if TYPE_CHECKING:
    from telephony.bootstrap import Services


@api.get("/promises")
@api.input(PromiseQuery, location="query")
@api.output(PromisePage)
@problems(401, 422, 503)
def list_promises(query_data: PromiseQuery) -> PromisePage:
    """Open promises, earliest first: all, due, or overdue ones; or closed ones, latest first.

    Agents see those of their own contacts; such a page may be short and still have a next one.
    """
    services = state.services()
    now = services.clock.now_ms()
    page = _page(services, query_data, now)
    found = [each for each in page.items if query_data.state != "overdue" or each.due_until < now]
    return PromisePage(
        items=[_shown(each, now) for each in found if _sees(services, each)], next=page.next
    )


def _page(services: Services, query: PromiseQuery, now: int) -> Page[PromiseRecord]:
    if query.state == "closed":
        return ledger.closed_promises(
            services.ledger, department=query.department, cursor=query.cursor, limit=query.limit
        )
    return ledger.open_promises(
        services.ledger,
        department=query.department,
        due_before=None if query.state == "open" else now + 1,
        cursor=query.cursor,
        limit=query.limit,
    )


@api.post("/promises/<promise_id>/move")
@api.input(NewWindow)
@api.output(PromiseOut)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def move_promise(promise_id: str, json_data: NewWindow) -> PromiseOut:
    """Promise another time, inside the hours in which the customer may be called."""
    services = state.services()
    found = _visible(services, promise_id)
    now = services.clock.now_ms()
    begins, ends = json_data.due_from, json_data.due_until
    if ends <= now:
        raise Problem(422, "invalid", "due_until: it has passed already.")
    if too_far(ends, now):
        raise Problem(422, "too_far_ahead")
    if not may_ring(lookup.company(services), found.customer, lookup.moment(max(begins, now))):
        raise Problem(409, "outside_hours")
    moved = ledger.move_promise(
        services.ledger, promise_id, due_from=begins, due_until=ends, now=now
    )
    event = PromiseMoved(promise_id, begins, ends, moved.attempts)
    _tell_contact(services, moved, event)
    guards.audit("promise_moved", promise_id, {"due_from": begins, "due_until": ends})
    return _shown(moved, now)


@api.post("/promises/<promise_id>/cancel")
@api.output(PromiseOut)
@problems(401, 403, 404, 409, 503)
def cancel_promise(promise_id: str) -> PromiseOut:
    """Cancel the promise, because the customer does not want it any more."""
    services = state.services()
    found = _visible(services, promise_id)
    now = services.clock.now_ms()
    if found.state is PromiseState.OPEN:
        # The contact first: it may be calling the customer at this moment and refuse.
        _tell_contact(services, found, PromiseCancelled(promise_id))
    closed = ledger.close_promise(services.ledger, promise_id, PromiseState.CANCELLED, now=now)
    guards.audit("promise_cancelled", promise_id, {})
    return _shown(closed, now)


def _tell_contact(services: Services, promise: PromiseRecord, event: Event) -> None:
    contact = lookup.contact(services, promise.contact_id)
    if contact is None or contact.promise is None or contact.promise.id != promise.id:
        return  # The live store has lost it; whoever rebuilds it reads the ledger.
    try:
        services.dispatch.apply(promise.contact_id, event)
    except NotFound:
        return


def _visible(services: Services, promise_id: str) -> PromiseRecord:
    found = ledger.promise(services.ledger, promise_id)
    if not _sees(services, found):
        raise guards.hidden("promise", promise_id)
    return found


def _sees(services: Services, promise: PromiseRecord) -> bool:
    who = asker()
    if guards.RANK[who.role] > guards.RANK[Role.AGENT]:
        return True
    named = str(promise.context.get("agent", ""))
    member = find_member(lookup.company(services), named) if named else None
    if member is not None and member.address == who.identity:
        return True  # They are to call the customer.
    contact = lookup.contact(services, promise.contact_id)
    if contact is not None:
        return guards.sees(who, contact)
    return history.took_part_in(services, who, promise.contact_id)


def _shown(promise: PromiseRecord, now: int) -> PromiseOut:
    still = promise.state is PromiseState.OPEN
    return PromiseOut(
        id=promise.id,
        contact=promise.contact_id,
        customer=promise.customer,
        department=promise.department,
        state=LivePromiseState(promise.state.value),
        due_from=promise.due_from,
        due_until=promise.due_until,
        attempts=promise.attempts,
        max_attempts=promise.max_attempts,
        note=promise.note,
        overdue=still and promise.due_until < now,
        by=str(promise.context.get("by", "")),
        agent=str(promise.context.get("agent", "")),
        created_at=promise.created_at,
        closed_at=promise.closed_at,
    )
