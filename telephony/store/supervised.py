"""Which supervisor is in which contact's room. Never a part of the contact: nothing that becomes of
the customer depends on it. Kept in Redis; a call that is forgotten here is let go as a stray."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import redis

from telephony.store import keys
from telephony.store.changes import CALL_S
from telephony.store.connection import guarded


@dataclass(frozen=True, slots=True)
class Supervision:
    """A supervisor's call into a room. `mode`: listen, whisper (only `coached` hears them), join.

    `call` is '' while it is being dialled; `room` is the ConferenceSid.
    """

    contact: str
    by: str
    mode: str
    since: int
    room: str
    coached: str
    call: str = ""


class Supervised:
    """The supervisions behind one Redis. Made by ``Live.supervised``."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def begin(self, new: Supervision) -> bool:
        """Take the one place in this contact; False when somebody has it."""
        with guarded(self._redis):
            return bool(self._redis.hsetnx(keys.SUPERVISED, new.contact, _text(new)))

    def put(self, now: Supervision) -> None:
        """Note how it stands. From now on the call belongs to the contact, so it is no stray."""
        with guarded(self._redis), self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.SUPERVISED, now.contact, _text(now))
            if now.call:
                pipe.set(keys.call(now.call), now.contact, ex=CALL_S)
            pipe.execute()

    def end(self, contact: str) -> None:
        """The place is free again."""
        with guarded(self._redis):
            self._redis.hdel(keys.SUPERVISED, contact)

    def of(self, contact: str) -> Supervision | None:
        """Who supervises this contact."""
        with guarded(self._redis):
            found: bytes | None = self._redis.hget(keys.SUPERVISED, contact)  # type: ignore[assignment]
        return Supervision(**json.loads(found)) if found else None

    def all(self) -> list[Supervision]:
        """All supervisions; nearly always none."""
        with guarded(self._redis):
            found: list[bytes] = self._redis.hvals(keys.SUPERVISED)  # type: ignore[assignment]
        return [Supervision(**json.loads(text)) for text in found]


def _text(supervision: Supervision) -> str:
    return json.dumps(asdict(supervision), separators=(",", ":"))
