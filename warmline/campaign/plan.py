"""What one world is made of. A plan says everything: the same plan gives the same trace.

Nothing in a plan depends on another part of it, so that leaving out a caller or a fault leaves
the rest as it was; that is how a failing plan is made smaller.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from warmline.campaign.coverage import stages_of
from warmline.campaign.faults import (
    BOUNDARIES,
    DEEDS,
    LOSSES,
    NAMES,
    OUTAGES,
    PEOPLE,
    RESUMED_S,
    SPELLS,
    Planned,
)

CALLERS = 6
"""How many customers call in one world. Few, so that a failure is small; enough to meet."""

FAULTY_S = 90.0
"""For how long faults strike; then they heal."""

MOST_FAULTS = 6
WIDER = 0.5
"""The share of worlds that are played in the wider company."""
AIMED = 0.8
"""The share of faults that wait for a stage; the others strike whoever comes first."""
AIMED_BY_S = 30.0
"""Until then they begin to wait."""
SELDOM = {"promising": 2.0, "promised": 1.5, "restoring": 1.5, "recording": 1.5, "keeping": 1.5}
LINKS = {"link_moves": 3.0, "link_cancels": 3.0}
"""Stages and faults at which is aimed more often, because the aim fails more often."""
ABSENT = "absent"
WITHOUT_STAFF = frozenset({"choosing", "recording", "promising", "farewell", "promised", "keeping"})
"""The stages in which somebody comes whom nobody answers."""
AREAS = ("202", "212", "305", "312", "303", "206", "416", "604")
"""Area codes; each has a hundred numbers kept for fiction, 555-0100 to 555-0199."""

# A Monday in Warmline's example company (New York): nearly everything is open, then closing hours.
HOURS = (
    datetime(2026, 6, 8, 15, 0, tzinfo=UTC),
    datetime(2026, 6, 8, 15, 0, tzinfo=UTC),
    datetime(2026, 6, 9, 18, 30, tzinfo=UTC),
    datetime(2026, 6, 8, 20, 58, tzinfo=UTC),
    datetime(2026, 6, 8, 23, 50, tzinfo=UTC),
)
REPEATED = ("webhook_lose", "webhook_duplicate", "webhook_delay", "webhook_reorder")
STATUS = "https://calls.example.com/twilio/status/"
# News may be lost or late; a document is asked for and answered in one go, or web_slow. Only the
# music of a hold may be lost as well: it has no fallback address.
EVENTS = tuple(
    f"{event}{STATUS}"
    for event in ("", "participant-join ", "participant-leave ", "answered ", "completed ", "amd ")
)
MUSIC = "hold https://calls.example.com/twilio/voice/"
NOT_IN_ALL = frozenset({"carrier_drop", "web_slow", *DEEDS, *LOSSES})
"""`carrier_drop` is `line_drops` without a person. `web_slow` breaks S2 wherever it strikes: Twilio
waits 15 s for a document, in silence, unless its address carries a shorter time-out (#rt=…).
`DEEDS` and `LOSSES` are named beside `all` until 2,000 contacts of `make campaign` with them break
nothing.
"""


@dataclass(frozen=True)
class Plan:
    """One world: ``callers`` are numbers of customers, each with dice of their own.

    ``drawn`` is how many callers it had before it was made smaller. A ``wider`` world is played in
    the company with more departments (company.py), and whoever was promised a call may call first.
    ``drawn`` is how many callers it had before it was made smaller. ``lure`` is what people tend
    to, so that contacts come into stages that are seldom else: ABSENT staff hardly ever answer.
    """

    seed: int
    callers: tuple[int, ...]
    faults: tuple[Planned, ...] = ()
    switches: tuple[tuple[str, Any], ...] = ()
    epoch: str = HOURS[0].isoformat()
    calls_per_second: float = 5.0
    drawn: int = 0
    wider: bool = False
    lure: str = ""

    @property
    def aimed(self) -> bool:
        """Whether any of its faults is aimed at a stage."""
        return any(fault.stage for fault in self.faults)

    @property
    def begins(self) -> datetime:
        """The moment at which the world begins."""
        return datetime.fromisoformat(self.epoch)

    def customer(self, caller: int) -> str:
        """The telephone number of a customer."""
        area = AREAS[(self.seed + caller) % len(AREAS)]
        return f"+1{area}55501{20 + (self.seed * 7 + caller) % 80:02d}"

    def without_fault(self, place: int) -> Plan:
        """The same world with one fault less."""
        return replace(self, faults=self.faults[:place] + self.faults[place + 1 :])

    def without_caller(self, caller: int) -> Plan:
        """The same world with one caller less."""
        return replace(self, callers=tuple(each for each in self.callers if each != caller))

    def without_switch(self, place: int) -> Plan:
        """The same world with one corner of Twilio as it is by default."""
        return replace(self, switches=self.switches[:place] + self.switches[place + 1 :])

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Plan:
        """A plan from what `to_json` made."""
        faults = tuple(Planned(**fault) for fault in value["faults"])
        switches = tuple((name, setting) for name, setting in value["switches"])
        known = {**value, "faults": faults, "switches": switches}
        return cls(**{**known, "callers": tuple(value["callers"])})


def draw(seed: int, callers: int, names: tuple[str, ...], *, aim: bool = False) -> Plan:
    """The plan of a world: some of the named faults, at moments of their own; most of them aimed
    at stages if ``aim`` says so.
    """
    dice = random.Random(f"{seed} plan")
    count = dice.choice((0, 1, 1, 2, 2, 3, 4, MOST_FAULTS)) if names else 0
    one = _drawn if aim else _unaimed
    faults = _apart([one(dice, names) for _ in range(count)])
    stages = {fault.stage for fault in faults}
    if "restoring" in stages and "line_drops" in names:
        # Nobody is called back whose line has not broken.
        faults += [_aimed(dice, "line_drops", "talking") for _ in range(2)]
    if "callback_promised" in names and any(fault.name in LINKS for fault in faults):
        faults.append(_aimed(dice, "callback_promised", "talking"))
    return Plan(
        seed=seed,
        callers=tuple(range(callers)),
        drawn=callers,
        faults=tuple(sorted(faults, key=lambda fault: (fault.at, fault.name))),
        switches=_switches(dice),
        epoch=(dice.choice(HOURS) + timedelta(seconds=dice.randrange(60))).isoformat(),
        calls_per_second=dice.choice((1.0, 5.0, 5.0, 30.0)),
        wider=random.Random(f"{seed} company").random() < WIDER,
        lure=ABSENT if stages & WITHOUT_STAFF else "",
    )


def _drawn(dice: random.Random, names: tuple[str, ...]) -> Planned:
    """One fault: at a moment, or aimed at a stage in which it can strike."""
    if dice.random() >= AIMED:
        return _unaimed(dice, names)
    pairs, weights = _pairs(names)
    ((name, stage),) = dice.choices(pairs, cum_weights=weights)
    return _aimed(dice, name, stage)


def _unaimed(dice: random.Random, names: tuple[str, ...]) -> Planned:
    return _fault(dice, dice.choice(names))


def _aimed(dice: random.Random, name: str, stage: str) -> Planned:
    return replace(_fault(dice, name), at=round(dice.uniform(1.0, AIMED_BY_S), 2), stage=stage)


@cache
def _pairs(names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[float]]:
    """What can be aimed at, and the sums of the weights."""
    pairs = [(name, stage) for name in names for stage in stages_of(name)]
    weights = [SELDOM.get(stage, 1.0) * LINKS.get(name, 1.0) for name, stage in pairs]
    return pairs, list(accumulate(weights))


def _apart(faults: list[Planned]) -> list[Planned]:
    """Without outages that begin before an earlier one is over for `RESUMED_S`: end to end they are
    one that is longer than `SPELLS` allows. Those that are aimed keep apart by themselves.
    """
    kept: list[Planned] = []
    clear = 0.0
    for fault in sorted(faults, key=lambda fault: (fault.at, fault.name)):
        if fault.name in OUTAGES and not fault.stage:
            if fault.at < clear:
                continue
            clear = fault.at + fault.seconds + RESUMED_S
        kept.append(fault)
    return kept


def _fault(dice: random.Random, name: str) -> Planned:
    at = round(dice.uniform(1.0, FAULTY_S - 5.0), 2)
    if name in SPELLS:
        return Planned(name, at, round(dice.uniform(*SPELLS[name]), 1))
    if name in BOUNDARIES:
        # A process that hangs for longer than Twilio's patience and ours is the spell web_slow.
        return Planned(name, at, round(dice.uniform(0.5, 5.0), 1))
    if name in PEOPLE or name in DEEDS or name in LOSSES:
        return Planned(name, at)
    return _of_network(dice, name, at)


def _of_network(dice: random.Random, name: str, at: float) -> Planned:
    if name in REPEATED:
        seconds = round(dice.choice((0.3, 2.0, 30.0)), 1)
        events = (*EVENTS, MUSIC) if name == "webhook_lose" else EVENTS
        match = "" if name == "webhook_duplicate" else dice.choice(events)
        return Planned(name, at, seconds, match, dice.choice((1, 1, 3, 10)))
    if name == "rest_latency":
        return Planned(name, at, round(dice.uniform(0.3, 4.5), 1), times=dice.choice((1, 5)))
    if name.startswith("rest_"):
        match = dice.choice(("", "POST", "POST", "Calls.json", "Participants"))
        times = dice.choice((1, 1, 2, 5))
        # More requests in a row that never come back are an outage: rest_away, and as long as it.
        most = 2 if name.startswith("rest_timeout") else times
        return Planned(name, at, 30.0, match, min(times, most))
    return Planned(name, at, 0.0, times=dice.choice((1, 1, 3)))


def _switches(dice: random.Random) -> tuple[tuple[str, Any], ...]:
    """Twilio's undocumented corners, now one way and now the other."""
    chosen: list[tuple[str, Any]] = []
    if dice.random() < 0.5:
        chosen.append(("webhook_delay_max", round(dice.uniform(0.05, 1.5), 2)))
    for name, odd in (
        ("early_media_join", True),
        ("end_before_leave", True),
        ("ended_room_status", 400),
        ("restart_wait_music", True),
        ("repeated_hold_event", True),
        ("conference_id_in_call_status", True),
        ("removed_leg_continues", False),
        ("carrier_drop_status", "completed"),
        ("lagging_lists", 2.0),
    ):
        if dice.random() < 0.2:
            chosen.append((name, odd))
    return tuple(chosen)


def names_of(text: str) -> tuple[str, ...]:
    """What ``all``, ``none`` or a list of names means. ValueError names the wrong one."""
    if text == "all":
        return tuple(name for name in NAMES if name not in NOT_IN_ALL)
    if text == "none":
        return ()
    wanted = [name.strip() for name in text.split(",")]
    usual = names_of("all") if "all" in wanted else ()
    names = (*usual, *(name for name in wanted if name != "all" and name not in usual))
    for name in names:
        if name not in NAMES:
            raise ValueError(f"no fault is called {name!r}; there are {', '.join(sorted(NAMES))}")
    return names
