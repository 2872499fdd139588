"""When a customer may be called back: in their own allowed hours, while the department is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

from telephony.routing.hours import next_open, open_at, opens_at
from telephony.routing.model import Company, Department
from telephony.routing.policy import check_address

_LATER = (timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
_DAYS = 5
_MOST_ZONES = 4
_MOST_ROUNDS = 50


_FURTHEST_MS = 90 * 86_400_000


@dataclass(frozen=True, slots=True)
class PromiseWindow:
    """A callback is due not before `begins` and not after `ends`, both in UTC."""

    begins: datetime
    ends: datetime


@lru_cache(maxsize=4096)
def customer_zones(number: str, default: str) -> tuple[str, ...]:
    """The time zones in which the owner of a number may be; `default` when nobody can tell.

    An area code may span several zones, and all of them count. A number that could be anywhere
    in its country, such as a toll-free one, says nothing.
    """
    try:
        found = time_zones_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return (default,)
    zones = tuple(zone for zone in found if zone in available_timezones())
    return zones if 0 < len(zones) <= _MOST_ZONES else (default,)


def too_far(at: int, now: int) -> bool:
    """Whether it is too early to promise a callback for this time (both in ms): more than 90 days
    ahead nobody plans, and a mistyped year is noticed by nobody.
    """
    return at > now + _FURTHEST_MS


def may_ring(company: Company, number: str, at: datetime) -> bool:
    """Whether the customer's own clock allows a callback at `at` (S9)."""
    span = company.promises.local_hours
    zones = customer_zones(number, company.timezone)
    return all(open_at(lambda _: (span,), ZoneInfo(zone), at) for zone in zones)


def promise_window(
    company: Company, department: Department, number: str, at: datetime
) -> PromiseWindow | None:
    """The first window from `at` on in which the customer may be called and the department is open.

    None when there is no such time, or when the dialling policy forbids the number: then no
    callback may be promised.
    """
    if not check_address(company.dialling, number).allowed:
        return None
    span = company.promises.local_hours
    zones = [ZoneInfo(zone) for zone in customer_zones(number, company.timezone)]
    moment = at.astimezone(UTC)
    for _ in range(_MOST_ROUNDS):
        before, found = moment, next_open(company, department, moment)
        for zone in zones:
            found = found and opens_at(lambda _: (span,), zone, found)
        if found is None:
            return None
        moment = found.astimezone(UTC)
        if moment == before:
            window = timedelta(minutes=company.promises.window_minutes)
            return PromiseWindow(moment, moment + window)
    return None


def offered_windows(
    company: Company, department: Department, number: str, now: datetime
) -> tuple[PromiseWindow, ...]:
    """Windows to choose from, earliest first: some hours later today, and the next days at this
    hour, each as soon as it is allowed. Empty when no callback may be promised.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    wanted = [hour + later for later in _LATER]
    wanted += [hour + timedelta(days=day) for day in range(1, _DAYS + 1)]
    found = [promise_window(company, department, number, at) for at in wanted]
    by_start = {window.begins: window for window in found if window and window.begins > now}
    return tuple(by_start[begins] for begins in sorted(by_start))
