"""The pairs of fault and stage that cannot be, each with its reason. A run checks them.

Some can be, but only when a contact moves on in the few milliseconds between a step and the fault
that strikes it, or was rebuilt just then. They are marked as a **blink**: they are counted and
shown, and no run is asked for thirty of them.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOSED = "closed"
NOBODY_RINGS = "menu choosing recording promising talking farewell promised closed"
NOBODY_TALKS = (
    "menu seeking choosing recording promising restoring farewell promised keeping closed"
)
NO_STAFF = "menu choosing recording promising farewell promised closed"
NO_CALLBACK = f"{NOBODY_RINGS} seeking transfer"
SPELLS = (
    "redis_down redis_full redis_read_only redis_slow sql_down sql_locked clock_down workers_down "
    "reconciler_down web_down webhooks_lost rest_away clock_kill"
)
HOLDS = "worker_kill_before_hold worker_kill_after_hold hold_ignored"


@dataclass(frozen=True)
class Never:
    """None of these faults strikes a contact in one of these stages; in a blink: hardly ever."""

    faults: frozenset[str]
    stages: frozenset[str]
    why: str
    blink: bool = False


def _never(faults: str, stages: str, why: str) -> Never:
    return Never(frozenset(faults.split()), frozenset(stages.split()), why)


def _blink(faults: str, stages: str, why: str) -> Never:
    return Never(frozenset(faults.split()), frozenset(stages.split()), why, blink=True)


NEVER: tuple[Never, ...] = (
    _never(
        f"{SPELLS} redis_emptied record_corrupt",
        CLOSED,
        "what befalls everybody is counted for the contacts that are open, and the clock looks at "
        "no other",
    ),
    _blink(
        "worker_kill_before_dial worker_kill_after_dial",
        NOBODY_RINGS,
        "nobody is dialled any more; a dial was on its way when the stage changed",
    ),
    _blink(
        "worker_kill_in_callback",
        NO_CALLBACK,
        "only a broken line and a promise are called back; the customer was back first",
    ),
    _blink(
        HOLDS,
        "menu choosing recording promising promised closed farewell seeking restoring keeping",
        "somebody is held while two of us talk with or about them, and nowhere else; the hold was "
        "on its way when the stage changed",
    ),
    _blink(
        "line_drops everybody_leaves",
        "restoring promised closed",
        "the customer has no line; they are picking up, or hanging up, just now",
    ),
    _blink(
        "agent_line_drops browser_closes",
        NO_STAFF,
        "nobody of ours is on the line, but for those who are being let go",
    ),
    _blink(
        "double_click agent_holds callback_promised",
        NOBODY_TALKS,
        "no agent talks with the customer, so they have nothing to press",
    ),
    _never(
        "link_moves link_cancels",
        "menu",
        "who is in the menu was not promised anything by this contact",
    ),
    _blink(
        "link_moves link_cancels",
        "seeking choosing recording promising transfer restoring",
        "a customer calls in while a promise stands, and presses a button of its page meanwhile",
    ),
    _blink(
        "webhook_lose webhook_delay webhook_reorder",
        "menu",
        "the only news is the goodbye of the customer's own call, whose address names no contact: "
        "it is struck without being counted for a stage",
    ),
)
