"""The campaign itself: the same seed is the same run, and a small one is played on every change."""

from __future__ import annotations

from warmline.campaign.plan import draw, names_of
from warmline.campaign.system import House
from warmline.campaign.world import play


def test_the_same_seed_gives_the_same_trace_byte_for_byte(house: House) -> None:
    plan = draw(4711, 3, names_of("all"))
    first = play(house, plan)
    between = play(house, draw(1, 1, ()))
    assert first.text() == play(house, plan).text()
    assert first.text() != between.text()


def test_callers_reach_people_and_every_contact_comes_to_an_end(house: House) -> None:
    result = play(house, draw(1, 6, ()))
    assert sum(result.outcomes.values()) >= 6
    assert set(result.outcomes) <= {"resolved", "customer_left", "promise_kept", "ticketed"}
    assert [line["kind"] for line in result.lines].count("healed") == 1
    assert result.lines[0]["kind"] == "cast"
    assert result.lines[-1]["kind"] == "rest_time"
