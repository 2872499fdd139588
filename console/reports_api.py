"""Reports over local days, as JSON or CSV, and the contacts behind each number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Response

from console import history, lookup, state
from console.blueprint import api, problems
from console.problems import Problem
from console.reasons import explain
from console.wallboard import calendar, today
from console.wallboard.calendar import Slot
from console.wallboard.shapes import (
    BehindItemOut,
    BehindPage,
    BehindQuery,
    ReportOut,
    ReportQuery,
    ReportRowOut,
    Stretch,
    TodayOut,
)
from console.wallboard.tables import as_csv, csv_file
from telephony.errors import NotFound
from telephony.store import ledger
from telephony.store.ledger import TARGET_MS, ContactRecord, Figure

if TYPE_CHECKING:
    from telephony.bootstrap import Services

Rows = tuple[TodayOut, list[ReportRowOut]]
MENU = "(before choosing a department)"
LOST = {
    "ended_by_us": "We ended the customer's line, without a promise or a ticket.",
    "line_broke": "The customer's line broke and we did not reach them again.",
    "adrift": "The contact was left open and nobody will act for it.",
}


@api.get("/reports/<kind>")
@api.input(ReportQuery, location="query")
@api.output(ReportOut)
@problems(401, 403, 404, 422, 503)
def show_report(kind: str, query_data: ReportQuery) -> ReportOut | Response:
    """Numbers over local days by departments, hours, days or weeks; `format=csv` for a table."""
    services = state.services()
    make = KINDS.get(kind)
    if make is None:
        raise Problem(404, "not_found", f"Reports are: {', '.join(KINDS)}.")
    first, last = _days(services, query_data)
    zone = lookup.company(services).timezone
    total, rows = make(services, first, last, query_data.department)
    report = ReportOut(
        kind=kind,
        timezone=zone,
        since=calendar.midnight(zone, first),
        until=calendar.midnight(zone, last + timedelta(days=1)),
        target_ms=TARGET_MS,
        total=total,
        rows=rows,
    )
    if query_data.format == "json":
        return report
    return csv_file(kind, as_csv(report), report.since, report.until, zone)


@api.get("/reports/contacts")
@api.input(BehindQuery, location="query")
@api.output(BehindPage)
@problems(401, 403, 422, 503)
def contacts_behind(query_data: BehindQuery) -> BehindPage:
    """The contacts behind a number, newest first; counted by the same conditions."""
    services = state.services()
    since, until = bounds(services, query_data)
    page = ledger.figure_contacts(
        services.ledger,
        query_data.figure,
        since=since,
        until=until,
        department=query_data.department,
        cursor=query_data.cursor,
        limit=query_data.limit,
    )
    items = [_behind(services, each, each.lost) for each in page.items]
    if query_data.figure is Figure.LOST and query_data.cursor is None:
        items = [*_adrift(services, since, until, query_data.department), *items]
    return BehindPage(items=items, next=page.next)


def bounds(services: Services, stretch: Stretch) -> tuple[int, int]:
    """The stretch in ms; the end is not part of it."""
    zone = lookup.company(services).timezone
    first, last = _days(services, stretch)
    until = calendar.midnight(zone, last + timedelta(days=1))
    return calendar.midnight(zone, first), until


def _departments(services: Services, first: date, last: date, only: str | None) -> Rows:
    company = lookup.company(services)
    since = calendar.midnight(company.timezone, first)
    until = calendar.midnight(company.timezone, last + timedelta(days=1))
    total, found = today.by_department(services, since, until)
    names = {key: each.name for key, each in company.departments.items()} | {"": MENU}
    # A department that is gone from the routing still has its history.
    keys = [*names, *(key for key in sorted(found) if key not in names)]
    chosen = [key for key in keys if only is None or key == only]
    rows = [
        today.row(Slot(names.get(key, key), key, since, until), found.get(key, today.shown({})))
        for key in chosen
        if key in found or key in company.departments
    ]
    if only is not None:
        total = found.get(only, today.shown({}))
    return total, rows


def _hours(services: Services, first: date, last: date, only: str | None) -> Rows:
    if first != last:
        raise Problem(422, "invalid", "to_day: a report by hours is about one day.")
    zone = lookup.company(services).timezone
    return today.series(services, calendar.hours(zone, first), only)


def _each_day(services: Services, first: date, last: date, only: str | None) -> Rows:
    zone = lookup.company(services).timezone
    return today.series(services, calendar.days(zone, first, last), only)


def _weeks(services: Services, first: date, last: date, only: str | None) -> Rows:
    zone = lookup.company(services).timezone
    return today.series(services, calendar.weeks(zone, first, last), only)


KINDS: dict[str, Callable[[Services, date, date, str | None], Rows]] = {
    "departments": _departments,
    "hours": _hours,
    "days": _each_day,
    "weeks": _weeks,
}


def _days(services: Services, stretch: Stretch) -> tuple[date, date]:
    here = calendar.day_of(lookup.company(services).timezone, services.clock.now_ms())
    last = date.fromisoformat(stretch.to_day) if stretch.to_day else None
    first = date.fromisoformat(stretch.from_day) if stretch.from_day else last or here
    last = last or max(first, here if stretch.from_day else first)
    if (last - first).days >= calendar.MOST_DAYS:
        raise Problem(422, "invalid", f"to_day: at most {calendar.MOST_DAYS} days at once.")
    return first, last


def _adrift(
    services: Services, since: int, until: int, department: str | None
) -> list[BehindItemOut]:
    found = []
    for name, (began, where) in today.adrift(services).items():
        if since <= began < until and department in {None, where}:
            try:
                found.append(_behind(services, ledger.contact(services.ledger, name), "adrift"))
            except NotFound:
                continue  # It was forgotten between the two questions.
    return found


def _behind(services: Services, record: ContactRecord, lost: str) -> BehindItemOut:
    line = history.line(services, record).model_dump()
    return BehindItemOut(
        **line
        | {
            "live": record.ended_at is None,
            "answered_at": record.answered_at,
            "waited_ms": record.waited_ms,
            "transfers": record.transfers,
            "attempts": record.attempts,
            "unanswered": record.unanswered,
            "reason": record.reason,
            "explained": explain(record.reason).meaning if record.reason else "",
            "lost": lost,
            "lost_explained": LOST.get(lost, ""),
        }
    )
