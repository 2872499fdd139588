"""What a leg should hear now: a pure function of the contact.

Whatever makes a leg ask for its document (a redirect, a room that ended, a key pressed, a repeated
webhook), the answer depends on the state alone. So asking twice is harmless and asking late is
right.
``telephony.twilio.twiml`` turns a document into TwiML; the menu's own documents come from the IVR.
"""

from __future__ import annotations

from enum import StrEnum

from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    PromiseState,
    Question,
    Role,
    Stage,
    TransferState,
)
from telephony.contact.plans import RungKind
from telephony.contact.wants import IN_ROOM


class Document(StrEnum):
    """One kind of thing to hear. The comment says who hears it and what follows."""

    MENU = "menu"  # customer: the IVR decides; Gather
    ROOM = "room"  # anybody: into the contact's conference
    CHOICE = "choice"  # customer: Gather of the choices in ``choices_of``
    RECORD = "record"  # customer: Record a message
    ONE_MOMENT = "one_moment"  # customer: a short sentence, hold music, then ask again
    PROMISE_TOLD = "promise_told"  # customer: the promise in words, then Hangup
    TICKET_TOLD = "ticket_told"  # customer: a person will contact you, then Hangup
    CONFIRM = "confirm"  # customer called back: press 1 to be connected; Gather
    CALLBACK_VOICEMAIL = (
        "callback_voicemail"  # a machine answered our callback: no private data; Hangup
    )
    CALLBACK_CANCELLED = "callback_cancelled"  # customer: as you wished; goodbye, then Hangup
    WHISPER = "whisper"  # receiver: who, what, how long; Gather 1 or 2, repeated
    BEATEN = "beaten"  # receiver: a colleague was quicker; Hangup
    DECLINED = "declined"  # receiver: thanks; Hangup
    CUSTOMER_GONE = "customer_gone"  # receiver or agent: the customer is gone; Hangup
    FINISHED = "finished"  # anybody: Hangup without words


class HoldNews(StrEnum):
    """The truth told between two pieces of hold music."""

    CONNECTING = "connecting"  # we are looking for somebody in the department
    AGENT_SEEKS = "agent_seeks"  # the agent has not left and is finding a colleague
    CONSULTING = "consulting"  # the agent talks to the colleague
    AGENT_HOLDS = "agent_holds"  # the agent looks something up and has not left
    RETURNING = "returning"  # back to the agent
    LINE_LOST = "line_lost"  # heard by staff: the customer's line broke, we call back
    CALLING_CUSTOMER = "calling_customer"  # heard by staff: we call the customer as promised
    PLAIN = "plain"


CONFIRM_TRIES = 2
"""How often a customer who was called back is asked again before we take it for a machine."""

_CUSTOMER: dict[Stage, Document] = {
    Stage.MENU: Document.MENU,
    Stage.CHOOSING: Document.CHOICE,
    Stage.RECORDING: Document.RECORD,
    Stage.PROMISING: Document.ONE_MOMENT,
    Stage.PROMISED: Document.PROMISE_TOLD,
}


def document_for(contact: Contact, leg: Leg) -> Document:
    """The document that ``leg`` should hear now."""
    if leg.role is Role.CUSTOMER:
        return _for_customer(contact, leg)
    return _for_staff(contact, leg)


def _for_customer(contact: Contact, leg: Leg) -> Document:
    if leg.outbound and leg.state is LegState.ANSWERED:
        called_off = leg.unwanted == AttemptOutcome.CANCELLED.value
        if called_off and contact.stage is Stage.CLOSED:
            return _called_off_for_good(contact, leg)
        alone = called_off or leg.machine or leg.misses > CONFIRM_TRIES
        return Document.CALLBACK_VOICEMAIL if alone else Document.CONFIRM
    if leg.state is LegState.ENDED or contact.stage is Stage.CLOSED:
        return Document.FINISHED
    if contact.stage is Stage.FAREWELL:
        told = contact.promise is not None and not contact.ticket
        return Document.PROMISE_TOLD if told else Document.TICKET_TOLD
    if contact.stage in IN_ROOM:
        return Document.ROOM
    return _CUSTOMER[contact.stage]


def _called_off_for_good(contact: Contact, leg: Leg) -> Document:
    """Picked up in the blink in which we stopped the ringing: because they cancelled the callback,
    or because a newer contact of theirs will keep it.
    """
    promise = contact.promise
    if promise is None or leg.machine:
        return Document.FINISHED
    return _CALLED_OFF.get(promise.state, Document.FINISHED)


_CALLED_OFF: dict[PromiseState, Document] = {
    PromiseState.CANCELLED: Document.CALLBACK_CANCELLED,
    PromiseState.REDEEMED: Document.CALLBACK_VOICEMAIL,
}


_STAFF_ENDED: dict[AttemptOutcome, Document] = {
    AttemptOutcome.BEATEN: Document.BEATEN,
    AttemptOutcome.DECLINED: Document.DECLINED,
    AttemptOutcome.CANCELLED: Document.CUSTOMER_GONE,
}


def _for_staff(contact: Contact, leg: Leg) -> Document:
    if leg.outcome is not None and leg.outcome in _STAFF_ENDED:
        return _STAFF_ENDED[leg.outcome]
    if leg.unwanted or leg.state is LegState.ENDED or contact.stage not in IN_ROOM:
        return Document.FINISHED
    if leg.state in {LegState.ACCEPTED, LegState.JOINED}:
        return Document.ROOM
    return Document.WHISPER


def choices_of(contact: Contact) -> tuple[tuple[str, str], ...]:
    """The keys offered in the stage CHOOSING, as (digit, Choice value), in spoken order.

    Who withholds their number cannot be called back.
    """
    question = contact.question or Question.AFTER_ROUND
    offered = _OFFERS[question]
    if question is Question.AFTER_ROUND and _agent_can_return(contact):
        offered = (*offered, ("4", "agent"))
    return tuple(offer for offer in offered if contact.customer or offer[1] != "callback")


_OFFERS: dict[Question, tuple[tuple[str, str], ...]] = {
    Question.AFTER_ROUND: (("1", "wait"), ("2", "callback"), ("3", "message")),
    Question.AGENT_LEFT: (("1", "wait"), ("2", "callback")),
    Question.CLOSED: (("1", "callback"), ("2", "message")),
}


def _agent_can_return(contact: Contact) -> bool:
    plan = contact.hunt.plan if contact.hunt else None
    return bool(
        contact.transfers
        and plan is not None
        and any(rung.kind is RungKind.AGENT for rung in plan.ladder)
    )


_SEEKING = frozenset({HuntState.PLANNING, HuntState.RINGING, HuntState.RESTING, HuntState.WON})


def hold_news(contact: Contact, leg: Leg) -> HoldNews:
    """What the hold document of ``leg`` says before the music goes on."""
    if leg.role is not Role.CUSTOMER:
        if contact.stage is Stage.KEEPING:
            return HoldNews.CALLING_CUSTOMER
        return HoldNews.LINE_LOST if contact.stage is Stage.RESTORING else HoldNews.PLAIN
    if contact.hold is not None:
        return HoldNews.AGENT_HOLDS
    hunt = contact.hunt
    if hunt is not None and hunt.purpose is HuntPurpose.RETURN and hunt.state in _SEEKING:
        return HoldNews.RETURNING
    transfer = contact.transfer
    if transfer is None:
        return HoldNews.CONNECTING if contact.stage is Stage.SEEKING else HoldNews.PLAIN
    if transfer.state is TransferState.CONSULTING:
        return HoldNews.CONSULTING
    agent = contact.leg(transfer.by)
    there = agent is not None and agent.state is LegState.JOINED
    return HoldNews.AGENT_SEEKS if there else HoldNews.CONNECTING
