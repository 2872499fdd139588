"""What somebody hears who is asked to take over, and how they accept or decline."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from telephony.contact.events import (
    DocumentAsked,
    Event,
    LegAccepted,
    LegAnswered,
    LegDeclined,
    LegMispressed,
)
from telephony.twilio import forms, twiml, urls
from telephony.twilio.forms import VoiceForm
from webhooks.answers import Answers
from webhooks.customer import over
from webhooks.guard import Door, Inbound
from webhooks.people import SOFTPHONE, shut_out
from webhooks.words import agreed

log = structlog.get_logger("webhooks")


@dataclass(frozen=True)
class Receiver:
    """The views of a receiver's or agent's leg."""

    door: Door
    answers: Answers

    def receiver(self, inbound: Inbound) -> str:
        """The leg answered, was whispered to in vain, or left the room."""
        form = forms.voice_form(inbound.fields)
        ended = over(inbound)
        if ended is not None:
            self.door.services.dispatch.apply(inbound.contact, ended)
            return twiml.response()
        event = self._answer(inbound, form)
        return self.answers.after(inbound.contact, inbound.leg, event, inbound.dedupe("asked"))

    def accept(self, inbound: Inbound) -> str:
        """A key or a word after the whisper."""
        form = forms.voice_form(inbound.fields)
        event = _verdict(inbound, form)
        dedupe = inbound.dedupe("accept", form.digits or form.speech[:40])
        return self.answers.after(inbound.contact, inbound.leg, event, dedupe)

    def _answer(self, inbound: Inbound, form: VoiceForm) -> Event:
        if form.left_room:
            return DocumentAsked(inbound.leg)
        if not form.dialled.startswith(SOFTPHONE):
            return LegAnswered(inbound.leg, form.call, form.machine)
        if shut_out(self.door.services, form.dialled):
            log.warning("softphone.refused", address=form.dialled, contact=inbound.contact)
            return LegDeclined(inbound.leg, form.call)
        # Somebody clicked: a softphone has no voicemail.
        return LegAccepted(inbound.leg, form.call)


def _verdict(inbound: Inbound, form: VoiceForm) -> Event:
    said = agreed(form.speech) if not form.digits else None
    if form.digits == "1" or said is True:
        return LegAccepted(inbound.leg, form.call)
    if form.digits == "2" or said is False:
        return LegDeclined(inbound.leg, form.call)
    return LegMispressed(inbound.leg, form.call)


def register(door: Door) -> None:
    views = Receiver(door, Answers(door))
    door.voice(urls.RECEIVER, views.receiver)
    door.voice(urls.ACCEPT, views.accept)
