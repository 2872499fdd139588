"""The campaign says which fault did not strike where it could have."""

from __future__ import annotations

from collections import Counter

from warmline.campaign.coverage import Missing, could_strike, least_of, missing, table


def test_a_pair_that_was_possible_and_not_struck_often_enough_is_missing() -> None:
    possible = Counter({("redis_down", "menu"): 9, ("job_twice", "talking"): 3})
    struck = Counter({("redis_down", "menu"): 30, ("job_twice", "talking"): 29})
    assert missing(struck, possible, 150_000) == [Missing("job_twice", "talking", 29, 30)]
    assert missing(struck, possible, 100) == []


def test_smaller_campaigns_are_asked_for_less_in_proportion() -> None:
    assert [least_of(n) for n in (150_000, 5_000, 4_999)] == [30, 1, 0]


def test_a_fault_is_possible_only_at_its_own_gate() -> None:
    assert "worker_kill_before_dial" in could_strike("worker", "rest:dial", before=True)
    assert "worker_kill_before_dial" not in could_strike("worker", "rest:dial", before=False)
    assert "worker_kill_before_dial" not in could_strike("web", "rest:dial", before=True)
    assert "rest_429" in could_strike("worker", "rest:hold", before=True)


def test_the_table_tells_never_possible_from_never_struck() -> None:
    shown = table(Counter({("a", "menu"): 2}), Counter({("b", "talking"): 1}))
    assert [line.split() for line in shown.splitlines()] == [
        ["menu", "talking"],
        ["a", "2", "-"],
        ["b", "-", "0"],
    ]
