"""Which fault struck in which stage of a contact, and which pairs of the two cannot be.

Every fault is asked for in every stage. What cannot be is listed with its reason, and a run in
which it happens after all says that the list is wrong.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from telephony.contact.model import Stage
from warmline.campaign.never import NEVER, Never

Pairs = Counter[tuple[str, str]]

STAGES = tuple(stage.value for stage in Stage)
LEAST, PER_CONTACTS = 30, 150_000
"""Every pair is struck so often in so many contacts."""


@dataclass(frozen=True)
class Missing:
    """A pair of fault and stage that was struck less often than it should."""

    fault: str
    stage: str
    struck: int
    least: int


@cache
def why_never(fault: str, stage: str) -> Never | None:
    """Why this fault does not strike a contact in that stage; None when it does."""
    return next((n for n in NEVER if fault in n.faults and stage in n.stages), None)


@cache
def stages_of(fault: str) -> tuple[str, ...]:
    """The stages in which it strikes, in the order of a contact's life."""
    return tuple(stage for stage in STAGES if why_never(fault, stage) is None)


def least_of(contacts: int) -> int:
    """How often each pair must be struck in a campaign of so many contacts."""
    return math.floor(LEAST * contacts / PER_CONTACTS)


def missing(struck: Pairs, faults: Iterable[str], contacts: int) -> list[Missing]:
    """The pairs of these faults that were not struck often enough, in order."""
    least = least_of(contacts)
    return [
        Missing(fault, stage, struck[fault, stage], least)
        for fault in sorted(faults)
        for stage in stages_of(fault)
        if struck[fault, stage] < least
    ]


def wrong(struck: Pairs) -> list[str]:
    """What was struck although the list says that it cannot be."""
    denied = ((pair, count, why_never(*pair)) for pair, count in sorted(struck.items()))
    return [
        f"{pair[0]} struck {count} times in {pair[1]}, which cannot be: {never.why}"
        for pair, count, never in denied
        if never is not None and not never.blink
    ]


def table(struck: Pairs, faults: Iterable[str]) -> str:
    """Faults down, stages across; ``-`` where a fault is not asked for and did not strike."""
    names = sorted(faults)
    wide = max([5, *map(len, names)])
    lines = [" " * wide + "".join(f" {stage[:10]:>10}" for stage in STAGES)]
    for name in names:
        cells = [
            struck[name, stage] or ("0" if why_never(name, stage) is None else "-")
            for stage in STAGES
        ]
        lines.append(f"{name:<{wide}}" + "".join(f" {cell:>10}" for cell in cells))
    return "\n".join(lines)
