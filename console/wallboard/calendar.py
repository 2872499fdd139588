"""The company's hours, days and weeks as moments. Midnight is local, so a day may have 23 hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time: `since` (inclusive) to `until` (exclusive) in ms, and how it is called."""

    label: str
    key: str
    since: int
    until: int


def day_of(zone: str, now: int) -> date:
    """The local date at a moment."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def midnight(zone: str, day: date) -> int:
    """The moment at which a local day begins (ms).

    Where the clocks change at midnight and it does not exist, the day begins when they have.
    """
    return _ms(datetime.combine(day, time(), ZoneInfo(zone)))


def days(zone: str, first: date, last: date) -> tuple[Slot, ...]:
    """The local days from `first` to `last`, both included."""
    return tuple(
        Slot(f"{day:%a} {day.day} {day:%b}", day.isoformat(), *_bounds(zone, day, day))
        for day in _each(first, last)
    )


def weeks(zone: str, first: date, last: date) -> tuple[Slot, ...]:
    """The weeks, Monday to Sunday, that hold the days from `first` to `last`, cut to them."""
    found = []
    start = first
    while start <= last:
        end = min(last, start + timedelta(days=6 - start.weekday()))
        label = f"{start.day} {start:%b} to {end.day} {end:%b}"
        found.append(Slot(label, start.isoformat(), *_bounds(zone, start, end)))
        start = end + _DAY
    return tuple(found)


def hours(zone: str, day: date) -> tuple[Slot, ...]:
    """The hours of a local day by the clock on the wall; one that comes twice is there twice."""
    since, until = _bounds(zone, day, day)
    moment, end = datetime.fromtimestamp(since / 1000, UTC), until
    found = []
    while _ms(moment) < end:
        local = moment.astimezone(ZoneInfo(zone))
        again = " again" if local.fold else ""
        following = moment + _HOUR
        label = f"{local:%H:%M}{again}"
        found.append(Slot(label, local.isoformat(), _ms(moment), min(_ms(following), end)))
        moment = following
    return tuple(found)


def _bounds(zone: str, first: date, last: date) -> tuple[int, int]:
    return midnight(zone, first), midnight(zone, last + _DAY)


def _each(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
