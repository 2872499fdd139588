"""Numbers and where they lead; menus with their keys, words and what is said before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console import routing_desk as desk
from console import state
from console.pages.shell import least, pages
from console.problems import Problem
from console.routing_desk import Desk
from console.routing_pages import frame
from console.routing_pages.department_form import key_for
from console.routing_pages.departments import LANGUAGE_NAMES, languages_of
from console.routing_pages.fields import (
    destination,
    destination_text,
    listed,
    part,
    rows,
    text,
    without_empty,
)
from console.routing_pages.frame import Clash, Document, Page, Part, Typed
from telephony.prompts import speech_tag
from telephony.routing.errors import Problem as RoutingProblem
from telephony.routing.errors import RoutingInvalid
from telephony.routing.model import Company
from telephony.routing.text import to_data
from telephony.routing.uses import Thing, used_by
from telephony.store.ledger import Role

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*")


@pages.get("/admin/menus")
@least(Role.ADMIN)
def admin_menus() -> str:
    """The numbers as a form, and a card for each menu."""
    lying = desk.look(state.services())
    numbers = to_data(lying.company)["numbers"]
    form = [{"number": each, "to": destination_text(to)} for each, to in numbers.items()]
    return _show_numbers(lying, Typed({"numbers": form}), None)


@pages.post("/admin/menus")
@least(Role.ADMIN)
def admin_save_numbers() -> Page:
    """Save where the numbers lead."""
    part = Part("numbers", _apply_numbers, _show_numbers)
    return frame.save(part, "numbers changed", "/admin/menus")


@pages.post("/admin/menus/new")
@least(Role.ADMIN)
def admin_add_menu() -> Page:
    """A new menu whose first key leads to a person."""
    name = text(frame.typed_form().values, "name")
    company = desk.look(state.services()).company
    key = key_for(name, company.menus, "menu")

    def add(document: Document) -> None:
        choice = {"key": "1", "to": {"department": document["operator"]}}
        document.setdefault("menus", {})[key] = {"choices": [choice]}

    return frame.change(add, f"Menu {key} added", f"/admin/menus/{key}")


@pages.get("/admin/menus/<key>")
@least(Role.ADMIN)
def admin_menu(key: str) -> str:
    """One menu, ready to be changed."""
    lying = desk.look(state.services())
    _known(lying, key)
    part = _part(key)
    return part.show(lying, Typed(_form_of(lying.company, key), {}, part.prefix), None)


@pages.post("/admin/menus/<key>")
@least(Role.ADMIN)
def admin_save_menu(key: str) -> Page:
    """Save the menu into the draft."""
    return frame.save(_part(key), f"menu {key[:40]} changed", f"/admin/menus/{key}")


@pages.get("/admin/menus/<key>/remove")
@least(Role.ADMIN)
def admin_ask_remove_menu(key: str) -> str:
    """What leads to the menu, before it is removed."""
    lying = desk.look(state.services())
    _known(lying, key)
    uses = used_by(lying.company, Thing.MENU, key)
    action, back = f"/admin/menus/{key}/remove", f"/admin/menus/{key}"
    return frame.show(
        "admin/remove.html", lying, name=f"menu {key}", uses=uses, action=action, back=back
    )


@pages.post("/admin/menus/<key>/remove")
@least(Role.ADMIN)
def admin_remove_menu(key: str) -> Page:
    """Remove a menu that nothing leads to any more."""

    def remove(document: Document) -> None:
        if document.get("menus", {}).pop(key, None) is None:
            raise Problem(404, "not_found", f"The draft has no menu {key[:80]}.")

    return frame.change(remove, f"Menu {key} removed", "/admin/menus")


def _known(lying: Desk, key: str) -> None:
    if key not in lying.company.menus:
        raise Problem(404, "not_found", f"The draft has no menu {key[:80]}.")


def _apply_numbers(document: Document, typed: dict[str, Any]) -> None:
    numbers: Document = {}
    for index, each in enumerate(rows(typed, "numbers")):
        number = text(each, "number")
        if number in numbers:
            # Said here, because a mapping would quietly keep only one of them.
            twice = RoutingProblem(f"numbers.{number}", f"stands twice, again in row {index + 1}")
            raise RoutingInvalid((twice,))
        numbers[number] = destination(text(each, "to"))
    document["numbers"] = numbers


def _show_numbers(lying: Desk, typed: Typed, clash: Clash | None) -> str:
    return frame.show(
        "admin/menus.html",
        lying,
        typed=typed,
        clash=clash,
        destinations=destinations(lying.company),
        menus=lying.company.menus,
        named=_named(lying.company),
    )


def destinations(company: Company) -> dict[str, str]:
    """Where a number may lead, as the form's values and in words."""
    departments = {f"department:{key}": one.name for key, one in company.departments.items()}
    return departments | {f"menu:{key}": f"Menu {key}" for key in company.menus}


def _named(company: Company) -> dict[str, str]:
    more = {f"language:{code}": f"Change to {LANGUAGE_NAMES[code]}" for code in company.languages}
    own = {"repeat": "Say it again", "operator": "A person"}
    return destinations(company) | more | own


def _form_of(company: Company, key: str) -> Document:
    data = to_data(company, defaults=True)["menus"][key]
    return {
        "prompt": dict(data["prompt"]),
        "max_tries": str(data["max_tries"]),
        "otherwise": destination_text(data["otherwise"]),
        "choices": [
            {
                "key": each["key"],
                "to": destination_text(each["to"]),
                "spoken": {code: ", ".join(words) for code, words in each["spoken"].items()},
            }
            for each in data["choices"]
        ],
    }


def _part(key: str) -> Part:
    def apply(document: Document, typed: dict[str, Any]) -> None:
        document.setdefault("menus", {})[key] = {
            "choices": [_choice(each) for each in rows(typed, "choices")],
            "max_tries": text(typed, "max_tries"),
            "otherwise": destination(text(typed, "otherwise")),
            **without_empty(prompt=_filled(part(typed, "prompt"))),
        }

    def show(lying: Desk, typed: Typed, clash: Clash | None) -> str:
        company = lying.company
        spoken = [each.get("spoken") for each in rows(typed.values, "choices")]
        languages = languages_of(company, typed.values.get("prompt"), *spoken)
        return frame.show(
            "admin/menu.html",
            lying,
            key=key,
            typed=typed,
            clash=clash,
            keys=dict(zip(KEYS, KEYS, strict=True)),
            named=_named(company),
            languages=languages,
            tags={code: speech_tag(code) for code in languages},
        )

    return Part(f"menus.{key}", apply, show)


def _choice(typed: Mapping[str, Any]) -> Document:
    spoken = {code: listed(words) for code, words in _filled(part(typed, "spoken")).items()}
    return {
        "key": text(typed, "key"),
        "to": destination(text(typed, "to")),
        **without_empty(spoken=spoken),
    }


def _filled(typed: Mapping[str, Any]) -> dict[str, str]:
    return {code: text(typed, code) for code in typed if text(typed, code)}
