"""The journal in words: one sentence for every kind of event, so that people see why it ended so.

The table is total: a test compares its keys with the kinds of events that the core knows. What a
newer version of the program wrote and this one does not know is still shown, by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from console.hearing import label
from console.show import duration
from telephony.contact.model import Contact, Role
from telephony.store.feed import TICKET_RANG
from telephony.store.ledger import WRAPPED_UP

Data = Mapping[str, Any]
CUSTOMER = "the customer"


@dataclass(frozen=True)
class Who:
    """How the people and departments in events are called; without the contact only the leg of
    somebody is known, and without the names of departments what customers say to them.
    """

    contact: Contact | None
    departments: Mapping[str, str]

    def __call__(self, data: Data) -> str:
        """Whom an event is about."""
        leg = None
        if self.contact is not None:
            leg = self.contact.leg(data.get("leg", "")) or self.contact.leg_of(data.get("call", ""))
        if leg is None:
            word = data.get("leg") or data.get("call") or ""
            return f"a phone ({word})" if word else "a phone"
        return CUSTOMER if leg.role is Role.CUSTOMER else label(leg)

    def department(self, data: Data) -> str:
        """The department that an event names."""
        key = str(data.get("department") or "")
        return self.departments.get(key) or str(data.get("name") or key)


def naming(contact: Contact | None, departments: Mapping[str, str] | None = None) -> Who:
    """The names for the events of a contact."""
    return Who(contact, departments or {})


def sentence(kind: str, data: Data, who: Who) -> str:
    """What happened, as one sentence."""
    if kind == TICKET_RANG:
        return "A ticket waits for somebody to take it."
    if kind == WRAPPED_UP:
        return _wrapped_up(data)
    found = SENTENCES.get(kind)
    if found is None:
        return f"{_spaced(kind).capitalize()}."
    words = found if isinstance(found, str) else found(data, who)
    return words[:1].upper() + words[1:]


def _wrapped_up(data: Data) -> str:
    about = f" as {data['code']}" if data.get("code") else ""
    note = f": {data['note']}" if data.get("note") else ""
    return f"{str(data.get('by') or 'an agent').capitalize()} wrapped the contact up{about}{note}."


def _spaced(kind: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip()


def _target(data: Data) -> str:
    target = data.get("target") or {}
    return str(target.get("name") or target.get("value") or "somebody")


_CHOICES = {
    "wait": "The customer chose to keep waiting.",
    "callback": "The customer chose to be called back.",
    "message": "The customer chose to leave a message.",
    "agent": "The customer chose to go back to the agent.",
    "none": "The customer did not choose anything.",
}

_ENDINGS = {
    "hung_up": "{who} hung up.",
    "busy": "The line of {who} was busy.",
    "no_answer": "{who} did not answer.",
    "failed": "The line of {who} failed.",
    "cancelled": "We stopped ringing {who}.",
    "refused": "{who} was not dialled.",
}

_PROBLEMS = {
    "gone": "A step was no longer needed: it was over already{detail}.",
    "refused": "A step was refused for good{detail}.",
    "temporary": "A step did not work and will be tried again{detail}.",
    "unknown": "It is not known whether a step worked{detail}; we look before we repeat it.",
}


_DONE = {
    "EndCall": "Twilio was asked to end the call of {who}.",
    "Redirect": "Twilio was asked to fetch {who} for what is to be heard next.",
    "ClosePromise": "The promise was closed in the ledger.",
    "ConfirmPromise": "The customer was sent a message about the promise.",
}


def _menu(data: Data, who: Who) -> str:
    heard = data.get("heard") or "nothing"
    return f"The customer was in the menu {data.get('menu') or 'main'} and gave: {heard}."


def _ended(data: Data, who: Who) -> str:
    name = who(data)
    if data.get("ending") == "hung_up" and name != CUSTOMER:
        # Twilio tells it in the same way when one of ours hangs up and when we let them go.
        return f"{name} is off the line."
    words = _ENDINGS.get(str(data.get("ending")), "The call of {who} ended.")
    return words.format(who=name)


def _failed(data: Data, who: Who) -> str:
    detail = f" ({data['detail']})" if data.get("detail") else ""
    words = _PROBLEMS.get(str(data.get("problem")), "A step failed{detail}.")
    return words.format(detail=detail)


def _done(data: Data, who: Who) -> str:
    words = _DONE.get(str(data.get("did")), "A step was done.")
    return words.format(who=who(data))


def _answered(data: Data, who: Who) -> str:
    if data.get("machine"):
        return f"{who(data)} answered; it sounds like a machine."
    return f"{who(data)} answered; that is not yet an acceptance."


def _refused_dial(data: Data, who: Who) -> str:
    if data.get("busy_elsewhere"):
        return f"{who(data)} was not rung: already rings or talks for another contact."
    return f"{who(data)} was not rung: {data.get('detail') or 'the dial was refused'}."


def _candidates(data: Data, who: Who) -> str:
    found = data.get("candidates") or []
    if data.get("plan") is None:
        return (
            f"There was nobody to ring: {str(data.get('reason') or 'unknown').replace('_', ' ')}."
        )
    if not found:
        return "There was nobody to ring: nobody is on duty."
    names = ", ".join(str(each.get("name")) for each in found)
    return f"To be rung: {names}."


def _transfer(data: Data, who: Who) -> str:
    mode = data.get("mode") or "warm"
    note = f" with the note: {str(data['note']).rstrip('.')}" if data.get("note") else ""
    by = str(data.get("by") or "An agent").removeprefix("client:")
    return f"{by} started a {mode} transfer to {_target(data)}{note}."


def _callback(data: Data, who: Who) -> str:
    by = str(data.get("by") or "An agent").removeprefix("client:")
    whose = data.get("agent") or who.department(data)
    return f"{by} asked for a promise that {whose} calls the customer back."


def _closed(data: Data, who: Who) -> str:
    return f"The customer asked for {who.department(data)}, which was closed."


def _recorded(data: Data, who: Who) -> str:
    return f"The customer left a message of {duration(1000 * int(data.get('seconds') or 0))}."


def _inspected(data: Data, who: Who) -> str:
    live = sum(1 for leg in data.get("legs") or [] if leg.get("live"))
    return f"Compared with Twilio: {live} of the calls are live."


def _held(data: Data, who: Who) -> str:
    state = "on hold" if data.get("held") else "off hold"
    return f"Twilio confirms that {who(data)} is {state}."


Sentence = str | Callable[[Data, Who], str]
SENTENCES: dict[str, Sentence] = {
    "CustomerCalled": lambda d, w: (
        f"{d.get('customer') or 'A customer without a number'} called {d.get('dialled')}."
    ),
    "MenuHeard": _menu,
    "DepartmentChosen": lambda d, w: f"The customer asked for {w.department(d)}.",
    "DepartmentClosed": _closed,
    "CustomerChose": lambda d, w: _CHOICES.get(str(d.get("choice")), "The customer chose."),
    "MessageRecorded": _recorded,
    "DocumentAsked": lambda d, w: f"{w(d)} asked what to hear next.",
    "LegRang": lambda d, w: f"The phone of {w(d)} rings.",
    "LegAnswered": _answered,
    "LegAccepted": lambda d, w: f"{w(d)} accepted.",
    "LegDeclined": lambda d, w: f"{w(d)} declined.",
    "LegMispressed": lambda d, w: f"{w(d)} pressed a key that means nothing; asked again.",
    "MachineHeard": lambda d, w: f"A machine seems to have answered for {w(d)}.",
    "LegEnded": _ended,
    "RoomJoined": lambda d, w: f"{w(d)} joined the conference.",
    "RoomLeft": lambda d, w: f"{w(d)} left the conference.",
    "RoomHeld": lambda d, w: f"{w(d)} was put on hold.",
    "MusicAsked": lambda d, w: f"{w(d)} hears the music of the hold.",
    "RoomUnheld": lambda d, w: f"{w(d)} was taken off hold.",
    "RoomEnded": "The conference ended.",
    "ContactFound": "The record was lost; the contact was rebuilt from what Twilio still knows.",
    "CommandsTaken": lambda d, w: f"A worker ({d.get('worker')}) took up the next steps.",
    "CommandDone": _done,
    "CommandFailed": _failed,
    "DialPlaced": lambda d, w: f"{w(d)} is being dialled.",
    "DialRefused": _refused_dial,
    "HoldRead": _held,
    "CandidatesFound": _candidates,
    "PromiseWritten": "The promise to call back was written down; now the customer may be told.",
    "TicketOpened": "A ticket was opened: a person must act.",
    "Inspected": _inspected,
    "TransferAsked": _transfer,
    "CompleteAsked": "The agent asked to complete the transfer.",
    "CancelAsked": "The agent asked to cancel the transfer and take the customer back.",
    "SwapAsked": "The agent asked to swap between the customer and the receiver.",
    "MergeAsked": "The agent asked to bring all three together.",
    "HoldAsked": "The agent put the customer on hold for a moment.",
    "ResumeAsked": "The agent wanted to talk to the customer again.",
    "CallbackAsked": _callback,
    "PromiseMoved": "The promise was moved to another time.",
    "PromiseCancelled": "The promise was cancelled.",
    "PromiseTaken": "A newer call of the same customer keeps the promise from now on.",
    "DeadlinePassed": "The time for the next step had come.",
}
