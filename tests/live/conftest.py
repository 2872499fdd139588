"""A live store on a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from telephony.dispatch import Dispatch
from telephony.store.live import Live
from tests.live.making import Time


@pytest.fixture
def live(redis_url: str) -> Iterator[Live]:
    store = Live.at(redis_url)
    yield store
    store.close()


@pytest.fixture
def raw(redis_url: str) -> Iterator[redis.Redis]:
    """Redis itself, to look behind the store."""
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        yield client


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def dispatch(live: Live, time: Time) -> Dispatch:
    return Dispatch(live, time)
