"""What became of commands: results folded into the contact and struck off the outbox."""

from __future__ import annotations

from dataclasses import replace

from telephony.contact import commands as co
from telephony.contact import customers, legs, outbox, seeking, transfers
from telephony.contact import events as ev
from telephony.contact.edit import drop_pending, put_leg
from telephony.contact.model import AttemptOutcome, Contact, Ending, LegState, Role, Stage
from telephony.contact.timing import HOLD_TRIES, LEDGER_TRIES


def _struck(contact: Contact, command_id: str) -> Contact:
    """The contact without the command, if it is still there."""
    entry = outbox.entry_of(contact, command_id)
    return contact if entry is None else drop_pending(contact, entry.key)


def on_answer_late(
    contact: Contact, event: ev.CandidatesFound | ev.PromiseMoved, now: int
) -> Contact:
    """The answer is not needed any more; only the outbox is tidied."""
    return _struck(contact, event.command)


def on_done(contact: Contact, event: ev.CommandDone, now: int) -> Contact:
    entry = outbox.entry_of(contact, event.command)
    return contact if entry is None else outbox.done(contact, entry, now)


def on_placed(contact: Contact, event: ev.DialPlaced, now: int) -> Contact:
    """Twilio has the call; its sid is known (perhaps a callback told us before)."""
    contact = legs.fold_leg(contact, event, now)
    return _struck(contact, event.command)


def on_refused(contact: Contact, event: ev.DialRefused, now: int) -> Contact:
    outcome = AttemptOutcome.BUSY_ELSEWHERE if event.busy_elsewhere else AttemptOutcome.REFUSED
    contact = _struck(contact, event.command)
    return outbox.dial_over(contact, event.leg, outcome, now)


def on_hold_read(contact: Contact, event: ev.HoldRead, now: int) -> Contact:
    """Read back. A hold that answered 200 and did nothing is repeated, then given up (fault 45)."""
    entry = outbox.entry_of(contact, event.command)
    leg = contact.leg(event.leg)
    if leg is not None and leg.state is LegState.JOINED and leg.held != event.held:
        contact = put_leg(contact, replace(leg, held=event.held))
    if entry is None:
        return contact
    if event.held == isinstance(entry.command, co.Hold):
        return drop_pending(contact, entry.key)
    contact = outbox.retry(contact, entry, now)
    return transfers.hold_failed(contact, now) if entry.tries + 1 >= HOLD_TRIES else contact


def on_candidates(contact: Contact, event: ev.CandidatesFound, now: int) -> Contact:
    return seeking.on_candidates(_struck(contact, event.command), event, now)


def on_promise_written(contact: Contact, event: ev.PromiseWritten, now: int) -> Contact:
    return customers.on_promise_written(_struck(contact, event.command), event, now)


def on_promise_moved(contact: Contact, event: ev.PromiseMoved, now: int) -> Contact:
    return customers.on_promise_moved(_struck(contact, event.command), event, now)


def on_ticket(contact: Contact, event: ev.TicketOpened, now: int) -> Contact:
    return customers.on_ticket(_struck(contact, event.command), event, now)


def on_inspected(contact: Contact, event: ev.Inspected, now: int) -> Contact:
    contact = _struck(contact, event.command)
    for fact in event.legs:
        contact = _proven(contact, fact, event, now)
    return legs.fold_inspection(contact, event, now)


def _proven(contact: Contact, fact: ev.LegFact, event: ev.Inspected, now: int) -> Contact:
    """Only an accept leads a receiver into the room: who is there has accepted, though we have
    forgotten it (faults 17, 19).
    """
    leg = contact.leg_of(fact.call)
    if leg is None or not fact.in_room or leg.unwanted or leg.since >= event.at:
        return contact
    if leg.role is Role.CUSTOMER or leg.state not in _UNPROVEN:
        return contact
    contact = seeking.on_accept(contact, ev.LegAccepted(leg.id, leg.call), now)
    accepted = contact.leg(leg.id)
    assert accepted is not None
    entered = legs.hear(accepted, legs.News.JOINED, event, now)
    return put_leg(contact, replace(entered, room=fact.in_room, held=fact.held))


_UNPROVEN = frozenset({LegState.REQUESTED, LegState.RINGING, LegState.ANSWERED})


def on_failed(contact: Contact, event: ev.CommandFailed, now: int) -> Contact:
    """A command failed: again later, given up, or already over, by its kind."""
    entry = outbox.entry_of(contact, event.command)
    if entry is None:
        return contact
    if isinstance(entry.command, co.Dial | co.FindDial):
        return _dial_failed(contact, entry, event, now)
    if event.problem is ev.Problem.GONE:
        return _gone(contact, entry, now)
    contact = outbox.retry(contact, entry, now)
    if isinstance(entry.command, co.Hold) and entry.tries + 1 >= HOLD_TRIES:
        return transfers.hold_failed(contact, now)
    if isinstance(entry.command, co.WritePromise) and entry.tries + 1 >= LEDGER_TRIES:
        return _promise_failed(contact, now)
    return contact


def _dial_failed(contact: Contact, entry: co.Pending, event: ev.CommandFailed, now: int) -> Contact:
    if isinstance(entry.command, co.FindDial):
        if event.problem is not ev.Problem.GONE:
            return outbox.retry(contact, entry, now)
        return _not_found(contact, entry, entry.command, now)
    assert isinstance(entry.command, co.Dial)
    if event.problem is ev.Problem.UNKNOWN:
        return outbox.dial_unknown(contact, entry, now)
    if event.problem is ev.Problem.TEMPORARY:
        return outbox.dial_again(contact, entry, entry.command, now)
    return outbox.dial_over(contact, entry.command.leg, AttemptOutcome.REFUSED, now)


def _not_found(contact: Contact, entry: co.Pending, find: co.FindDial, now: int) -> Contact:
    """The dial of unknown fate is nowhere to be found: this attempt is over, the hunt goes on.

    It is not dialled again: a list that lags would ring the member twice (S4).
    """
    return outbox.dial_over(contact, find.leg, AttemptOutcome.FAILED, now)


def _gone(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """What the command was about is over already: believe it, and look again soon."""
    command = entry.command
    contact = drop_pending(contact, entry.key)
    if isinstance(command, co.EndCall):
        leg = contact.leg(command.leg)
        if leg is not None:
            ended = ev.LegEnded(leg.id, leg.call, Ending.HUNG_UP)
            return legs.fold_leg(contact, ended, now)
    return replace(contact, looked=0)


def _promise_failed(contact: Contact, now: int) -> Contact:
    """The ledger is away: nothing is promised that is not written. The customer keeps waiting."""
    promise = contact.promise
    if contact.stage is not Stage.PROMISING or promise is None:
        return contact
    return customers.promise_impossible(contact, now)
