"""Counting tries in Redis, so that all processes together slow down whoever guesses passwords."""

from __future__ import annotations

import hashlib

import redis

from telephony.store.connection import guarded


class Throttle:
    """Counters that forget after a while. They guard the door only; no call depends on them."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def count(self, name: str, window_s: int) -> int:
        """Count one try under `name`; how many there were in this window, this one included.

        The window begins with the first try and is not lengthened by later ones.
        """
        key = _key(name)
        with guarded(self._redis), self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(key)
            pipe.expire(key, window_s, nx=True)
            counted, _ = pipe.execute()
        return int(counted)

    def forget(self, name: str) -> None:
        """Start from nothing, after a try that was right."""
        with guarded(self._redis):
            self._redis.delete(_key(name))


def _key(name: str) -> str:
    # Names come from strangers: a hash keeps them short and out of Redis.
    return f"wl:tries:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
