"""Many worlds, one after the other, and their sum."""

from __future__ import annotations

import gc
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import Any, TextIO

from simulator.trace import as_line
from warmline.campaign.house import House, open_house
from warmline.campaign.people import staff
from warmline.campaign.plan import CALLERS, Plan, draw
from warmline.campaign.world import Result, play

DAY_S = 86_400.0


@dataclass
class Sum:
    """What a campaign found, over all its worlds."""

    seed: int
    calls: int
    faults: str
    aim: bool = False
    worlds: int = 0
    contacts: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    stages: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    transfers: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    failed: list[Result] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def add(self, result: Result) -> None:
        """One more world."""
        self.worlds += 1
        self.contacts += sum(result.outcomes.values())
        self.struck += result.struck
        self.stages += result.stages
        self.outcomes += result.outcomes
        self.transfers += result.transfers
        self.answers += result.answers
        self.violations += Counter(violation.rule for violation in result.violations)
        if result.violations:
            # Only what is shown afterwards is kept: a trace is large.
            result.lines = []
            self.failed.append(result)

    def merge(self, part: Sum) -> None:
        """What another process found; side by side, so the longer of the two counts."""
        self.worlds += part.worlds
        self.contacts += part.contacts
        for name in ("struck", "stages", "outcomes", "transfers", "answers"):
            getattr(self, name).update(getattr(part, name))
        self.violations += part.violations
        self.failed += part.failed
        self.seconds = max(self.seconds, part.seconds)
        self.cpu_seconds += part.cpu_seconds

    def to_json(self) -> dict[str, Any]:
        """The summary that is printed."""
        speed = self.contacts / self.seconds if self.seconds else 0.0
        of_core = self.contacts / self.cpu_seconds if self.cpu_seconds else 0.0
        return {
            "seed": self.seed,
            "calls": self.calls,
            "worlds": self.worlds,
            "contacts": self.contacts,
            "faults": dict(sorted(self.struck.items())),
            "violations": dict(sorted(self.violations.items())),
            "outcomes": {
                "contacts": dict(sorted(self.outcomes.items())),
                "transfers": dict(sorted(self.transfers.items())),
            },
            "requests": dict(sorted(self.answers.items())),
            "contacts_per_second": round(speed, 2),
            "contacts_per_cpu_second": round(of_core, 2),
            "seconds": round(self.seconds, 2),
            "command": replay(self.seed, self.calls, self.faults, aim=self.aim),
            "failed": [
                {
                    "world": result.plan.seed,
                    "command": replay_world(result.plan, self.faults, aim=self.aim),
                    "violations": [vars(each) for each in result.violations[:5]],
                }
                for result in self.failed[:20]
            ],
        }


def replay(seed: int, calls: int, faults: str, *, aim: bool = False) -> str:
    """The command that does the same again."""
    return f"warmline simulate --calls {calls} --seed {seed} --faults {faults}{' --aim' * aim}"


def replay_world(plan: Plan, faults: str, *, aim: bool = False) -> str:
    """The command that plays one world of a campaign again."""
    wanted = f"--calls {plan.drawn} --faults {faults}{' --aim' * aim}"
    return f"warmline simulate --world {plan.seed} {wanted}"


def plans(seed: int, calls: int, names: tuple[str, ...], *, aim: bool = False) -> Iterator[Plan]:
    """The worlds of a campaign: a few callers each, with a seed of their own."""
    dice = random.Random(f"{seed} campaign")
    left = calls
    while left > 0:
        size = min(left, CALLERS)
        left -= size
        yield draw(dice.getrandbits(32), size, names, aim=aim)


def campaign(
    house: House,
    worlds: list[Plan],
    total: Sum,
    *,
    trace: TextIO | None = None,
    progress: Callable[[Result], None] = lambda result: None,
) -> Sum:
    """Play all the worlds and add them up."""
    began, cpu = time.perf_counter(), time.process_time()
    shift, number = 0.0, 0
    if trace is not None:
        number = _cast(trace, worlds)
    with _garbage_later():
        for place, plan in enumerate(worlds):
            result = play(house, plan)
            if trace is not None:
                last = place == len(worlds) - 1
                number = _append(trace, result, shift, number, last=last)
                # Whole days, so that the hour of the day stays what it was.
                shift += DAY_S * (result.virtual // DAY_S + 1)
            progress(result)
            total.add(result)
            gc.collect()
    total.seconds = time.perf_counter() - began
    total.cpu_seconds = time.process_time() - cpu
    return total


@contextmanager
def _garbage_later() -> Iterator[None]:
    """Garbage is collected between worlds and not while one is played. What is loaded by now
    lasts as long as the process: it is not gone through again and again.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def side_by_side(worlds: list[Plan], total: Sum, processes: int) -> Sum:
    """Deal the worlds out to so many processes, each with a house of its own, and add up.

    A world is the same wherever it is played; failed ones are put back into their order.
    """
    order = {plan.seed: place for place, plan in enumerate(worlds)}
    hands = [worlds[place::processes] for place in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for part in pool.map(partial(_alone, total.seed, total.faults), hands):
            total.merge(part)
    total.failed.sort(key=lambda failed: order[failed.plan.seed])
    return total


def _alone(seed: int, faults: str, worlds: list[Plan]) -> Sum:
    with open_house() as house:
        return campaign(house, worlds, Sum(seed, 0, faults))


def _cast(trace: TextIO, worlds: list[Plan]) -> int:
    """One trace of many worlds begins with everybody who calls in any of them."""
    customers = {plan.customer(caller): None for plan in worlds for caller in plan.callers}
    line = {"seq": 1, "t": 0.0, "kind": "cast", "customers": list(customers), "staff": staff()}
    trace.write(as_line(line) + "\n")
    return 1


def _append(trace: TextIO, result: Result, shift: float, number: int, *, last: bool) -> int:
    """A world's lines after those of the worlds before; it heals once, at the end."""
    for line in result.lines:
        if line["kind"] == "cast" or (line["kind"] in ("healed", "rest_time") and not last):
            continue
        number += 1
        t = round(line["t"] + shift, 3)
        trace.write(as_line({**line, "seq": number, "t": t}) + "\n")
    return number
