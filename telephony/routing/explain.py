"""Who rings at time T if X is busy? The hunt played through with nobody answering.

The same pure functions plan a live hunt (`plans.plan_hunt`, `hunting.waves`, `ladder.climb`), so
the answer cannot differ from what happens, except in what only the moment decides: who is idle
for how long, and whom round robin rang last.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from telephony.contact import hunting, ladder
from telephony.contact.model import (
    Contact,
    Hunt,
    HuntPurpose,
    HuntState,
    Stage,
    Transfer,
    TransferMode,
    TransferState,
)
from telephony.contact.plans import Plan, RungKind, Target, TargetKind
from telephony.contact.timing import STAGE_LIMITS
from telephony.errors import NotFound
from telephony.routing.hours import is_open, next_open, zone_of
from telephony.routing.model import Company, Department
from telephony.routing.plans import HuntPlan, Knowledge, plan_hunt

QUESTION_SECONDS = STAGE_LIMITS[Stage.CHOOSING] // 1000
"""How long the customer may take over the question after a round."""


class StepKind(StrEnum):
    """What happens in a step of an explanation."""

    RING = "ring"
    SKIP = "skip"
    QUESTION = "question"
    PAUSE = "pause"
    CLOSED = "closed"
    OVERFLOW = "overflow"
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """`at` and `seconds` count from the moment at which the department is asked for."""

    at: int
    kind: StepKind
    sentence: str
    department: str
    seconds: int = 0
    member: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`ringing_seconds` is ringing and pauses; `longest_wait_seconds` adds every question asked,
    answered "keep waiting" at the last moment. `ends` names the last rung."""

    department: str
    name: str
    at: datetime
    open: bool
    next_open: datetime | None
    steps: tuple[Step, ...]
    ringing_seconds: int
    longest_wait_seconds: int
    ends: str


def explain(
    company: Company,
    department: str,
    at: datetime,
    busy: Set[str] = frozenset(),
    *,
    language: str | None = None,
    passed_on: bool = False,
) -> Explanation:
    """Play a hunt for a department through, with the members in `busy` (keys) on other calls.

    `passed_on`: an agent passes the customer on and waits, instead of the customer calling in.
    Raises `NotFound` for an unknown department.
    """
    found = company.departments.get(department)
    if found is None:
        known = ", ".join(company.departments)
        raise NotFound(
            f"There is no department {department!r}.", what_to_do=f"Choose one of: {known}."
        )
    local = at.astimezone(zone_of(company, found))
    play = _Play(company, local, busy, language or company.languages[0], passed_on)
    steps = tuple(play.hunt(found, ()))
    return Explanation(
        department=department,
        name=found.name,
        at=local,
        open=is_open(company, found, at),
        next_open=next_open(company, found, at),
        steps=steps,
        ringing_seconds=play.clock - play.asked,
        longest_wait_seconds=play.clock,
        ends=play.ends,
    )


class _Play:
    """One hunt in imagined time; `clock` is in seconds, `asked` the part spent on questions."""

    def __init__(
        self, company: Company, at: datetime, busy: Set[str], language: str, passed_on: bool
    ) -> None:
        self.company = company
        self.at = at
        self.busy = busy
        self.language = language
        self.passed_on = passed_on
        self.clock = 0
        self.asked = 0
        self.ends = ""

    def hunt(self, department: Department, visited: tuple[str, ...]) -> Iterator[Step]:
        """All rounds of one department, then its ladder."""
        target = Target(TargetKind.DEPARTMENT, department.key)
        known = Knowledge(busy=self.busy)
        plan = plan_hunt(self.company, target, self.language, self.at, known)
        if plan.plan is None or not plan.candidates:
            yield self._step(StepKind.CLOSED, self._nobody(department, plan), department)
        else:
            yield from self._left_out(department, plan)
            yield from self._rounds(department, plan.plan, plan)
        visited = (*visited, department.key)
        if plan.plan is not None:
            yield from self._climb(department, plan.plan, visited)

    def _rounds(self, department: Department, plan: Plan, found: HuntPlan) -> Iterator[Step]:
        for number in range(1, plan.rounds + 1):
            for wave in hunting.waves(plan, found.candidates, f"{department.key}/{number}"):
                for ring in wave:
                    starts, lasts = ring.delay_ms // 1000, ring.ring_ms // 1000
                    yield Step(
                        at=self.clock + starts,
                        kind=StepKind.RING,
                        sentence=f"{ring.candidate.name} rings for {lasts} s"
                        f" (round {number} of {plan.rounds})",
                        department=department.key,
                        seconds=lasts,
                        member=ring.candidate.key,
                    )
                self.clock += max(ring.delay_ms + ring.ring_ms for ring in wave) // 1000
            if number < plan.rounds:
                yield from self._between(department, plan)

    def _between(self, department: Department, plan: Plan) -> Iterator[Step]:
        if not self.passed_on:
            yield self._question(department)
        pause = plan.pause_ms // 1000
        yield self._step(StepKind.PAUSE, f"pause of {pause} s", department, pause)

    def _question(self, department: Department) -> Step:
        self.asked += QUESTION_SECONDS
        sentence = (
            "the customer may choose: keep waiting, a callback or a message"
            f" (at most {QUESTION_SECONDS} s)"
        )
        return self._step(StepKind.QUESTION, sentence, department, QUESTION_SECONDS)

    def _left_out(self, department: Department, found: HuntPlan) -> Iterator[Step]:
        coming = {candidate.key: candidate for candidate in found.candidates}
        for member in department.members:
            if not member.enabled:
                why = "is not enabled"
            elif member.key not in coming:
                why = f"does not speak {self.language}, and others who do are free"
            elif coming[member.key].busy:
                why = "is busy"
            else:
                continue
            sentence = f"{member.name} {why} and is left out"
            yield self._step(StepKind.SKIP, sentence, department, member=member.key)

    def _nobody(self, department: Department, found: HuntPlan) -> str:
        if not is_open(self.company, department, self.at):
            opens = next_open(self.company, department, self.at)
            until = "until further notice" if opens is None else f"until {opens:%A %d %B, %H:%M}"
            return f"{department.name} is closed {until}"
        return f"{department.name} has nobody on duty"

    def _climb(
        self, department: Department, plan: Plan, visited: tuple[str, ...]
    ) -> Iterator[Step]:
        rung = ladder.climb(_contact(self.passed_on), _hunt(plan, visited)).rung
        if rung.kind is RungKind.OVERFLOW:
            following = self.company.departments[rung.department]
            yield self._step(StepKind.OVERFLOW, f"over to {following.name}", department)
            yield from self.hunt(following, visited)
            return
        kind = RungKind.AGENT if self.passed_on else rung.kind
        self.ends = str(kind)
        if kind is not RungKind.AGENT:
            yield self._question(department)
        yield self._step(StepKind.END, _ENDINGS[kind], department)

    def _step(
        self,
        kind: StepKind,
        sentence: str,
        department: Department,
        seconds: int = 0,
        member: str = "",
    ) -> Step:
        step = Step(self.clock, kind, sentence, department.key, seconds, member)
        self.clock += seconds
        return step


_ENDINGS = {
    RungKind.AGENT: "back to the agent who passed the customer on",
    RungKind.CALLBACK: "a callback is promised",
    RungKind.MESSAGE: "the customer leaves a message",
    RungKind.TICKET: "a ticket is opened; a named person must act",
}


def _contact(passed_on: bool) -> Contact:
    """The least contact that the ladder can be asked about."""
    transfer = Transfer(
        id="t1",
        mode=TransferMode.WARM,
        target=Target(TargetKind.DEPARTMENT, ""),
        by="a1",
        by_name="",
        by_address="",
        state=TransferState.RINGING,
        since=0,
        requested_at=0,
    )
    return Contact(
        id="c1",
        version=0,
        customer="+12025550123",
        dialled="",
        language="en",
        stage=Stage.SEEKING,
        since=0,
        created=0,
        transfers=(transfer,) if passed_on else (),
    )


def _hunt(plan: Plan, visited: tuple[str, ...]) -> Hunt:
    target = Target(TargetKind.DEPARTMENT, plan.target)
    return Hunt(
        id="h1",
        purpose=HuntPurpose.INBOUND,
        target=target,
        state=HuntState.OVER,
        since=0,
        plan=plan,
        visited=visited,
    )


def as_text(explanation: Explanation) -> str:
    """The explanation for people, one line a step."""
    opening = "open" if explanation.open else "closed"
    lines = [f"{explanation.name}, {explanation.at:%A %d %B %Y, %H:%M %Z}: {opening}"]
    lines += [f"{step.at:>5} s  {step.sentence}" for step in explanation.steps]
    lines.append(
        f"If nobody answers, a customer hears {explanation.ringing_seconds} s of ringing and "
        f"waits {explanation.longest_wait_seconds} s at most before the end."
    )
    return "\n".join(lines)


def as_data(explanation: Explanation) -> dict[str, Any]:
    """The explanation for programs, ready for JSON; moments in ISO 8601."""
    opens = explanation.next_open
    return {
        **asdict(explanation),
        "at": explanation.at.isoformat(),
        "next_open": opens.isoformat() if opens else None,
    }
