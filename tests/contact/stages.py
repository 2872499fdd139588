"""One contact in each stage, and one event of each kind that suits it."""

from __future__ import annotations

from collections.abc import Callable

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import Choice, Contact, Ending, Leg, Role, Stage, TransferMode
from telephony.contact.plans import Strategy, Target, TargetKind
from tests.contact.play import ROOM, Play, members, plan


def seeking() -> Play:
    play = Play.started()
    play.choose()
    return play


def ringing_two() -> Play:
    play = Play.started()
    play.plan = plan(strategy=Strategy.ALL)
    play.choose()
    return play


def choosing() -> Play:
    play = Play.started()
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    return play


def recording() -> Play:
    play = choosing()
    play.tell(ev.CustomerChose(Choice.MESSAGE))
    return play


def promising() -> Play:
    play = choosing()
    play.quietly(ev.CustomerChose(Choice.CALLBACK))
    return play


def talking() -> Play:
    play = Play.started()
    play.talk_with_ana()
    return play


def transferring() -> Play:
    play = talking()
    play.transfer()
    return play


def consulting() -> Play:
    play = transferring()
    play.accept_and_join(play.named("carla"))
    return play


def restoring() -> Play:
    play = talking()
    play.end(play.customer, Ending.FAILED)
    return play


def farewell() -> Play:
    play = choosing()
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    return play


def promised() -> Play:
    play = farewell()
    play.end(play.customer)
    return play


def keeping() -> Play:
    play = promised()
    while play.contact.stage is Stage.PROMISED:
        play.strike()
    return play


def closed() -> Play:
    play = talking()
    play.end(play.customer)
    return play


STAGES: dict[Stage, Callable[[], Play]] = {
    Stage.MENU: Play.started,
    Stage.SEEKING: seeking,
    Stage.CHOOSING: choosing,
    Stage.RECORDING: recording,
    Stage.PROMISING: promising,
    Stage.TALKING: talking,
    Stage.TRANSFER: transferring,
    Stage.RESTORING: restoring,
    Stage.FAREWELL: farewell,
    Stage.PROMISED: promised,
    Stage.KEEPING: keeping,
    Stage.CLOSED: closed,
}


def _somebody(contact: Contact) -> Leg:
    """The newest leg that is not the customer's, else the customer's."""
    staff = [leg for leg in contact.legs if leg.role is not Role.CUSTOMER]
    return (staff or list(contact.legs))[-1]


def _command(contact: Contact, kind: type[co.Command] = co.Command) -> str:
    found = [entry.id for entry in contact.pending if isinstance(entry.command, kind)]
    return found[-1] if found else "none"


def suitable(contact: Contact, now: int) -> list[ev.Event]:
    """One event of every kind, about this contact's own legs and commands where it has any."""
    leg, customer = _somebody(contact), contact.customer_leg
    assert customer is not None
    call = leg.call or "CA9"
    promise = contact.promise.id if contact.promise else f"{contact.id}.p0"
    transfer = contact.transfers[-1].id if contact.transfers else "none"
    hunt = contact.hunt.id if contact.hunt else "none"
    target = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    chosen = ("sales", "Sales", "en", ("1",))
    due = now + 900_000
    return [
        ev.CustomerCalled("CA" + "c" * 32, contact.customer, contact.dialled, "en"),
        ev.ContactFound(contact.customer, contact.dialled, "en", "sales", "Sales", 0, 1, ()),
        ev.MenuHeard("main", "1", "de"),
        ev.DepartmentChosen(*chosen),
        ev.DepartmentClosed(*chosen, next_open=due),
        ev.CustomerChose(Choice.WAIT),
        ev.MessageRecorded("https://example.org/r", 3),
        ev.DocumentAsked(customer.id),
        ev.LegRang(leg.id, call),
        ev.LegAnswered(leg.id, call),
        ev.LegAccepted(leg.id, call),
        ev.LegDeclined(leg.id, call),
        ev.LegMispressed(leg.id, call),
        ev.MachineHeard(leg.id, call),
        ev.LegEnded(leg.id, call, Ending.HUNG_UP),
        ev.RoomJoined(call, ROOM, 90),
        ev.RoomLeft(call, ROOM, 90),
        ev.RoomHeld(call, ROOM, 90),
        ev.RoomUnheld(call, ROOM, 90),
        ev.MusicAsked(customer.id),
        ev.RoomEnded(ROOM, 90),
        ev.CommandsTaken("w", now + 10_000),
        ev.CommandDone(_command(contact)),
        ev.CommandFailed(_command(contact), ev.Problem.TEMPORARY),
        ev.DialPlaced(_command(contact, co.Dial), leg.id, call),
        ev.DialRefused(_command(contact, co.Dial), leg.id, "no"),
        ev.HoldRead(_command(contact, co.Hold), customer.id, True),
        ev.CandidatesFound(_command(contact, co.FindCandidates), hunt, plan(), members("eve")),
        ev.PromiseWritten(_command(contact, co.WritePromise), promise, due, due + 1, 3),
        ev.TicketOpened(_command(contact, co.OpenTicket), "t1"),
        ev.Inspected(
            "", now + 1, (ev.LegFact(customer.call, False, False, "", False, Ending.HUNG_UP),)
        ),
        ev.TransferAsked("client:ana", target, TransferMode.WARM),
        ev.CompleteAsked(transfer),
        ev.CancelAsked(transfer),
        ev.SwapAsked(transfer),
        ev.MergeAsked(transfer),
        ev.HoldAsked("client:ana"),
        ev.ResumeAsked("client:ana"),
        ev.CallbackAsked("client:ana", "sales"),
        ev.PromiseMoved(promise, due, due + 1, 0),
        ev.PromiseCancelled(promise),
        ev.PromiseTaken(promise),
        ev.DeadlinePassed(),
    ]
