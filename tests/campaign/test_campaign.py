"""The campaign itself: the same seed is the same run, and a small one is played on every change."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from telephony.errors import BadInput
from warmline.campaign.faults import Planned
from warmline.campaign.house import House
from warmline.campaign.plan import draw, names_of
from warmline.campaign.run import Sum, campaign, plans, replay_world, side_by_side
from warmline.campaign.world import play
from warmline.simulate import command


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


def test_without_faults_no_caller_is_dropped_whatever_people_do(house: House) -> None:
    assert _broken(house, 12, "none") == []


def test_no_fault_makes_a_caller_be_dropped(house: House) -> None:
    """The first of those 2,000 that `make campaign` plays."""
    assert _broken(house, 30, "all") == []


def test_worlds_played_side_by_side_add_up_to_the_same(house: House) -> None:
    worlds = list(plans(3, 10, ()))
    alone = campaign(house, worlds, Sum(3, 10, "none"))
    beside = side_by_side(worlds, Sum(3, 10, "none"), 2)
    assert (beside.worlds, beside.contacts) == (alone.worlds, alone.contacts)
    assert beside.outcomes == alone.outcomes
    assert beside.transfers == alone.transfers


def _broken(house: House, calls: int, faults: str) -> list[str]:
    total = campaign(house, list(plans(2026, calls, names_of(faults))), Sum(2026, calls, faults))
    assert total.contacts >= calls
    return [f"{replay_world(f.plan, faults)}: {f.violations[:3]}" for f in total.failed]


@pytest.mark.parametrize(
    ("option", "content", "named"),
    [
        ("--plan", "no json", "plan"),
        ("--plan", "{}", "plan"),
        ("--plan", '{"plan": {"seed": 1}}', "plan"),
        ("--trace", "", "trace"),
        ("--faults", "", "faults"),
    ],
)
def test_what_cannot_be_used_is_named_before_anything_is_played(
    tmp_path: Path, option: str, content: str, named: str
) -> None:
    file = tmp_path / "given"
    file.write_text(content)
    value = {"--plan": str(file), "--trace": str(file / "below"), "--faults": ""}[option]
    with pytest.raises(BadInput, match=named):
        CliRunner().invoke(command, [option, value, "--calls", "1"], catch_exceptions=False)


def test_a_broken_world_ends_the_command_with_1_and_shrinks(tmp_path: Path) -> None:
    """Faults for which no service could keep its word: nothing of ours answers for ever."""
    file = tmp_path / "broken.json"
    plan = replace(draw(7, 2, ()), faults=(Planned("webhook_lose", 0.0, times=-1),))
    file.write_text(json.dumps({"plan": plan.to_json()}))
    kept = tmp_path / "kept"
    told = CliRunner().invoke(
        command, ["--plan", str(file), "--json", "--keep", str(kept)], catch_exceptions=False
    )
    assert told.exit_code == 1
    assert sum(json.loads(told.output)["violations"].values()) > 0
    (small,) = kept.iterdir()
    assert len(json.loads(small.read_text())["plan"]["callers"]) == 1
