"""Places and changes of a routing in words: `departments.sales.members.ben.enabled: True became
False` reads "Sales, Ben, on duty: yes became no"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from telephony.routing.model import Company

_TOKEN = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_GROUPS = ("departments", "menus", "members", "choices", "numbers", "wording")
_LABELS = {
    "address": "phone",
    "caller_id": "number shown",
    "choices": "keys",
    "delay_seconds": "delay in seconds",
    "dialling": "what may be dialled",
    "emergency_close": "emergency close",
    "enabled": "on duty",
    "exceptions": "single dates",
    "holidays": "public holidays",
    "ladder": "when nobody answers",
    "local_hours": "hours of the customer",
    "operator": "key 0",
    "otherwise": "when nothing is understood",
    "pause_seconds": "pause in seconds",
    "prompt": "said before the choices",
    "promises": "callbacks",
    "ring_seconds": "ring time in seconds",
    "skip_busy": "leave out who is on a call",
    "spoken": "words",
    "step_seconds": "next phone after seconds",
    "timezone": "time zone",
    "to": "leads to",
    "week": "weekly hours",
    "whisper": "what the receiver hears first",
    "wrap_up_seconds": "rest after a call in seconds",
    "en": "English",
    "es": "Spanish",
}
_VALUES = {"True": "yes", "False": "no"}
_PRESENT = re.compile(r"\b(True|False)\b")


@dataclass(frozen=True)
class Worded:
    """One line of changes: where in words, what in words, and the place in the file."""

    place: str
    what: str
    path: str


def changes(lines: Iterable[str], *companies: Company) -> list[Worded]:
    """Lines of changes in words. Names come from the first of the companies that knows them."""
    found = []
    for line in lines:
        path, colon, what = line.partition(": ")
        if not colon:
            found.append(Worded("", line, ""))
            continue
        words = _PRESENT.sub(lambda match: _VALUES[match[0]], what)
        found.append(Worded(place(path, *companies), words, path))
    return found


def place(path: str, *companies: Company) -> str:
    """A place in words: `departments.billing.members[1].address` is "Billing, member 2, phone"."""
    return ", ".join(_words(path, companies)) or "the routing"


def _words(path: str, companies: tuple[Company, ...]) -> Iterator[str]:
    tokens = [number or word for number, word in _TOKEN.findall(path)]
    group = department = ""
    for index, token in enumerate(tokens):
        if token in _GROUPS and index < len(tokens) - 1:
            group = token
            continue
        if group == "departments":
            department = token
        yield _named(group, token, department, companies)
        group = ""


def _named(group: str, token: str, department: str, companies: tuple[Company, ...]) -> str:
    match group:
        case "departments":
            return next(
                (c.departments[token].name for c in companies if token in c.departments), token
            )
        case "menus":
            return f"menu {token}"
        case "members":
            return _member(token, department, companies)
        case "choices":
            return f"key in row {int(token) + 1}" if token.isdigit() else f"key {token}"
        case "numbers" | "wording":
            return token.replace("_", " ")
    if token.isdigit():
        return str(int(token) + 1)
    return _LABELS.get(token, token.replace("_", " "))


def _member(token: str, department: str, companies: tuple[Company, ...]) -> str:
    if token.isdigit():
        return f"member {int(token) + 1}"
    for company in companies:
        for member in (
            company.departments[department].members if department in company.departments else ()
        ):
            if member.key == token:
                return member.name
    return token
