"""Music and honest news for whoever waits, and the way back after a failure of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from telephony.contact.events import MusicAsked
from telephony.contact.model import Contact
from telephony.contact.targets import department_of
from telephony.errors import NotFound, RecordBroken, StoreUnavailable
from telephony.store.ledger import recent_waits
from telephony.twilio import holding, twiml, urls, voice
from telephony.twilio.voice import Scene
from webhooks.answers import Answers, leg_of
from webhooks.guard import Door, Inbound

if TYPE_CHECKING:
    from telephony.bootstrap import Services

ENOUGH = 5
"""Of so many contacts the wait must be known before anybody is told to expect it."""

log = structlog.get_logger("webhooks")


def register(door: Door) -> None:
    answers = Answers(door)

    def hold(inbound: Inbound) -> str:
        """Hold music. Only the first request of a hold is written: somebody hears it."""
        if inbound.args.get("h"):
            asked = MusicAsked(inbound.leg)
            contact = door.services.dispatch.apply(inbound.contact, asked).contact
        else:
            contact = door.services.live.load(inbound.contact).contact
        scene: Scene = answers.scene(contact, leg_of(contact, inbound.leg))
        turn = inbound.args.get("n", "")
        return holding.hold(scene, int(turn) if turn.isdigit() else 0)

    def news(inbound: Inbound) -> str:
        """What is new, announced over the music; nothing when it cannot be known."""
        try:
            contact = door.services.live.load(inbound.contact).contact
            scene = answers.scene(contact, leg_of(contact, inbound.leg))
            return holding.news(scene, _expected_ms(door.services, contact))
        except (StoreUnavailable, NotFound, RecordBroken):
            return twiml.response()

    def fallback(inbound: Inbound) -> str:
        """Twilio could not get or read a document of ours: music, then that document again."""
        house = door.houses.known()
        failed = inbound.fields.get("ErrorUrl", "")
        # Only our own addresses, and never in a circle.
        ours = failed.startswith(house.urls.base + "/twilio/voice/")
        back = failed if ours and urls.FALLBACK not in failed else house.urls.incoming()
        return voice.trouble(house, house.language, back, first=True)

    door.voice(urls.HOLD, hold, methods=("GET", "POST"))
    door.voice(urls.NEWS, news)
    door.voice(urls.FALLBACK, fallback, methods=("GET", "POST"))


def _expected_ms(services: Services, contact: Contact) -> int:
    """How long people wait for the contact's department now; 0 when too few were answered lately,
    or history cannot be asked.
    """
    try:
        waits = recent_waits(services.ledger, now=services.clock.now_ms())
    except StoreUnavailable as error:
        log.warning("hold.no_history", error=str(error))
        return 0
    lately = waits.get(department_of(contact))
    return lately.median_ms if lately is not None and lately.contacts >= ENOUGH else 0
