"""The agent's own hold of the customer, and the way back."""

from __future__ import annotations

from flask import Response, json

from console import lookup, once, state
from console.answers import ContactOut
from console.blueprint import api, problems
from console.show import HOLDS, whole
from console.transfers_api import acting_for, visible_contact
from telephony.contact.events import Event
from telephony.contact.model import Contact


@api.post("/contacts/<contact_id>/hold")
@api.output(ContactOut, 202)
@problems(400, 401, 403, 404, 409, 415, 422, 503)
def hold_customer(contact_id: str) -> Response:
    """Put the customer on hold: they hear music, and that the agent has not left."""
    return _ask(contact_id, "hold")


@api.post("/contacts/<contact_id>/resume")
@api.output(ContactOut, 202)
@problems(400, 401, 403, 404, 409, 415, 422, 503)
def resume_customer(contact_id: str) -> Response:
    """Talk to the customer again."""
    return _ask(contact_id, "resume")


def _ask(contact_id: str, what: str) -> Response:
    contact = visible_contact(contact_id)
    return once.answer(lambda mark: applied(contact, HOLDS[what](acting_for(contact)), mark))


def applied(contact: Contact, event: Event, mark: str) -> Response:
    """Apply what an agent asks for; 202 with the contact as it is then."""
    services = state.services()
    after = services.dispatch.apply(contact.id, event, dedupe=mark).contact
    shown = whole(after, services.clock.now_ms(), lookup.department_names(services))
    return Response(json.dumps(shown.model_dump(mode="json")), 202, mimetype="application/json")
