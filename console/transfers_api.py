"""Transfers: start one, look at it, complete, cancel, swap, merge."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Response, json, url_for

from console import guards, lookup, once, state
from console.answers import TransferOut
from console.asks import NewTransfer
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from console.show import ACTIONS, transfer_out
from console.targets import resolve
from telephony.contact.events import TransferAsked
from telephony.contact.model import Contact, LegState, Role, Stage, Transfer
from telephony.store.ledger import Role as UserRole

_TRANSFER_ID = re.compile(r"([A-Za-z0-9_-]{1,80})\.[A-Za-z0-9._-]{1,40}")


@api.post("/contacts/<contact_id>/transfers")
@api.input(NewTransfer)
@api.output(TransferOut, 202)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def start_transfer(contact_id: str, json_data: NewTransfer) -> Response:
    """Start a transfer of the customer to a department, an agent or a number.

    The answer comes at once; follow the transfer with GET /api/v1/events. With an
    Idempotency-Key the same request may be sent again and is answered the same.
    """
    contact = visible_contact(contact_id)
    return once.answer(lambda mark: _start(contact, json_data, mark))


def _start(contact: Contact, wanted: NewTransfer, mark: str) -> Response:
    services = state.services()
    by = acting_for(contact)
    target = resolve(services, wanted.to, by, services.clock.now_ms())
    event = TransferAsked(by=by, target=target, mode=wanted.mode, note=wanted.note)
    applied = services.dispatch.apply(contact.id, event, dedupe=mark)
    transfer = applied.contact.transfers[-1] if applied.contact.transfers else None
    if transfer is None:
        # Only a repetition whose first try was refused comes here.
        raise Problem(409, "no_transfer")
    return accepted(applied.contact, transfer)


@api.get("/transfers/<transfer_id>")
@api.output(TransferOut)
@problems(401, 404, 503)
def show_transfer(transfer_id: str) -> TransferOut:
    """One transfer, open or ended, with what may be done with it now."""
    contact, transfer = _visible_transfer(transfer_id)
    return transfer_out(contact, transfer, state.services().clock.now_ms())


def _acting(action: str) -> Callable[[str], Response]:
    def act(transfer_id: str) -> Response:
        contact, transfer = _visible_transfer(transfer_id)
        _refuse_bystanders(contact, transfer)
        return once.answer(lambda mark: _act(contact, transfer_id, action, mark))

    return act


def _refuse_bystanders(contact: Contact, transfer: Transfer) -> None:
    # Whoever was rung in vain, or had the customer earlier, may look and no more.
    who = asker()
    here = any(
        leg.address == who.identity
        and leg.state is LegState.JOINED
        and leg.role is not Role.CUSTOMER
        for leg in contact.legs
    )
    if who.role is UserRole.AGENT and who.identity != transfer.by_address and not here:
        raise Problem(409, "not_on_this_contact")


def _act(contact: Contact, transfer_id: str, action: str, mark: str) -> Response:
    event = ACTIONS[action](transfer_id)
    applied = state.services().dispatch.apply(contact.id, event, dedupe=mark)
    return accepted(applied.contact, _find(applied.contact, transfer_id))


_ABOUT = {
    "complete": "Leave the customer with the receiver. Refused until the receiver has joined.",
    "cancel": "Stop the transfer and take the customer back.",
    "swap": "Change between talking to the customer and talking to the receiver.",
    "merge": "Bring customer, agent and receiver together.",
}

for _action, _about in _ABOUT.items():
    _view = _acting(_action)
    _view.__name__ = f"{_action}_transfer"
    _view.__doc__ = _about
    _view = api.output(TransferOut, 202)(problems(400, 401, 403, 404, 409, 415, 422, 503)(_view))
    api.post(f"/transfers/<transfer_id>/{_action}")(_view)


def visible_contact(contact_id: str) -> Contact:
    """The contact, if it is live (or ended lately) and the asker may know of it."""
    contact = lookup.contact(state.services(), contact_id)
    if contact is None:
        raise Problem(404, "not_found", f"There is no contact {contact_id}.")
    if not guards.sees(asker(), contact):
        raise guards.hidden("contact", contact_id)
    return contact


def acting_for(contact: Contact) -> str:
    """The phone in whose name the asker acts: their own, or for supervisors that of the agent."""
    who = asker()
    phones = [leg for leg in contact.legs if leg.role is not Role.CUSTOMER]
    if who.role is UserRole.AGENT or any(leg.address == who.identity for leg in phones):
        return who.identity
    if contact.stage is Stage.CLOSED:
        raise Problem(409, "contact_closed")
    here = [leg for leg in phones if leg.state is LegState.JOINED and leg.role is Role.AGENT]
    if not here:
        raise Problem(409, "no_agent")
    return here[-1].address


def accepted(contact: Contact, transfer: Transfer) -> Response:
    """202 with the transfer and where to follow it."""
    shown = transfer_out(contact, transfer, state.services().clock.now_ms())
    answer = Response(json.dumps(shown.model_dump(mode="json")), 202, mimetype="application/json")
    answer.headers["Location"] = url_for("api.show_transfer", transfer_id=transfer.id)
    return answer


def _visible_transfer(transfer_id: str) -> tuple[Contact, Transfer]:
    missing = Problem(404, "not_found", f"There is no transfer {transfer_id[:140]}.")
    match = _TRANSFER_ID.fullmatch(transfer_id)
    contact = lookup.contact(state.services(), match[1]) if match else None
    if contact is None:
        raise missing
    if not guards.sees(asker(), contact):
        raise guards.hidden("transfer", transfer_id)
    return contact, _find(contact, transfer_id)


def _find(contact: Contact, transfer_id: str) -> Transfer:
    for transfer in contact.transfers:
        if transfer.id == transfer_id:
            return transfer
    raise Problem(404, "not_found", f"There is no transfer {transfer_id}.")
