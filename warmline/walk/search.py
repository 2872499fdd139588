"""The walk: breadth first through every shape a contact can take, within bounds."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time

from telephony.contact import events as ev
from telephony.contact.codec import decode, encode, event_data
from telephony.contact.edit import Impossible, Refused
from telephony.contact.machine import Verdict, begin, step
from telephony.contact.model import Contact, TransferMode
from telephony.contact.plans import Target, TargetKind
from warmline.walk.happenings import ROOM, Bounds, Happening, candidates, happenings
from warmline.walk.rules import at_rest, wrong
from warmline.walk.shape import pruned, shape

START = 1_800_000_000_000
FIRST = ev.CustomerCalled("CA-customer", "+12025550199", "+12025550100", "en")
TWICE = (
    *(ev.LegRang, ev.LegAnswered, ev.LegAccepted, ev.LegDeclined, ev.LegEnded),
    *(ev.RoomJoined, ev.RoomLeft, ev.RoomHeld, ev.RoomUnheld, ev.RoomEnded, ev.MusicAsked),
)
"""Webhooks that may be delivered twice: the second time must change nothing."""

MOST_WRONGS = 10

CODEC_EVERY = 16
"""Every so manieth state is stored and read again; doing it for all would take half of the time."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A broken rule, and the shortest way there: what happened, one after the other."""

    what: str
    way: tuple[str, ...]


@dataclass
class Walk:
    """What was found."""

    states: int = 0
    transitions: int = 0
    refused: int = 0
    depth: int = 0
    whole: bool = False  # nothing was left to visit; only then is the way to an end proved
    seconds: float = 0.0  # of processor time
    stages: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    moves: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Seen moves from state to state, of ``stage``, ``hunt`` and ``transfer``; for the diagrams."""
    wrongs: list[Wrong] = field(default_factory=list)


class _Map:
    """States by number: how each was reached first, and from where it can be reached fairly."""

    def __init__(self) -> None:
        self.number: dict[int, int] = {}
        self.parent = array("q")
        self.how: list[str] = []
        self.fair_from = array("q")
        self.fair_to = array("q")
        self.rests: list[int] = []

    def add(self, mark: int, parent: int, how: str) -> int:
        number = len(self.how)
        self.number[mark] = number
        self.parent.append(parent)
        self.how.append(how)
        return number

    def way(self, number: int) -> tuple[str, ...]:
        found = []
        while number > 0:
            found.append(self.how[number])
            number = self.parent[number]
        return tuple(reversed(found))

    def stuck(self) -> list[int]:
        """States from which no fair walk leads to an end."""
        back: dict[int, list[int]] = {}
        for start, goal in zip(self.fair_from, self.fair_to, strict=True):
            back.setdefault(goal, []).append(start)
        good = set(self.rests)
        fresh = list(self.rests)
        while fresh:
            for start in back.get(fresh.pop(), ()):
                if start not in good:
                    good.add(start)
                    fresh.append(start)
        return [number for number in range(len(self.how)) if number not in good]


def ringing_in() -> Contact:
    """Where every contact begins."""
    return begin("c", FIRST, START).contact


def talking() -> Contact:
    """Ana has the customer: where transfers begin."""
    contact = step(ringing_in(), ev.DepartmentChosen("sales", "Sales", "en", ("1",)), START).contact
    return _rung(step(contact, ev.RoomJoined(FIRST.call, ROOM, 1), START).contact)


def consulting() -> Contact:
    """Ana speaks with Carla about the customer, who is on hold."""
    contact = talking()
    target = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    contact = step(
        contact, ev.TransferAsked("client:ana", target, TransferMode.WARM), START
    ).contact
    (hold,) = contact.pending
    return _rung(step(contact, ev.HoldRead(hold.id, contact.legs[0].id, True), START).contact)


def _rung(contact: Contact) -> Contact:
    """A hunt has begun: the first member is rung, accepts and joins."""
    (plan,) = contact.pending
    contact = step(contact, candidates(plan, Bounds()), START).contact
    (dial,) = contact.pending
    leg = contact.legs[-1]
    contact = step(contact, ev.DialPlaced(dial.id, leg.id, f"CA-{leg.id}"), START).contact
    contact = step(contact, ev.LegAccepted(leg.id, f"CA-{leg.id}"), START).contact
    return step(contact, ev.RoomJoined(f"CA-{leg.id}", ROOM, 2), START).contact


def walk(contact: Contact, bounds: Bounds, progress: Callable[[Walk], None] | None = None) -> Walk:
    """Visit every state that can follow ``contact``. ``progress`` is told once for every depth."""
    found, known, began = Walk(), _Map(), process_time()
    frontier = [(known.add(hash(shape(contact, START)), -1, ""), contact, START)]
    while frontier and found.depth < bounds.depth:
        following: list[tuple[int, Contact, int]] = []
        for number, contact, now in frontier:
            _count(found, known, number, contact)
            for happening in happenings(contact, now, bounds):
                _go(found, known, (number, contact), happening, following, bounds)
                if len(found.wrongs) >= MOST_WRONGS:
                    return found
        frontier = following
        found.depth += 1
        found.seconds = process_time() - began
        if progress is not None:
            progress(found)
    found.whole = not frontier
    if found.whole:
        for number in known.stuck()[:MOST_WRONGS]:
            found.wrongs.append(Wrong("no fair walk leads to an end", known.way(number)))
    return found


def _count(found: Walk, known: _Map, number: int, contact: Contact) -> None:
    found.states += 1
    found.stages[contact.stage.value] = found.stages.get(contact.stage.value, 0) + 1
    if at_rest(contact):
        known.rests.append(number)
        outcome = str(contact.outcome)
        found.outcomes[outcome] = found.outcomes.get(outcome, 0) + 1


def _go(
    found: Walk,
    known: _Map,
    start: tuple[int, Contact],
    happening: Happening,
    following: list[tuple[int, Contact, int]],
    bounds: Bounds,
) -> None:
    number, contact = start
    event, now = happening.event, happening.now
    found.transitions += 1
    try:
        stepped = step(contact, event, now)
    except Refused:
        found.refused += 1
        return
    except Impossible as error:
        found.wrongs.append(Wrong(f"impossible: {error}", (*known.way(number), repr(event))))
        return
    if stepped.verdict is Verdict.STALE:
        return
    after = stepped.contact
    what = wrong(contact, event, after, now)
    if not what and bounds.late and isinstance(event, TWICE):
        again = step(after, event, now).contact
        what = "" if again is after else "the same webhook again changes something"
    _note_moves(found, contact, after)
    after = pruned(after)
    mark = hash(shape(after, now))
    goal = known.number.get(mark)
    if goal is None:
        goal = known.add(mark, number, _said(event))
        following.append((goal, after, now))
        if goal % CODEC_EVERY == 0 and decode(encode(after)) != after:
            what = what or "what is stored is not what is read"
    if what:
        found.wrongs.append(Wrong(what, (*known.way(number), _said(event))))
    if happening.fair:
        known.fair_from.append(number)
        known.fair_to.append(goal)


def _note_moves(found: Walk, was: Contact, contact: Contact) -> None:
    if was.stage is not contact.stage:
        _note(found, "stage", was.stage, contact.stage)
    old, new = was.hunt, contact.hunt
    if old and new and old.id == new.id and old.state is not new.state:
        _note(found, "hunt", old.state, new.state)
    for before, after in zip(was.transfers, contact.transfers, strict=False):
        if before.state is not after.state:
            _note(found, "transfer", before.state, after.state)


def _note(found: Walk, machine: str, was: str, now: str) -> None:
    found.moves.setdefault(machine, set()).add((str(was), str(now)))


def _said(event: ev.Event) -> str:
    """An event in a few words."""
    values = [str(value) for value in event_data(event).values() if isinstance(value, str | int)]
    return f"{type(event).__name__} {' '.join(values)}".strip()
