"""What would be left pointing into the void if a department, a menu or a member were removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from telephony.routing.forms import Destination
from telephony.routing.model import Company


class Thing(StrEnum):
    """What can be used from elsewhere in a routing."""

    DEPARTMENT = "department"
    MENU = "menu"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Use:
    """One place that uses it. `path` is where in the routing file, `sentence` is for people."""

    path: str
    sentence: str


def exists(company: Company, thing: Thing, key: str) -> bool:
    """Whether the company has such a department, menu or member."""
    match thing:
        case Thing.DEPARTMENT:
            return key in company.departments
        case Thing.MENU:
            return key in company.menus
        case Thing.MEMBER:
            return any(_member_uses(company, key))


def used_by(company: Company, thing: Thing, key: str) -> tuple[Use, ...]:
    """Every place that names the thing, in file order. Without uses it may be removed at once."""
    match thing:
        case Thing.DEPARTMENT:
            return tuple(_uses(company, Destination("department", key)))
        case Thing.MENU:
            return tuple(_uses(company, Destination("menu", key)))
        case Thing.MEMBER:
            return tuple(_member_uses(company, key))


def _uses(company: Company, wanted: Destination) -> Iterator[Use]:
    operator = Destination("department", company.operator)
    if wanted == operator:
        yield Use("operator", "Key 0 and every dead end lead here.")
    for number, destination in company.numbers.items():
        if destination == wanted:
            yield Use(f"numbers.{number}", f"The number {number} leads here.")
    for key, department in company.departments.items():
        for index, rung in enumerate(department.ladder):
            if rung.department and Destination("department", rung.department) == wanted:
                yield Use(
                    f"departments.{key}.ladder[{index}]",
                    f"{department.name} overflows here when nobody answers.",
                )
    for key, menu in company.menus.items():
        for index, choice in enumerate(menu.choices):
            if choice.to == wanted:
                yield Use(
                    f"menus.{key}.choices[{index}]",
                    f"Key {choice.key} of the menu {key} leads here.",
                )
        if menu.otherwise == wanted:
            yield Use(
                f"menus.{key}.otherwise",
                f"The menu {key} leads here after {menu.max_tries} tries.",
            )


def _member_uses(company: Company, key: str) -> Iterator[Use]:
    for name, department in company.departments.items():
        for index, member in enumerate(department.members):
            if member.key == key:
                yield Use(
                    f"departments.{name}.members[{index}]",
                    f"{member.name} is a member of {department.name}.",
                )
