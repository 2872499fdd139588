"""Which fault struck in which stage of a contact, and where it could have and did not.

Where a fault could strike is measured, not declared: every gate that an actor passes is looked at
now and then, and the stage of its contact is noted for every fault that fits the gate.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from warmline.campaign.faults import BOUNDARIES, NETWORK, SPELLS

Pairs = Counter[tuple[str, str]]

LEAST, PER_CONTACTS = 30, 150_000
"""Every pair is struck so often in so many contacts."""


@dataclass(frozen=True)
class Missing:
    """A pair of fault and stage that was struck less often than it should."""

    fault: str
    stage: str
    struck: int
    least: int


def could_strike(kind: str, gate: str, *, before: bool) -> list[str]:
    """The faults that fit a gate which an actor of that kind passes."""
    found = [
        name
        for name, spot in BOUNDARIES.items()
        if spot.before is before and gate.startswith(spot.gate) and spot.kind in ("", kind)
    ]
    if before:
        if gate.startswith("rest:"):
            found += [name for name in NETWORK if name.startswith("rest_")]
        found += SPELLS
    return found


def least_of(contacts: int) -> int:
    """How often each pair must be struck in a campaign of so many contacts."""
    return math.floor(LEAST * contacts / PER_CONTACTS)


def missing(struck: Pairs, possible: Pairs, contacts: int) -> list[Missing]:
    """The pairs that could have been struck and were not often enough, in order."""
    least = least_of(contacts)
    return [
        Missing(fault, stage, struck[fault, stage], least)
        for fault, stage in sorted(possible)
        if stage and struck[fault, stage] < least
    ]


def table(struck: Pairs, possible: Pairs) -> str:
    """Faults down, stages across; ``-`` where a fault was never possible."""
    stages = sorted({stage for _, stage in (*struck, *possible) if stage})
    names = sorted({name for name, _ in (*struck, *possible)})
    wide = max([5, *map(len, names)])
    lines = [" " * wide + "".join(f" {stage[:10]:>10}" for stage in stages)]
    for name in names:
        cells = [
            str(struck[name, stage])
            if (name, stage) in struck or (name, stage) in possible
            else "-"
            for stage in stages
        ]
        lines.append(f"{name:<{wide}}" + "".join(f" {cell:>10}" for cell in cells))
    return "\n".join(lines)
