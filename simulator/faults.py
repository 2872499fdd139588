"""Faults asked for through POST /sim/faults, and the one place that decides when one strikes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from simulator import given

if TYPE_CHECKING:
    from simulator.engine import Engine

REST_FAULTS = frozenset(
    {
        "rest_429",
        "rest_5xx_before",
        "rest_5xx_after",
        "rest_timeout_before",
        "rest_timeout_after",
        "rest_latency",
        "rest_outage",
    }
)
WEBHOOK_FAULTS = frozenset(
    {"webhook_lose", "webhook_duplicate", "webhook_delay", "webhook_reorder"}
)
OTHER_FAULTS = frozenset({"hold_ignored", "carrier_drop"})
_SECONDS = {"rest_timeout_before": 30.0, "rest_timeout_after": 30.0, "carrier_drop": 0.0}
NAMES = REST_FAULTS | WEBHOOK_FAULTS | OTHER_FAULTS


@dataclass(slots=True)
class Fault:
    """A fault in waiting.

    ``times`` counts down and 0 means spent; -1 means until cleared. ``match`` must be part of
    what is struck: method and path for REST faults, event and URL for webhook faults, the
    address or sid of a call for a carrier drop. ``seconds`` is a latency or delay; ``status``
    the HTTP status of a 5xx.
    """

    name: str
    times: int = 1
    match: str = ""
    seconds: float = 2.0
    status: int = 503


def parse(value: dict[str, Any]) -> Fault:
    """A fault from JSON; ValueError says what is wrong with it."""
    name = str(value.get("name", ""))
    if name not in NAMES:
        raise ValueError(f"no fault is called {name!r}; there are {', '.join(sorted(NAMES))}")
    known = {f.name for f in fields(Fault)}
    unknown = set(value) - known
    if unknown:
        raise ValueError(f"fault {name} has no {', '.join(sorted(unknown))}")
    return Fault(
        name,
        given.whole("times", value.get("times", 1), -1, 1_000_000),
        given.text("match", value.get("match", "")),
        given.number("seconds", value.get("seconds", _SECONDS.get(name, 2.0))),
        given.whole("status", value.get("status", 503), 500, 599),
    )


def strike(net: Engine, names: frozenset[str] | set[str], subject: str) -> Fault | None:
    """The first waiting fault of these kinds that fits ``subject``; uses it up and traces it."""
    if not net.faults:
        return None
    for fault in net.faults:
        if fault.name in names and fault.match in subject and fault.times != 0:
            fault.times -= fault.times > 0
            net.faults = [f for f in net.faults if f.times != 0]
            net.trace.write("fault", name=fault.name, match=fault.match, subject=subject)
            return fault
    return None
