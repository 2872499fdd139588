"""The admin's desk: one shared draft, what is published, and how it came to be.

Every saved draft and every publishing is a version of its own in the ledger, so nothing that was
ever saved is lost. The **draft** is the newest version of all; as long as nothing has been drafted
since the last publishing, it is what is published. Whoever saves says which version they started
from: if another admin has saved since, nothing is written and both are named (`Overtaken`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from telephony.errors import Conflict, Refused
from telephony.routing.errors import RoutingInvalid
from telephony.routing.example import EXAMPLE_FILE
from telephony.routing.lint import Finding, Severity, lint
from telephony.routing.model import Company
from telephony.routing.summary import changes
from telephony.routing.text import from_yaml, to_yaml
from telephony.store import ledger
from telephony.store.ledger import Page, RoutingVersion

if TYPE_CHECKING:
    from telephony.bootstrap import Services

UNCOMPARABLE = "The version before was written for another Warmline and cannot be compared."


@dataclass(frozen=True)
class Desk:
    """What lies on the desk. `version` is what a change must name as the one it started from."""

    published: RoutingVersion
    newest: RoutingVersion

    @property
    def version(self) -> int:
        """The number of the draft, or of what is published when nothing was drafted since."""
        return self.newest.number

    @property
    def company(self) -> Company:
        """The draft."""
        return company_of(self.newest.document)

    @property
    def in_force(self) -> Company:
        """What calls follow now."""
        return company_of(self.published.document)

    @property
    def changes(self) -> tuple[str, ...]:
        """What publishing the draft would change, in plain words."""
        return compare(self.published.document, self.newest.document)


class Overtaken(Conflict):
    """Another admin saved first. `theirs` is what they saved; nothing of it was overwritten."""

    def __init__(self, started_from: int, theirs: RoutingVersion) -> None:
        what = "published" if theirs.published else "saved"
        super().__init__(
            f"You started from version {started_from}, and {theirs.author} has {what} version"
            f" {theirs.number} since. Nothing of theirs or yours is lost, and nothing was written.",
            what_to_do=f"Look at what {theirs.author} changed, then save yours on top of version"
            f" {theirs.number}.",
        )
        self.started_from = started_from
        self.theirs = theirs


class NotFit(Conflict):
    """The linter found errors, so the draft was not published."""

    def __init__(self, errors: tuple[Finding, ...]) -> None:
        count = "an error" if len(errors) == 1 else f"{len(errors)} errors"
        super().__init__(
            f"The check found {count}, so nothing was published: {errors[0].sentence}",
            what_to_do="Correct the errors, or publish anyway.",
        )
        self.errors = errors


@lru_cache(maxsize=128)
def company_of(document: str) -> Company:
    """The company of a stored document. Raises `RoutingInvalid`."""
    return from_yaml(document)


@lru_cache(maxsize=512)
def compare(before: str, after: str) -> tuple[str, ...]:
    """What is different between two stored documents, in plain words."""
    try:
        return changes(company_of(before), company_of(after))
    except RoutingInvalid:
        return (UNCOMPARABLE,)


def look(services: Services) -> Desk:
    """The desk as it is now."""
    newest = next(iter(ledger.routing_history(services.ledger, limit=1).items), None)
    published = ledger.current_routing(services.ledger) or example()
    if newest is None or newest.number < published.number:
        newest = published
    return Desk(published, newest)


def save(
    services: Services, company: Company, author: str, note: str, version: int
) -> RoutingVersion:
    """Make `company` the draft. Raises `Overtaken` when `version` is not the newest any more."""
    desk = _desk_at(services, version)
    try:
        return ledger.draft_routing(
            services.ledger,
            to_yaml(company),
            author,
            note,
            desk.published.number,
            now=services.clock.now_ms(),
            newest=version,
        )
    except Conflict as error:
        raise Overtaken(version, look(services).newest) from error


def discard(services: Services, author: str, version: int) -> RoutingVersion:
    """Let the draft be what is published; what was drafted stays in the history."""
    desk = _desk_at(services, version)
    if desk.newest.published or not desk.changes:
        return desk.newest
    return save(services, desk.in_force, author, "the draft was put aside", version)


def publish(
    services: Services, author: str, note: str, version: int, *, anyway: bool
) -> RoutingVersion:
    """Let the next call follow the draft. Raises `Overtaken`, `Refused`, and `NotFit`."""
    desk = _desk_at(services, version)
    if desk.published.number and not desk.changes:
        raise Refused("nothing_to_publish", "The draft is what is in force already.")
    return _put_in_force(services, desk, desk.company, author, note, anyway=anyway)


def roll_back(
    services: Services, number: int, author: str, note: str, version: int, *, anyway: bool
) -> RoutingVersion:
    """Publish an old version anew. Raises NotFound, `Overtaken`, and `NotFit`."""
    desk = _desk_at(services, version)
    old = ledger.routing_version(services.ledger, number)
    said = note or f"back to version {number}"
    return _put_in_force(services, desk, company_of(old.document), author, said, anyway=anyway)


def check(services: Services, company: Company) -> tuple[Finding, ...]:
    """What the linter says as of now."""
    return lint(company, datetime.fromtimestamp(services.clock.now_ms() / 1000, UTC))


def errors_in(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings that forbid publishing."""
    return tuple(each for each in findings if each.severity is Severity.ERROR)


@dataclass(frozen=True)
class HistoryEntry:
    """A version, and what it changed against what was published when it was made."""

    version: RoutingVersion
    changes: tuple[str, ...]


def history(services: Services, cursor: str | None, limit: int) -> Page[HistoryEntry]:
    """Versions with their changes, newest first."""
    page = ledger.routing_history(services.ledger, cursor=cursor, limit=limit)
    known = {each.number: each.document for each in page.items}
    entries = []
    for each in page.items:
        if each.base not in known:
            known[each.base] = document_of(services, each.base)
        entries.append(HistoryEntry(each, compare(known[each.base], each.document)))
    return Page(tuple(entries), page.next)


def entry(services: Services, number: int) -> HistoryEntry:
    """One version with its changes. Raises NotFound."""
    version = ledger.routing_version(services.ledger, number)
    return HistoryEntry(version, compare(document_of(services, version.base), version.document))


def example() -> RoutingVersion:
    """What is in force before anything was published; its number is 0."""
    document = EXAMPLE_FILE.read_text(encoding="utf-8")
    note = "the example company, until something is published"
    return RoutingVersion(0, 0, "Warmline", 0, note, document, True)


def document_of(services: Services, number: int) -> str:
    """The stored document of a version. Raises NotFound."""
    found = example() if number == 0 else ledger.routing_version(services.ledger, number)
    return found.document


def _desk_at(services: Services, version: int) -> Desk:
    desk = look(services)
    if desk.version != version:
        raise Overtaken(version, desk.newest)
    return desk


def _put_in_force(
    services: Services, desk: Desk, company: Company, author: str, note: str, *, anyway: bool
) -> RoutingVersion:
    errors = errors_in(check(services, company))
    if errors and not anyway:
        raise NotFit(errors)
    try:
        version = ledger.publish_routing(
            services.ledger,
            to_yaml(company),
            author,
            note,
            desk.published.number,
            now=services.clock.now_ms(),
            newest=desk.version,
        )
    except Conflict as error:
        raise Overtaken(desk.version, look(services).newest) from error
    services.routing.refresh()
    return version
