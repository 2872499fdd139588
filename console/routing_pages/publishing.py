"""Check, publish, put aside, history, roll back."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, request

from console import routing_desk as desk
from console import state
from console.guards import asker, audit
from console.pages.shell import least, pages
from console.problems import Problem
from console.routing_desk import NotFit, Overtaken
from console.routing_pages import frame
from console.routing_pages.fields import text
from console.routing_pages.frame import Page, Typed
from telephony.store.ledger import Role, RoutingVersion

_PAGE = 20


@pages.get("/admin/check")
@least(Role.ADMIN)
def admin_check() -> str:
    """What publishing would change, and what the check says about it."""
    return _check_page(Typed({}), None)


@pages.post("/admin/publish")
@least(Role.ADMIN)
def admin_publish() -> Page:
    """Let the next call follow the draft."""

    def publish(typed: Typed, note: str, anyway: bool) -> RoutingVersion:
        version = frame.started_from(typed)
        return desk.publish(state.services(), asker().name, note, version, anyway=anyway)

    return _published(publish)


@pages.post("/admin/discard")
@least(Role.ADMIN)
def admin_discard() -> Page:
    """Put the draft aside; the history keeps it."""
    try:
        desk.discard(state.services(), asker().name, frame.started_from(frame.typed_form()))
    except Overtaken as error:
        return _check_page(Typed({}), error), 409
    flash("The draft is put aside. The history keeps it.")
    return frame.go("/admin")


@pages.get("/admin/history")
@least(Role.ADMIN)
def admin_history() -> str:
    """All versions, newest first."""
    page = desk.history(state.services(), request.args.get("cursor"), _PAGE)
    return frame.show("admin/history.html", page=page)


@pages.get("/admin/history/<number>")
@least(Role.ADMIN)
def admin_version(number: str) -> str:
    """One version, its changes, and what rolling back to it would change now."""
    return _version_page(_number(number), None, ())


@pages.post("/admin/history/<number>/restore")
@least(Role.ADMIN)
def admin_restore(number: str) -> Page:
    """Publish an old version anew."""
    old = _number(number)

    def restore(typed: Typed, note: str, anyway: bool) -> RoutingVersion:
        version = frame.started_from(typed)
        return desk.roll_back(state.services(), old, asker().name, note, version, anyway=anyway)

    return _published(restore, old)


@pages.post("/admin/history/<number>/take-up")
@least(Role.ADMIN)
def admin_take_up(number: str) -> Page:
    """Make an old version the draft, to go on from there."""
    services = state.services()
    old = desk.entry(services, _number(number)).version
    version = frame.started_from(frame.typed_form())
    company = desk.company_of(old.document)
    try:
        desk.save(services, company, asker().name, f"taken up from version {old.number}", version)
    except Overtaken as error:
        return _version_page(old.number, error, ()), 409
    flash(f"Version {old.number} is the draft now.")
    return frame.go("/admin")


def _published(
    put_in_force: Callable[[Typed, str, bool], RoutingVersion], old: int | None = None
) -> Page:
    typed = frame.typed_form()
    note = text(typed.values, "note")[:500]
    anyway = text(typed.values, "anyway") == "on"
    try:
        version = put_in_force(typed, note, anyway)
    except Overtaken as error:
        page = _check_page(typed, error) if old is None else _version_page(old, error, ())
        return page, 409
    except NotFit as error:
        page = (
            _check_page(typed, None, refused=True)
            if old is None
            else _version_page(old, None, error.errors)
        )
        return page, 409
    audit("routing_published", str(version.number), {"note": version.note})
    flash(f"Version {version.number} is in force. The next call follows it.")
    return frame.go("/admin/history")


def _check_page(typed: Typed, overtaken: Overtaken | None, *, refused: bool = False) -> str:
    services = state.services()
    lying = desk.look(services)
    findings = desk.check(services, lying.company)
    return frame.show(
        "admin/check.html",
        lying,
        findings=findings,
        errors=desk.errors_in(findings),
        typed=typed,
        overtaken=overtaken,
        refused=refused,
    )


def _version_page(number: int, overtaken: Overtaken | None, errors: tuple[object, ...]) -> str:
    services = state.services()
    lying = desk.look(services)
    entry = desk.entry(services, number)
    back = desk.compare(lying.published.document, entry.version.document)
    return frame.show(
        "admin/version.html", lying, entry=entry, back=back, overtaken=overtaken, errors=errors
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Problem(404, "not_found", f"There is no routing version {text[:20]}.")
    return int(text)
