"""A customer dials in and finds their way through the menu. The menus themselves are the IVR's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from telephony.contact.events import (
    CustomerCalled,
    DepartmentChosen,
    DepartmentClosed,
    Event,
    MenuHeard,
)
from telephony.contact.machine import Verdict
from telephony.contact.model import Contact, Leg, Stage
from telephony.errors import NotFound
from telephony.prompts import Prompt, speech_tag
from telephony.routing import ivr
from telephony.routing.languages import first_language
from telephony.routing.model import Company
from telephony.store.live import Loaded
from telephony.twilio import forms, twiml, urls, voice
from telephony.twilio.forms import VoiceForm
from webhooks.answers import Answers
from webhooks.guard import Door, Inbound
from webhooks.house import moment
from webhooks.people import shut_out

log = structlog.get_logger("webhooks")

_KEY_SECONDS = 5
_HINTS = 500  # characters Twilio reads of a Gather's hints


@dataclass(frozen=True)
class Incoming:
    """The views of a call that comes in."""

    door: Door
    answers: Answers

    def incoming(self, inbound: Inbound) -> str:
        """The first webhook of a call, and any later one of a call that has to begin again."""
        company, _ = self.door.houses.now()
        form = forms.voice_form(inbound.fields)
        if not form.inbound and self.door.services.live.find_call(form.call) is None:
            # A phone that we rang, led here by a fallback: never a new customer.
            raise NotFound(f"No contact has the call {form.call}.")
        event = CustomerCalled(
            call=form.call,
            customer=form.customer,
            dialled=form.dialled,
            language=first_language(company, form.customer),
        )
        applied = self.door.services.dispatch.begin(event, dedupe=f"{form.call}:incoming")
        contact = applied.contact
        leg = contact.leg_of(form.call)
        if leg is None:
            raise NotFound(f"Contact {contact.id} does not have the call {form.call}.")
        if contact.stage is not Stage.MENU:
            back = applied.verdict is Verdict.HANDLED
            return self.answers.document(
                contact, leg.id, self._welcome(contact, leg) if back else ""
            )
        step = ivr.enter(
            company,
            contact.dialled,
            contact.customer,
            moment(self.door.services.clock.now_ms()),
            contact.language,
            again=bool(contact.earlier),
        )
        return self._step(company, contact, leg.id, step, form, "")

    def softphone(self, inbound: Inbound) -> str:
        """A browser dials out: it reaches our menu like any other phone."""
        form = forms.voice_form(inbound.fields)
        if shut_out(self.door.services, form.customer):
            log.warning("softphone.refused", address=form.customer, call=form.call)
            return twiml.response(twiml.reject())
        return self.incoming(inbound)

    def menu(self, inbound: Inbound) -> str:
        """A key or a word, or silence, at a place in the menus that the address carries."""
        company, _ = self.door.houses.now()
        form = forms.voice_form(inbound.fields)
        position = ivr.Position.from_query(inbound.args)
        at = moment(self.door.services.clock.now_ms())
        step = ivr.heard(company, position, form.digits or None, form.speech or None, at)
        contact_id, leg_id = inbound.contact, inbound.leg
        heard = form.digits or form.speech
        event = _event(step, position.menu, heard)
        dedupe = inbound.dedupe("menu", heard[:40])
        applied = self.door.services.dispatch.apply(contact_id, event, dedupe=dedupe)
        contact = applied.contact
        if isinstance(step, ivr.Ask) and contact.stage is Stage.MENU:
            return self._ask(company, contact, leg_id, step)
        return self.answers.document(contact, leg_id, _spoken(company, step.sentences))

    def _step(
        self,
        company: Company,
        contact: Contact,
        leg_id: str,
        step: ivr.Step,
        form: VoiceForm,
        menu: str,
    ) -> str:
        """The first step; a number may lead straight to a department."""
        if isinstance(step, ivr.Ask):
            return self._ask(company, contact, leg_id, step)
        applied = self.door.services.dispatch.apply_to(
            Loaded(contact, seen=False), _event(step, menu, ""), dedupe=f"{form.call}:entered"
        )
        return self.answers.document(applied.contact, leg_id, _spoken(company, step.sentences))

    def _ask(self, company: Company, contact: Contact, leg_id: str, step: ivr.Ask) -> str:
        _, house = self.door.houses.now()
        position = step.position.to_query()
        action = house.urls.menu(contact.id, l=leg_id, v=contact.version, **position)
        gathered = twiml.gather(
            _spoken(company, step.sentences),
            action,
            tag=speech_tag(step.position.language),
            timeout=_KEY_SECONDS,
            speech=True,
            hints=", ".join(step.hints)[:_HINTS],
        )
        # Silence asks the same question of the IVR, which counts the tries.
        return twiml.response(gathered, twiml.redirect(action))

    def _welcome(self, contact: Contact, leg: Leg) -> str:
        """What somebody hears first whom we know already: never "start again"."""
        scene = self.answers.scene(contact, leg)
        if contact.promise is None:
            return scene.speech(Prompt.LINE_RESTORED)
        back = scene.speech(
            Prompt.GREETING_BACK, company=scene.house.company, department=scene.promised
        )
        return back + voice.redeemed(scene)


def _event(step: ivr.Step, menu: str, heard: str) -> Event:
    if isinstance(step, ivr.RouteTo):
        return DepartmentChosen(step.department, step.name, step.language, step.path)
    if isinstance(step, ivr.Closed):
        opens = int(step.next_open.timestamp() * 1000) if step.next_open is not None else 0
        return DepartmentClosed(step.department, step.name, step.language, step.path, opens)
    return MenuHeard(menu, heard, step.position.language)


def _spoken(company: Company, sentences: Iterable[ivr.Sentence]) -> str:
    return "".join(
        twiml.say(speech_tag(sentence.language), ivr.speak(company, sentence))
        for sentence in sentences
    )


def register(door: Door) -> None:
    views = Incoming(door, Answers(door))
    door.voice(urls.INCOMING, views.incoming)
    door.voice(urls.MENU, views.menu)
    door.voice(urls.SOFTPHONE, views.softphone)
