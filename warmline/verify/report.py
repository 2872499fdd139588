"""What a check found: violations, and counts that say how much was looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

INVARIANTS: Final[dict[str, str]] = {
    "S1": "a customer's leg goes down only by the customer or the carrier, unless they were told "
    "and a durable promise or ticket came first",
    "S2": "no customer spends 10 s or more without hold audio, a prompt or a human",
    "S3": "the service removes the agent only while an accepted human receiver is in the same "
    "conference, not muted, not held",
    "S4": "at most one live dial per attempt, at most one receiver wins, the losers' phones stop "
    "ringing within 5 s",
    "S5": "exactly one final outcome per contact and per transfer, and one that fits what happened",
    "S6": "whatever was acknowledged survives",
    "S7": "no leg ever enters another contact's conference",
    "S8": "no dial starts more than 5 s after the customer left, promises excepted",
    "S9": "promises: attempts within the maximum, inside the allowed hours, never while the "
    "customer is connected, one open per customer and department",
    "S10": "every number dialled was allowed by the dialling policy",
    "L1": "every contact and every transfer reaches one of its final outcomes",
    "L2": "no due deadline is older than 10 s",
    "L3": "a lost webhook is reconciled within 30 s",
    "L4": "at rest there are no orphans and nobody is left on hold",
    "L5": "every promise is tried within its window + 60 s, or ticketed",
}
"""The invariants and what they say, in the order in which they are reported."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise of the product.

    ``t`` is the moment in simulated seconds, ``seq`` the trace line at which it was noticed (0 when
    only the facts show it), ``call`` and ``contact`` whom it concerns ('' when unknown).
    """

    invariant: str
    t: float
    reason: str
    seq: int = 0
    call: str = ""
    contact: str = ""

    def __str__(self) -> str:
        who = " ".join(word for word in (self.contact, self.call) if word)
        return f"{self.invariant} at {self.t:.3f} s (line {self.seq}) {who}: {self.reason}"


@dataclass(frozen=True)
class Report:
    """The result of one check.

    ``counts`` says how much was seen (lines, contacts, legs, dials, faults, ...), ``outcomes`` how
    the contacts ended, as far as trace and facts tell. ``not_judged`` names the invariants for
    which the trace alone holds no evidence, or no mark, and why.
    """

    violations: tuple[Violation, ...]
    counts: dict[str, int]
    outcomes: dict[str, int]
    not_judged: dict[str, str]

    @property
    def clean(self) -> bool:
        """Whether nothing is violated."""
        return not self.violations

    @property
    def by_invariant(self) -> dict[str, int]:
        """How often each invariant is violated; all of them, zeros too."""
        found = Counter(violation.invariant for violation in self.violations)
        return {name: found[name] for name in INVARIANTS}

    def as_json(self) -> dict[str, Any]:
        """The whole report for a program."""
        return {
            "clean": self.clean,
            "violations": self.by_invariant,
            "found": [
                {
                    "invariant": each.invariant,
                    "t": each.t,
                    "line": each.seq,
                    "contact": each.contact,
                    "call": each.call,
                    "reason": each.reason,
                }
                for each in self.violations
            ],
            "counts": self.counts,
            "outcomes": self.outcomes,
            "not_judged": self.not_judged,
        }
