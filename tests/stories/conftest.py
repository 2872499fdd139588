"""One whole system for all stories: every process, over HTTP, ten times faster than life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.seed import PASSWORD
from warmline.own_system import own_system
from warmline.stories.play import Theatre

SPEED = 10.0


@pytest.fixture(scope="session")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    folder: Path = tmp_path_factory.mktemp("theatre")
    environ = {"WARMLINE_DEMO_MODE": "true"}
    with own_system(folder, "--speed", f"{SPEED:g}", environ=environ) as running:
        yield Theatre(running.simulator_url, running.web_url, SPEED, PASSWORD)
