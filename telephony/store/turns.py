"""The turns of dials: all workers share one pace, and one of them makes each dial. In Redis."""

from __future__ import annotations

from telephony.store import keys
from telephony.store.connection import Client, guarded, script

# Longer than any lease: after it nobody holds the command of that name any more.
TURN_S = 900


class Turns:
    """The turns behind one Redis. Made by ``Live.turns``."""

    def __init__(self, client: Client) -> None:
        self._redis = client
        self._pace = script(client, "pace")

    def reserve(self, now: int, gap_ms: int, name: str, *, urgent: bool) -> int:
        """When the dial called ``name`` may start (ms). Later than now: come back then.

        All workers share one pace of a dial every ``gap_ms``; urgent dials go first.
        """
        words: list[str | int] = [now, gap_ms, name, int(urgent)]
        with guarded(self._redis):
            return int(self._pace(keys=[keys.PACE], args=words))

    def wait(self, contact_id: str, command_id: str, moment: int) -> None:
        """Wake the contact when the turn of one of its dials has come."""
        with guarded(self._redis):
            self._redis.zadd(keys.TURNS, {f"{contact_id} {command_id}": moment})

    def take(self, name: str) -> bool:
        """True for the one worker that may make the dial called ``name`` now."""
        with guarded(self._redis):
            return bool(self._redis.set(keys.turn(name), 1, nx=True, ex=TURN_S))
