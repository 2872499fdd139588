"""What a plan says that people do, they do, and nobody is lost by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from warmline.campaign.faults import Planned
from warmline.campaign.house import House
from warmline.campaign.plan import draw
from warmline.campaign.world import play

PROMISED = Planned("callback_promised", 5.0)
LINK = Planned("link_moves", 1.0)


@pytest.mark.parametrize(
    ("faults", "requests"),
    [
        ((Planned("agent_holds", 5.0),), {"hold 202", "resume 202"}),
        ((PROMISED,), {"callback 202"}),
        ((PROMISED, Planned("link_cancels", 5.0)), {"link 200", "cancel by link 303"}),
        ((PROMISED, Planned("link_moves", 5.0)), {"link 200", "move by link 303"}),
    ],
    ids=lambda value: value[-1].name if isinstance(value, tuple) else "",
)
def test_what_a_plan_says_that_people_do_happens(
    house: House, faults: tuple[Planned, ...], requests: set[str]
) -> None:
    result = play(house, replace(draw(5, 6, ()), faults=faults))
    assert requests <= set(result.answers)
    assert all(result.struck[each.name] == 1 for each in faults)
    assert result.violations == []


def test_a_deed_for_which_there_is_no_opportunity_is_left_out(house: House) -> None:
    """Nobody was promised anything, so no link was sent."""
    result = play(house, replace(draw(2, 2, ()), wider=False, faults=(LINK,)))
    assert result.struck["link_moves"] == 0
