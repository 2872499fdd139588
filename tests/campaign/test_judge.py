"""A world that did not come to rest is judged, too."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from telephony.store import keys
from warmline.campaign.house import open_house
from warmline.campaign.judge import _scores


def test_moments_that_are_still_to_come_are_read() -> None:
    with open_house() as house:
        house.line.ask("ZADD", keys.DUE, "5", "one", "7.5", "two")
        system: Any = SimpleNamespace(house=house)
        assert _scores(system, keys.DUE) == [(b"one", 5.0), (b"two", 7.5)]
