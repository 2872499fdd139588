"""The desk of the worker tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers.desk import Desk
from tests.workers.desk import desk as make_desk


@pytest.fixture
def desk(redis_url: str, migrated: Path, tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(redis_url, migrated, tmp_path)
    yield made
    made.services.close()
