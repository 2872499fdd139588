"""From a contact to the document that one of its legs should hear now."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.contact.documents import document_for
from telephony.contact.events import Event
from telephony.contact.model import Contact, Leg
from telephony.errors import NotFound
from telephony.twilio import voice
from telephony.twilio.voice import Scene
from webhooks.guard import Door


@dataclass(frozen=True)
class Answers:
    """Applies what happened and says what to hear."""

    door: Door

    def after(self, contact_id: str, leg_id: str, event: Event, dedupe: str) -> str:
        """The document of the leg after ``event``. A repeated event gets it again."""
        applied = self.door.services.dispatch.apply(contact_id, event, dedupe=dedupe)
        return self.document(applied.contact, leg_id)

    def document(self, contact: Contact, leg_id: str, lead: str = "") -> str:
        """What the leg should hear now; ``lead`` are verbs before it."""
        scene = self.scene(contact, leg_of(contact, leg_id))
        return voice.render(document_for(contact, scene.leg), scene, lead)

    def scene(self, contact: Contact, leg: Leg) -> Scene:
        _, house = self.door.houses.now()
        return Scene(house, contact, leg, self.door.services.clock.now_ms())


def leg_of(contact: Contact, leg_id: str) -> Leg:
    """The leg of that id. Raises NotFound: it is not one of this contact's (S7)."""
    leg = contact.leg(leg_id)
    if leg is None:
        raise NotFound(f"There is no leg {leg_id!r} in contact {contact.id}.")
    return leg
