"""Who is there: presence of agents, and what the ring strategies need to know of members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import redis

from telephony.store import keys
from telephony.store.changes import day_of
from telephony.store.connection import guarded


class Presence(StrEnum):
    """What an agent says of themselves. Whether they talk is known from the contacts."""

    AVAILABLE = "available"
    BUSY = "busy"
    BREAK = "break"
    WRAP_UP = "wrap_up"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Present:
    """A presence, and since when (ms); ``until`` when it ends by itself, 0: it does not."""

    state: Presence
    since: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class MemberStats:
    """``idle_since`` in ms, 0 when never spoken; ``calls_today`` counts conversations (UTC day)."""

    idle_since: int
    calls_today: int


class Floor:
    """The people behind one Redis. Made by ``Live.floor``."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def set_presence(self, identity: str, state: Presence, now: int) -> None:
        """Note what an agent says of themselves; ``identity`` is the name of their softphone."""
        with guarded(self._redis):
            self._redis.hset(keys.PRESENCE, identity, f"{state} {now}")

    def presence(self) -> dict[str, Present]:
        """All agents who ever said something of themselves, by identity."""
        with guarded(self._redis):
            found: dict[bytes, bytes] = self._redis.hgetall(keys.PRESENCE)  # type: ignore[assignment]
        people = {}
        for identity, value in found.items():
            state, _, since = value.decode().partition(" ")
            people[identity.decode()] = Present(Presence(state), int(since))
        return people

    def stats(self, addresses: Sequence[str], now: int) -> dict[str, MemberStats]:
        """Idle since and calls today, for each of the addresses."""
        if not addresses:
            return {}
        with guarded(self._redis), self._redis.pipeline(transaction=False) as pipe:
            pipe.hmget(keys.IDLE, list(addresses))
            pipe.hmget(keys.calls(day_of(now)), list(addresses))
            idle, calls = pipe.execute()
        return {
            address: MemberStats(int(idle[place] or 0), int(calls[place] or 0))
            for place, address in enumerate(addresses)
        }

    def last_rung(self, department: str) -> str:
        """The key of the member that round robin rang last; '' when nobody was."""
        with guarded(self._redis):
            found: bytes | None = self._redis.hget(keys.LAST_RUNG, department)  # type: ignore[assignment]
        return found.decode() if found else ""

    def set_last_rung(self, department: str, member: str) -> None:
        """Note whom round robin rings now."""
        with guarded(self._redis):
            self._redis.hset(keys.LAST_RUNG, department, member)
