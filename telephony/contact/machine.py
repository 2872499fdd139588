"""One contact, one event, one moment in; a new contact out. Pure and total.

Theory of operation. ``step`` looks up the cell for (stage, kind of event) in ``TABLE``:

* a handler folds the event into the contact (HANDLED, or STALE when it changed nothing),
* ``late``: news that means nothing in this stage; STALE,
* ``refuse(reason)``: a person asked for what cannot be; raises ``Refused``.

No event is impossible: the world may send anything at any time. ``Impossible`` is raised when the
rules contradict each other. The contact is untouched in both cases.

Then the **joint rules** run to a fixed point: they look at legs, hunt, transfer, promise and the
time, never at the event, and move the small machines on (legs.py, seeking.py, transfers.py,
customers.py, promises.py). Last, the outbox is made to hold what the new state wants (wants.py),
and the timers are derived (deadlines.py). Every contact that is not at rest has a deadline.

Who is on the line and what the customer hears, by stage, stands in ``STAGES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from telephony.contact import (
    customers,
    deadlines,
    holding,
    legs,
    promises,
    results,
    seeking,
    transfers,
)
from telephony.contact import events as ev
from telephony.contact.calls import forget_unmade
from telephony.contact.edit import Impossible, Refused, joined, put_leg
from telephony.contact.model import AttemptOutcome, Contact, Leg, LegState, Role, Stage
from telephony.contact.outbox import expire, is_ready, reconcile, take
from telephony.contact.rebuilt import rebuilt
from telephony.contact.records import Record, replace
from telephony.contact.timing import ASTRAY_MS
from telephony.contact.wants import wants
from telephony.contact.words import Word

__all__ = ["Impossible", "Refused", "Step", "Verdict", "begin", "ready", "recover", "step"]


class Verdict(Word):
    HANDLED = "handled"
    STALE = "stale"


class Step(Record):
    contact: Contact
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class StageFacts:
    """For people: documentation, pages and the diagram are made from this."""

    on_line: str
    hears: str


STAGES: Final[dict[Stage, StageFacts]] = {
    Stage.MENU: StageFacts("customer", "greeting and menu"),
    Stage.SEEKING: StageFacts("customer; receivers ring", "hold music and honest news"),
    Stage.CHOOSING: StageFacts("customer", "a question: wait, callback, message"),
    Stage.RECORDING: StageFacts("customer", "a beep; leaves a message"),
    Stage.PROMISING: StageFacts("customer, or nobody", "one moment; then the promise in words"),
    Stage.TALKING: StageFacts("customer and agent", "people"),
    Stage.TRANSFER: StageFacts("customer, agent, receiver", "hold music, or people when merged"),
    Stage.RESTORING: StageFacts("agent or receiver; customer is called back", "ringing"),
    Stage.FAREWELL: StageFacts("customer", "what was promised, and goodbye"),
    Stage.PROMISED: StageFacts("nobody", "nothing: a promise is open"),
    Stage.KEEPING: StageFacts("receiver; then the customer is called", "greeting, then people"),
    Stage.CLOSED: StageFacts("nobody", "nothing: the contact is over"),
}

Handler = Callable[[Contact, Any, int], Contact]

_CUSTOMER = Role.CUSTOMER  # named once: asked at every step (words.py)


def late(contact: Contact, event: ev.Event, now: int) -> Contact:
    return contact


def refuse(reason: str) -> Handler:
    def refused(contact: Contact, event: ev.Event, now: int) -> Contact:
        raise Refused(reason)

    return refused


def _look(contact: Contact, event: ev.DeadlinePassed, now: int) -> Contact:
    return contact  # the joint rules do the work


def _taken(contact: Contact, event: ev.CommandsTaken, now: int) -> Contact:
    return take(contact, event, now)


def everywhere(handler: Handler) -> dict[Stage, Handler]:
    return dict.fromkeys(Stage, handler)


def only(rest: Handler, **cells: Handler) -> dict[Stage, Handler]:
    """The named stages as given, every other stage ``rest``."""
    return {stage: cells.get(stage.value, rest) for stage in Stage}


def with_agent(handler: Handler) -> dict[Stage, Handler]:
    """What an agent asks who talks to the customer; in every other stage it is refused."""
    return only(
        refuse("no_agent"),
        talking=handler,
        transfer=refuse("transfer_open"),
        restoring=refuse("customer_line_lost"),
        closed=refuse("contact_closed"),
    )


TABLE: Final[dict[type[ev.Event], dict[Stage, Handler]]] = {
    ev.CustomerCalled: only(
        customers.on_called_elsewhere,
        promising=customers.on_called_early,
        farewell=customers.on_called_early,
        promised=customers.on_called_again,
        keeping=customers.on_called_again,
        restoring=customers.on_called_again,
    ),
    ev.ContactFound: everywhere(late),
    ev.MenuHeard: only(late, menu=customers.on_menu),
    ev.DepartmentChosen: only(late, menu=customers.on_department),
    ev.DepartmentClosed: only(late, menu=customers.on_closed),
    ev.CustomerChose: only(late, choosing=customers.on_choice),
    ev.MessageRecorded: only(
        late, recording=customers.on_message, closed=customers.on_late_message
    ),
    ev.DocumentAsked: everywhere(legs.fold_asked),
    ev.LegRang: everywhere(legs.fold_leg),
    ev.LegAnswered: everywhere(legs.fold_leg),
    ev.LegAccepted: everywhere(seeking.on_accept),
    ev.LegDeclined: everywhere(legs.fold_leg),
    ev.LegMispressed: everywhere(legs.fold_leg),
    ev.MachineHeard: everywhere(legs.fold_leg),
    ev.LegEnded: everywhere(legs.fold_leg),
    ev.RoomJoined: everywhere(legs.fold_room),
    ev.RoomLeft: everywhere(legs.fold_room),
    ev.RoomHeld: everywhere(legs.fold_room),
    ev.RoomUnheld: everywhere(legs.fold_room),
    ev.MusicAsked: everywhere(legs.fold_music),
    ev.RoomEnded: everywhere(legs.fold_room_end),
    ev.CommandsTaken: everywhere(_taken),
    ev.CommandDone: everywhere(results.on_done),
    ev.CommandFailed: everywhere(results.on_failed),
    ev.DialPlaced: everywhere(results.on_placed),
    ev.DialRefused: everywhere(results.on_refused),
    ev.HoldRead: everywhere(results.on_hold_read),
    ev.CandidatesFound: only(
        results.on_answer_late,
        seeking=results.on_candidates,
        choosing=results.on_candidates,
        transfer=results.on_candidates,
        restoring=results.on_candidates,
        keeping=results.on_candidates,
    ),
    ev.PromiseWritten: everywhere(results.on_promise_written),
    ev.TicketOpened: only(
        results.on_answer_late,
        promising=results.on_ticket,
        promised=results.on_ticket,
        closed=results.on_ticket_afterwards,
    ),
    ev.Inspected: everywhere(results.on_inspected),
    ev.TransferAsked: with_agent(transfers.on_asked),
    ev.HoldAsked: with_agent(holding.on_hold),
    ev.ResumeAsked: with_agent(holding.on_resume),
    ev.CompleteAsked: only(transfers.on_ask_elsewhere, transfer=transfers.on_ask),
    ev.CancelAsked: only(transfers.on_ask_elsewhere, transfer=transfers.on_ask),
    ev.SwapAsked: only(transfers.on_ask_elsewhere, transfer=transfers.on_ask),
    ev.MergeAsked: only(transfers.on_ask_elsewhere, transfer=transfers.on_ask),
    ev.CallbackAsked: with_agent(promises.on_callback_asked),
    ev.PromiseMoved: only(
        results.on_promise_moved,
        keeping=results.on_answer_late,
        closed=results.on_answer_late,
    ),
    ev.PromiseCancelled: only(
        promises.on_promise_dropped,
        promising=refuse("not_waiting_for_a_callback"),
        farewell=refuse("not_waiting_for_a_callback"),
        promised=promises.on_promise_cancelled,
        keeping=promises.on_promise_cancelled,
        closed=refuse("contact_closed"),
    ),
    ev.PromiseTaken: only(promises.on_promise_taken, promising=late, farewell=late, closed=late),
    ev.DeadlinePassed: everywhere(_look),
}
"""The whole table: every kind of event in every stage."""

Rule = Callable[[Contact, int], Contact]


def _mark_talked(contact: Contact, now: int) -> Contact:
    """Whoever shares the room with somebody has talked: from now on silence must be filled."""
    here = [leg for leg in contact.legs if joined(leg)]
    if not [leg for leg in here if leg.role is _CUSTOMER]:
        return contact
    if len(here) < 2 and not _left_behind(contact, here[0]):
        return contact
    for leg in here:
        if not leg.talked:
            contact = put_leg(contact, replace(leg, talked=True))
    return contact


def _left_behind(contact: Contact, alone: Leg) -> bool:
    """Somebody else was in the same room, in whatever order we heard so. A room lives as long as
    somebody is in it, so they met; and Twilio plays the waiting music only until then.
    """
    return any(_met(leg, alone) for leg in contact.legs if leg is not alone)


def _met(leg: Leg, alone: Leg) -> bool:
    if leg.room:
        return leg.room == alone.room
    # Sent into the room and gone before any news of it: they may have met there.
    lost = leg.state is LegState.ENDED and leg.outcome is AttemptOutcome.LOST
    return lost and leg.since + ASTRAY_MS >= alone.since


RULES: Final[tuple[Rule, ...]] = (
    expire,
    deadlines.overdue_legs,
    forget_unmade,
    _mark_talked,
    customers.settle_line,
    deadlines.overdue_stage,
    customers.settle_company,
    holding.settle_hold,
    transfers.progress,
    seeking.progress,
    promises.settle_promise,
)
"""The joint rules, in the order in which they are tried. A customer who is gone comes before all
else.
"""

MAX_ROUNDS: Final = 60
"""More rounds than this can only be a rule that undoes another: a bug."""


def settle(contact: Contact, now: int) -> Contact:
    """Run the joint rules until none changes anything, then derive the outbox and the timers.

    A rule that found nothing to do need not be asked again before another has changed something.
    """
    quiet = 0
    for rule in RULES * MAX_ROUNDS:
        after = rule(contact, now)
        quiet = quiet + 1 if after is contact or after == contact else 0
        contact = after
        if quiet == len(RULES):
            contact = reconcile(contact, wants(contact, now), now)
            return deadlines.remember_timers(contact, now)
    raise Impossible(f"the joint rules do not come to rest in stage {contact.stage}")


LOOKS_AROUND: Final = (ev.DeadlinePassed, ev.CommandsTaken)
"""They bring no news, but the rules look at the time: what is due, whose lease is over."""


def step(contact: Contact, event: ev.Event, now: int) -> Step:
    """Fold ``event`` into ``contact`` at ``now`` (ms since the epoch). Raises Refused,
    Impossible.
    """
    folded = TABLE[type(event)][contact.stage](contact, event, now)
    if folded is contact and not isinstance(event, LOOKS_AROUND):
        return Step(contact, Verdict.STALE)
    settled = settle(folded, now)
    if settled == contact:
        return Step(contact, Verdict.STALE)
    return Step(replace(settled, version=contact.version + 1), Verdict.HANDLED)


def begin(contact_id: str, event: ev.CustomerCalled, now: int) -> Step:
    """A new contact: version 1, in the menu."""
    contact = settle(customers.new_contact(contact_id, event, now), now)
    return Step(replace(contact, version=1), Verdict.HANDLED)


def recover(contact_id: str, event: ev.ContactFound, now: int) -> Step:
    """A contact whose record is lost, as far as it is still known (rebuilt.py)."""
    return Step(settle(rebuilt(contact_id, event, now), now), Verdict.HANDLED)


def ready(contact: Contact, now: int) -> bool:
    """Is there anything in the outbox that a worker could take now?"""
    return any(is_ready(entry, now) for entry in contact.pending)
