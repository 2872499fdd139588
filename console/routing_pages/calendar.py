"""The next weeks of a department, day by day: open when, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telephony.routing.hours import emergency, holiday_names, spans_on, zone_changes, zone_of
from telephony.routing.model import Company, Department, Holidays

WEEKS = 4
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class CalendarDay:
    """One local day. `note` says why it is not as usual, `clocks` what daylight saving does."""

    day: date
    spans: tuple[str, ...]
    past: bool
    today: bool
    note: str
    clocks: str


def weeks(company: Company, department: Department, at: datetime) -> list[list[CalendarDay]]:
    """This week and the following ones, from Monday on."""
    today = at.astimezone(zone_of(company, department)).date()
    monday = today - timedelta(days=today.weekday())
    return [
        [
            _day(company, department, monday + week * _WEEK + timedelta(days=offset), today)
            for offset in range(7)
        ]
        for week in range(WEEKS)
    ]


def _day(company: Company, department: Department, day: date, today: date) -> CalendarDay:
    hours = department.hours
    spans = ("00:00-24:00",) if hours is None else map(str, spans_on(company, hours, day))
    return CalendarDay(
        day=day,
        spans=tuple(spans),
        past=day < today,
        today=day == today,
        note=_note(company, department, day),
        clocks=_clocks(company, department, day),
    )


def _note(company: Company, department: Department, day: date) -> str:
    hours = department.hours
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone_of(company, department))
    if emergency(department, noon):
        return "Emergency close"
    if hours is None:
        return ""
    if day in hours.exceptions:
        return "Exception"
    rule = company.holidays if hours.holidays == "company" else hours.holidays
    if isinstance(rule, Holidays):
        return holiday_names(rule.country, rule.subdivision, day.year).get(day, "")
    return ""


def _clocks(company: Company, department: Department, day: date) -> str:
    zone = zone_of(company, department)
    for change in zone_changes(day, zone):
        before = (change - timedelta(minutes=1)).astimezone(zone)
        after = change.astimezone(zone)
        moved = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
        where = "forward" if moved > timedelta() else "back"
        said = before + timedelta(minutes=1)
        return f"Clocks go {where}: {said.replace(tzinfo=None):%H:%M} becomes {after:%H:%M}"
    return ""
