"""A department and a change of routing in plain words, for the admin's pages and the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from telephony.contact.plans import Rung, RungKind, Strategy
from telephony.routing.hours import DAYS, zone_of
from telephony.routing.model import Company, Department, Hours, Member
from telephony.routing.text import to_data

_RINGING = {
    Strategy.ALL: "ring at the same time",
    Strategy.IN_ORDER: "ring one after the other",
    Strategy.PROGRESSIVE: "join the ringing one after the other",
    Strategy.ROUND_ROBIN: "ring one after the other and take turns in being first",
    Strategy.LONGEST_IDLE: "ring one after the other, the longest idle first",
    Strategy.FEWEST_CALLS: "ring one after the other, whoever had the fewest calls first",
    Strategy.RANDOM: "ring one after the other in random order",
}
_RUNGS = {
    RungKind.AGENT: "back to the agent",
    RungKind.CALLBACK: "a callback",
    RungKind.MESSAGE: "a message",
    RungKind.TICKET: "a ticket",
}


def describe(company: Company, department: Department) -> str:
    """What a department does, in a few sentences."""
    return " ".join(
        (
            _hours(company, department),
            _ringing(department),
            _ladder(company, department.ladder),
        )
    )


def changes(before: Company, after: Company) -> tuple[str, ...]:
    """What is different in `after`, one line for each place, in file order."""
    return tuple(_differences(to_data(before, defaults=True), to_data(after, defaults=True), ""))


def _hours(company: Company, department: Department) -> str:
    if department.emergency_close is not None:
        return f"{department.name} is closed by its emergency switch."
    hours = department.hours
    if hours is None:
        return f"{department.name} is open day and night."
    days = "; ".join(_days(hours))
    if not days:
        return f"{department.name} is open on single dates only."
    return f"{department.name} is open {days} ({zone_of(company, department).key})."


def _days(hours: Hours) -> Iterator[str]:
    """Runs of days with the same hours: "Monday to Friday 09:00-17:00"."""
    for spans, run in groupby(DAYS, lambda day: hours.week.get(day, ())):
        names = [day.capitalize() for day in run]
        if spans:
            days = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
            yield f"{days} {' and '.join(map(str, spans))}"


def _ringing(department: Department) -> str:
    members = [member for member in department.members if member.enabled]
    if not members:
        return "Nobody can be rung."
    times = "once" if department.rounds == 1 else f"in up to {department.rounds} rounds"
    if len(members) == 1:
        return f"{members[0].name} rings for {department.ring_seconds} s, {times}."
    who = f"{_names(members)} {_RINGING[department.strategy]}"
    return f"{who}, {department.ring_seconds} s each, {times}."


def _names(members: list[Member]) -> str:
    return f"{', '.join(member.name for member in members[:-1])} and {members[-1].name}"


def _ladder(company: Company, ladder: tuple[Rung, ...]) -> str:
    tried = [
        company.departments[rung.department].name if rung.department else _RUNGS[rung.kind]
        for rung in ladder
    ]
    return f"If nobody answers: {', then '.join(tried or [_RUNGS[RungKind.TICKET]])}."


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            place = f"{path}.{key}" if path else str(key)
            yield from _entry(before, after, key, place)
    elif _keyed(before) and _keyed(after):
        yield from _differences(_by_key(before), _by_key(after), path)
        kept = [key for key in _by_key(before) if key in _by_key(after)]
        if kept != [key for key in _by_key(after) if key in kept]:
            yield f"{path}: the order is now {', '.join(_by_key(after))}"
    else:
        yield f"{path}: {_short(before)} became {_short(after)}"


def _entry(
    before: Mapping[str, Any], after: Mapping[str, Any], key: str, place: str
) -> Iterator[str]:
    if key not in after:
        yield f"{place}: removed (was {_short(before[key])})"
    elif key not in before:
        yield f"{place}: added ({_short(after[key])})"
    else:
        yield from _differences(before[key], after[key], place)


def _keyed(value: Any) -> bool:
    """Whether a list holds things with keys of their own, such as members and choices."""
    return isinstance(value, list) and all(
        isinstance(each, Mapping) and "key" in each for each in value
    )


def _by_key(value: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {each["key"]: each for each in value}


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("name") or ", ".join(f"{key} {_short(value[key])}" for key in value))
    if isinstance(value, list):
        return ", ".join(map(_short, value)) or "nothing"
    return "nothing" if value is None else str(value)
