"""Callbacks that an agent promises a customer while the two talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from console import hold_api, lookup, once, state
from console.answers import ContactOut, TimesOut, WindowOut
from console.asks import NewCallback, TimesQuery
from console.blueprint import api, problems
from console.problems import Problem
from console.transfers_api import acting_for, visible_contact
from telephony.contact.events import CallbackAsked
from telephony.contact.model import Contact
from telephony.routing.model import Department
from telephony.routing.plans import find_member
from telephony.routing.promises import (
    PromiseWindow,
    offered_windows,
    promise_window,
    too_far,
)
from telephony.store import ledger

if TYPE_CHECKING:
    from telephony.bootstrap import Services


@api.get("/contacts/<contact_id>/callback-times")
@api.input(TimesQuery, location="query")
@api.output(TimesOut)
@problems(401, 404, 422, 503)
def callback_times(contact_id: str, query_data: TimesQuery) -> TimesOut:
    """When the customer may be promised a callback: by their clock, and the department is open."""
    services = state.services()
    contact = visible_contact(contact_id)
    department = _department(services, contact, query_data.department or "")
    company, now = lookup.company(services), lookup.moment(services.clock.now_ms())
    soonest = promise_window(company, department, contact.customer, now)
    later = offered_windows(company, department, contact.customer, now)
    return TimesOut(
        department=department.key,
        soonest=_window(soonest) if soonest else None,
        items=[_window(each) for each in later],
    )


@api.post("/contacts/<contact_id>/callbacks")
@api.input(NewCallback)
@api.output(ContactOut, 202)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def promise_callback(contact_id: str, json_data: NewCallback) -> Response:
    """Promise the customer a callback; the present call goes on.

    Tell the customer only when the contact's promise is `open`: then it is written down.
    """
    contact = visible_contact(contact_id)
    return once.answer(lambda mark: _promise(contact, json_data, mark))


def _promise(contact: Contact, wanted: NewCallback, mark: str) -> Response:
    services = state.services()
    by = acting_for(contact)
    department = _department(services, contact, wanted.department)
    _refuse_impossible(services, contact, department, wanted.not_before)
    event = CallbackAsked(
        by=by,
        department=department.key,
        agent=_agent(services, wanted.agent),
        not_before=wanted.not_before,
        note=wanted.note,
    )
    return hold_api.applied(contact, event, mark)


def _department(services: Services, contact: Contact, key: str) -> Department:
    company = lookup.company(services)
    found = company.departments.get(key or contact.department)
    if found is None and key:
        raise Problem(422, "unknown_department", f"There is no department {key}.")
    return found or company.departments[company.operator]


def _agent(services: Services, name: str) -> str:
    if not name:
        return ""
    member = find_member(lookup.company(services), name)
    if member is None or not member.enabled:
        raise Problem(422, "unknown_agent", f"There is no agent {name}.")
    return member.key


def _refuse_impossible(
    services: Services, contact: Contact, department: Department, not_before: int
) -> None:
    if not contact.customer:
        raise Problem(409, "number_withheld")
    now = services.clock.now_ms()
    if too_far(not_before, now):
        raise Problem(422, "too_far_ahead")
    at = lookup.moment(max(not_before, now))
    if promise_window(lookup.company(services), department, contact.customer, at) is None:
        raise Problem(409, "callback_not_possible")
    others = ledger.open_promises(
        services.ledger, customer=contact.customer, department=department.key, limit=1
    ).items
    # A repetition finds the promise of its own first try; the core knows it.
    if others and others[0].contact_id != contact.id:
        raise Problem(409, "promise_open")


def _window(window: PromiseWindow) -> WindowOut:
    begins, ends = (int(at.timestamp() * 1000) for at in (window.begins, window.ends))
    return WindowOut(due_from=begins, due_until=ends)
