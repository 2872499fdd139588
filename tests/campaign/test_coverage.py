"""The campaign says which fault did not strike where it can, and which did where it cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from warmline.campaign.coverage import (
    STAGES,
    Missing,
    least_of,
    missing,
    stages_of,
    table,
    why_never,
    wrong,
)
from warmline.campaign.faults import NAMES, Planned
from warmline.campaign.house import House
from warmline.campaign.never import NEVER
from warmline.campaign.plan import draw, names_of
from warmline.campaign.world import play


def test_a_pair_that_can_be_and_was_not_struck_often_enough_is_missing() -> None:
    struck = Counter({("redis_down", stage): 30 for stage in STAGES})
    assert missing(struck, ["redis_down"], 150_000) == []
    struck["redis_down", "talking"] = 29
    assert missing(struck, ["redis_down"], 150_000) == [Missing("redis_down", "talking", 29, 30)]
    assert missing(struck, ["redis_down"], 100) == []


def test_a_fault_that_never_struck_is_missing_in_every_stage_in_which_it_can() -> None:
    assert [each.stage for each in missing(Counter(), ["double_click"], 150_000)] == [
        "talking",
        "transfer",
    ]


def test_smaller_campaigns_are_asked_for_less_in_proportion() -> None:
    assert [least_of(n) for n in (150_000, 5_000, 4_999)] == [30, 1, 0]


def test_what_struck_although_it_cannot_is_told_with_the_reason() -> None:
    (told,) = wrong(Counter({("redis_down", "closed"): 2, ("redis_down", "menu"): 1}))
    assert told.startswith("redis_down struck 2 times in closed, which cannot be: ")


def test_what_can_be_in_a_blink_only_is_neither_asked_for_nor_denied() -> None:
    pair = ("worker_kill_before_dial", "talking")
    assert pair[1] not in stages_of(pair[0])
    assert wrong(Counter({pair: 1})) == []


def test_every_pair_that_cannot_be_has_a_reason_and_names_that_there_are() -> None:
    for never in NEVER:
        assert never.why
        assert never.faults <= set(NAMES)
        assert never.stages <= set(STAGES)
    assert all(stages_of(name) for name in NAMES)


def test_the_table_tells_what_is_not_asked_for_from_what_never_struck() -> None:
    shown = table(Counter({("double_click", "talking"): 2}), ["double_click"])
    (row,) = [line.split() for line in shown.splitlines()[1:]]
    where = dict(zip(STAGES, row[1:], strict=True))
    assert (where["talking"], where["transfer"], where["menu"]) == ("2", "0", "-")


def test_plans_aim_at_pairs_that_can_be_only() -> None:
    plans = [draw(seed, 6, names_of("all"), aim=True) for seed in range(300)]
    aimed = [fault for plan in plans for fault in plan.faults if fault.stage]
    assert {fault.stage for fault in aimed} == set(STAGES)
    assert all(why_never(fault.name, fault.stage) is None for fault in aimed)


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("worker_kill_after_commit", "seeking"),
        ("redis_down", "talking"),
        ("webhook_duplicate", "seeking"),
        ("rest_5xx_after", "seeking"),
        ("agent_line_drops", "talking"),
    ],
)
def test_a_fault_strikes_the_stage_at_which_it_is_aimed(
    house: House, name: str, stage: str
) -> None:
    fault = Planned(name, 1.0, seconds=2.0, stage=stage)
    result = play(house, replace(draw(5, 6, ()), faults=(fault,)))
    assert result.stages[name, stage] == 1
    assert result.violations == []


def test_aimed_faults_leave_each_other_the_time_in_which_work_resumes(house: House) -> None:
    """Both wait for the same stage from the same moment on."""
    faults = tuple(Planned(name, 1.0, 2.0, stage="seeking") for name in ("redis_down", "web_down"))
    result = play(house, replace(draw(5, 6, ()), faults=faults))
    began = [line["t"] for line in result.lines if line["kind"] == "fault"]
    assert len(began) == 2
    assert began[1] - began[0] >= 12.0
