"""The companies of the campaign: the example, and the same with corners that it does not have.

The wider company adds what a linter warns of and an administrator may publish all the same: two
departments without members that overflow into each other, two small crews that do so too, and a
desk that takes messages before anything else.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from telephony.contact.plans import Rung, RungKind, Strategy
from telephony.routing.example import example_company
from telephony.routing.forms import Destination
from telephony.routing.model import Choice, Company, Department, Member

_LAST = (Rung(RungKind.CALLBACK), Rung(RungKind.MESSAGE), Rung(RungKind.TICKET))


def _over(department: str) -> Rung:
    return Rung(RungKind.OVERFLOW, department)


def _member(name: str) -> Member:
    return Member(name, name.title(), f"client:{name}", languages=("en", "es"))


_ADDED = (
    Department("depot", "Depot", ladder=(_over("yard"), *_LAST)),
    Department("yard", "Yard", ladder=(_over("depot"), *_LAST)),
    Department(
        "early",
        "Early Crew",
        members=(_member("pia"), _member("quin")),
        strategy=Strategy.RANDOM,
        ring_seconds=10,
        rounds=1,
        ladder=(_over("late"), Rung(RungKind.AGENT), *_LAST),
    ),
    Department(
        "late",
        "Late Crew",
        members=(_member("rosa"),),
        strategy=Strategy.FEWEST_CALLS,
        ring_seconds=10,
        rounds=1,
        ladder=(_over("early"), Rung(RungKind.AGENT), *_LAST),
    ),
    Department(
        "letters",
        "Letters",
        members=(_member("sven"),),
        ring_seconds=10,
        rounds=1,
        ladder=(Rung(RungKind.MESSAGE), Rung(RungKind.TICKET)),
    ),
)

_KEYS = (("5", "depot"), ("6", "early"), ("7", "letters"))


@lru_cache(maxsize=1)
def wider_company() -> Company:
    """The example company with those departments, and keys of its menu that lead there."""
    company = example_company()
    main = company.menus["main"]
    choices = tuple(Choice(key, Destination("department", name)) for key, name in _KEYS)
    return replace(
        company,
        departments={**company.departments, **{each.key: each for each in _ADDED}},
        menus={**company.menus, "main": replace(main, choices=(*main.choices, *choices))},
    )


def company_of(*, wider: bool) -> Company:
    """In which company a world is played."""
    return wider_company() if wider else example_company()
