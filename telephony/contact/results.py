"""What became of commands: results folded into the contact and struck off the outbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact import holding, inspecting, legs, outbox, promises, seeking, transfers
from telephony.contact.edit import drop_pending, joined, put_leg, staff
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    Ending,
    LegState,
    PromiseState,
    Role,
    Stage,
)
from telephony.contact.records import replace
from telephony.contact.timing import HOLD_TRIES, LEDGER_TRIES, PLAN_TRIES


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
    if leg is not None and leg.state is LegState.JOINED:
        contact = put_leg(contact, legs.read_hold(leg, event.held, now))
    if entry is None:
        return contact
    if event.held == isinstance(entry.command, co.Hold):
        return drop_pending(contact, entry.key)
    contact = outbox.retry(contact, entry, now)
    return _hold_in_vain(contact, entry, now) if entry.tries + 1 >= HOLD_TRIES else contact


def on_candidates(contact: Contact, event: ev.CandidatesFound, now: int) -> Contact:
    return seeking.on_candidates(_struck(contact, event.command), event, now)


def on_promise_written(contact: Contact, event: ev.PromiseWritten, now: int) -> Contact:
    return promises.on_promise_written(_struck(contact, event.command), event, now)


def on_promise_moved(contact: Contact, event: ev.PromiseMoved, now: int) -> Contact:
    return promises.on_promise_moved(_struck(contact, event.command), event, now)


def on_ticket(contact: Contact, event: ev.TicketOpened, now: int) -> Contact:
    return promises.on_ticket(_struck(contact, event.command), event, now)


def on_ticket_afterwards(contact: Contact, event: ev.TicketOpened, now: int) -> Contact:
    """For a message that was reported when all was over; the outcome stays what it was (S5)."""
    contact = _struck(contact, event.command)
    wanted = contact.ticket_reason and not contact.ticket
    return replace(contact, ticket=event.ticket) if wanted else contact


def on_inspected(contact: Contact, event: ev.Inspected, now: int) -> Contact:
    contact = _struck(contact, event.command)
    for fact in event.legs:
        contact = _proven(contact, fact, event, now)
    return inspecting.fold_inspection(contact, event, now)


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
    if event.problem is ev.Problem.REFUSED and type(entry.command) in HOPELESS:
        return HOPELESS[type(entry.command)](drop_pending(contact, entry.key), now)
    contact = outbox.retry(contact, entry, now)
    tries, in_vain = IN_VAIN.get(type(entry.command), (0, _go_on))
    return in_vain(contact, entry, now) if entry.tries + 1 >= tries else contact


def _go_on(contact: Contact, entry: co.Pending, now: int) -> Contact:
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
    """What the command was about is over already: believe it, or look at once what is there."""
    command = entry.command
    if isinstance(command, co.EndCall):
        ended = ev.LegEnded(command.leg, command.call, Ending.HUNG_UP)
        return legs.fold_leg(drop_pending(contact, entry.key), ended, now)
    if isinstance(command, outbox.POSTS):
        return drop_pending(contact, entry.key)
    return replace(outbox.retry(contact, entry, now), looked=0)


def _hold_in_vain(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """Twilio does not hold (or unhold): the agent keeps the customer (fault 45); a customer who
    would wait in silence, or hear music instead of people, is fetched out and led in again.
    """
    after = transfers.hold_failed(contact, now)
    if isinstance(entry.command, co.Hold):
        after = holding.released(after)
    leg = contact.customer_leg
    if after is not contact or leg is None or entry.key != f"hold:{leg.id}":
        return after
    alone = not any(joined(other) for other in staff(contact))
    needed = alone or isinstance(entry.command, co.Unhold)
    return put_leg(contact, replace(leg, deaf=True)) if needed else contact


def _promise_in_vain(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """The ledger is away: nothing is promised that is not written. The customer keeps waiting."""
    return promises.promise_impossible(contact, now)


def _plan_in_vain(contact: Contact, entry: co.Pending, now: int) -> Contact:
    """Nobody can say whom to ring: the customer is led up the ladder."""
    return _nobody(contact, now)


def _nobody(contact: Contact, now: int) -> Contact:
    hunt = contact.hunt
    assert hunt is not None  # a lookup is wanted only while a hunt plans
    found = ev.CandidatesFound("", hunt.id, None, (), "nobody_on_duty")
    return seeking.on_candidates(contact, found, now)


def _over(contact: Contact, now: int) -> Contact:
    return contact


def _no_callback(contact: Contact, now: int) -> Contact:
    """There is no hour at which this customer may be called: a human must find a way, or the agent
    who asked for it while they talk.
    """
    promise = contact.promise
    if promise is not None and contact.stage is not Stage.PROMISING:
        return replace(contact, promise=replace(promise, state=PromiseState.CANCELLED))
    return seeking.ask_ticket(replace(contact, promise=None), "callback_not_possible", now)


def _not_counted(contact: Contact, now: int) -> Contact:
    """The ledger does not know the promise (any more): a human must call the customer."""
    return replace(contact, ticket_reason="promise_lost")


IN_VAIN: Final[
    dict[type[co.Command], tuple[int, Callable[[Contact, co.Pending, int], Contact]]]
] = {
    co.Hold: (HOLD_TRIES, _hold_in_vain),
    co.Unhold: (HOLD_TRIES, _hold_in_vain),
    co.WritePromise: (LEDGER_TRIES, _promise_in_vain),
    co.FindCandidates: (PLAN_TRIES, _plan_in_vain),
}
"""After how many failures a command is given up, and what is done instead. All others are repeated
for as long as the state wants them: an unwanted call must end, whatever it takes.
"""

HOPELESS: Final[dict[type[co.Command], Callable[[Contact, int], Contact]]] = {
    co.WritePromise: _no_callback,
    co.CountAttempt: _not_counted,
    co.FindCandidates: _nobody,
    co.ConfirmPromise: _over,
    co.ClosePromise: _over,
}
"""What is done when a command was refused and will never work."""
