"""How Warmline talks to Redis: no retries behind our back, no long waits, one kind of error.

redis-py repeats a command whose answer was lost, ten times by default, and so writes twice. Here a
command is sent once; whoever sent it knows from the contact's version whether it happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import ReadOnlyError, RedisError
from redis.retry import Retry

from telephony.errors import StoreUnavailable

# A voice document may need two trips and has three seconds, so one may take no more than 1.2 s.
CONNECT_S = 0.3
ANSWER_S = 0.9


def connect(url: str) -> redis.Redis:
    """A client for commits: it answers or fails within `CONNECT_S` + `ANSWER_S` seconds."""
    return redis.Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
    )


@contextmanager
def guarded(client: redis.Redis) -> Iterator[None]:
    """Turn what redis-py raises into StoreUnavailable. What was sent may have happened."""
    try:
        yield
    except ReadOnlyError as error:
        # A replica: the address must be resolved anew to find the primary.
        client.connection_pool.disconnect()
        raise StoreUnavailable("Redis is read only; the primary has moved.") from error
    except RedisError as error:
        raise StoreUnavailable(
            f"Redis cannot be used: {error}", what_to_do=_advice(error)
        ) from error


def script(client: redis.Redis, *names: str) -> Script:
    """A Lua script made of the named files; sent once, then called by its hash."""
    return client.register_script("\n".join(map(_source, names)))


@cache
def _source(name: str) -> str:
    return resources.files("telephony.store").joinpath(f"lua/{name}.lua").read_text()


def _advice(error: RedisError) -> str:
    text = str(error)
    if "OOM" in text:
        return "Redis is full: give it more memory (maxmemory). Calls in the air stay on hold."
    if "MISCONF" in text or "NOREPLICAS" in text:
        return "Redis refuses to write: look at its disk and its replicas."
    return "Check that Redis runs and that WARMLINE_REDIS_URL is right; then try again."
