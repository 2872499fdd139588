"""Commands about phone calls: performed through Twilio's REST API."""

from __future__ import annotations

import logging

from telephony.contact import commands as co
from telephony.contact.events import (
    CommandDone,
    CommandFailed,
    CustomerCalled,
    DialPlaced,
    DialRefused,
    Event,
    HoldRead,
    Inspected,
    Problem,
)
from telephony.contact.model import LegState, Role
from telephony.errors import StoreUnavailable
from telephony.routing.languages import first_language
from telephony.routing.policy import Verdict, check_address
from telephony.store.ledger import append_audit
from telephony.twilio.fates import Answer, Fate
from workers.task import Task

log = logging.getLogger("warmline.workers")

_NOT_ANSWERED = frozenset({LegState.REQUESTED, LegState.RINGING})


def dial(task: Task, command: co.Dial) -> Event:
    """Ring somebody: if the policy allows the number (S10), and they ring or talk for nobody else
    (a customer: are not on the line with us either, S9).

    The pace was kept by whoever called this. A dial whose fate is unknown stays claimed: the
    phone may be ringing.
    """
    verdict = check_address(task.company.dialling, command.to)
    if not verdict.allowed:
        return _forbidden(task, command, verdict)
    live, contact = task.services.live, task.contact
    on_the_line = _on_the_line(task, command) if command.customer else None
    if on_the_line is not None:
        return on_the_line
    if not live.claim_member(command.to, contact.id, command.leg):
        busy = f"{command.to} rings or talks for another contact"
        return DialRefused(task.pending.id, command.leg, busy, busy_elsewhere=True)
    answer = task.services.rest.place_call(contact.id, command, _caller_id(task))
    if answer.fate is Fate.DONE and answer.value:
        return DialPlaced(task.pending.id, command.leg, answer.value)
    if answer.fate in {Fate.REFUSED, Fate.GONE}:
        return DialRefused(task.pending.id, command.leg, answer.detail)
    return task.failed(answer)


def _on_the_line(task: Task, command: co.Dial) -> Event | None:
    """Has the customer called us meanwhile? Then they are not called.

    We may not have heard of it: their webhook found our store away, and they listen to the words
    for that. The call is taken in here as the webhook would have done, so that whoever waits for
    the customer gets them with it.
    """
    answer = task.services.rest.calls_in(command.to)
    if answer.value is None:
        # The dial was certainly not made, so it may be tried again.
        return CommandFailed(task.pending.id, Problem.TEMPORARY, answer.detail)
    calls = [fact for fact in answer.value if task.contact.leg_of(fact.call) is None]
    if not calls:
        return None
    for fact in calls:
        language = first_language(task.company, command.to)
        called = CustomerCalled(fact.call, command.to, fact.to, language)
        task.services.dispatch.begin(called)
    busy = "the customer is on the line with us already"
    return DialRefused(task.pending.id, command.leg, busy, busy_elsewhere=True)


def find_dial(task: Task, command: co.FindDial) -> Event:
    """Look for the call behind a dial of unknown fate: one to that address that nobody owns.

    One that is live is preferred; one that has ended counts too, for it did ring.
    """
    answer = task.services.rest.find_calls(command.to, command.since)
    if answer.fate is not Fate.DONE or answer.value is None:
        return task.failed(answer)
    found = sorted(answer.value, key=lambda fact: (not fact.live, -fact.created))
    for fact in found:
        owner = task.services.live.find_call(fact.call)
        if owner is None or _is_ours(task, owner, fact.call, command.leg):
            return DialPlaced(task.pending.id, command.leg, fact.call)
    return CommandFailed(task.pending.id, Problem.GONE, f"no call to {command.to} is ours")


def end_call(task: Task, command: co.EndCall) -> Event:
    """Hang up, or stop the ringing. A customer who has picked up in the same blink is not hung up
    on: their document says what becomes of our call (S1).
    """
    leg = task.contact.leg(command.leg)
    if leg is None or leg.role is not Role.CUSTOMER or leg.state not in _NOT_ANSWERED:
        return _done(task, task.services.rest.end_call(command.call))
    answer = task.services.rest.call_off(command.call)
    # Answered or over: the news of it says which, and until it comes this is asked again.
    gone = answer.fate is Fate.GONE
    return CommandDone(task.pending.id) if gone else _done(task, answer)


def hold(task: Task, command: co.Hold) -> Event:
    """Put a leg on hold, with our music and news."""
    return _set_hold(task, command, held=True)


def unhold(task: Task, command: co.Unhold) -> Event:
    """Take a leg off hold."""
    return _set_hold(task, command, held=False)


def redirect(task: Task, command: co.Redirect) -> Event:
    """Fetch the customer's leg out of the room; it asks for its next document."""
    contact = task.contact
    url = task.urls.customer(contact.id, command.leg, contact.version)
    return _done(task, task.services.rest.redirect_call(command.call, url))


def inspect(task: Task, command: co.Inspect) -> Event:
    """Ask Twilio what is really there."""
    asked_at = task.now
    answer = task.services.rest.inspect(task.contact.room, command.calls)
    if answer.fate is Fate.DONE and answer.value is not None:
        return Inspected(task.pending.id, asked_at, answer.value)
    return task.failed(answer)


def _set_hold(task: Task, command: co.Hold | co.Unhold, *, held: bool) -> Event:
    contact = task.contact
    answer = task.services.rest.set_hold(
        command.room,
        contact.room,
        command.call,
        held,
        task.urls.held(contact.id, command.leg),
        # Twilio may say yes and do nothing: a repetition is read back, and so is what lets an agent
        # go, for whom the customer must not be on hold any more (S3).
        reread=not held or task.pending.tries > 0,
    )
    if answer.fate is Fate.DONE and answer.value is not None:
        return HoldRead(task.pending.id, command.leg, answer.value)
    return task.failed(answer)


def _done(task: Task, answer: Answer[None]) -> Event:
    return CommandDone(task.pending.id) if answer.fate is Fate.DONE else task.failed(answer)


def _caller_id(task: Task) -> str:
    dialled = task.contact.dialled
    return dialled if dialled.startswith("+") else task.company.caller_id


def _is_ours(task: Task, owner: str, call: str, leg_id: str) -> bool:
    if owner != task.contact.id:
        return False
    leg = task.services.live.load(owner).contact.leg_of(call)
    return leg is None or leg.id == leg_id


def _forbidden(task: Task, command: co.Dial, verdict: Verdict) -> Event:
    """Refused before any request, and audited."""
    try:
        append_audit(
            task.services.ledger,
            at=task.now,
            who="worker",
            what="dial_refused",
            target=task.contact.id,
            data={"to": command.to, "refusal": str(verdict.refusal)},
        )
    except StoreUnavailable as error:
        # The dial is refused all the same; the contact's journal tells it too.
        log.warning("dial to %s refused, but not audited: %s", command.to[-4:], error)
    return DialRefused(task.pending.id, command.leg, str(verdict.refusal))
