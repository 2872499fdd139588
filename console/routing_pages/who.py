"""Who rings on Tuesday at 17:55 if Anna is busy? Answered step by step, with the longest wait."""

from __future__ import annotations

from datetime import datetime

from flask import request

from console import routing_desk as desk
from console import state
from console.pages.shell import least, pages
from console.routing_pages import frame
from telephony.routing.explain import Explanation, explain
from telephony.routing.hours import zone_of
from telephony.routing.model import Company, Department
from telephony.store.ledger import Role

_YEARS = range(2000, 2201)


@pages.get("/admin/who")
@least(Role.ADMIN)
def admin_who() -> str:
    """The question as a form, and its answer beside it."""
    lying = desk.look(state.services())
    company = lying.in_force if request.args.get("which") == "published" else lying.company
    asked = request.args.get("department", "")
    department = company.departments.get(asked) or next(iter(company.departments.values()))
    busy = [key for key in request.args.getlist("busy") if key]
    at, wrong = _moment(request.args.get("at", ""), company, department)
    answer = None if wrong else _answer(company, department, at, busy)
    members = {
        member.key: member.name for one in company.departments.values() for member in one.members
    }
    return frame.show(
        "admin/who.html",
        lying,
        company=company,
        department=department,
        at=at,
        asked_at=request.args.get("at", ""),
        busy=busy,
        members=members,
        answer=answer,
        wrong=wrong,
        which=request.args.get("which", "draft"),
        passed_on=request.args.get("passed_on") == "on",
    )


def _answer(company: Company, department: Department, at: datetime, busy: list[str]) -> Explanation:
    passed_on = request.args.get("passed_on") == "on"
    return explain(company, department.key, at, frozenset(busy), passed_on=passed_on)


def _moment(typed: str, company: Company, department: Department) -> tuple[datetime, str]:
    zone = zone_of(company, department)
    now = frame.now().astimezone(zone)
    if not typed:
        return now, ""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return now, "must be a day and a time"
    if at.year not in _YEARS:
        return now, "must lie between the years 2000 and 2200"
    return at if at.tzinfo else at.replace(tzinfo=zone), ""
