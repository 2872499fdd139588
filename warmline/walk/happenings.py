"""All that can happen to a contact in the state it is in: one list, without regard for likelihood.

The world is not simulated: any leg may report anything at any time, any command may end in any way,
people may ask for anything. So whatever order, loss, repetition or delay the real world brings is
among the walks. ``fair`` marks what a world does in which nobody is hostile and nothing stays
broken: commands succeed, nobody answers, the clock strikes, who was told goodbye hangs up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import (
    Choice,
    Contact,
    Ending,
    Leg,
    LegState,
    Promise,
    Role,
    Stage,
    TransferMode,
)
from telephony.contact.plans import Candidate, Plan, Rung, RungKind, Strategy, Target, TargetKind

ROOM, OTHER_ROOM = "CF1", "CF2"
LEASE_MS = 10_000
MEMBERS = {"sales": ("ana", "ben"), "billing": ("carla",), "ana": ("ana",)}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far the walk goes. Every bound is a bound of the world, not of the core."""

    members: int = 1  # rung at once, of each department
    transfers: int = 1
    attempts: int = 1  # of a promise
    rounds: int = 1
    ladder: tuple[RungKind, ...] = (RungKind.AGENT, RungKind.CALLBACK)
    late: bool = False  # news of legs that are over, of other conferences
    broken: bool = False  # commands fail, leases are lost
    looks: bool = False  # Twilio is asked at any moment, and knows better
    machines: bool = False
    asks: bool = False  # agents hold the customer, come back, and promise callbacks
    depth: int = 10_000


@dataclass(frozen=True, slots=True)
class Happening:
    event: ev.Event
    now: int
    fair: bool = False


def happenings(contact: Contact, now: int, bounds: Bounds) -> Iterator[Happening]:
    """Everything that can happen next."""
    later = now + 10
    yield from _clock(contact, now)
    if bounds.broken and any(not e.lease and e.ready <= later for e in contact.pending):
        yield Happening(ev.CommandsTaken("w", later + LEASE_MS), later)
    for entry in contact.pending:
        for number, event in enumerate(RESULTS[type(entry.command)](contact, entry, bounds, later)):
            if number == 0 or bounds.broken:
                yield Happening(event, later, fair=number == 0)
    if bounds.looks:
        yield from _looks(contact, later)
    for leg in contact.legs:
        if leg.state is not LegState.ENDED or bounds.late:
            yield from _of_leg(contact, leg, bounds, later)
    yield from _of_people(contact, bounds, later)


def _clock(contact: Contact, now: int) -> Iterator[Happening]:
    """On time, or so late that all is due."""
    dues = sorted({timer.due for timer in contact.timers})
    for due in {dues[0], dues[-1]} if dues else ():
        yield Happening(ev.DeadlinePassed(), max(now, due), fair=True)


# -- results of commands; the first of each is the good one ------------------------------------


def _leg(entry: co.Pending) -> str:
    return str(getattr(entry.command, "leg", ""))


def _failed(entry: co.Pending, *problems: ev.Problem) -> Iterator[ev.Event]:
    for problem in problems:
        yield ev.CommandFailed(entry.id, problem)


_P = ev.Problem


def _dial(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    yield ev.DialPlaced(entry.id, _leg(entry), f"CA-{_leg(entry)}")
    yield ev.DialRefused(entry.id, _leg(entry), "busy", busy_elsewhere=True)
    yield from _failed(entry, _P.UNKNOWN, _P.TEMPORARY)


def _find_dial(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    yield ev.DialPlaced(entry.id, _leg(entry), f"CA-{_leg(entry)}")
    yield from _failed(entry, _P.GONE, _P.TEMPORARY)


def _plain(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    yield ev.CommandDone(entry.id)
    yield from _failed(entry, _P.GONE, _P.TEMPORARY, _P.REFUSED)


def _hold(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    held = isinstance(entry.command, co.Hold)
    yield ev.HoldRead(entry.id, _leg(entry), held)
    yield ev.HoldRead(entry.id, _leg(entry), not held)
    yield from _failed(entry, _P.GONE, _P.REFUSED)


def _candidates(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    yield candidates(entry, b)
    find = entry.command
    assert isinstance(find, co.FindCandidates)
    yield ev.CandidatesFound(entry.id, find.hunt, None, (), "nobody_on_duty")
    yield from _failed(entry, _P.REFUSED)


def candidates(entry: co.Pending, bounds: Bounds) -> ev.CandidatesFound:
    """Whom to ring, as the routing would answer."""
    find = entry.command
    assert isinstance(find, co.FindCandidates)
    target = find.target.value
    names = MEMBERS[target][: bounds.members]
    plan = Plan(
        target=target,
        name=target.title(),
        strategy=Strategy.ALL,
        ring_ms=20_000,
        rounds=bounds.rounds,
        pause_ms=5_000,
        ladder=tuple(Rung(kind, "billing") for kind in bounds.ladder),
        caller_id="+12025550100",
    )
    found = tuple(Candidate(key=name, name=name, address=f"client:{name}") for name in names)
    return ev.CandidatesFound(entry.id, find.hunt, plan, found)


def _promise(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    due, write = now + 600_000, entry.command
    assert isinstance(write, co.WritePromise)  # the contact may have given it up meanwhile
    yield ev.PromiseWritten(entry.id, write.promise, due, due + 900_000, b.attempts)
    yield from _failed(entry, _P.TEMPORARY, _P.REFUSED)


def _count(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    assert c.promise is not None
    tried = c.promise.attempts + 1
    yield ev.PromiseMoved(c.promise.id, now + 600_000, now + 900_000, tried, entry.id)
    yield from _failed(entry, _P.TEMPORARY, _P.REFUSED)


def _ticket(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    yield ev.TicketOpened(entry.id, f"{c.id}.ticket")
    yield from _failed(entry, _P.TEMPORARY)


def _nothing_new(c: Contact, entry: co.Pending, b: Bounds, now: int) -> Iterator[ev.Event]:
    yield ev.Inspected(entry.id, now - 1, ())


def _looks(contact: Contact, now: int) -> Iterator[Happening]:
    """Twilio is asked, and says of one leg something else than we thought."""
    for leg in contact.legs:
        if leg.call and leg.state is not LegState.ENDED:
            known = _fact(leg)
            for fact in (
                ev.LegFact(leg.call, False, False, "", False, Ending.HUNG_UP),
                ev.LegFact(leg.call, True, False, "", False),
                ev.LegFact(leg.call, True, False, ROOM, False),
            ):
                if fact != known:
                    yield Happening(ev.Inspected("", now - 1, (fact,)), now)


def _fact(leg: Leg) -> ev.LegFact:
    room = leg.room if leg.state is LegState.JOINED else ""
    live = leg.state is not LegState.ENDED
    return ev.LegFact(leg.call, live, leg.state is LegState.RINGING, room, leg.held)


Results = Callable[[Contact, co.Pending, Bounds, int], Iterator[ev.Event]]

RESULTS: dict[type[co.Command], Results] = {
    co.Dial: _dial,
    co.FindDial: _find_dial,
    co.EndCall: _plain,
    co.Hold: _hold,
    co.Unhold: _hold,
    co.Redirect: _plain,
    co.FindCandidates: _candidates,
    co.WritePromise: _promise,
    co.CountAttempt: _count,
    co.ClosePromise: _plain,
    co.ConfirmPromise: _plain,
    co.OpenTicket: _ticket,
    co.Inspect: _nothing_new,
}


# -- news of legs ------------------------------------------------------------------------------


def _of_leg(contact: Contact, leg: Leg, bounds: Bounds, now: int) -> Iterator[Happening]:
    call = leg.call or f"CA-{leg.id}"
    told = leg.unwanted or contact.stage in {Stage.FAREWELL, Stage.TALKING}
    alone = leg.role is Role.CUSTOMER and (told or leg.outbound)
    ending = Ending.HUNG_UP if leg.role is Role.CUSTOMER else Ending.NO_ANSWER
    quiet = leg.role is not Role.CUSTOMER and leg.state is not LegState.JOINED
    fair = bool(alone or leg.unwanted or quiet)
    yield Happening(ev.LegEnded(leg.id, call, ending), now, fair)
    if leg.role is Role.CUSTOMER and bounds.broken:
        yield Happening(ev.LegEnded(leg.id, call, Ending.FAILED), now)
    if leg.role is not Role.CUSTOMER or leg.outbound:
        yield from _of_dialled(leg, call, bounds, now)
    room = _room_of(leg)
    sequence = leg.sequence + 1
    if leg.state is not LegState.JOINED or bounds.late:
        yield Happening(ev.RoomJoined(call, room, sequence), now, fair=leg.role is Role.CUSTOMER)
    if leg.state is LegState.JOINED:
        yield Happening(ev.RoomLeft(call, room, sequence), now)
        yield Happening(ev.DocumentAsked(leg.id), now, fair=_is_fetched(contact, leg))
        yield Happening(ev.MusicAsked(leg.id), now, fair=leg.held)
        if bounds.late:
            held = ev.RoomUnheld if leg.held else ev.RoomHeld
            yield Happening(held(call, room, sequence), now)
            yield Happening(ev.RoomEnded(room, sequence), now)
    elif leg.role is Role.CUSTOMER:
        yield Happening(ev.DocumentAsked(leg.id), now)
    if bounds.late:
        yield Happening(ev.RoomJoined(call, OTHER_ROOM, 0), now)
        yield Happening(ev.RoomLeft(call, OTHER_ROOM, 0), now)
        yield Happening(ev.RoomLeft(call, room, leg.sequence), now)


def _room_of(leg: Leg) -> str:
    return leg.room or ROOM


def _is_fetched(contact: Contact, leg: Leg) -> bool:
    return any(
        isinstance(e.command, co.Redirect) and e.command.leg == leg.id for e in contact.pending
    )


def _of_dialled(leg: Leg, call: str, bounds: Bounds, now: int) -> Iterator[Happening]:
    if leg.state in {LegState.ACCEPTED, LegState.JOINED} and not bounds.late:
        return
    yield Happening(ev.LegRang(leg.id, call), now)
    yield Happening(ev.LegAnswered(leg.id, call), now)
    yield Happening(ev.LegAccepted(leg.id, call), now)
    if leg.role is Role.RECEIVER:
        yield Happening(ev.LegDeclined(leg.id, call), now)
    else:
        yield Happening(ev.LegMispressed(leg.id, call), now)
    if bounds.machines:
        yield Happening(ev.MachineHeard(leg.id, call), now)


# -- people ------------------------------------------------------------------------------------

_CHOSEN = tuple(Choice)


def _of_people(contact: Contact, bounds: Bounds, now: int) -> Iterator[Happening]:
    stage = contact.stage
    if stage is Stage.MENU:
        yield Happening(ev.DepartmentChosen("sales", "Sales", "en", ("1",)), now, fair=True)
        yield Happening(ev.DepartmentClosed("sales", "Sales", "en", ("1",), now + 60_000), now)
    if stage is Stage.CHOOSING:
        for choice in _CHOSEN:
            yield Happening(ev.CustomerChose(choice), now, fair=choice is Choice.NONE)
    if stage is Stage.RECORDING:
        yield Happening(ev.MessageRecorded("https://example.org/r", 3), now)
    if stage in {Stage.PROMISED, Stage.KEEPING, Stage.RESTORING} or bounds.late:
        called = ev.CustomerCalled(
            f"CA-in-{contact.serial}", contact.customer, contact.dialled, "en"
        )
        yield Happening(called, now)
    yield from _of_promise(contact.promise, now)
    if bounds.asks:
        yield from _asks_of(contact, now)
    if len(contact.transfers) < bounds.transfers:
        yield from _transfers_of(contact, now)
    for transfer in contact.transfers[-1:]:
        for ask in (ev.CompleteAsked, ev.CancelAsked, ev.SwapAsked, ev.MergeAsked):
            yield Happening(ask(transfer.id), now)


def _asks_of(contact: Contact, now: int) -> Iterator[Happening]:
    for leg in contact.legs:
        if leg.role is Role.AGENT and leg.state is LegState.JOINED:
            yield Happening(ev.HoldAsked(leg.address), now)
            yield Happening(ev.ResumeAsked(leg.address), now)
            yield Happening(ev.CallbackAsked(leg.address, "sales"), now)


def _of_promise(promise: Promise | None, now: int) -> Iterator[Happening]:
    if promise is not None:
        yield Happening(ev.PromiseCancelled(promise.id), now)
        yield Happening(ev.PromiseTaken(promise.id), now)
        due = now + 1_200_000
        moved = ev.PromiseMoved(promise.id, due, due + 900_000, promise.attempts)
        yield Happening(moved, now)


def _transfers_of(contact: Contact, now: int) -> Iterator[Happening]:
    target = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    for leg in contact.legs:
        if leg.role is Role.AGENT and leg.state is LegState.JOINED:
            yield Happening(ev.TransferAsked(leg.address, target, TransferMode.WARM), now)
            yield Happening(ev.TransferAsked(leg.address, target, TransferMode.COLD), now)
