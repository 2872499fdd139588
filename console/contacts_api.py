"""Contacts: live ones from the live store, ended ones from the ledger, and why they ended so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console import guards, history, lookup, state
from console.answers import ContactOut, ContactPage, TimelineEntryOut, TimelineOut
from console.asks import ContactQuery, ContactState, Paging
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from console.reasons import explain
from console.show import summary, whole
from console.timeline import naming, sentence
from telephony.contact.model import Contact, ContactOutcome, Stage
from telephony.store import ledger
from telephony.store.feed import Entry
from telephony.store.ledger import JournalEntry

if TYPE_CHECKING:
    from telephony.bootstrap import Services

_LIVE_CURSOR = "live:"
# How many events that are not in SQL yet are looked through for a timeline.
_TAIL_MOST = 2_000


@api.get("/contacts")
@api.input(ContactQuery, location="query")
@api.output(ContactPage)
@problems(401, 403, 422, 503)
def list_contacts(query_data: ContactQuery) -> ContactPage:
    """Contacts, live ones first, then ended ones, newest first. Agents see their own."""
    guards.refuse_search(query_data.customer)
    services, limit = state.services(), query_data.limit
    cursor = query_data.cursor or _LIVE_CURSOR
    found = ContactPage(items=[], next=None)
    if query_data.state is ContactState.CLOSED:
        cursor = query_data.cursor or history.PREFIX
    elif cursor.startswith(_LIVE_CURSOR):
        found = _live_page(services, query_data, cursor.removeprefix(_LIVE_CURSOR))
        if found.next is not None or query_data.state is not None:
            return found
        cursor, limit = history.PREFIX, limit - len(found.items)
    if limit == 0:
        return ContactPage(items=found.items, next=cursor)
    ended = history.ended_page(services, asker(), query_data, cursor, limit)
    return ContactPage(items=[*found.items, *ended.items], next=ended.next)


def _live_page(services: Services, query: ContactQuery, after: str) -> ContactPage:
    stages = () if query.state in {None, ContactState.LIVE} else (Stage(str(query.state)),)
    found = [
        contact
        for contact in services.live.open_contacts(stages)
        if _wanted(contact, query) and guards.sees(asker(), contact)
    ]
    found.sort(key=_place, reverse=True)
    if after:
        place = _place_of(after)
        found = [contact for contact in found if _place(contact) < place]
    shown = found[: query.limit]
    more = f"{_LIVE_CURSOR}{shown[-1].created}:{shown[-1].id}" if len(found) > len(shown) else None
    return ContactPage(
        items=[summary(contact, lookup.department_names(services)) for contact in shown], next=more
    )


def _place(contact: Contact) -> tuple[int, str]:
    return contact.created, contact.id


def _place_of(text: str) -> tuple[int, str]:
    created, _, contact_id = text.partition(":")
    if not (created.isascii() and created.isdigit() and len(created) < 19):
        raise Problem(422, "invalid", "cursor: it is not one that a page ended with.")
    return int(created), contact_id


def _wanted(contact: Contact, query: ContactQuery) -> bool:
    if query.customer is not None and contact.customer != query.customer:
        return False
    return query.department is None or contact.department == query.department


@api.get("/contacts/<contact_id>")
@api.output(ContactOut)
@problems(401, 404, 503)
def show_contact(contact_id: str) -> ContactOut:
    """Who is on the line, what they hear, the transfer, the ringing, and how it ended."""
    services = state.services()
    contact = lookup.contact(services, contact_id)
    if contact is None:
        return history.ended(services, asker(), contact_id)
    if not guards.sees(asker(), contact):
        raise guards.hidden("contact", contact_id)
    return whole(contact, services.clock.now_ms(), lookup.department_names(services))


@api.get("/contacts/<contact_id>/timeline")
@api.input(Paging, location="query")
@api.output(TimelineOut)
@problems(401, 404, 422, 503)
def show_timeline(contact_id: str, query_data: Paging) -> TimelineOut:
    """Everything that happened to the contact, in words and as data, oldest first."""
    services = state.services()
    contact = lookup.contact(services, contact_id)
    if contact is None:
        record = history.visible_record(services, asker(), contact_id)
        outcome, reason = record.outcome, record.reason
    elif guards.sees(asker(), contact):
        outcome, reason = contact.outcome, contact.reason
    else:
        raise guards.hidden("contact", contact_id)
    items, following = _journal(services, contact_id, query_data)
    names = lookup.department_names(services)
    return TimelineOut(
        contact=contact_id,
        outcome=ContactOutcome(outcome) if outcome else None,
        reason=reason,
        explained=explain(reason).meaning if reason else "",
        items=[_entry(each, contact, names) for each in items],
        next=following,
    )


def _journal(
    services: Services, contact_id: str, paging: Paging
) -> tuple[list[JournalEntry], str | None]:
    """A page from SQL; the last page goes on with what has happened since the last copy."""
    copied = services.live.feed.copied()
    page = ledger.timeline(services.ledger, contact_id, cursor=paging.cursor, limit=paging.limit)
    items = list(page.items)
    if page.next is None:
        known = {entry.stream_id for entry in items}
        tail = services.live.feed.read(copied, count=_TAIL_MOST)
        items += [
            JournalEntry(each.id, each.contact, each.version, each.at, each.kind, _data(each))
            for each in tail
            if each.contact == contact_id and each.id not in known
        ]
    return items, page.next


def _data(entry: Entry) -> dict[str, Any]:
    """The data as the journal in SQL has them."""
    outcome = {"outcome": entry.outcome} if entry.outcome else {}
    return entry.data | {"stage": entry.stage} | outcome


def _entry(
    entry: JournalEntry, contact: Contact | None, names: Mapping[str, str]
) -> TimelineEntryOut:
    return TimelineEntryOut(
        id=entry.stream_id,
        at=entry.at,
        version=entry.version,
        kind=entry.kind,
        sentence=sentence(entry.kind, entry.data, naming(contact, names)),
        data=entry.data,
    )
