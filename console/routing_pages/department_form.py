"""A department as a form and as a part of the routing document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from console.routing_pages.fields import listed, part, rows, text, without_empty
from telephony.prompts import LANGUAGES
from telephony.routing.errors import Problem, RoutingInvalid
from telephony.routing.model import Company, Day, Department
from telephony.routing.text import to_data

Document = dict[str, Any]
NUMBERS = ("ring_seconds", "step_seconds", "rounds", "pause_seconds", "wrap_up_seconds")
_WHOLE_DAY = "00:00-24:00"


def form_of(company: Company, key: str) -> Document:
    """A department's fields as they would be typed."""
    data = to_data(company, defaults=True)["departments"][key]
    hours = data["hours"]
    return {
        **{name: str(data[name]) for name in NUMBERS},
        "name": data["name"],
        "strategy": data["strategy"],
        "whisper": data["whisper"],
        "caller_id": data["caller_id"] or "",
        "skip_busy": "on" if data["skip_busy"] else "",
        "spoken": {code: ", ".join(words) for code, words in data["spoken"].items()},
        "members": [_member_form(each) for each in data["members"]],
        "ladder": [{"rung": _rung_form(each)} for each in data["ladder"]],
        "always": "on" if hours is None else "",
        **_hours_form(hours or {}),
        **_emergency_form(company, company.departments[key]),
    }


def document_of(document: Document, key: str, typed: Mapping[str, Any]) -> Document:
    """What was typed as the department's part of a routing document."""
    always = text(typed, "always") == "on"
    return {
        **without_empty(
            **{name: text(typed, name) for name in NUMBERS},
            caller_id=text(typed, "caller_id"),
            whisper=text(typed, "whisper"),
            spoken={code: listed(words) for code, words in _texts(part(typed, "spoken")) if words},
            hours=None if always else _hours(typed),
            emergency_close=_emergency(document, typed),
        ),
        "name": text(typed, "name"),
        "strategy": text(typed, "strategy"),
        "skip_busy": text(typed, "skip_busy") == "on",
        "members": _members(document, key, typed),
        "ladder": [_rung(text(each, "rung")) for each in rows(typed, "ladder")],
    }


def key_for(name: str, taken: Container[str], otherwise: str) -> str:
    """A key made from a name: "Añil & Sons" is anil_sons, and anil_sons_2 where that is taken."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", flat).strip("_")[:36]
    base = base if base[:1].isalpha() else otherwise
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def _texts(typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, text(typed, name)) for name in typed]


def _member_form(data: Document) -> Document:
    return {
        "key": data["key"],
        "name": data["name"],
        "address": data["address"],
        "delay_seconds": str(data["delay_seconds"] or ""),
        "ring_seconds": str(data["ring_seconds"] or ""),
        "enabled": "on" if data["enabled"] else "",
        "languages": dict.fromkeys(data["languages"], "on"),
    }


def _members(document: Document, key: str, typed: Mapping[str, Any]) -> list[Document]:
    """Members in order. One who is new gets a key, that of the same phone elsewhere if any."""
    known = {
        each["address"]: each["key"]
        for name, department in document["departments"].items()
        for each in department.get("members", ())
        if name != key
    }
    taken = set(known.values()) | {text(each, "key") for each in rows(typed, "members")}
    found = []
    for each in rows(typed, "members"):
        name, address = text(each, "name"), text(each, "address")
        own = text(each, "key") or known.get(address) or key_for(name, taken, "member")
        taken.add(own)
        spoken = part(each, "languages")
        member = without_empty(
            delay_seconds=text(each, "delay_seconds"),
            ring_seconds=text(each, "ring_seconds"),
            languages=[code for code in LANGUAGES if text(spoken, code) == "on"],
        )
        enabled = text(each, "enabled") == "on"
        found.append({"key": own, "name": name, "address": address, "enabled": enabled, **member})
    return found


def _rung_form(data: Any) -> str:
    return data if isinstance(data, str) else f"overflow:{data['overflow']}"


def _rung(typed: str) -> Any:
    kind, _, department = typed.partition(":")
    return {kind: department} if department else kind


def _hours_form(hours: Document) -> Document:
    week = hours.get("week", {})
    rule = hours.get("holidays", "company")
    exceptions = hours.get("exceptions", {})
    return {
        "week": {day: [_span_form(each) for each in week.get(day, ())] for day in Day},
        "exceptions": [
            {"date": day, "spans": ", ".join(spans)} for day, spans in sorted(exceptions.items())
        ],
        "timezone": hours.get("timezone") or "",
        "holidays": rule if isinstance(rule, str) else holiday_text(rule),
    }


def holiday_text(rule: Mapping[str, Any]) -> str:
    """`{"country": "US", "subdivision": "NY"}` as `US-NY`."""
    return "-".join(filter(None, (rule["country"], rule.get("subdivision"))))


def holiday_rule(typed: str) -> Document:
    """The opposite of `holiday_text`."""
    country, _, subdivision = typed.strip().partition("-")
    return {"country": country.upper(), **without_empty(subdivision=subdivision.upper())}


def _span_form(span: str) -> Document:
    start, _, end = span.partition("-")
    return {"start": start, "end": "00:00" if end == "24:00" else end}


def _span(typed: Mapping[str, Any]) -> str:
    start, end = text(typed, "start"), text(typed, "end")
    return _WHOLE_DAY if start == end == "00:00" else f"{start}-{end}"


def _hours(typed: Mapping[str, Any]) -> Document:
    week = part(typed, "week")
    days = {str(day): [_span(each) for each in rows(week, day)] for day in Day}
    exceptions: dict[str, list[str]] = {}
    for each in rows(typed, "exceptions"):
        spans = [span.replace(" ", "") for span in listed(text(each, "spans"))]
        exceptions.setdefault(text(each, "date"), []).extend(spans)
    rule = text(typed, "holidays", "company")
    return {
        "week": {day: spans for day, spans in days.items() if spans},
        **without_empty(timezone=text(typed, "timezone"), exceptions=exceptions),
        "holidays": rule if rule in ("company", "none") else holiday_rule(rule),
    }


def _emergency_form(company: Company, department: Department) -> Document:
    closed = department.emergency_close
    until = ""
    if closed is not None and closed.until is not None:
        zone = (department.hours.timezone if department.hours else None) or company.timezone
        until = closed.until.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    return {
        "emergency": "on" if closed is not None else "",
        "emergency_reason": closed.reason if closed else "",
        "emergency_until": until,
    }


def _emergency(document: Document, typed: Mapping[str, Any]) -> Any:
    if text(typed, "emergency") != "on":
        return None
    until = text(typed, "emergency_until")
    if until:
        zone = text(typed, "timezone") or document["timezone"]
        try:
            until = datetime.fromisoformat(until).replace(tzinfo=ZoneInfo(zone)).isoformat()
        except (ValueError, OSError, KeyError):
            # ZoneInfo has all three kinds for names that are no zones.
            found = Problem("emergency_close.until", "must be a day and a time, or empty")
            raise RoutingInvalid((found,)) from None
    return without_empty(reason=text(typed, "emergency_reason"), until=until) or True
