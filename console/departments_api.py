"""Departments: who is open, who is free, who waits; and who would ring at some other time."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console import lookup, routing_desk, state
from console.answers import DepartmentList, DepartmentOut, ExplanationOut, MemberOut
from console.asks import ExplainQuery
from console.blueprint import api, problems
from console.problems import Problem
from telephony.contact.model import Stage
from telephony.errors import StoreUnavailable
from telephony.presence import presence_now
from telephony.routing import explain as explaining
from telephony.routing.hours import is_open, next_open, zone_of
from telephony.routing.model import Company, Department, Member
from telephony.store import ledger
from telephony.store.floor import Present
from telephony.store.ledger import RecentWait

if TYPE_CHECKING:
    from telephony.bootstrap import Services

_log = logging.getLogger(__name__)
_WAITING = frozenset({Stage.SEEKING, Stage.CHOOSING})


@dataclass(frozen=True)
class _Now:
    """What is read once for all departments."""

    company: Company
    at: datetime
    present: Mapping[str, Present]
    busy: Mapping[str, str]
    waiting: Mapping[str, int]
    waits: Mapping[str, RecentWait]


@api.get("/departments")
@api.output(DepartmentList)
@problems(401, 503)
def list_departments() -> DepartmentList:
    """All departments: open or closed, who is free, how many customers wait."""
    now = _now(state.services())
    return DepartmentList(items=[_shown(now, each) for each in now.company.departments.values()])


@api.get("/departments/<key>")
@api.output(DepartmentOut)
@problems(401, 404, 503)
def show_department(key: str) -> DepartmentOut:
    """One department."""
    now = _now(state.services())
    department = now.company.departments.get(key)
    if department is None:
        raise Problem(404, "unknown_department", f"There is no department {key[:80]}.")
    return _shown(now, department)


@api.get("/routing/explain")
@api.input(ExplainQuery, location="query")
@api.output(ExplanationOut)
@problems(401, 403, 404, 422, 503)
def explain_routing(query_data: ExplainQuery) -> ExplanationOut:
    """Who rings at a given time if some members are busy, step by step, when nobody answers."""
    services = state.services()
    company = routing_desk.look(services).company if query_data.draft else lookup.company(services)
    department = company.departments.get(query_data.department)
    if department is None:
        raise Problem(404, "unknown_department")
    at = lookup.moment(services.clock.now_ms())
    if query_data.at is not None:
        at = _moment(query_data.at, company, department)
    busy = frozenset(key.strip() for key in query_data.busy.split(",") if key.strip())
    explained = explaining.explain(company, department.key, at, busy)
    data = explaining.as_data(explained)
    return ExplanationOut.model_validate({**data, "text": explaining.as_text(explained)})


def _moment(text: str, company: Company, department: Department) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=zone_of(company, department))
        # Years at either end of the calendar overflow in another time zone.
        if not 2000 <= at.year <= 2200:
            raise ValueError
    except (ValueError, OverflowError):
        raise Problem(
            422,
            "invalid",
            "at: it must be a moment such as 2026-11-24T17:55, between 2000 and 2200.",
            fields={"at": ["must be a moment in ISO 8601"]},
        ) from None
    return at


def _now(services: Services) -> _Now:
    waiting = Counter(
        contact.department
        for contact in services.live.open_contacts(_WAITING)
        if contact.department
    )
    company, now = lookup.company(services), services.clock.now_ms()
    return _Now(
        company=company,
        at=lookup.moment(now),
        present=presence_now(services.live, company, now),
        busy=services.live.claims(),
        waiting=waiting,
        waits=_waits(services, now),
    )


def _waits(services: Services, now: int) -> Mapping[str, RecentWait]:
    """Figures of history; who is free and who waits is shown without them, too."""
    try:
        return ledger.recent_waits(services.ledger, now=now)
    except StoreUnavailable as error:
        _log.warning("no figures of recent waits: %s", error)
        return {}


def _shown(now: _Now, department: Department) -> DepartmentOut:
    opened = is_open(now.company, department, now.at)
    following = None if opened else next_open(now.company, department, now.at)
    members = [_member(now, member) for member in department.members]
    closed = department.emergency_close
    wait = now.waits.get(department.key)
    return DepartmentOut(
        key=department.key,
        name=department.name,
        open=opened,
        closed_reason=closed.reason if closed and not opened else "",
        next_open=int(following.timestamp() * 1000) if following else None,
        strategy=department.strategy,
        free=sum(member.free for member in members),
        members=members,
        waiting=now.waiting.get(department.key, 0),
        expected_wait_ms=wait.median_ms if wait else None,
        expected_wait_of=wait.contacts if wait else 0,
    )


def _member(now: _Now, member: Member) -> MemberOut:
    found = now.present.get(lookup.softphone(member.address))
    return MemberOut(
        key=member.key,
        name=member.name,
        address=member.address,
        enabled=member.enabled,
        free=lookup.free(member, now.present, now.busy),
        presence=found.state.value if found else "",
    )
