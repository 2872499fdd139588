"""The linter: what is valid but will not serve customers, before it is published.

To add a check: one generator of findings here, one entry in `CHECKS`, one row in docs/routing.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from telephony.contact.plans import RungKind
from telephony.routing import speech
from telephony.routing.explain import explain
from telephony.routing.forms import Destination
from telephony.routing.hours import emergency, next_open
from telephony.routing.ivr import choice_words
from telephony.routing.model import Company, Department
from telephony.routing.policy import check_address

LONGEST_WAIT_SECONDS = 300
"""Five minutes of ringing without an answer are more than most callers give."""

_ENDS = frozenset({RungKind.CALLBACK, RungKind.MESSAGE, RungKind.TICKET})


class Severity(StrEnum):
    """`error`: customers will suffer. `warning`: likely a mistake. `info`: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `code` is stable, for programs."""

    severity: Severity
    code: str
    path: str
    sentence: str
    what_to_do: str


Check = Callable[[Company, datetime], Iterator[Finding]]


def lint(company: Company, at: datetime) -> tuple[Finding, ...]:
    """All findings as of `at`, errors first, otherwise in file order."""
    order = list(Severity)
    found = [finding for check in CHECKS for finding in check(company, at)]
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def _ladder_ends(company: Company, at: datetime) -> Iterator[Finding]:
    for key, department in company.departments.items():
        kinds = [rung.kind for rung in department.ladder]
        path = f"departments.{key}.ladder"
        if not _has_end(company, key, set()):
            yield Finding(
                Severity.ERROR,
                "ladder_without_end",
                path,
                f"When nobody in {department.name} answers, nothing is offered to the customer.",
                "End the ladder with callback, message or ticket.",
            )
        ticket = kinds.index(RungKind.TICKET) if RungKind.TICKET in kinds else len(kinds)
        if ticket < len(kinds) - 1:
            yield Finding(
                Severity.WARNING,
                "rung_never_reached",
                f"{path}[{ticket + 1}]",
                "A ticket always succeeds, so nothing after it is ever tried.",
                "Move ticket to the end of the ladder.",
            )


def _has_end(company: Company, key: str, seen: set[str]) -> bool:
    """Whether the ladder, or that of a department it overflows into, offers something at last."""
    seen.add(key)
    return any(
        rung.kind in _ENDS
        or (
            (rung.department and rung.department not in seen)
            and _has_end(company, rung.department, seen)
        )
        for rung in company.departments[key].ladder
    )


def _members(company: Company, at: datetime) -> Iterator[Finding]:
    for key, department in company.departments.items():
        path = f"departments.{key}.members"
        if not any(member.enabled for member in department.members):
            yield Finding(
                Severity.ERROR,
                "no_members",
                path,
                f"{department.name} has nobody who can be rung.",
                "Add a member, enable one, or lead callers to another department.",
            )
        for index, member in enumerate(department.members):
            verdict = check_address(company.dialling, member.address)
            if not verdict.allowed:
                yield Finding(
                    Severity.ERROR,
                    "member_not_allowed",
                    f"{path}[{index}].address",
                    f"{member.name} will never ring. {verdict.sentence}",
                    "Change the address, or allow it under dialling.",
                )


def _shared_members(company: Company, at: datetime) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for key, department in company.departments.items():
        for index, member in enumerate(department.members):
            home = first.setdefault(member.address, department.name)
            if home != department.name:
                yield Finding(
                    Severity.INFO,
                    "member_shared",
                    f"departments.{key}.members[{index}]",
                    f"{member.name} is a member of {home} too; only one of the two rings at once.",
                    "Nothing, if this is meant.",
                )


def _hours(company: Company, at: datetime) -> Iterator[Finding]:
    for key, department in company.departments.items():
        path = f"departments.{key}"
        closed = department.emergency_close
        if closed is not None and emergency(department, at):
            until = "until further notice" if closed.until is None else f"until {closed.until}"
            yield Finding(
                Severity.WARNING,
                "emergency_close",
                f"{path}.emergency_close",
                f"{department.name} is closed {until}.",
                "Remove emergency_close when the emergency is over.",
            )
        elif next_open(company, department, at) is None:
            yield Finding(
                Severity.ERROR,
                "closed_for_ever",
                f"{path}.hours",
                f"{department.name} never opens.",
                "Give it hours, or remove hours to open it day and night.",
            )
        yield from _overlaps(department, f"{path}.hours.week")


def _overlaps(department: Department, path: str) -> Iterator[Finding]:
    for day, spans in (department.hours.week if department.hours else {}).items():
        ordered = sorted(spans, key=lambda span: span.start)
        for before, after in pairwise(ordered):
            if after.start < before.end:
                yield Finding(
                    Severity.WARNING,
                    "hours_overlap",
                    f"{path}.{day}",
                    f"{before} and {after} overlap.",
                    "Join them into one span.",
                )


def _loops(company: Company, at: datetime) -> Iterator[Finding]:
    for key in company.departments:
        round_trip = _way_back(company, key)
        if round_trip is None:
            continue
        yield Finding(
            Severity.WARNING if _has_end(company, key, set()) else Severity.ERROR,
            "overflow_loop",
            f"departments.{key}.ladder",
            f"The overflow comes back: {' to '.join(round_trip)}. The way back is not taken.",
            "Break the circle, so that the ladder reads as it works.",
        )


def _way_back(company: Company, start: str) -> tuple[str, ...] | None:
    """The departments of a circle of overflows through `start`."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        way = waiting.pop(0)
        for rung in company.departments[way[-1]].ladder:
            if rung.department == start:
                return (*way, start)
            if rung.department and rung.department not in seen:
                seen.add(rung.department)
                waiting.append((*way, rung.department))
    return None


def _waits(company: Company, at: datetime) -> Iterator[Finding]:
    for key, department in company.departments.items():
        opens = next_open(company, department, at)
        if opens is None:
            continue
        wait = explain(company, key, opens).ringing_seconds
        if wait > LONGEST_WAIT_SECONDS:
            yield Finding(
                Severity.WARNING,
                "rings_too_long",
                f"departments.{key}",
                f"A customer could hear {wait} seconds of ringing before anything else happens.",
                f"Ring fewer rounds or for less time; {LONGEST_WAIT_SECONDS} seconds is plenty.",
            )


def _menus(company: Company, at: datetime) -> Iterator[Finding]:
    for key, menu in company.menus.items():
        if not any(_leads_out(company, choice.to, {key}) for choice in menu.choices):
            yield Finding(
                Severity.ERROR,
                "menu_without_way_out",
                f"menus.{key}",
                "No key of this menu leads to a department.",
                "Add a choice that leads to a department.",
            )
        for code in company.languages:
            yield from _clashes(company, key, code)


def _leads_out(company: Company, target: Destination, seen: set[str]) -> bool:
    if target.kind in ("department", "operator"):
        return True
    if target.kind != "menu" or target.name in seen:
        return False
    seen = seen | {target.name}
    return any(
        _leads_out(company, choice.to, seen) for choice in company.menus[target.name].choices
    )


def _clashes(company: Company, key: str, language: str) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    reserved = {speech.plain(word) for word in speech.PERSON[language]}
    for index, choice in enumerate(company.menus[key].choices):
        path = f"menus.{key}.choices[{index}]"
        for word in choice_words(company, choice, language):
            plain = speech.plain(word)
            other = "0" if plain in reserved else taken.setdefault(plain, choice.key)
            if plain.isspace():
                yield Finding(
                    Severity.WARNING,
                    "unspeakable_word",
                    path,
                    f"{word!r} has no letters or digits, so nobody can say it.",
                    "Write the word as it is spoken.",
                )
            elif other != choice.key:
                yield Finding(
                    Severity.ERROR,
                    "word_clash",
                    path,
                    f"{word!r} is also said for key {other}; the caller would be asked again.",
                    "Use another word for one of the two.",
                )


def _reachable(company: Company, at: datetime) -> Iterator[Finding]:
    seen = {("department", company.operator)}
    waiting = [*company.numbers.values(), Destination("department", company.operator)]
    while waiting:
        target = waiting.pop()
        follow: list[Destination] = []
        if target.kind == "menu":
            menu = company.menus[target.name]
            follow = [menu.otherwise, *(choice.to for choice in menu.choices)]
        elif target.kind == "department":
            ladder = company.departments[target.name].ladder
            follow = [Destination("department", rung.department) for rung in ladder]
        seen.add((target.kind, target.name))
        waiting += [new for new in follow if new.name and (new.kind, new.name) not in seen]
    for key, department in company.departments.items():
        if ("department", key) not in seen:
            yield Finding(
                Severity.INFO,
                "unreachable_department",
                f"departments.{key}",
                f"No number, menu or overflow leads to {department.name}.",
                "Nothing, if only colleagues pass customers on to it.",
            )
    for key in company.menus:
        if ("menu", key) not in seen:
            yield Finding(
                Severity.WARNING,
                "unreachable_menu",
                f"menus.{key}",
                "No number or menu leads here.",
                "Remove the menu or lead a key to it.",
            )


CHECKS: tuple[Check, ...] = (
    _ladder_ends,
    _members,
    _shared_members,
    _hours,
    _loops,
    _waits,
    _menus,
    _reachable,
)
