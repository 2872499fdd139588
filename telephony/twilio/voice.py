"""What each document sounds like: one function per kind, from the contact's state to TwiML.

The state alone decides, so a repeated request gets the same words. The customer is spoken to in the
customer's language, staff in the company's first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from telephony.contact.documents import Document, choices_of
from telephony.contact.model import Contact, HuntPurpose, Leg, PromiseState, Question, Role, Stage
from telephony.contact.targets import department_of
from telephony.prompts import Prompt, say, speak_duration, speak_time, speech_tag
from telephony.twilio import twiml
from telephony.twilio.urls import Urls

ACCEPT_HINTS = "yes, no, sí"
_WHISPERS = 3
_KEY_SECONDS = 5
_MESSAGE_SECONDS = 180
_MESSAGE_SILENCE = 4  # who has finished must not wait in silence for long (S2)


@dataclass(frozen=True)
class House:
    """What all documents of one company share."""

    urls: Urls
    company: str
    language: str
    zone: str
    music: str = ""  # '' for our own
    departments: Mapping[str, str] = field(default_factory=dict)  # key -> name, as staff say it
    wording: Mapping[Prompt, Mapping[str, str]] | None = None

    @property
    def hold_music(self) -> str:
        return self.music or self.urls.music()

    def speech(self, language: str, key: Prompt, **params: object) -> str:
        """One spoken sentence as TwiML."""
        return twiml.say(speech_tag(language), self.words(language, key, **params))

    def words(self, language: str, key: Prompt, **params: object) -> str:
        """One sentence in the company's own wording, where it has one."""
        return say(language, key, wording=self.wording, **params)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who asks for a document, and when (ms)."""

    house: House
    contact: Contact
    leg: Leg
    now: int

    @property
    def language(self) -> str:
        customer = self.leg.role is Role.CUSTOMER
        return self.contact.language if customer else self.house.language

    def speech(self, key: Prompt, **params: object) -> str:
        return self.house.speech(self.language, key, **params)

    def when(self, at: int) -> str:
        """A moment in words, such as "today at 3:00 PM", in the company's time zone."""
        moment, now = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (at, self.now))
        return speak_time(self.language, moment, now, self.house.zone)

    @property
    def department(self) -> str:
        """Where the customer is being helped to, in words of whoever listens."""
        contact = self.contact
        staff = self.leg.role is not Role.CUSTOMER and contact.transfer is None
        if staff and (key := department_of(contact)) in self.house.departments:
            return self.house.departments[key]
        if contact.transfer is not None and contact.transfer.target.name:
            return contact.transfer.target.name
        hunt = contact.hunt
        if hunt is not None and hunt.purpose is HuntPurpose.RETURN:
            return contact.transfers[-1].target.name or contact.department_name
        name = hunt.target.name or (hunt.plan.name if hunt.plan else "") if hunt else ""
        return name or contact.department_name or self.house.company

    @property
    def promised(self) -> str:
        """The department that owes the callback; it may be another than they asked for."""
        contact, promise, hunt = self.contact, self.contact.promise, self.contact.hunt
        known = self.house.departments.get(promise.department if promise else "", self.department)
        if promise is None or self.leg.role is not Role.CUSTOMER:
            return known
        if hunt and hunt.target.value == promise.department:
            return self.department
        chosen = promise.department == contact.department
        return (contact.department_name if chosen else "") or known

    @property
    def agent(self) -> str:
        """Who passed the customer on, in words."""
        transfers = self.contact.transfers
        return (transfers[-1].by_name if transfers else "") or self.house.company

    @property
    def holder(self) -> str:
        """Who has put the customer on hold, in words."""
        hold = self.contact.hold
        leg = self.contact.leg(hold.by) if hold else None
        return (leg.name if leg else "") or self.house.company

    @property
    def wait(self) -> str:
        """How long the customer has waited for a human, in words."""
        since = self.contact.waiting_since or self.now
        return _minutes(self.language, max(0, self.now - since) // 15_000)

    @property
    def customer(self) -> str:
        """The customer as staff hears them: the number in single digits."""
        return " ".join(self.contact.customer.lstrip("+")[-7:]) or self.contact.department_name


@lru_cache(maxsize=512)
def _minutes(language: str, quarters: int) -> str:
    return speak_duration(language, quarters * 15)


# -- the documents ------------------------------------------------------------------------------


def _room(scene: Scene) -> str:
    contact, leg, urls = scene.contact, scene.leg, scene.house.urls
    ask = urls.customer if leg.role is Role.CUSTOMER else urls.receiver
    return twiml.response(
        twiml.conference(
            contact.room,
            label=leg.id,
            action=ask(contact.id, leg.id, contact.version),
            wait=urls.hold(contact.id, leg.id),
            status=urls.status_room(contact.id),
        )
    )


def _choice(scene: Scene) -> str:
    contact, leg = scene.contact, scene.leg
    action = scene.house.urls.choice(contact.id, leg.id, contact.version)
    ask = "".join(_question(scene)) + "".join(
        _offer(scene, choice) for _, choice in choices_of(contact)
    )
    if contact.question is Question.AGENT_LEFT:
        ask += scene.speech(Prompt.CHOICE_DONE)
    gathered = twiml.gather(ask, action, tag=speech_tag(scene.language), timeout=_KEY_SECONDS)
    return twiml.response(gathered, twiml.redirect(action))


def _question(scene: Scene) -> tuple[str, ...]:
    contact, department = scene.contact, scene.department
    if contact.question is Question.CLOSED:
        department = contact.department_name or department
        if not contact.next_open:
            return (scene.speech(Prompt.CLOSED_NO_TIME, department=department),)
        when = scene.when(contact.next_open)
        return (scene.speech(Prompt.CLOSED, department=department, when=when),)
    if contact.question is Question.AGENT_LEFT:
        return (scene.speech(Prompt.CHOICE_AGENT_LEFT, name=scene.agent),)
    return (scene.speech(Prompt.CHOICE_AFTER_ROUND, department=department),)


def _offer(scene: Scene, choice: str) -> str:
    contact = scene.contact
    if contact.question is Question.CLOSED:
        if choice == "message":
            return scene.speech(Prompt.CHOICE_CLOSED_MESSAGE)
        when = scene.when(contact.next_open) if contact.next_open else ""
        words = scene.house.words(scene.language, Prompt.CHOICE_CLOSED_CALLBACK, when=when)
        # Nobody knows when it opens: the sentence is whole without the time.
        return twiml.say(speech_tag(scene.language), words.replace(" ,", ","))
    if contact.question is Question.AGENT_LEFT and choice == "wait":
        return scene.speech(Prompt.CHOICE_CONNECT_AGAIN, department=scene.department)
    key = Prompt(f"choice_{choice}")
    return scene.speech(key, name=scene.agent)


def _record(scene: Scene) -> str:
    return _recording(scene, scene.speech(Prompt.MESSAGE_INTRO, department=scene.department))


def record_again(scene: Scene) -> str:
    """Nothing was said after the tone: once more, and what comes then counts."""
    return _recording(scene, scene.speech(Prompt.MESSAGE_EMPTY), "&again=1")


def _recording(scene: Scene, words: str, mark: str = "") -> str:
    contact = scene.contact
    action = scene.house.urls.message(contact.id, scene.leg.id, contact.version) + mark
    recorded = twiml.record(action, seconds=_MESSAGE_SECONDS, silence=_MESSAGE_SILENCE)
    # The redirect is reached only when nothing was said.
    return twiml.response(words, recorded, twiml.redirect(action))


def _one_moment(scene: Scene) -> str:
    back = scene.house.urls.customer(scene.contact.id, scene.leg.id)
    return twiml.response(scene.speech(Prompt.ONE_MOMENT), twiml.pause(1), twiml.redirect(back))


def _promise_told(scene: Scene) -> str:
    promise = scene.contact.promise
    due = promise.due_from if promise is not None else scene.now
    # A moment that is already past would be a lie; the next minute is the honest one.
    when = scene.when(max(due, scene.now + 60_000))
    return twiml.response(
        scene.speech(Prompt.PROMISE_SPOKEN, department=scene.promised, when=when),
        _goodbye(scene),
    )


def _ticket_told(scene: Scene) -> str:
    if scene.contact.message_url:
        words = scene.speech(Prompt.MESSAGE_SAVED, department=scene.department)
    else:
        words = scene.speech(Prompt.TICKET_SPOKEN, company=scene.house.company)
    return twiml.response(words, _goodbye(scene))


def _goodbye(scene: Scene) -> str:
    return scene.speech(Prompt.GOODBYE, company=scene.house.company) + twiml.HANGUP


def _confirm(scene: Scene) -> str:
    contact, leg, house = scene.contact, scene.leg, scene.house
    action = house.urls.confirm(contact.id, leg.id, contact.version)
    if contact.stage is Stage.RESTORING:
        who = scene.speech(Prompt.CALLBACK_LINE_BROKE, company=house.company)
    else:
        who = scene.speech(
            Prompt.CALLBACK_GREETING, company=house.company, department=scene.promised
        )
    gathered = twiml.gather(
        who + scene.speech(Prompt.CALLBACK_CONFIRM),
        action,
        tag=speech_tag(scene.language),
        timeout=_KEY_SECONDS,
        speech=True,
        hints=ACCEPT_HINTS,
    )
    return twiml.response(gathered, twiml.redirect(action))


def _goodbye_with(key: Prompt) -> Callable[[Scene], str]:
    """To a customer whom we called: one sentence, then the call is over."""
    return lambda scene: twiml.response(
        scene.speech(key, company=scene.house.company), twiml.HANGUP
    )


def _whisper(scene: Scene) -> str:
    contact, leg, urls = scene.contact, scene.leg, scene.house.urls
    inner = (_whispered(scene) + twiml.pause(1)) * _WHISPERS
    if leg.misses:
        inner = scene.speech(Prompt.WHISPER_WRONG_KEY) + inner
    gathered = twiml.gather(
        inner,
        urls.accept(contact.id, leg.id, contact.version),
        tag=speech_tag(scene.language),
        timeout=_KEY_SECONDS,
        speech=True,
        hints=ACCEPT_HINTS,
    )
    return twiml.response(gathered, twiml.redirect(urls.receiver(contact.id, leg.id)))


def _whispered(scene: Scene) -> str:
    contact = scene.contact
    if contact.stage is Stage.KEEPING:
        return scene.speech(
            Prompt.WHISPER_CALLBACK, customer=scene.customer, department=scene.promised
        )
    transfer = contact.transfer
    if transfer is None:
        return scene.speech(
            Prompt.WHISPER_DIRECT,
            customer=scene.customer,
            department=scene.department,
            wait=scene.wait,
        )
    about = {
        "from_name": transfer.by_name or scene.house.company,
        "customer": scene.customer,
        "wait": scene.wait,
    }
    topic = transfer.note or ", ".join(contact.path)
    if not topic:
        return scene.speech(Prompt.WHISPER_SHORT, **about)
    return scene.speech(Prompt.WHISPER, topic=topic[:300], **about)


def _told_off(key: Prompt) -> Callable[[Scene], str]:
    return lambda scene: twiml.response(scene.speech(key), twiml.HANGUP)


def _menu_again(scene: Scene) -> str:
    # The menus are the IVR's; a leg that asks in the middle of them starts from the top.
    return twiml.response(twiml.redirect(scene.house.urls.incoming()))


DOCUMENTS: Mapping[Document, Callable[[Scene], str]] = {
    Document.MENU: _menu_again,
    Document.ROOM: _room,
    Document.CHOICE: _choice,
    Document.RECORD: _record,
    Document.ONE_MOMENT: _one_moment,
    Document.PROMISE_TOLD: _promise_told,
    Document.TICKET_TOLD: _ticket_told,
    Document.CONFIRM: _confirm,
    Document.CALLBACK_VOICEMAIL: _goodbye_with(Prompt.CALLBACK_VOICEMAIL),
    Document.CALLBACK_CANCELLED: _goodbye_with(Prompt.CALLBACK_CANCELLED),
    Document.WHISPER: _whisper,
    Document.BEATEN: _told_off(Prompt.ACCEPT_BEATEN),
    Document.DECLINED: _told_off(Prompt.DECLINED_THANKS),
    Document.CUSTOMER_GONE: _told_off(Prompt.CUSTOMER_GONE),
    Document.FINISHED: lambda scene: twiml.response(twiml.HANGUP),
}


def render(document: Document, scene: Scene, lead: str = "") -> str:
    """The TwiML of a document; ``lead`` are verbs that are heard before it."""
    twiml_text = DOCUMENTS[document](scene)
    return twiml_text.replace(twiml.HEAD, twiml.HEAD + lead, 1) if lead else twiml_text


# -- when we cannot know what to say ------------------------------------------------------------


def trouble(house: House, language: str, back: str, *, first: bool) -> str:
    """Ten seconds of music, then ``back`` to ask again: the store is away, or knows no contact."""
    words = house.speech(language, Prompt.SYSTEM_TROUBLE) if first else ""
    return twiml.response(words, twiml.play(house.urls.short_music()), twiml.redirect(back))


def redeemed(scene: Scene) -> str:
    """What a customer hears first who calls in again while a promise is open."""
    promise = scene.contact.promise
    if promise is None or promise.state is not PromiseState.REDEEMED:
        return ""
    return scene.speech(Prompt.PROMISE_REDEEMED, department=scene.promised)
