"""What the shape of a routing cannot say: that every name it uses leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

import holidays

from telephony.prompts import placeholders, sentences
from telephony.routing.errors import Problem
from telephony.routing.forms import Destination
from telephony.routing.model import Company, Department, Holidays, Menu


def reference_problems(company: Company) -> tuple[Problem, ...]:
    """Every dangling or contradictory reference, in file order."""
    return tuple(_problems(company))


def _problems(company: Company) -> Iterator[Problem]:
    if len(set(company.languages)) < len(company.languages):
        yield Problem("languages", "names a language twice")
    if company.operator not in company.departments:
        yield Problem("operator", f"there is no department {company.operator!r}")
    for number, destination in company.numbers.items():
        if destination.kind not in ("department", "menu"):
            yield Problem(f"numbers.{number}", "must lead to a department or a menu")
        yield from _destination(company, destination, f"numbers.{number}")
    addresses: dict[str, tuple[str, str]] = {}
    for key, department in company.departments.items():
        yield from _department(company, department, f"departments.{key}", addresses)
    for key, menu in company.menus.items():
        yield from _menu(company, menu, f"menus.{key}")
    yield from _holidays(company.holidays, "holidays")
    yield from _wording(company)


def _destination(company: Company, destination: Destination, path: str) -> Iterator[Problem]:
    known = {
        "department": company.departments,
        "menu": company.menus,
        "language": company.languages,
    }.get(destination.kind)
    if known is not None and destination.name not in known:
        yield Problem(path, f"there is no {destination.kind} {destination.name!r}")


def _department(
    company: Company, department: Department, path: str, addresses: dict[str, tuple[str, str]]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, member in enumerate(department.members):
        place = f"{path}.members[{index}]"
        if member.key in seen:
            yield Problem(f"{place}.key", f"{member.key!r} is already a member of this department")
        seen.add(member.key)
        address, first = addresses.setdefault(member.key, (member.address, place))
        if address != member.address:
            yield Problem(
                f"{place}.address",
                f"{member.key!r} has another address in {first}; the same key is the same person",
            )
    for index, rung in enumerate(department.ladder):
        if rung.department and rung.department not in company.departments:
            yield Problem(f"{path}.ladder[{index}]", f"there is no department {rung.department!r}")
        elif rung.department == department.key:
            yield Problem(f"{path}.ladder[{index}]", "overflows into itself")
    if department.hours is not None and isinstance(department.hours.holidays, Holidays):
        yield from _holidays(department.hours.holidays, f"{path}.hours.holidays")


def _menu(company: Company, menu: Menu, path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, choice in enumerate(menu.choices):
        place = f"{path}.choices[{index}]"
        if choice.key in seen:
            yield Problem(f"{place}.key", f"{choice.key!r} is taken by another choice of this menu")
        seen.add(choice.key)
        yield from _destination(company, choice.to, f"{place}.to")
        if choice.to.kind == "menu" and not choice.spoken:
            yield Problem(f"{place}.spoken", "is missing: a submenu needs words to be called by")
    if menu.otherwise.kind not in ("department", "operator"):
        yield Problem(f"{path}.otherwise", "must be operator or {department: KEY}")
    yield from _destination(company, menu.otherwise, f"{path}.otherwise")


def _holidays(rule: Holidays | None, path: str) -> Iterator[Problem]:
    if rule is None or rule.subdivision is None:
        return
    if rule.subdivision not in getattr(holidays, rule.country).subdivisions:
        yield Problem(
            f"{path}.subdivision",
            f"{rule.country} has no part {rule.subdivision!r} whose holidays are known",
        )


def _wording(company: Company) -> Iterator[Problem]:
    for key, texts in company.wording.items():
        known = placeholders(sentences("en")[key])
        for language, text in texts.items():
            path = f"wording.{key}.{language}"
            unknown = sorted(placeholders(text) - known)
            if unknown:
                yield Problem(path, f"there is no value for {{{unknown[0]}}} in this sentence")
