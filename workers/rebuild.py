"""Contacts whose record is lost, made anew from Twilio's calls and rooms and from the ledger.

Nobody's call is touched here: the contact begins to exist again, and the core does what it needs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from telephony.bootstrap import Services
from telephony.contact.events import ContactFound, TransferAsked
from telephony.contact.model import (
    Leg,
    LegState,
    Promise,
    PromiseState,
    Role,
    Transfer,
    TransferMode,
    TransferState,
)
from telephony.contact.plans import Target, TargetKind
from telephony.dispatch import Applied
from telephony.errors import Conflict, NotFound, StoreUnavailable
from telephony.routing.languages import first_language
from telephony.routing.members import is_staff, name_of
from telephony.routing.model import Company
from telephony.store import ledger
from telephony.store.ledger import ContactRecord, NewTicket, PromiseRecord
from telephony.twilio.coaching import LABEL as SUPERVISOR
from workers.network import LiveCall, Network, Present, present_in

log = logging.getLogger("warmline.workers")

FIRST_LEG = "l1"
"""The id of the leg with which every contact begins."""

_LABEL = re.compile(r"[a-z]\d{1,9}")
_PAGE = 500
# Who was on the way to a promise or a ticket when the record was lost was told, or hoped for, more.
OWED = frozenset({"restoring", "promising", "promised", "keeping", "recording"})


def rebuild(services: Services, network: Network, contact_id: str) -> Applied | None:
    """The contact of a room or of an incoming call; None when no customer of it is on a line, or
    when Twilio could not tell. Raises StoreUnavailable.
    """
    present: tuple[Present, ...] = ()
    room = network.rooms.get(contact_id, "")
    if room:
        answer = present_in(services, room)
        if answer.value is None:
            log.warning("room of %s cannot be read: %s", contact_id, answer.detail)
            return None
        present = answer.value
    company, known = services.routing.company(), _known(services, contact_id)
    legs = _legs(services, company, network, contact_id, room, present, known)
    customer = next((leg for leg in legs if leg.role is Role.CUSTOMER), None)
    if customer is None:
        return None
    department = known.department if known and known.department in company.departments else None
    if department is None and room:
        department = company.operator  # Nobody knows whom they wanted: whoever helps everybody.
    found = ContactFound(
        customer=customer.address,
        dialled=known.dialled if known else _dialled(network, customer),
        language=(known.language if known else "") or first_language(company, customer.address),
        department=department or "",
        department_name=company.departments[department].name if department else "",
        created=known.started_at if known else 0,
        version=known.version if known else 0,
        legs=tuple(legs),
        promise=_open_promise(services, contact_id),
        transfer=_open_transfer(services, company, contact_id),
    )
    return _recover(services, contact_id, found)


def rebuild_promises(services: Services) -> int:
    """Contacts of open promises that have no record any more; how many there were."""
    ids = ledger.promised_contacts(services.ledger)
    lost: set[str] = set()
    for first in range(0, len(ids), _PAGE):
        lost |= services.live.missing(ids[first : first + _PAGE])
    return sum(_promised_again(services, contact_id) for contact_id in sorted(lost))


def _promised_again(services: Services, contact_id: str) -> int:
    page = ledger.open_promises(services.ledger, contact_id=contact_id)
    return sum(_wait_again(services, promise) for promise in page.items)


def close_lost(services: Services, network: Network, *, before: int) -> int:
    """Contacts in the history that are neither live nor over: their record was lost and there was
    nothing to rebuild them from. To whom something was owed gets a ticket.
    """
    open_ = ledger.open_in_history(services.ledger, before=before)
    lost = services.live.missing(list(open_)) if open_ else set()
    count = 0
    for contact_id in lost - set(network.rooms):
        if f"CA{contact_id}" not in network.calls:
            _give_up(services, contact_id)
            count += 1
    return count


def _give_up(services: Services, contact_id: str) -> None:
    known, now = _known(services, contact_id), services.clock.now_ms()
    if known is None:
        return
    owed = known.state in OWED
    if owed:
        new = NewTicket(
            id=f"{contact_id}.record_lost",
            contact_id=contact_id,
            customer=known.customer,
            department=known.department or "",
            reason="record_lost",
        )
        ledger.open_ticket(services.ledger, new, now=now)
    served = known.state in {"talking", "transfer"}
    outcome = "ticketed" if owed else "resolved" if served else "customer_left"
    log.warning("the record of contact %s is lost; it is %s", contact_id, outcome)
    ended = replace(known, state="closed", outcome=outcome, ended_at=now, version=known.version + 1)
    ledger.upsert_contacts(services.ledger, [ended])


def _wait_again(services: Services, promise: PromiseRecord) -> bool:
    known = _known(services, promise.contact_id)
    company = services.routing.company()
    department = company.departments.get(promise.department)
    found = ContactFound(
        customer=promise.customer,
        dialled=known.dialled if known else "",
        language=promise.language,
        department=promise.department,
        department_name=department.name if department else promise.department,
        created=known.started_at if known else promise.created_at,
        version=known.version if known else 0,
        legs=(),
        promise=_promise(promise),
    )
    return _recover(services, promise.contact_id, found) is not None


def _recover(services: Services, contact_id: str, found: ContactFound) -> Applied | None:
    try:
        applied = services.dispatch.recover(contact_id, found)
    except Conflict:
        return None  # It is there: somebody else was first.
    log.warning("contact %s was lost and is rebuilt: %s", contact_id, applied.contact.stage)
    return applied


# -- what is known ------------------------------------------------------------------------------


def _known(services: Services, contact_id: str) -> ContactRecord | None:
    try:
        return ledger.contact(services.ledger, contact_id)
    except NotFound:
        return None
    except StoreUnavailable as error:
        log.warning("contact %s is rebuilt without its history: %s", contact_id, error)
        return None


def _open_promise(services: Services, contact_id: str) -> Promise | None:
    try:
        page = ledger.open_promises(services.ledger, contact_id=contact_id, limit=1)
    except StoreUnavailable:
        return None
    return _promise(page.items[0]) if page.items else None


def _open_transfer(services: Services, company: Company, contact_id: str) -> Transfer | None:
    """The transfer that history knows to be open, as it was asked for; whose legs are whose, the
    room tells.
    """
    try:
        known = ledger.transfers_of(services.ledger, contact_id)
        if not known or known[-1].outcome is not None:
            return None
        asked = ledger.newest_entry(services.ledger, contact_id, TransferAsked.__name__)
    except StoreUnavailable:
        return None
    if asked is None or asked.at != known[-1].requested_at:
        return None
    by, to = str(asked.data["by"]), asked.data["target"]
    return Transfer(
        id=known[-1].id,
        mode=TransferMode(known[-1].mode),
        target=Target(TargetKind(to["kind"]), to["value"], to.get("name", "")),
        by="",
        by_name=name_of(company, by),
        by_address=by,
        state=TransferState.HOLDING,
        since=asked.at,
        requested_at=asked.at,
        note=str(asked.data.get("note", "")),
    )


def _promise(promise: PromiseRecord) -> Promise:
    return Promise(
        id=promise.id,
        department=promise.department,
        state=PromiseState.OPEN,
        due_from=promise.due_from,
        due_until=promise.due_until,
        attempts=promise.attempts,
        max_attempts=promise.max_attempts,
        by=str(promise.context.get("by", "")),
        agent=str(promise.context.get("agent", "")),
        note=promise.note,
    )


def _dialled(network: Network, customer: Leg) -> str:
    call = network.calls.get(customer.call)
    if call is None:
        return ""
    return call.from_ if call.outbound else call.to


def _legs(
    services: Services,
    company: Company,
    network: Network,
    contact_id: str,
    room: str,
    present: Sequence[Present],
    known: ContactRecord | None,
) -> list[Leg]:
    """Everybody in the room, and the customer who called, wherever they are."""
    now = services.clock.now_ms()
    legs: list[Leg] = []
    for one in present:
        call = network.calls.get(one.call)
        if call is None or one.label.startswith(SUPERVISOR):
            continue
        customer = _is_customer(company, network, contact_id, call, known)
        leg = Leg(
            id=one.label if _LABEL.fullmatch(one.label) else f"x{len(legs)}",
            role=Role.CUSTOMER if customer else Role.AGENT,
            address=(call.to if call.outbound else call.from_),
            state=LegState.JOINED,
            since=now,
            call=one.call,
            name="" if customer else name_of(company, call.to),
            held=one.held,
            room=room,
            talked=len(present) > 1 or one.held,
            outbound=customer and call.outbound,
        )
        legs.append(leg)
    first = network.calls.get(f"CA{contact_id}")
    if first is not None and all(leg.call != first.call for leg in legs):
        called = Leg(FIRST_LEG, Role.CUSTOMER, first.from_, LegState.ANSWERED, now, call=first.call)
        legs.append(called)
    return legs


def _is_customer(
    company: Company,
    network: Network,
    contact_id: str,
    call: LiveCall,
    known: ContactRecord | None,
) -> bool:
    """Who dialled in; whom we called back; an agent may well have a number that nobody knows."""
    if not call.outbound or (known is not None and call.to == known.customer):
        return True
    return f"CA{contact_id}" not in network.calls and not is_staff(company, call.to)
