"""The department editor: members, ringing, ladder, hours, and what it means while one types."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from console import routing_desk as desk
from console import state
from console.pages.shell import least, pages
from console.problems import Problem
from console.routing_desk import Desk
from console.routing_pages import calendar, department_form, frame
from console.routing_pages.fields import text
from console.routing_pages.frame import Clash, Document, Page, Part, Typed
from telephony.contact.plans import RungKind, Strategy
from telephony.prompts import LANGUAGES
from telephony.routing.errors import RoutingInvalid
from telephony.routing.explain import explain
from telephony.routing.hours import is_open, next_open, zone_of
from telephony.routing.model import Company, Day
from telephony.routing.summary import describe
from telephony.routing.uses import Thing, used_by
from telephony.store.ledger import Role

STRATEGIES = {
    Strategy.ALL: "All at once",
    Strategy.IN_ORDER: "In order, one after the other",
    Strategy.PROGRESSIVE: "Progressive: the next phone joins in",
    Strategy.ROUND_ROBIN: "Round robin: take turns in being first",
    Strategy.LONGEST_IDLE: "Longest idle first",
    Strategy.FEWEST_CALLS: "Fewest calls first",
    Strategy.RANDOM: "Random order",
}
RUNGS = {
    RungKind.AGENT: "Back to the agent who passed the customer on",
    RungKind.CALLBACK: "Offer a callback",
    RungKind.MESSAGE: "Take a message",
    RungKind.TICKET: "Open a ticket for a person",
}
LANGUAGE_NAMES = {"en": "English", "es": "Spanish"}
NEW_LADDER = ["callback", "message", "ticket"]


def languages_of(company: Company, *texts: object) -> dict[str, str]:
    """The company's languages, and those of texts that are there already: none is dropped."""
    used = {code for each in texts if isinstance(each, dict) for code in each}
    codes = (*company.languages, *(code for code in LANGUAGES if code in used))
    return {code: LANGUAGE_NAMES[code] for code in codes}


@pages.get("/admin/departments/<key>")
@least(Role.ADMIN)
def admin_department(key: str) -> Page:
    """One department, ready to be changed."""
    lying = desk.look(state.services())
    _known(lying, key)
    part = _part(key)
    return part.show(
        lying, Typed(department_form.form_of(lying.company, key), {}, part.prefix), None
    )


@pages.post("/admin/departments/<key>")
@least(Role.ADMIN)
def admin_save_department(key: str) -> Page:
    """Save what was typed into the draft."""
    name = request.form.get("name", key).strip()[:80] or key
    return frame.save(_part(key), f"{name} changed", f"/admin/departments/{key}")


@pages.post("/admin/departments/<key>/preview")
@least(Role.ADMIN)
def admin_preview_department(key: str) -> str:
    """What the department would do as it is typed now, without saving."""
    part = _part(key)
    typed = frame.typed_form(part.prefix)
    try:
        company = frame.with_part(desk.look(state.services()), part, typed)
    except RoutingInvalid as error:
        return frame.show("admin/preview_wrong.html", problems=error.problems)
    return render_template("admin/preview.html", **_preview(company, key))


@pages.post("/admin/departments")
@least(Role.ADMIN)
def admin_add_department() -> Page:
    """A new department with an honest ladder and nobody in it yet."""
    name = text(frame.typed_form().values, "name") or "New department"
    company = desk.look(state.services()).company
    key = department_form.key_for(name, company.departments, "department")

    def add(document: Document) -> None:
        document["departments"][key] = {"name": name, "ladder": NEW_LADDER}

    return frame.change(add, f"{name[:80]} added", f"/admin/departments/{key}")


@pages.get("/admin/departments/<key>/remove")
@least(Role.ADMIN)
def admin_ask_remove_department(key: str) -> str:
    """What uses the department, before it is removed."""
    lying = desk.look(state.services())
    found = _known(lying, key)
    uses = used_by(lying.company, Thing.DEPARTMENT, key)
    action = f"/admin/departments/{key}/remove"
    back = f"/admin/departments/{key}"
    return frame.show(
        "admin/remove.html", lying, name=found.name, uses=uses, action=action, back=back
    )


@pages.post("/admin/departments/<key>/remove")
@least(Role.ADMIN)
def admin_remove_department(key: str) -> Page:
    """Remove a department that nothing uses any more."""

    def remove(document: Document) -> None:
        if document["departments"].pop(key, None) is None:
            raise Problem(404, "not_found", f"The draft has no department {key[:80]}.")

    return frame.change(remove, f"Department {key} removed", "/admin")


def _known(lying: Desk, key: str) -> Any:
    found = lying.company.departments.get(key)
    if found is None:
        raise Problem(404, "not_found", f"The draft has no department {key[:80]}.")
    return found


def _part(key: str) -> Part:
    def apply(document: Document, typed: dict[str, Any]) -> None:
        document["departments"][key] = department_form.document_of(document, key, typed)

    def show(lying: Desk, typed: Typed, clash: Clash | None) -> str:
        company = lying.company
        overflows = {
            f"overflow:{each}": f"Over to {one.name}"
            for each, one in company.departments.items()
            if each != key
        }
        known = {
            member.address: member.name
            for one in company.departments.values()
            for member in one.members
        }
        try:
            meaning = _preview(frame.with_part(lying, part, typed), key)
        except RoutingInvalid:
            meaning = {}
        return frame.show(
            "admin/department.html",
            lying,
            key=key,
            typed=typed,
            clash=clash,
            strategies={str(each): words for each, words in STRATEGIES.items()},
            rungs={str(each): words for each, words in RUNGS.items()} | overflows,
            known=known,
            days=list(Day),
            languages=languages_of(company, typed.values.get("spoken")),
            all_languages={code: LANGUAGE_NAMES[code] for code in LANGUAGES},
            zone=company.timezone,
            meaning=meaning,
        )

    part = Part(f"departments.{key}", apply, show)
    return part


def _preview(company: Company, key: str) -> dict[str, Any]:
    """Summary, findings, the longest wait and the calendar of one department."""
    department = company.departments[key]
    at = frame.now()
    opens = next_open(company, department, at)
    place = f"departments.{key}"
    findings = [
        each
        for each in desk.check(state.services(), company)
        if each.path == place or each.path.startswith(f"{place}.")
    ]
    return {
        "summary": describe(company, department),
        "opened": is_open(company, department, at),
        "opens": opens,
        "zone": zone_of(company, department).key,
        "findings": findings,
        "wait": explain(company, key, opens) if opens else None,
        "weeks": calendar.weeks(company, department, at),
    }
