"""Wrap-up: what a contact was about, noted by each agent who spoke with the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import guards, history, lookup, state
from console.asks import NewWrapUp
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from console.reports_api import bounds
from console.wallboard.shapes import Stretch
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
    noted = WrapUp(
        contact_id=contact_id,
        agent=phone,
        department=department,
        code=json_data.code,
        note=json_data.note,
        at=services.clock.now_ms(),
    )
    ledger.save_wrap_up(services.ledger, noted, version=version, stage=stage)
    if json_data.done:
        _end(services, phone, noted.at)
    return _shown(services, noted)


@api.get("/reports/wrap-ups")
@api.input(Stretch, location="query")
@api.output(WrapUpReportOut)
@problems(401, 403, 422, 503)
def wrap_up_report(query_data: Stretch) -> WrapUpReportOut:
    """How often each wrap-up code was noted over local days, by department."""
    services = state.services()
    since, until = bounds(services, query_data)
    counts = ledger.wrap_up_counts(
        services.ledger, since=since, until=until, department=query_data.department
    )
    company = lookup.company(services)
    rows = [
        WrapUpCountOut(
            department=department,
            department_name=_name_of(services, department),
            code=code,
            name=company.wrap_up_codes.get(code, code),
            count=count,
        )
        for (department, code), count in counts.items()
    ]
    rows.sort(key=lambda row: (-row.count, row.department, row.code))
    return WrapUpReportOut(since=since, until=until, total=sum(counts.values()), rows=rows)


def _place(services: Services, contact_id: str) -> tuple[str, int, str]:
    """(department, version, stage) of a contact that the asker may know of."""
    contact = lookup.contact(services, contact_id)
    if contact is None:
        record = history.visible_record(services, asker(), contact_id)
        return record.department or "", record.version, record.state
    if not guards.sees(asker(), contact):
        raise guards.hidden("contact", contact_id)
    return contact.department, contact.version, contact.stage.value


def _end(services: Services, phone: str, now: int) -> None:
    """Done: whoever wraps up now is available again; any other presence is theirs to change."""
    said = presence_now(services.live, lookup.company(services), now).get(phone)
    if said is not None and said.state is Presence.WRAP_UP:
        services.live.floor.set_presence(phone, Presence.AVAILABLE, now)


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
