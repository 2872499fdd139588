"""How Warmline talks to Redis: no retries behind our back, no long waits, one kind of error.

redis-py repeats a command whose answer was lost, ten times by default, and so writes twice. Here a
command is sent once; whoever sent it knows from the contact's version whether it happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha1
from importlib import resources
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import NoScriptError, ReadOnlyError, RedisError
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


def exchange(client: redis.Redis, *commands: tuple[str | bytes | int, ...]) -> list[Any]:
    """The answers to some commands: one write, one round trip.

    What `client.pipeline()` does, for a third of its CPU time: a webhook is answered in less time
    than redis-py takes for its layers. Raises what redis-py raises, at the first error.
    """
    pool = client.connection_pool
    connection: Any = pool.get_connection()
    try:
        packed = [part for words in commands for part in connection.pack_command(*words)]
        connection.send_packed_command([b"".join(packed)], check_health=False)
        return [connection.read_response() for _ in commands]
    except BaseException:
        # Answers that nobody has read would be taken for those of the next command.
        connection.disconnect()
        raise
    finally:
        pool.release(connection)


class QuickScript:
    """A Lua script on the hot path; called as redis-py's own, through `exchange`."""

    def __init__(self, client: redis.Redis, *names: str) -> None:
        self._client = client
        self._text = "\n".join(map(_source, names))
        self._hash = sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """Run it: one round trip, and one more when the server does not know it yet."""
        words = (len(keys), *keys, *args)
        try:
            return exchange(self._client, ("EVALSHA", self._hash, *words))[0]
        except NoScriptError:
            return exchange(self._client, ("EVAL", self._text, *words))[0]


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
