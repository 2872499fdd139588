"""One house for all tests here: Redis, ledger and application are made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warmline.campaign.house import House, open_house


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with open_house() as opened:
        yield opened
