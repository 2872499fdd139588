"""Ring strategies: members and what is known of them -> whom to ring, in which waves.

A round is a tuple of **waves**; the next wave begins when every attempt of the one before is over.
A wave is a tuple of **rings**; each starts ``delay_ms`` after its wave. So ALL is one wave,
IN_ORDER
one wave a member, and PROGRESSIVE one wave whose members join the ringing one after the other.

To add a strategy: one member of ``Strategy``, one row in ``ORDERS`` or ``_one_wave``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from telephony.contact.plans import Candidate, Plan, Ring, Strategy
from telephony.contact.records import replace

Wave = tuple[Ring, ...]
Order = Callable[[tuple[Candidate, ...], str], tuple[Candidate, ...]]


def _as_given(candidates: tuple[Candidate, ...], seed: str) -> tuple[Candidate, ...]:
    return candidates


def _longest_idle(candidates: tuple[Candidate, ...], seed: str) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda member: member.idle_since))


def _fewest_calls(candidates: tuple[Candidate, ...], seed: str) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda member: member.calls_today))


def _shuffled(candidates: tuple[Candidate, ...], seed: str) -> tuple[Candidate, ...]:
    def mark(member: Candidate) -> bytes:
        return hashlib.sha256(f"{seed}/{member.key}".encode()).digest()

    return tuple(sorted(candidates, key=mark))


ORDERS: dict[Strategy, Order] = {
    Strategy.ALL: _as_given,
    Strategy.IN_ORDER: _as_given,
    Strategy.PROGRESSIVE: _as_given,
    # The cursor lives with the routing: candidates come already turned to the member who is next.
    Strategy.ROUND_ROBIN: _as_given,
    Strategy.LONGEST_IDLE: _longest_idle,
    Strategy.FEWEST_CALLS: _fewest_calls,
    Strategy.RANDOM: _shuffled,
}

_TOGETHER = frozenset({Strategy.ALL, Strategy.PROGRESSIVE})


def waves(plan: Plan, candidates: tuple[Candidate, ...], seed: str) -> tuple[Wave, ...]:
    """The waves of one round. Busy members are left out; no member is rung twice in a round.

    ``seed`` decides RANDOM: the same seed gives the same order, so a replay rings the same people.
    """
    free = _distinct(tuple(member for member in candidates if not member.busy))
    ordered = ORDERS[plan.strategy](free, seed)
    if not ordered:
        return ()
    if plan.strategy in _TOGETHER:
        return (_one_wave(plan, ordered),)
    return tuple((_ring(plan, member, member.delay_ms),) for member in ordered)


def _distinct(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple({member.address: member for member in reversed(candidates)}.values())[::-1]


def _ring(plan: Plan, member: Candidate, delay_ms: int) -> Ring:
    return Ring(candidate=member, delay_ms=delay_ms, ring_ms=member.ring_ms or plan.ring_ms)


def _one_wave(plan: Plan, ordered: tuple[Candidate, ...]) -> Wave:
    if plan.strategy is Strategy.ALL:
        return tuple(_ring(plan, member, member.delay_ms) for member in ordered)
    step = plan.step_ms or plan.ring_ms
    last = (len(ordered) - 1) * step
    joined = (_ring(plan, member, place * step) for place, member in enumerate(ordered))
    # Those who joined early ring on until the last one has had their time.
    return tuple(replace(ring, ring_ms=ring.ring_ms + last - ring.delay_ms) for ring in joined)
