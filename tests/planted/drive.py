"""Plays worlds of the campaign until one shows a violation that is not known: run by the runner.

It runs with the copy of the tree as its only source of Warmline, and prints one JSON object.
"""

from __future__ import annotations

import itertools
import json
import signal
import sys
from collections.abc import Iterator, Sequence

from warmline.campaign.house import open_house
from warmline.campaign.plan import CALLERS, Plan, names_of
from warmline.campaign.run import plans
from warmline.campaign.world import play

WORLD_CPU_S = 20.0
"""A world takes one or two seconds of processor time; one that takes so long does not end."""


Part = tuple[int, int, str]
"""A seed, so many calls, and the faults that strike them."""


def worlds(parts: Sequence[Part]) -> Iterator[Plan]:
    """The worlds of all parts, in turns."""
    drawn = [plans(seed, calls, names_of(faults)) for seed, calls, faults in parts]
    for row in itertools.zip_longest(*drawn):
        yield from (plan for plan in row if plan is not None)


class NoEnd(BaseException):
    """A world took too much of the processor. Nothing of ours catches it."""


def drive(parts: Sequence[Part], known: frozenset[str]) -> dict[str, object]:
    """What was broken in the first world that broke anything new, and after how many contacts."""
    contacts = 0
    signal.signal(signal.SIGPROF, _too_long)
    with open_house() as house:
        for plan in worlds(parts):
            signal.setitimer(signal.ITIMER_PROF, WORLD_CPU_S)
            try:
                result = play(house, plan)
            except NoEnd:
                why = f"a world does not end within {WORLD_CPU_S:.0f} s of processor time"
                return {"rules": ["no end"], "example": why, "contacts": contacts + CALLERS}
            contacts += sum(result.outcomes.values()) or len(plan.callers)
            new = [each for each in result.violations if each.rule not in known]
            if new:
                rules = sorted({each.rule for each in new})
                return {"rules": rules, "example": new[0].why[:200], "contacts": contacts}
    return {"rules": [], "example": "", "contacts": contacts}


def _too_long(signum: int, frame: object) -> None:
    raise NoEnd


if __name__ == "__main__":
    _, PARTS, *KNOWN = sys.argv
    print(json.dumps(drive(json.loads(PARTS), frozenset(KNOWN))))
