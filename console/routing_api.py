"""The routing as admins change it: draft, check, publish, history, roll back, import, export."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from console import routing_desk as desk
from console import state
from console.blueprint import api, problems
from console.guards import asker, audit
from console.problems import Problem
from console.routing_api_shapes import (
    CheckIn,
    CheckOut,
    DiscardIn,
    DraftIn,
    DraftOut,
    ExportOut,
    ExportQuery,
    FindingOut,
    HistoryQuery,
    ImportIn,
    ProblemAtOut,
    PublishIn,
    RoutingOut,
    UseOut,
    UsesOut,
    VersionOut,
    VersionPage,
)
from telephony.routing.errors import RoutingInvalid
from telephony.routing.summary import describe
from telephony.routing.text import from_data, from_yaml, to_data, to_yaml
from telephony.routing.uses import Thing, exists, used_by
from telephony.store import ledger
from telephony.store.ledger import RoutingVersion

_NUMBER_DIGITS = 9


@api.get("/routing")
@api.output(RoutingOut)
@problems(401, 403, 503)
def show_routing() -> RoutingOut:
    """The routing that calls follow now."""
    published = desk.look(state.services()).published
    return _routing(published, ())


@api.get("/routing/draft")
@api.output(DraftOut)
@problems(401, 403, 503)
def show_draft() -> DraftOut:
    """The one draft that all admins share; what is in force when nothing was drafted since."""
    return _draft()


@api.put("/routing/draft")
@api.input(DraftIn, location="json")
@api.output(DraftOut)
@problems(400, 401, 403, 409, 413, 415, 422, 503)
def save_draft(json_data: DraftIn) -> DraftOut:
    """Save the draft. Refused with both authors named when another admin has saved since."""
    with _told():
        company = from_data(json_data.document)
        desk.save(state.services(), company, asker().name, json_data.note, json_data.version)
    return _draft()


@api.post("/routing/draft/import")
@api.input(ImportIn, location="json")
@api.output(DraftOut)
@problems(400, 401, 403, 409, 413, 415, 422, 503)
def import_routing(json_data: ImportIn) -> DraftOut:
    """Make a routing file the draft."""
    with _told():
        company = from_yaml(json_data.yaml)
        note = json_data.note or "imported from a file"
        desk.save(state.services(), company, asker().name, note, json_data.version)
    return _draft()


@api.post("/routing/draft/discard")
@api.input(DiscardIn, location="json")
@api.output(DraftOut)
@problems(400, 401, 403, 409, 413, 415, 422, 503)
def discard_draft(json_data: DiscardIn) -> DraftOut:
    """Put the draft aside; it stays in the history."""
    with _told():
        desk.discard(state.services(), asker().name, json_data.version)
    return _draft()


@api.post("/routing/check")
@api.input(CheckIn, location="json")
@api.output(CheckOut)
@problems(400, 401, 403, 413, 415, 422, 503)
def check_routing(json_data: CheckIn) -> CheckOut:
    """What is wrong with the draft, or with a routing that is not saved, and what to do."""
    services = state.services()
    lying = desk.look(services)
    company, changed = None, lying.changes
    try:
        company = lying.company if json_data.document is None else from_data(json_data.document)
        if json_data.document is not None:
            changed = desk.compare(lying.published.document, to_yaml(company))
    except RoutingInvalid as error:
        wrong = [ProblemAtOut(path=each.path, sentence=each.sentence) for each in error.problems]
        return CheckOut(publishable=False, problems=wrong, findings=[], changes=[])
    findings = desk.check(services, company)
    return CheckOut(
        publishable=not desk.errors_in(findings),
        problems=[],
        findings=[FindingOut.model_validate(asdict(each)) for each in findings],
        changes=list(changed),
    )


@api.post("/routing/publish")
@api.input(PublishIn, location="json")
@api.output(RoutingOut)
@problems(400, 401, 403, 409, 413, 415, 422, 503)
def publish_draft(json_data: PublishIn) -> RoutingOut:
    """Publish the draft: the next call follows it."""
    services = state.services()
    with _told():
        version = desk.publish(
            services, asker().name, json_data.note, json_data.version, anyway=json_data.anyway
        )
    audit("routing_published", str(version.number), {"note": json_data.note})
    return _routing(version, desk.entry(services, version.number).changes)


@api.get("/routing/versions")
@api.input(HistoryQuery, location="query")
@api.output(VersionPage)
@problems(401, 403, 422, 503)
def routing_history(query_data: HistoryQuery) -> VersionPage:
    """All versions, drafts too, newest first, with what each changed in plain words."""
    page = desk.history(state.services(), query_data.cursor, query_data.limit)
    items = [VersionOut(**_about(each.version), changes=list(each.changes)) for each in page.items]
    return VersionPage(items=items, next=page.next)


@api.get("/routing/versions/<number>")
@api.output(RoutingOut)
@problems(401, 403, 404, 422, 503)
def show_version(number: str) -> RoutingOut:
    """One version with the whole routing."""
    with _told():
        entry = desk.entry(state.services(), _number(number))
        return _routing(entry.version, entry.changes)


@api.post("/routing/versions/<number>/restore")
@api.input(PublishIn, location="json")
@api.output(RoutingOut)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def restore_version(number: str, json_data: PublishIn) -> RoutingOut:
    """Roll back: publish an old version anew, as a version of its own."""
    services = state.services()
    with _told():
        version = desk.roll_back(
            services,
            _number(number),
            asker().name,
            json_data.note,
            json_data.version,
            anyway=json_data.anyway,
        )
    audit("routing_published", str(version.number), {"note": version.note})
    return _routing(version, desk.entry(services, version.number).changes)


@api.get("/routing/export")
@api.input(ExportQuery, location="query")
@api.output(ExportOut)
@problems(401, 403, 404, 422, 503)
def export_routing(query_data: ExportQuery) -> ExportOut:
    """A version as a routing file; what is in force unless asked otherwise."""
    services = state.services()
    with _told():
        if query_data.version is None:
            version = desk.look(services).published
        elif query_data.version == 0:
            version = desk.example()
        else:
            version = ledger.routing_version(services.ledger, query_data.version)
        return ExportOut(version=version.number, yaml=to_yaml(desk.company_of(version.document)))


@api.get("/routing/used-by/<thing>/<key>")
@api.output(UsesOut)
@problems(401, 403, 404, 503)
def show_uses(thing: str, key: str) -> UsesOut:
    """Where the draft names a department, menu or member: what to change before it is removed."""
    company = desk.look(state.services()).company
    if thing not in set(Thing) or not exists(company, Thing(thing), key):
        raise Problem(404, "not_found", f"The draft has no {thing[:20]} {key[:80]}.")
    found = used_by(company, Thing(thing), key)
    return UsesOut(
        thing=Thing(thing),
        key=key,
        removable=Thing(thing) is Thing.MEMBER or not found,
        items=[UseOut(path=each.path, sentence=each.sentence) for each in found],
    )


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the desk refuses into problems."""
    try:
        yield
    except desk.Overtaken as error:
        raise Problem(409, "draft_overtaken", str(error), what_to_do=error.what_to_do) from error
    except desk.NotFit as error:
        fields: dict[str, list[str]] = {}
        for each in error.errors:
            fields.setdefault(each.path, []).append(f"{each.sentence} {each.what_to_do}")
        raise Problem(
            409, "routing_errors", str(error), what_to_do=error.what_to_do, fields=fields
        ) from error
    except RoutingInvalid as error:
        fields = {}
        for problem in error.problems:
            fields.setdefault(problem.path or "document", []).append(problem.sentence)
        raise Problem(422, "invalid", str(error)[:1000], fields=fields) from error


def _draft() -> DraftOut:
    lying = desk.look(state.services())
    return DraftOut(
        **_routing(lying.newest, lying.changes).model_dump(),
        version=lying.version,
        in_force=lying.published.number,
        pending=bool(lying.changes),
    )


def _routing(version: RoutingVersion, changed: tuple[str, ...]) -> RoutingOut:
    company = desk.company_of(version.document)
    return RoutingOut(
        **_about(version),
        changes=list(changed),
        document=to_data(company),
        described={key: describe(company, each) for key, each in company.departments.items()},
    )


def _about(version: RoutingVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "base": version.base,
        "author": version.author,
        "at": version.at,
        "note": version.note,
        "published": version.published,
    }


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS):
        raise Problem(404, "not_found", f"There is no routing version {text[:20]}.")
    return int(text)
