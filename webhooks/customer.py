"""What the customer's leg asks after the menu: its next document, and the answers to questions."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.contact.documents import choices_of
from telephony.contact.events import (
    CustomerChose,
    DocumentAsked,
    Event,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegMispressed,
    MessageRecorded,
)
from telephony.contact.model import Choice, Stage
from telephony.prompts import Prompt
from telephony.twilio import forms, twiml, urls, voice
from telephony.twilio.events import ENDINGS
from webhooks.answers import Answers, leg_of
from webhooks.guard import Door, Inbound
from webhooks.words import agreed


@dataclass(frozen=True)
class Customer:
    """The views of the customer's leg."""

    door: Door
    answers: Answers

    def customer(self, inbound: Inbound) -> str:
        """The leg was fetched out of the room, left it, or has just answered our call."""
        form = forms.voice_form(inbound.fields)
        ended = over(inbound)
        if ended is not None:
            return self._gone(inbound, ended)
        event: Event
        if inbound.args.get("answered"):
            event = LegAnswered(inbound.leg, form.call, form.machine)
        else:
            event = DocumentAsked(inbound.leg)
        return self.answers.after(inbound.contact, inbound.leg, event, inbound.dedupe("asked"))

    def choice(self, inbound: Inbound) -> str:
        """A key at the question of what to do while nobody answers; silence is a choice too."""
        form = forms.voice_form(inbound.fields)
        dedupe = inbound.dedupe("choice", form.digits)
        loaded = self.door.services.live.load(inbound.contact, dedupe)
        contact = loaded.contact
        offered = dict(choices_of(contact)) if contact.stage is Stage.CHOOSING else {}
        chosen = offered.get(form.digits)
        if form.digits and offered and chosen is None:
            scene = self.answers.scene(contact, leg_of(contact, inbound.leg))
            sorry = scene.speech(Prompt.NOT_UNDERSTOOD)
            return self.answers.document(contact, inbound.leg, sorry)
        event = CustomerChose(Choice(chosen) if chosen else Choice.NONE)
        applied = self.door.services.dispatch.apply_to(loaded, event, dedupe=dedupe)
        return self.answers.document(applied.contact, inbound.leg)

    def message(self, inbound: Inbound) -> str:
        """A message was recorded, or there was only silence: then it is asked for once more."""
        url, seconds = forms.recording_of(inbound.fields)
        if not url and not inbound.args.get("again"):
            contact = self.door.services.live.load(inbound.contact).contact
            if contact.stage is Stage.RECORDING:
                return voice.record_again(self.answers.scene(contact, leg_of(contact, inbound.leg)))
        event = MessageRecorded(url, seconds)
        return self.answers.after(
            inbound.contact, inbound.leg, event, inbound.dedupe("message", url)
        )

    def confirm(self, inbound: Inbound) -> str:
        """The customer who was called back shows that a human is there."""
        form = forms.voice_form(inbound.fields)
        accepted = form.digits == "1" or agreed(form.speech) is True
        kind = LegAccepted if accepted else LegMispressed
        event = kind(inbound.leg, form.call)
        dedupe = inbound.dedupe("confirm", form.digits or form.speech[:40])
        return self.answers.after(inbound.contact, inbound.leg, event, dedupe)

    def _gone(self, inbound: Inbound, ended: LegEnded) -> str:
        self.door.services.dispatch.apply(inbound.contact, ended)
        return twiml.response()


def over(inbound: Inbound) -> LegEnded | None:
    """Twilio asks for the action of a Dial also when the caller has hung up in it."""
    ending = ENDINGS.get(inbound.fields.get("CallStatus", ""))
    if ending is None:
        return None
    return LegEnded(inbound.leg, forms.call_of(inbound.fields), ending)


def register(door: Door) -> None:
    views = Customer(door, Answers(door))
    door.voice(urls.CUSTOMER, views.customer)
    door.voice(urls.CHOICE, views.choice)
    door.voice(urls.MESSAGE, views.message)
    door.voice(urls.CONFIRM, views.confirm)
