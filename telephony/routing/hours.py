"""Opening hours by the clock on the wall, right across daylight saving.

Whether a department is open is asked of the local wall clock at that instant: an hour that is
repeated in autumn is open twice, an hour that is skipped in spring is never. When it opens next
is answered with an instant, found by testing every instant at which the answer can change.
All functions take and return moments that know their time zone (`datetime.tzinfo`). They compare
them in UTC only: Python compares moments of one zone by the wall clock, and calls repeated hours
unequal to themselves in another zone (PEP 495).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from holidays import country_holidays

from telephony.routing.forms import DAY_MINUTES, Span
from telephony.routing.model import Company, Day, Department, Holidays, Hours

Calendar = Callable[[date], tuple[Span, ...]]
"""The spans that begin on each local date."""

DAYS = tuple(Day)
HORIZON_DAYS = 400
"""How far ahead `next_open` looks: a yearly event is found, and nothing is searched for ever."""

_ONE_DAY = timedelta(days=1)


def is_open(company: Company, department: Department, at: datetime) -> bool:
    """Whether the department takes calls at `at`."""
    if emergency(department, at):
        return False
    hours = department.hours
    if hours is None:
        return True
    return open_at(partial(spans_on, company, hours), zone_of(company, department), at)


def next_open(company: Company, department: Department, at: datetime) -> datetime | None:
    """The first moment not before `at` at which the department is open, in its own time zone.

    None when it does not open within `HORIZON_DAYS`, or is closed until further notice.
    """
    start = at
    if department.emergency_close is not None:
        until = department.emergency_close.until
        if until is None:
            return None
        start = max(at.astimezone(UTC), until.astimezone(UTC))
    zone = zone_of(company, department)
    hours = department.hours
    if hours is None:
        return start.astimezone(zone)
    if _never_opens(hours, start.astimezone(zone).date()):
        return None
    return opens_at(partial(spans_on, company, hours), zone, start)


def zone_of(company: Company, department: Department) -> ZoneInfo:
    """The time zone by which the department's hours are meant."""
    hours = department.hours
    return ZoneInfo((hours.timezone if hours else None) or company.timezone)


def open_at(calendar: Calendar, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the local wall clock at `at` is within a span of the calendar."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    today = local.date()
    return any(span.start <= minute < span.end for span in calendar(today)) or any(
        span.end > minute + DAY_MINUTES for span in calendar(today - _ONE_DAY)
    )


def opens_at(calendar: Calendar, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The first moment not before `at` that is within a span; None beyond the horizon."""
    if open_at(calendar, zone, at):
        return at.astimezone(zone)
    start, first = at.astimezone(UTC), at.astimezone(zone).date()
    for offset in range(HORIZON_DAYS):
        for moment in _changes(calendar, zone, first + offset * _ONE_DAY):
            if moment > start and open_at(calendar, zone, moment):
                return moment.astimezone(zone)
    return None


def spans_on(company: Company, hours: Hours, day: date) -> tuple[Span, ...]:
    """The spans that begin on a date: its exception, else none on a holiday, else the week's."""
    if day in hours.exceptions:
        return hours.exceptions[day]
    rule = company.holidays if hours.holidays == "company" else hours.holidays
    if isinstance(rule, Holidays) and day in holiday_names(
        rule.country, rule.subdivision, day.year
    ):
        return ()
    return hours.week.get(DAYS[day.weekday()], ())


@lru_cache(maxsize=256)
def holiday_names(country: str, subdivision: str | None, year: int) -> dict[date, str]:
    """The public holidays of one year by date, with their names."""
    return dict(country_holidays(country, subdiv=subdivision, years=year).items())


def wall_clock(day: date, minutes: int, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants (UTC) at which the local clock shows `minutes` after midnight of `day`.

    Two when the hour is repeated, none when it is skipped.
    """
    naive = datetime.combine(day, time()) + timedelta(minutes=minutes)
    seen: set[datetime] = set()
    for fold in (0, 1):
        instant = naive.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant not in seen and instant.astimezone(zone).replace(tzinfo=None) == naive:
            seen.add(instant)
            yield instant


def zone_changes(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants (UTC) within a local day at which its clocks are changed; mostly none."""
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    high = datetime.combine(day + _ONE_DAY, time(), zone).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    if before == high.astimezone(zone).utcoffset():
        return
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high.replace(microsecond=0)


def emergency(department: Department, at: datetime) -> bool:
    """Whether the department is closed by its emergency switch at `at`."""
    closed = department.emergency_close
    if closed is None or closed.until is None:
        return closed is not None
    return at.astimezone(UTC) < closed.until.astimezone(UTC)


def _never_opens(hours: Hours, today: date) -> bool:
    later = any(spans and day >= today for day, spans in hours.exceptions.items())
    return not later and not any(hours.week.values())


def _changes(calendar: Calendar, zone: ZoneInfo, day: date) -> list[datetime]:
    """In order, the instants of a local day at which closed can become open."""
    moments = {moment for span in calendar(day) for moment in wall_clock(day, span.start, zone)}
    return sorted(moments.union(zone_changes(day, zone)))
