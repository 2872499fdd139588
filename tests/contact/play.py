"""Plays the world around one contact, in no time: performs its commands and reports back.

What a real worker and Twilio would do is done here by a table, command by command, so that a test
reads as a story: who called, who pressed what, when the clock struck.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.codec import decode, encode
from telephony.contact.machine import Step, begin, step
from telephony.contact.model import Contact, Ending, Leg, LegState, Role, Stage, TransferMode
from telephony.contact.plans import Candidate, Plan, Rung, RungKind, Strategy, Target, TargetKind

START = 1_800_000_000_000
ROOM = "CF" + "0" * 32
LADDER = (Rung(RungKind.CALLBACK), Rung(RungKind.TICKET))


def plan(
    ladder: tuple[Rung, ...] = LADDER,
    strategy: Strategy = Strategy.IN_ORDER,
    rounds: int = 1,
    target: str = "sales",
) -> Plan:
    return Plan(
        target=target,
        name=target.title(),
        strategy=strategy,
        ring_ms=20_000,
        rounds=rounds,
        pause_ms=5_000,
        ladder=ladder,
        caller_id="+12025550100",
    )


def members(*names: str) -> tuple[Candidate, ...]:
    return tuple(Candidate(key=n, name=n.title(), address=f"client:{n}") for n in names)


@dataclass
class Play:
    """One contact in a world that does at once what is commanded, unless told otherwise."""

    contact: Contact
    now: int = START
    plan: Plan | None = field(default_factory=plan)
    candidates: tuple[Candidate, ...] = field(default_factory=lambda: members("ana", "ben"))
    performed: list[co.Command] = field(default_factory=list)
    holds: bool = True  # does a hold take effect?
    echoes: bool = True  # does the news of a hold come, and is its music asked for?
    ledger: bool = True
    sequence: int = 0
    calls: int = 0

    @classmethod
    def started(cls, customer: str = "+12025550199") -> Play:
        event = ev.CustomerCalled("CA" + "a" * 32, customer, "+12025550100", "en")
        return cls(contact=begin("a" * 32, event, START).contact)

    # -- telling -----------------------------------------------------------------------------

    def tell(self, event: ev.Event) -> Step:
        """One event, then everything that the workers make of it."""
        outcome = self.quietly(event)
        self.work()
        return outcome

    def quietly(self, event: ev.Event) -> Step:
        outcome = step(self.contact, event, self.now)
        self.contact = outcome.contact
        assert decode(encode(self.contact)) == self.contact
        return outcome

    def work(self) -> None:
        """Perform all that is ready, until nothing is."""
        for _ in range(60):
            lease = self.now + 10_000
            taken = self.quietly(ev.CommandsTaken("w", lease))
            ours = [entry for entry in taken.contact.pending if entry.lease == lease]
            if not ours:
                return
            for entry in ours:
                self.performed.append(entry.command)
                self.perform(entry)
        raise AssertionError("the workers never come to rest")

    def strike(self) -> None:
        """Let the time pass until the contact's deadline, and let the clock strike."""
        deadline = self.contact.deadline
        assert deadline is not None, "nothing is due"
        self.now = max(self.now, deadline)
        self.tell(ev.DeadlinePassed())

    def until(self, moment: int) -> None:
        """Let the clock strike every deadline up to ``moment``."""
        while self.contact.deadline is not None and self.contact.deadline <= moment:
            self.strike()
        self.now = max(self.now, moment)

    def pass_ms(self, milliseconds: int) -> None:
        self.until(self.now + milliseconds)

    # -- performing --------------------------------------------------------------------------

    def perform(self, entry: co.Pending) -> None:
        command = entry.command
        if isinstance(command, co.FindCandidates):
            self._candidates(entry, command)
        elif isinstance(command, co.Dial):
            self.calls += 1
            self.quietly(ev.DialPlaced(entry.id, command.leg, f"CA{self.calls:032x}"))
        elif isinstance(command, co.Hold | co.Unhold):
            held = isinstance(command, co.Hold) and self.holds
            self.quietly(ev.HoldRead(entry.id, command.leg, held))
            self._echo(command, held)
        elif isinstance(command, co.EndCall):
            self.quietly(ev.CommandDone(entry.id))
            self.quietly(ev.LegEnded(command.leg, command.call, Ending.HUNG_UP))
        elif isinstance(command, co.Redirect):
            self.quietly(ev.CommandDone(entry.id))
            self.quietly(ev.DocumentAsked(command.leg))
        else:
            self._record(entry, command)

    def _echo(self, command: co.Hold | co.Unhold, held: bool) -> None:
        if self.echoes and held == isinstance(command, co.Hold):
            self.sequence += 1
            kind = ev.RoomHeld if held else ev.RoomUnheld
            self.quietly(kind(command.call, command.room, self.sequence))
            if held:
                self.quietly(ev.MusicAsked(command.leg))

    def _candidates(self, entry: co.Pending, command: co.FindCandidates) -> None:
        found = self.candidates if self.plan else ()
        self.quietly(ev.CandidatesFound(entry.id, command.hunt, self.plan, found, ""))

    def _record(self, entry: co.Pending, command: co.Command) -> None:
        if isinstance(command, co.WritePromise):
            self._promise(entry, command)
        elif isinstance(command, co.CountAttempt):
            assert self.contact.promise is not None
            tried = self.contact.promise.attempts + 1
            due = self.now + 600_000
            moved = ev.PromiseMoved(command.promise, due, due + 600_000, tried, entry.id)
            self.quietly(moved)
        elif isinstance(command, co.OpenTicket):
            self.quietly(ev.TicketOpened(entry.id, command.ticket))
        elif isinstance(command, co.Inspect):
            self.quietly(ev.Inspected(entry.id, self.now, ()))
        else:
            self.quietly(ev.CommandDone(entry.id))

    def _promise(self, entry: co.Pending, command: co.WritePromise) -> None:
        if not self.ledger:
            self.quietly(ev.CommandFailed(entry.id, ev.Problem.TEMPORARY, "locked"))
            return
        due = max(self.now + 300_000, command.not_before)
        self.quietly(ev.PromiseWritten(entry.id, command.promise, due, due + 900_000, 3))

    # -- people ------------------------------------------------------------------------------

    def stands(self, stage: Stage) -> bool:
        """Does the customer stand in this stage now?"""
        return self.contact.stage is stage

    @property
    def customer(self) -> Leg:
        leg = self.contact.customer_leg
        assert leg is not None
        return leg

    def ringing(self) -> list[Leg]:
        quiet = {LegState.ENDED, LegState.JOINED}
        return [
            leg
            for leg in self.contact.legs
            if leg.role is Role.RECEIVER and leg.state not in quiet and not leg.unwanted
        ]

    def named(self, member: str) -> Leg:
        return next(leg for leg in reversed(self.contact.legs) if leg.member == member)

    def join(self, leg: Leg) -> None:
        self.sequence += 1
        self.tell(ev.RoomJoined(leg.call, ROOM, self.sequence))

    def leave(self, leg: Leg) -> None:
        self.sequence += 1
        self.tell(ev.RoomLeft(leg.call, ROOM, self.sequence))

    def choose(self, department: str = "sales") -> None:
        """The menu ends in a department and the customer reaches the room."""
        self.tell(ev.DepartmentChosen(department, department.title(), "en", ("1",)))
        self.join(self.customer)

    def accept(self, leg: Leg) -> None:
        self.tell(ev.LegRang(leg.id, leg.call))
        self.tell(ev.LegAccepted(leg.id, leg.call))

    def accept_and_join(self, leg: Leg) -> None:
        self.accept(leg)
        self.join(leg)

    def end(self, leg: Leg, ending: Ending = Ending.HUNG_UP) -> None:
        self.tell(ev.LegEnded(leg.id, leg.call, ending))

    def talk_with_ana(self) -> None:
        self.choose()
        self.accept_and_join(self.named("ana"))

    def transfer(self, mode: TransferMode = TransferMode.WARM, to: str = "billing") -> str:
        """Ana asks for a transfer; billing's members are carla and dan."""
        self.plan = plan(target=to)
        self.candidates = members("carla", "dan")
        target = Target(TargetKind.DEPARTMENT, to, to.title())
        self.tell(ev.TransferAsked("client:ana", target, mode, "invoice 7"))
        return self.contact.transfers[-1].id


def wanted(play: Play) -> set[type[co.Command]]:
    """The kinds of commands that wait to be performed."""
    return {type(entry.command) for entry in play.contact.pending}


def looks(play: Play, *facts: ev.LegFact) -> None:
    """Twilio is asked, and answers this."""
    play.now += 20_000
    play.quietly(ev.Inspected("none", play.now - 1, facts))


def fact(call: str, room: str = "", **more: bool) -> ev.LegFact:
    """What Twilio may answer of one call."""
    return ev.LegFact(call, more.get("live", True), more.get("ringing", False), room, False)


def dialled(play: Play) -> list[str]:
    """The addresses that were dialled, in order."""
    return [c.to for c in play.performed if isinstance(c, co.Dial)]
