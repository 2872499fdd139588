"""Wrap-up: what a contact was about, noted by each agent who spoke with the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from console import guards, history, lookup, state
from console.asks import NewWrapUp
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from console.reports_api import bounds
from console.wallboard.shapes import ReportQuery
from console.wallboard.tables import csv_file, wrap_ups_as_csv
from console.wrapup_answers import (
    WrapUpCodeOut,
    WrapUpCodes,
    WrapUpCountOut,
    WrapUpList,
    WrapUpOut,
    WrapUpReportOut,
)
from telephony.presence import presence_now
from telephony.store import ledger
from telephony.store.floor import Presence
from telephony.store.ledger import WrapUp

if TYPE_CHECKING:
    from telephony.bootstrap import Services


@api.get("/wrap-up-codes")
@api.output(WrapUpCodes)
@problems(401, 503)
def wrap_up_codes() -> WrapUpCodes:
    """What a contact can have been about, as the routing says, in its order."""
    codes = lookup.company(state.services()).wrap_up_codes
    return WrapUpCodes(items=[WrapUpCodeOut(key=key, name=name) for key, name in codes.items()])


@api.get("/contacts/<contact_id>/wrap-ups")
@api.output(WrapUpList)
@problems(401, 404, 503)
def list_wrap_ups(contact_id: str) -> WrapUpList:
    """What agents noted of the contact, in the order in which they did."""
    services = state.services()
    _place(services, contact_id)
    found = ledger.wrap_ups_of(services.ledger, contact_id)
    return WrapUpList(items=[_shown(services, each) for each in found])


@api.put("/contacts/<contact_id>/wrap-up")
@api.input(NewWrapUp)
@api.output(WrapUpOut)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def wrap_up(contact_id: str, json_data: NewWrapUp) -> WrapUpOut:
    """Note what the contact was about; my newest word stands. Ends my wrap-up, unless told not."""
    services, who = state.services(), asker()
    department, version, stage = _place(services, contact_id)
    if json_data.code and json_data.code not in lookup.company(services).wrap_up_codes:
        raise Problem(422, "unknown_code", f"There is no wrap-up code {json_data.code}.")
    phone = lookup.softphone(who.identity)
    now = services.clock.now_ms()
    began = _wraps_up_since(services, phone, now)
    noted = WrapUp(
        contact_id=contact_id,
        agent=phone,
        department=department,
        code=json_data.code,
        note=json_data.note,
        at=now,
        took_ms=0 if began is None else max(0, now - began),
    )
    ledger.save_wrap_up(services.ledger, noted, version=version, stage=stage)
    # Any other presence than the wrap-up is theirs to change.
    if json_data.done and began is not None:
        services.live.floor.set_presence(phone, Presence.AVAILABLE, now)
    return _shown(services, noted)


@api.get("/reports/wrap-ups")
@api.input(ReportQuery, location="query")
@api.output(WrapUpReportOut)
@problems(401, 403, 422, 503)
def wrap_up_report(query_data: ReportQuery) -> WrapUpReportOut | Response:
    """How often each wrap-up code was noted over local days by department, and the time it took."""
    services = state.services()
    since, until = bounds(services, query_data)
    counts = ledger.wrap_up_counts(
        services.ledger, since=since, until=until, department=query_data.department
    )
    company = lookup.company(services)
    rows = [
        WrapUpCountOut(
            department=each.department,
            department_name=_name_of(services, each.department),
            code=each.code,
            name=company.wrap_up_codes.get(each.code, each.code),
            count=each.count,
            took_ms=each.took_ms,
        )
        for each in counts
    ]
    rows.sort(key=lambda row: (-row.count, row.department, row.code))
    report = WrapUpReportOut(
        since=since,
        until=until,
        total=sum(row.count for row in rows),
        took_ms=sum(row.took_ms for row in rows),
        rows=rows,
    )
    if query_data.format == "json":
        return report
    return csv_file("wrap-ups", wrap_ups_as_csv(report), since, until, company.timezone)


def _place(services: Services, contact_id: str) -> tuple[str, int, str]:
    """(department, version, stage) of a contact that the asker may know of."""
    contact = lookup.contact(services, contact_id)
    if contact is None:
        record = history.visible_record(services, asker(), contact_id)
        return record.department or "", record.version, record.state
    if not guards.sees(asker(), contact):
        raise guards.hidden("contact", contact_id)
    return contact.department, contact.version, contact.stage.value


def _wraps_up_since(services: Services, phone: str, now: int) -> int | None:
    """When the wrap-up began (ms) in which this agent is; None while they are in none."""
    said = presence_now(services.live, lookup.company(services), now).get(phone)
    return said.since if said is not None and said.state is Presence.WRAP_UP else None


def _shown(services: Services, noted: WrapUp) -> WrapUpOut:
    codes = lookup.company(services).wrap_up_codes
    return WrapUpOut(
        contact=noted.contact_id,
        agent=noted.agent,
        department=noted.department,
        code=noted.code,
        name=codes.get(noted.code, noted.code),
        note=noted.note,
        at=noted.at,
    )


def _name_of(services: Services, department: str) -> str:
    known = lookup.company(services).departments.get(department)
    return known.name if known else department
