"""What one world is made of. A plan says everything: the same plan gives the same trace.

Nothing in a plan depends on another part of it, so that leaving out a caller or a fault leaves
the rest as it was; that is how a failing plan is made smaller.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from warmline.campaign.faults import BOUNDARIES, DEEDS, NAMES, PEOPLE, SPELLS, Planned

CALLERS = 6
"""How many customers call in one world. Few, so that a failure is small; enough to meet."""

FAULTY_S = 90.0
"""For how long faults strike; then they heal."""

MOST_FAULTS = 6
WIDER = 0.5
"""The share of worlds that are played in the wider company."""
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
NOT_IN_ALL = frozenset({"carrier_drop", "web_slow", *DEEDS})
"""`carrier_drop` is `line_drops` without a person. `web_slow` breaks S2 wherever it strikes: Twilio
waits 15 s for a document, in silence, unless its address carries a shorter time-out (#rt=…).
`DEEDS` come in when 2,000 contacts with them have been played to the end.
"""

OUTAGES = frozenset(
    {"redis_down", "redis_full", "redis_read_only", "redis_slow"}
    | {"workers_down", "web_down", "rest_away"}
)
"""What nobody can act without."""

RESUMED_S = 10.0
"""The catalogue asks that work resumes within this time after an outage (R); the next one may come
then.
"""


@dataclass(frozen=True)
class Plan:
    """One world: ``callers`` are numbers of customers, each with dice of their own.

    ``drawn`` is how many callers it had before it was made smaller. A ``wider`` world is played in
    the company with more departments (company.py), and whoever was promised a call may call first.
    """

    seed: int
    callers: tuple[int, ...]
    faults: tuple[Planned, ...] = ()
    switches: tuple[tuple[str, Any], ...] = ()
    epoch: str = HOURS[0].isoformat()
    calls_per_second: float = 5.0
    drawn: int = 0
    wider: bool = False

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


def draw(seed: int, callers: int, names: tuple[str, ...]) -> Plan:
    """The plan of a world: some of the named faults, at moments of their own."""
    dice = random.Random(f"{seed} plan")
    count = dice.choice((0, 1, 1, 2, 2, 3, 4, MOST_FAULTS)) if names else 0
    faults = _apart([_fault(dice, dice.choice(names)) for _ in range(count)])
    return Plan(
        seed=seed,
        callers=tuple(range(callers)),
        drawn=callers,
        faults=tuple(sorted(faults, key=lambda fault: (fault.at, fault.name))),
        switches=_switches(dice),
        epoch=(dice.choice(HOURS) + timedelta(seconds=dice.randrange(60))).isoformat(),
        calls_per_second=dice.choice((1.0, 5.0, 5.0, 30.0)),
        wider=random.Random(f"{seed} company").random() < WIDER,
    )


def _apart(faults: list[Planned]) -> list[Planned]:
    """Without outages that begin before an earlier one is over for `RESUMED_S`: end to end they are
    one that is longer than `SPELLS` allows.
    """
    kept: list[Planned] = []
    clear = 0.0
    for fault in sorted(faults, key=lambda fault: (fault.at, fault.name)):
        if fault.name in OUTAGES:
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
    if name in PEOPLE or name in DEEDS:
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
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in NAMES:
            raise ValueError(f"no fault is called {name!r}; there are {', '.join(sorted(NAMES))}")
    return names
