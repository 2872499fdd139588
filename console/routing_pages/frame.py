"""What the pages of the routing admin share: the draft's bar, and saving one part of the draft.

A form that cannot be saved comes back with everything that was typed: 422 with each problem at its
field, or 409 with what the other admin changed and a button that saves on top of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Response, flash, render_template, request

from console import routing_desk as desk
from console import state
from console.guards import ROUTING_BODY, asker
from console.problems import Problem
from console.routing_desk import Desk, Overtaken
from console.routing_pages import fields, worded
from telephony.routing.errors import RoutingInvalid
from telephony.routing.model import Company
from telephony.routing.text import from_data, to_data

Document = dict[str, Any]
Page = str | tuple[str, int] | Response

TABS = (
    ("/admin", "Departments"),
    ("/admin/menus", "Numbers and menus"),
    ("/admin/words", "Words"),
    ("/admin/company", "Company and policy"),
    ("/admin/who", "Who rings?"),
    ("/admin/history", "History"),
    ("/admin/file", "File"),
)


@dataclass(frozen=True)
class Typed:
    """A form's fields as they were typed, and what is wrong with them by path."""

    values: dict[str, Any]
    problems: dict[str, list[str]] = field(default_factory=dict)
    prefix: str = ""

    def wrong(self, path: str) -> list[str]:
        """What is wrong with a field of this form's part of the routing."""
        return self.problems.get(self.at(path), [])

    def within(self, path: str) -> list[str]:
        """What is wrong with a field or anything below it, such as one of the words in a list."""
        place = self.at(path)
        return [
            each
            for other, found in self.problems.items()
            if other == place or other.startswith((f"{place}.", f"{place}["))
            for each in found
        ]

    def at(self, path: str) -> str:
        """The field's place in the whole routing."""
        return f"{self.prefix}.{path}" if self.prefix and path else self.prefix or path

    def listed(self) -> list[tuple[str, str]]:
        """Every problem with its path, in file order."""
        return [(path, each) for path, found in self.problems.items() for each in found]


@dataclass(frozen=True)
class Clash:
    """Another admin saved first: who, when, what they changed, here and elsewhere."""

    error: Overtaken
    here: tuple[str, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One part of the routing that a form edits. `prefix` is where it stands in the document;
    `apply` puts what was typed into a whole document; `show` renders the form."""

    prefix: str
    apply: Callable[[Document, dict[str, Any]], None]
    show: Callable[[Desk, Typed, Clash | None], str]


def show(template: str, lying: Desk | None = None, **known: object) -> str:
    """Render a page of the admin with the draft's bar."""
    lying = lying or desk.look(state.services())
    companies = (lying.company, lying.in_force)
    return render_template(
        template,
        desk=lying,
        tabs=TABS,
        moment=moment,
        worded=lambda lines: worded.changes(lines, *companies),
        place=lambda path: worded.place(path, *companies),
        **known,
    )


def typed_form(prefix: str = "") -> Typed:
    """What was sent, whatever its size up to the limit of a routing."""
    request.max_content_length = ROUTING_BODY
    request.max_form_memory_size = ROUTING_BODY
    return Typed(fields.tree(request.form.items()), prefix=prefix)


def save(part: Part, said: str, target: str) -> Page:
    """Put a form's part into the draft, or show the form again with what is in the way."""
    typed = typed_form(part.prefix)
    version = started_from(typed)
    lying = desk.look(state.services())
    if request.headers.get("X-Only-Show"):
        # What was typed earlier and never saved, kept by the browser (static/admin/keep.js).
        return part.show(lying, typed, None)
    try:
        company = with_part(lying, part, typed)
        saved = desk.save(state.services(), company, asker().name, said, version)
    except RoutingInvalid as error:
        return part.show(lying, marked(typed, error), None), 422
    except Overtaken as error:
        return part.show(lying, typed, clash(error, part.prefix)), 409
    flash(f"Saved as version {saved.number} of the draft. No call follows it until you publish.")
    return go(target)


def with_part(lying: Desk, part: Part, typed: Typed) -> Company:
    """The draft with the form's part put in. Raises `RoutingInvalid`."""
    document = to_data(lying.company)
    part.apply(document, typed.values)
    return from_data(document)


def marked(typed: Typed, error: RoutingInvalid) -> Typed:
    """What was typed, with each problem at its path."""
    problems: dict[str, list[str]] = {}
    for each in error.problems:
        problems.setdefault(each.path, []).append(each.sentence)
    return Typed(typed.values, problems, typed.prefix)


def clash(error: Overtaken, prefix: str) -> Clash:
    """What the other admin changed since, apart by whether this form would replace it."""
    services = state.services()
    started = desk.document_of(services, error.started_from)
    lines = desk.compare(started, error.theirs.document)
    here = tuple(line for line in lines if prefix and line.startswith(prefix))
    return Clash(error, here, tuple(line for line in lines if line not in here))


def change(change_it: Callable[[Document], None], said: str, target: str) -> Page:
    """Change the draft without a form. A draft that has moved on is told, and nothing changes."""
    typed = typed_form()
    services = state.services()
    document = to_data(desk.look(services).company)
    change_it(document)
    try:
        desk.save(services, from_data(document), asker().name, said, started_from(typed))
    except RoutingInvalid as error:
        raise Problem(
            409, "conflict", str(error), what_to_do="Change those places first, then try again."
        ) from error
    flash(f"{said}. No call follows it until you publish.")
    return go(target)


def started_from(typed: Typed) -> int:
    """The version that the form was made from."""
    version = fields.text(typed.values, "version")
    if not (version.isascii() and version.isdigit() and len(version) <= 9):
        raise Problem(422, "invalid", "The form does not say which version it was made from.")
    return int(version)


def go(target: str) -> Response:
    """Open another page: as a redirection that htmx follows with the whole window."""
    return Response(status=204, headers={"HX-Redirect": target})


def now() -> datetime:
    """The system's own time."""
    return moment(state.services().clock.now_ms())


def moment(ms: int) -> datetime:
    """A time of ours with its zone."""
    return datetime.fromtimestamp(ms / 1000, UTC)
