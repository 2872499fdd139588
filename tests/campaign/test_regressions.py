"""Worlds in which something broke once: each is played again, and nothing may break any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmline.campaign.house import House
from warmline.campaign.shrink import kept
from warmline.campaign.world import play

FILES = sorted((Path(__file__).parent / "regressions").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_broke_once_does_not_break_again(house: House, file: Path) -> None:
    assert play(house, kept(file)).violations == []
