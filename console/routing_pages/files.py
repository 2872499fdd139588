"""The whole routing as a file: take one out, put one in."""

from __future__ import annotations

from flask import Response, flash, request

from console import routing_desk as desk
from console import state
from console.guards import asker
from console.pages.shell import least, pages
from console.problems import Problem
from console.routing_desk import Overtaken
from console.routing_pages import frame
from console.routing_pages.frame import Clash, Page, Typed
from telephony.routing.errors import RoutingInvalid
from telephony.routing.text import from_yaml, to_yaml
from telephony.store.ledger import Role


@pages.get("/admin/file")
@least(Role.ADMIN)
def admin_file() -> str:
    """Export and import."""
    return _page(Typed({}), None)


@pages.get("/admin/file/<which>.yaml")
@least(Role.ADMIN)
def admin_export(which: str) -> Response:
    """The draft, what is in force, or a version by its number, as a routing file."""
    services = state.services()
    lying = desk.look(services)
    named = {"draft": lying.newest, "published": lying.published}
    if which in named:
        version = named[which]
    elif which.isascii() and which.isdigit() and len(which) <= 9:
        version = desk.entry(services, int(which)).version
    else:
        raise Problem(404, "not_found", f"There is no routing {which[:20]}.")
    answer = Response(to_yaml(desk.company_of(version.document)), mimetype="application/yaml")
    name = f"routing-{version.number}.yaml"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.post("/admin/file")
@least(Role.ADMIN)
def admin_import() -> Page:
    """Make a file the draft."""
    typed = frame.typed_form()
    document = request.form.get("yaml", "")
    typed = Typed({**typed.values, "yaml": document})
    services = state.services()
    try:
        saved = desk.save(
            services,
            from_yaml(document),
            asker().name,
            "imported from a file",
            frame.started_from(typed),
        )
    except RoutingInvalid as error:
        return _page(frame.marked(typed, error), None), 422
    except Overtaken as error:
        return _page(typed, frame.clash(error, "")), 409
    flash(f"The file is version {saved.number} of the draft. No call follows it until you publish.")
    return frame.go("/admin/check")


def _page(typed: Typed, clash: Clash | None) -> str:
    return frame.show("admin/file.html", typed=typed, clash=clash)
