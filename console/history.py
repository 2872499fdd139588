"""Ended contacts, as the ledger remembers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import guards, lookup, show
from console.answers import ContactOut, ContactPage, ContactSummaryOut, TargetOut, TransferOut
from console.asks import ContactQuery
from console.identity import Asker
from console.problems import Problem
from console.reasons import explain
from telephony.contact.model import (
    ContactOutcome,
    Stage,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.contact.plans import TargetKind
from telephony.errors import NotFound
from telephony.routing.plans import find_member
from telephony.store import ledger
from telephony.store.ledger import ContactRecord, Role, TransferRecord

if TYPE_CHECKING:
    from telephony.bootstrap import Services

PREFIX = "ended:"
# An agent's own contacts are picked out of everybody's; this many are looked at for one page.
LOOKED_AT = 200


def ended_page(
    services: Services, who: Asker, query: ContactQuery, cursor: str, limit: int
) -> ContactPage:
    """Ended contacts, newest first. For an agent a page may be short and still have a next one."""
    if not cursor.startswith(PREFIX):
        raise Problem(422, "invalid", "cursor: it is not one that a page ended with.")
    everything = guards.RANK[who.role] > guards.RANK[Role.AGENT]
    page = ledger.find_contacts(
        services.ledger,
        state=Stage.CLOSED.value,
        customer=query.customer,
        department=query.department,
        cursor=cursor.removeprefix(PREFIX) or None,
        limit=limit if everything else LOOKED_AT,
    )
    records = page.items if everything else _own(services, who, page.items)
    following = page.next
    if len(records) > limit:
        records = records[:limit]
        following = ledger.contact_cursor(records[-1])
    following = PREFIX + following if following is not None else None
    return ContactPage(items=[line(services, record) for record in records], next=following)


def visible_record(services: Services, who: Asker, contact_id: str) -> ContactRecord:
    """The record of a contact, if the asker may know of it."""
    try:
        record = ledger.contact(services.ledger, contact_id)
    except NotFound:
        raise Problem(404, "not_found", f"There is no contact {contact_id[:80]}.") from None
    if guards.RANK[who.role] == guards.RANK[Role.AGENT] and not _took_part(services, who, record):
        raise guards.hidden("contact", contact_id)
    return record


def ended(services: Services, who: Asker, contact_id: str) -> ContactOut:
    """An ended contact; its calls are not kept in one line, the timeline has them."""
    record = visible_record(services, who, contact_id)
    passed = ledger.transfers_of(services.ledger, contact_id)
    return ContactOut(
        **line(services, record).model_dump(),
        version=record.version,
        since=record.ended_at or record.started_at,
        waited_ms=record.waited_ms,
        path=[],
        say_this_first=_say_this_first(record),
        next_action="",
        deadline=None,
        parties=[],
        legs=[],
        hunt=None,
        hold=show.NO_HOLD,
        transfer=None,
        transfers=[_transfer(each) for each in passed],
        promise=None,
        ticket="",
        message_url="",
        reason=record.reason,
        explained=explain(record.reason).meaning if record.reason else "",
    )


def _own(
    services: Services, who: Asker, records: tuple[ContactRecord, ...]
) -> tuple[ContactRecord, ...]:
    # Contacts of the last day still know all phones; older ones know the agent and the transfers.
    recent = {each.id: each for each in services.live.contacts([each.id for each in records])}
    return tuple(
        record
        for record in records
        if (record.id in recent and guards.sees(who, recent[record.id]))
        or _took_part(services, who, record)
    )


def _took_part(services: Services, who: Asker, record: ContactRecord) -> bool:
    own = {who.identity, lookup.softphone(who.identity)}
    if record.agent in own:
        return True
    if not record.transfers:
        return False
    passed = ledger.transfers_of(services.ledger, record.id)
    return any(each.by in own or _asked_of(services, who, each.to) for each in passed)


def _asked_of(services: Services, who: Asker, to: str) -> bool:
    # The ledger keeps one word for all kinds of targets: a person whose name is also that of a
    # department must not see what was passed on to the department.
    company = lookup.company(services)
    member = None if to in company.departments else find_member(company, to)
    return member is not None and member.address == who.identity


def line(services: Services, record: ContactRecord) -> ContactSummaryOut:
    """A contact of the ledger in one line."""
    department = record.department or ""
    return ContactSummaryOut(
        id=record.id,
        live=False,
        state=record.state,
        customer=record.customer,
        dialled=record.dialled,
        department=department,
        department_name=lookup.department_names(services).get(department, department),
        language=record.language or "",
        started_at=record.started_at,
        ended_at=record.ended_at,
        waiting_since=None,
        outcome=ContactOutcome(record.outcome) if record.outcome else None,
        with_whom=[record.agent] if record.agent else [],
    )


def _say_this_first(record: ContactRecord) -> str:
    waited = show.duration(record.waited_ms)
    return f"{record.customer or 'A caller without a number'} called; waited {waited} in all."


def _transfer(record: TransferRecord) -> TransferOut:
    return TransferOut(
        id=record.id,
        contact=record.contact_id,
        mode=TransferMode(record.mode),
        to=TargetOut(kind=TargetKind.DEPARTMENT, value=record.to, name=record.to),
        by=record.by,
        by_address=record.by,
        note="",
        state=TransferState.DONE,
        since=record.ended_at or record.requested_at,
        requested_at=record.requested_at,
        outcome=TransferOutcome(record.outcome) if record.outcome else None,
        reason="",
        explained="",
        receiver="",
        hunt=None,
        actions={},
    )


def took_part_in(services: Services, who: Asker, contact_id: str) -> bool:
    """Whether this person's phone had a part in a contact that only the ledger remembers."""
    try:
        return _took_part(services, who, ledger.contact(services.ledger, contact_id))
    except NotFound:
        return False
