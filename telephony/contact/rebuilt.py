"""A contact whose record is lost, made anew from what Twilio and the ledger still know of it.

Nothing is known of a hunt, so the customer gets the kindest state that is certainly true: with the
people who share the room, else back in the search for the department, else in the menu. A transfer
goes on where the room shows who is who: its receiver is in it, and only an accept leads there. Who
was rung for it is not known any more; then it is over, and the agent has the customer again. The
version begins far above the last known one, so that history follows.
"""

from __future__ import annotations

from telephony.contact import events as ev
from telephony.contact.edit import end_transfer, joined, put_leg, staff_present
from telephony.contact.model import (
    Contact,
    HuntPurpose,
    Leg,
    PromiseState,
    Role,
    Stage,
    Transfer,
    TransferMode,
    TransferOutcome,
    TransferState,
)
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
    contact = replace(contact, stage=stage)
    return contact if event.transfer is None else _transferred(contact, event.transfer, now)


def _transferred(contact: Contact, transfer: Transfer, now: int) -> Contact:
    """The transfer as the room shows it: going on, or over."""
    customer, here = contact.customer_leg, staff_present(contact)
    agent = next((leg for leg in here if leg.address == transfer.by_address), None)
    others = [leg for leg in here if leg is not agent]
    transfer = replace(
        transfer, by=agent.id if agent else "", by_name=agent.name if agent else transfer.by_name
    )
    if customer is None or not joined(customer) or len(others) != 1:
        outcome = TransferOutcome.CANCELLED if agent is None else TransferOutcome.RETURNED
        contact = replace(contact, transfers=(transfer,))
        return end_transfer(contact, outcome, now, "record_lost")
    (receiver,) = others
    state = _state(transfer, agent, receiver, customer)
    going_on = replace(transfer, state=state, since=now, receiver=receiver.id)
    contact = put_leg(contact, replace(receiver, role=Role.RECEIVER))
    return replace(
        contact,
        stage=Stage.TRANSFER,
        transfers=(going_on,),
        waiting_since=transfer.requested_at,
    )


def _state(transfer: Transfer, agent: Leg | None, receiver: Leg, customer: Leg) -> TransferState:
    """Who hears whom tells how far it had come. What was being completed is taken for merged: the
    agent completes it once more.
    """
    if agent is None or transfer.mode is TransferMode.COLD:
        return TransferState.COMPLETING
    if customer.held:
        return TransferState.CONSULTING
    return TransferState.ASIDE if receiver.held else TransferState.MERGED


def _stage(contact: Contact) -> Stage:
    if all(leg.role is not Role.CUSTOMER for leg in contact.legs):
        return Stage.PROMISED
    if staff_present(contact):
        return Stage.TALKING
    if contact.promise is not None:
        return Stage.FAREWELL
    return Stage.SEEKING if contact.department else Stage.MENU
