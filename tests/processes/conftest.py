"""One system for all tests of this folder; every test begins and ends in quiet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.processes.house import House, house
from warmline.stories.common import quiet_floor
from warmline.stories.scene import Scene


@pytest.fixture(scope="session")
def system() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="warmline-"))
    try:
        with house(folder) as made:
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_NUMBERS = count(1)


@pytest.fixture
def customer() -> str:
    """A customer of whom nobody has heard before."""
    return f"+1202555{3000 + next(_NUMBERS)}"


@pytest.fixture
def scene(system: House) -> Iterator[Scene]:
    system.until_ready()
    made = system.scene()
    quiet_floor(made)
    yield made
    system.clear()
