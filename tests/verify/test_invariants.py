"""Every invariant: traces that break it, and traces that come as near as is allowed."""

from __future__ import annotations

import pytest

from tests.verify.allowed import ALLOWED
from tests.verify.broken import BROKEN
from tests.verify.planted import INSIDE, LED_TO
from tests.verify.stage import OTTO, TOLD, Play, talking, waiting
from tests.verify.stuck import STUCK

VIOLATIONS = {**BROKEN, **STUCK, **LED_TO}
NEARLY = {**ALLOWED, **INSIDE}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_trace_that_breaks_a_rule_is_found(name: str) -> None:
    invariant, play, facts = VIOLATIONS[name]
    report = play().judged(facts)
    assert report.by_invariant[invariant] >= 1, report.violations
    first = next(each for each in report.violations if each.invariant == invariant)
    assert first.reason
    assert first.t >= 0


@pytest.mark.parametrize("name", NEARLY)
def test_a_trace_that_stays_just_inside_the_rules_is_clean(name: str) -> None:
    invariant, play, facts = NEARLY[name]
    found = play().judged(facts).violations
    assert not [each for each in found if invariant in ("all", each.invariant)], found


def test_every_invariant_is_broken_and_nearly_broken_by_some_trace() -> None:
    broken = {invariant for invariant, _, _ in VIOLATIONS.values()}
    assert broken == {*(f"S{n}" for n in range(1, 11)), *(f"L{n}" for n in range(1, 6))}


def test_a_violation_says_when_who_and_why() -> None:
    report = waiting().hears(30, "mary", "silence").hears(45, "mary", "hold").judged()
    (violation,) = report.violations
    assert (violation.t, violation.call, violation.contact) == (40.0, "mary", "m")
    assert "15.0 s" in violation.reason
    assert str(violation).startswith("S2 at 40.000 s (line 10) m mary:")


@pytest.mark.parametrize("asked", [0.1, 1.25, 55.24285714285715, 56.24285714285715])
def test_two_idle_minutes_are_judged_once_however_their_seconds_round(asked: float) -> None:
    """(t + 120) - t may be a little less than 120; a checker that waits for it never ends."""
    play = Play().calls_in(asked, "mary", OTTO).named(asked, "mary", "m")
    report = play.joins(asked, "mary", "R").hears(asked, "mary", "hold").quiet(asked + 121).judged()
    assert report.by_invariant["L2"] == 1


def test_what_the_trace_cannot_show_is_named_and_not_passed_over() -> None:
    report = talking().judged()
    assert set(report.not_judged) == {"L1", "L2", "L4", "L5", "S5", "S6"}
    assert set(talking().fault(9).judged().not_judged) == {*report.not_judged, "L3"}


def test_the_words_told_must_be_said_to_the_customer_who_is_let_go() -> None:
    play = waiting().calls_in(3, "otto", OTTO).told(60, "otto", TOLD)
    found = play.down(66, "mary", "service", "R").judged().violations
    assert [(each.invariant, each.call) for each in found] == [("S1", "mary")]
