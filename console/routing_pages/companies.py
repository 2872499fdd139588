"""The company: name, time, languages, numbers shown, holidays, dialling and promise policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import routing_desk as desk
from console import state
from console.pages.shell import least, pages
from console.routing_desk import Desk
from console.routing_pages import frame
from console.routing_pages.department_form import holiday_rule, holiday_text
from console.routing_pages.departments import LANGUAGE_NAMES
from console.routing_pages.fields import listed, part, text, without_empty
from console.routing_pages.frame import Clash, Document, Page, Part, Typed
from telephony.prompts import LANGUAGES
from telephony.routing.model import Company
from telephony.routing.text import to_data
from telephony.store.ledger import Role

_LISTS = ("countries", "prefixes", "refused_prefixes", "sip_domains")
_MINUTES = ("window_minutes", "max_attempts", "retry_minutes")


@pages.get("/admin/company")
@least(Role.ADMIN)
def admin_company() -> str:
    """What holds for all departments."""
    lying = desk.look(state.services())
    return _show(lying, Typed(_form_of(lying.company)), None)


@pages.post("/admin/company")
@least(Role.ADMIN)
def admin_save_company() -> Page:
    """Save it into the draft."""
    return frame.save(_PART, "company and policy changed", "/admin/company")


def _form_of(company: Company) -> Document:
    data = to_data(company, defaults=True)
    promises = data["promises"]
    start, _, end = promises["local_hours"].partition("-")
    return {
        "name": data["name"],
        "timezone": data["timezone"],
        "caller_id": data["caller_id"],
        "operator": data["operator"],
        "hold_music": data["hold_music"] or "",
        "recording": data["recording"],
        "customer_numbers": data["customer_numbers"],
        "wrap_up_codes": "\n".join(f"{key}: {name}" for key, name in data["wrap_up_codes"].items()),
        "holidays": holiday_text(data["holidays"]) if data["holidays"] else "",
        "first_language": data["languages"][0],
        "languages": dict.fromkeys(data["languages"], "on"),
        "dialling": {name: ", ".join(data["dialling"][name]) for name in _LISTS},
        "promises": {
            **{name: str(promises[name]) for name in _MINUTES},
            "local_hours": {"start": start, "end": "00:00" if end == "24:00" else end},
        },
    }


def _apply(document: Document, typed: Mapping[str, Any]) -> None:
    first = text(typed, "first_language")
    spoken = part(typed, "languages")
    more = [code for code in LANGUAGES if code != first and text(spoken, code) == "on"]
    for name in ("name", "timezone", "caller_id", "operator"):
        document[name] = text(typed, name)
    document["languages"] = [first, *more]
    document["recording"] = text(typed, "recording", "off")
    document["customer_numbers"] = text(typed, "customer_numbers", "whole")
    document["wrap_up_codes"] = _codes(text(typed, "wrap_up_codes"))
    dialling, promises = part(typed, "dialling"), part(typed, "promises")
    document["dialling"] = {name: listed(text(dialling, name)) for name in _LISTS}
    hours = part(promises, "local_hours")
    document["promises"] = {
        **{name: text(promises, name) for name in _MINUTES},
        "local_hours": f"{text(hours, 'start')}-{text(hours, 'end')}",
    }
    holidays = text(typed, "holidays")
    optional = without_empty(
        hold_music=text(typed, "hold_music"),
        holidays=holiday_rule(holidays) if holidays else None,
    )
    for name in ("hold_music", "holidays"):
        document.pop(name, None)
    document.update(optional)


def _codes(typed: str) -> dict[str, str]:
    """One `key: words` a line; a line without words keeps its key as words."""
    pairs = (line.partition(":") for line in typed.splitlines() if line.strip())
    return {key.strip(): words.strip() or key.strip() for key, _, words in pairs}


def _show(lying: Desk, typed: Typed, clash: Clash | None) -> str:
    return frame.show(
        "admin/company.html",
        lying,
        typed=typed,
        clash=clash,
        languages={code: LANGUAGE_NAMES[code] for code in LANGUAGES},
        departments={key: one.name for key, one in lying.company.departments.items()},
    )


_PART = Part("", _apply, _show)
