"""Twilio does not reach us for the music of a hold: whoever waits hears something all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from warmline.campaign.faults import Planned
from warmline.campaign.house import House
from warmline.campaign.plan import MUSIC, Plan, draw
from warmline.campaign.world import play


def world(seed: int, times: int) -> Plan:
    """Callers as ever, and so many requests for the music of a hold that never arrive."""
    lost = Planned("webhook_lose", 0.1, match=MUSIC, times=times)
    return replace(draw(seed, 8, ()), faults=(lost,))


@pytest.mark.parametrize(("seed", "times"), [(5, -1), (8, -1), (4, 2)])
def test_nobody_is_left_in_silence_by_a_hold_whose_music_never_came(
    house: House, seed: int, times: int
) -> None:
    """The news of the hold comes, as when the web process is away just for its document."""
    result = play(house, world(seed, times))
    assert result.struck["webhook_lose"] > 1
    assert result.violations == []
