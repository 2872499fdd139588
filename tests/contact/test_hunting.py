"""Ring strategies: who is rung, in which order, for how long."""

from __future__ import annotations

import pytest

from telephony.contact.hunting import waves
from telephony.contact.plans import Candidate, Strategy
from telephony.contact.records import replace
from tests.contact.play import members, plan

STAFF = (
    Candidate("ana", "Ana", "client:ana", idle_since=30, calls_today=1),
    Candidate("ben", "Ben", "client:ben", idle_since=10, calls_today=5),
    Candidate("eve", "Eve", "client:eve", idle_since=20, calls_today=0),
)


def order(strategy: Strategy, seed: str = "s") -> list[list[str]]:
    return [
        [ring.candidate.key for ring in wave]
        for wave in waves(plan(strategy=strategy), STAFF, seed)
    ]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        (Strategy.ALL, [["ana", "ben", "eve"]]),
        (Strategy.PROGRESSIVE, [["ana", "ben", "eve"]]),
        (Strategy.IN_ORDER, [["ana"], ["ben"], ["eve"]]),
        (Strategy.ROUND_ROBIN, [["ana"], ["ben"], ["eve"]]),
        (Strategy.LONGEST_IDLE, [["ben"], ["eve"], ["ana"]]),
        (Strategy.FEWEST_CALLS, [["eve"], ["ana"], ["ben"]]),
    ],
)
def test_the_order_of_each_strategy(strategy: Strategy, expected: list[list[str]]) -> None:
    assert order(strategy) == expected


def test_random_is_the_same_for_the_same_seed_and_differs_between_seeds() -> None:
    assert order(Strategy.RANDOM, "a") == order(Strategy.RANDOM, "a")
    assert len({str(order(Strategy.RANDOM, str(seed))) for seed in range(20)}) > 1


def test_progressive_lets_the_first_ring_on_until_the_last_has_had_their_time() -> None:
    policy = replace(plan(strategy=Strategy.PROGRESSIVE), step_ms=10_000)
    (wave,) = waves(policy, STAFF, "s")
    assert [(ring.delay_ms, ring.ring_ms) for ring in wave] == [
        (0, 40_000),
        (10_000, 30_000),
        (20_000, 20_000),
    ]


def test_who_is_busy_is_left_out_and_one_phone_is_rung_once() -> None:
    busy = replace(STAFF[0], busy=True)
    twice = replace(STAFF[1], key="ben2")
    assert waves(plan(strategy=Strategy.ALL), (busy,), "s") == ()
    (wave,) = waves(plan(strategy=Strategy.ALL), (STAFF[1], twice), "s")
    assert [ring.candidate.key for ring in wave] == ["ben"]


def test_a_members_own_ring_time_counts_before_the_departments() -> None:
    own = replace(members("ana")[0], ring_ms=7_000, delay_ms=500)
    ((ring,),) = waves(plan(), (own,), "s")
    assert (ring.ring_ms, ring.delay_ms) == (7_000, 500)
