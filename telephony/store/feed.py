"""What happened, as it happens: the stream of applied events, and the heartbeats of processes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import redis

from telephony.store import keys
from telephony.store.connection import ANSWER_S, guarded

START = "0-0"
TICKET_RANG = "TicketRang"
"""The kind of an entry that is no event of a contact: a ticket rings."""
# A blocking read longer than the socket's time-out would end as an error.
LONGEST_BLOCK_MS = int(ANSWER_S * 1000 / 2)


@dataclass(frozen=True, slots=True)
class Entry:
    """One applied event; ``id`` is its place in the stream, ``version`` the contact's after it."""

    id: str
    contact: str
    version: int
    at: int
    kind: str
    data: dict[str, Any]
    stage: str
    outcome: str


class Feed:
    """The stream behind one Redis. Made by ``Live.feed``."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def read(self, after: str = START, *, count: int = 200, block_ms: int = 0) -> list[Entry]:
        """Events after the id ``after``, oldest first.

        With ``block_ms`` it waits that long for the first one, a second at most; an empty list
        means that nothing happened meanwhile.
        """
        block = min(block_ms, LONGEST_BLOCK_MS) or None
        with guarded(self._redis):
            answer: Any = self._redis.xread({keys.JOURNAL: after}, count=count, block=block)
        return [_entry(name, fields) for _, part in answer for name, fields in part]

    def tell_ticket(self, contact_id: str, ticket: str, reason: str, times: int, now: int) -> None:
        """Ring a ticket on the feed (kind `TICKET_RANG`): the wallboard hears it."""
        data = json.dumps({"ticket": ticket, "reason": reason, "times": times})
        fields: dict[Any, Any] = {
            "contact": contact_id,
            "version": 0,
            "at": now,
            "kind": TICKET_RANG,
            "data": data,
            "stage": "",
            "outcome": "",
        }
        with guarded(self._redis):
            self._redis.xadd(keys.JOURNAL, fields)

    def last_id(self) -> str:
        """The id of the newest event; START when there is none."""
        with guarded(self._redis):
            newest: Any = self._redis.xrevrange(keys.JOURNAL, count=1)
        return newest[0][0].decode() if newest else START

    def copied(self) -> str:
        """The id of the last event that is in SQL."""
        with guarded(self._redis):
            value: Any = self._redis.get(keys.COPIED)
        return value.decode() if value else START

    def mark_copied(self, last: str, *, keep: int) -> None:
        """Note that all events up to ``last`` are in SQL, and drop those but the newest ``keep``.

        The pages read the newest ones from here, so a stream in use is never emptied.
        """
        with guarded(self._redis):
            self._redis.set(keys.COPIED, last)
            oldest_kept: Any = self._redis.xrevrange(keys.JOURNAL, max=last, count=keep)
            if len(oldest_kept) == keep:
                self._redis.xtrim(keys.JOURNAL, minid=oldest_kept[-1][0], approximate=True)

    def beat(self, process: str, now: int) -> None:
        """Say that a process works (ms)."""
        with guarded(self._redis):
            self._redis.hset(keys.BEATS, process, now)

    def leave(self, process: str) -> None:
        """A process has ended as it should; nobody need miss it."""
        with guarded(self._redis):
            self._redis.hdel(keys.BEATS, process)

    def drop_beats(self, before: int) -> None:
        """Forget processes that have said nothing since ``before`` (ms)."""
        old = [name for name, at in self.beats().items() if at < before]
        if old:
            with guarded(self._redis):
                self._redis.hdel(keys.BEATS, *old)

    def beats(self) -> dict[str, int]:
        """When each process last said that it works, by name: ``worker:host:pid``."""
        with guarded(self._redis):
            found: dict[bytes, bytes] = self._redis.hgetall(keys.BEATS)  # type: ignore[assignment]
        return {name.decode(): int(at) for name, at in found.items()}


def _entry(name: bytes, fields: dict[bytes, bytes]) -> Entry:
    value = {key.decode(): item.decode() for key, item in fields.items()}
    return Entry(
        id=name.decode(),
        contact=value["contact"],
        version=int(value["version"]),
        at=int(value["at"]),
        kind=value["kind"],
        data=json.loads(value["data"]),
        stage=value["stage"],
        outcome=value["outcome"],
    )
