"""The supervisor's pages: empty frames that the JSON API fills, as it would any program."""

from __future__ import annotations

from flask import render_template

from console import lookup, state
from console.pages.shell import least, pages
from console.wallboard import tiles
from telephony.store.ledger import Role


@pages.get("/wallboard")
@least(Role.SUPERVISOR)
def wallboard() -> str:
    """The house at a glance, live."""
    return render_template("wallboard/board.html", tiles=tiles, departments=_departments())


@pages.get("/wallboard/kiosk")
@least(None)
def wallboard_kiosk() -> str:
    """The same for a screen on the wall. The page itself tells nothing: the link's word does."""
    return render_template("wallboard/kiosk.html", tiles=tiles, departments=_departments())


@pages.get("/wallboard/reports")
@least(Role.SUPERVISOR)
def wallboard_reports() -> str:
    """Charts of a day and of the last weeks, each with its table."""
    return render_template("wallboard/reports.html", departments=_departments())


@pages.get("/wallboard/contacts")
@least(Role.SUPERVISOR)
def wallboard_contacts() -> str:
    """The contacts behind a number."""
    return render_template("wallboard/contacts.html", tiles=tiles, departments=_departments())


@pages.get("/wallboard/contacts/<contact_id>")
@least(Role.SUPERVISOR)
def wallboard_contact(contact_id: str) -> str:
    """One contact: what happened, and why it ended like this."""
    return render_template("wallboard/contact.html", contact_id=contact_id)


@pages.context_processor
def _company() -> dict[str, object]:
    return {"zone": lookup.company(state.services()).timezone}


def _departments() -> list[tuple[str, str]]:
    company = lookup.company(state.services())
    return [(key, each.name) for key, each in company.departments.items()]
