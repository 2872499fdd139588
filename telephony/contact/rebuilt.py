"""A contact whose record is lost, made anew from what Twilio and the ledger still know of it.

Nothing is known of an open transfer or a hunt, so the customer gets the kindest state that is
certainly true: with the people who share the room, else back in the search for the department, else
in the menu. The version begins far above the last known one, so that history follows.
"""

from __future__ import annotations

from telephony.contact import events as ev
from telephony.contact.edit import staff_present
from telephony.contact.model import Contact, HuntPurpose, PromiseState, Role, Stage
from telephony.contact.promises import close_promise
from telephony.contact.records import replace
from telephony.contact.seeking import begin_hunt
from telephony.contact.targets import department_target

SERIALS = 1_000
"""Ids of the lost record are lower than this, so a new id never means an old leg or command."""


def rebuilt(contact_id: str, event: ev.ContactFound, now: int) -> Contact:
    """The contact as far as it is known; ``event.legs`` are the calls that are live."""
    contact = Contact(
        id=contact_id,
        version=event.version + SERIALS,
        customer=event.customer,
        dialled=event.dialled,
        language=event.language,
        stage=Stage.MENU,
        since=now,
        created=event.created or now,
        serial=SERIALS,
        department=event.department,
        department_name=event.department_name,
        waiting_since=now,
        legs=event.legs,
        promise=event.promise,
        looked=now,
    )
    stage = _stage(contact)
    if stage is Stage.SEEKING:
        contact = begin_hunt(contact, HuntPurpose.INBOUND, department_target(contact), now)
    if stage is Stage.TALKING:
        contact = replace(contact, waiting_since=0)
        # What an agent has promised for later is not what brought the two together.
        promise = event.promise
        if promise is not None and (not promise.by or promise.due_from <= now):
            contact = close_promise(contact, PromiseState.KEPT, now)
    return replace(contact, stage=stage)


def _stage(contact: Contact) -> Stage:
    if all(leg.role is not Role.CUSTOMER for leg in contact.legs):
        return Stage.PROMISED
    if staff_present(contact):
        return Stage.TALKING
    if contact.promise is not None:
        return Stage.FAREWELL
    return Stage.SEEKING if contact.department else Stage.MENU
