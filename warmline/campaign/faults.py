"""What can strike, and the gate at which it does.

Every fault of a world stands in its plan with a moment. From then on it waits for its
opportunity (a **boundary**: the next commit, dial, …), lasts for some seconds (a **spell**), is
handed to the simulated network (`simulator.faults`), or is something a person does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis

from simulator.faults import NAMES as NETWORK
from simulator.trace import Trace
from telephony.store.connection import ANSWER_S
from warmline.campaign.hub import Actor, Hub, Killed

KILL, TIMEOUT, REFUSE, DELAY, AGAIN = "kill", "timeout", "refuse", "delay", "again"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Strikes the next ``gate`` (a beginning of its name) that an actor of ``kind`` passes."""

    kind: str
    gate: str
    before: bool
    deed: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault of a plan: from ``at`` on; ``seconds`` long, or late."""

    name: str
    at: float
    seconds: float = 0.0
    match: str = ""
    times: int = 1


BOUNDARIES: dict[str, Boundary] = {
    "web_kill_before_write": Boundary("web", "redis:commit", True, KILL),
    "web_kill_after_write": Boundary("web", "redis:commit", False, KILL),
    "worker_kill_after_pop": Boundary("worker", "redis:LPOP", False, KILL),
    "worker_kill_before_dial": Boundary("worker", "rest:dial", True, KILL),
    "worker_kill_after_dial": Boundary("worker", "rest:dial", False, KILL),
    "worker_kill_in_callback": Boundary("worker", "rest:dial_customer", False, KILL),
    "worker_kill_before_call": Boundary("worker", "rest:call", True, KILL),
    "worker_kill_after_call": Boundary("worker", "rest:call", False, KILL),
    "worker_kill_before_hold": Boundary("worker", "rest:hold", True, KILL),
    "worker_kill_after_hold": Boundary("worker", "rest:hold", False, KILL),
    "worker_kill_before_commit": Boundary("worker", "redis:commit", True, KILL),
    "worker_kill_after_commit": Boundary("worker", "redis:commit", False, KILL),
    "clock_kill": Boundary("clock", "redis:due", False, KILL),
    "job_twice": Boundary("worker", "redis:LPOP", False, AGAIN),
    "slow_worker": Boundary("worker", "re", True, DELAY),
    "slow_web": Boundary("web", "re", True, DELAY),
    "redis_refuses": Boundary("", "redis:", True, REFUSE),
    "redis_answer_lost": Boundary("", "redis:commit", False, TIMEOUT),
}
"""Faults that strike one step of one actor."""

SPELLS: dict[str, tuple[float, float]] = {
    "redis_down": (1.0, 8.0),
    "redis_full": (2.0, 12.0),
    "redis_read_only": (1.0, 5.0),
    "redis_slow": (5.0, 20.0),
    "sql_down": (5.0, 60.0),
    "sql_locked": (3.0, 20.0),
    "clock_down": (5.0, 30.0),
    "workers_down": (2.0, 15.0),
    "reconciler_down": (30.0, 90.0),
    "web_down": (2.0, 15.0),
    "web_slow": (3.0, 10.0),
    "webhooks_lost": (10.0, 60.0),
    "rest_away": (3.0, 7.0),
}
"""Faults that last, and between how many seconds.

`rest_away`: only Twilio can change what somebody in a conference hears. Whose agent hangs up while
its REST API is away waits in silence until it is back; what is asked of us then (fault 42) is that
we keep the agent and lose nobody. With an outage near the 10 s of S2 the rule would judge Twilio.
"""

PEOPLE = (
    "line_drops",
    "agent_line_drops",
    "browser_closes",
    "everybody_leaves",
    "double_click",
)
"""Faults that people are: see people.py."""

DEEDS = ("agent_holds", "callback_promised", "link_moves", "link_cancels")
"""What else people do: see deeds.py."""

READS = frozenset(
    {"GET", "MGET", "EXISTS", "HGETALL", "HGET", "ZRANGE", "XRANGE", "XREAD", "LLEN", "PING"}
    | {"HMGET", "XREVRANGE", "ZSCORE", "ZCARD"}
)

NAMES = (*BOUNDARIES, *SPELLS, *sorted(NETWORK), *PEOPLE, *DEEDS)

Note = Callable[[str, tuple[Any, ...], Any], None]


class Gate:
    """Every command to Redis and every REST call passes here, on its way there and back."""

    def __init__(self, hub: Hub, trace: Trace) -> None:
        self.hub = hub
        self.trace = trace
        self.waiting: list[Planned] = []
        self.spells: dict[str, float] = {}
        self.struck: Counter[str] = Counter()
        self.stages: Counter[tuple[str, str]] = Counter()
        self.passed: Callable[[Actor, str, bool], None] = lambda actor, gate, before: None
        self.note: Note = lambda name, words, answer: None
        self.stage_of: Callable[[str], str] = lambda contact: ""
        self.open_stages: Callable[[], list[str]] = list
        self.again: Callable[[], None] = lambda: None

    # Redis ---------------------------------------------------------------------------------------

    def redis(self, name: str, words: tuple[Any, ...], send: Callable[[], list[Any]]) -> list[Any]:
        """One round trip of the present actor; outside of actors it is simply made."""
        if self.hub.current is None:
            return send()
        self.hub.pause(self.hub.jitter())
        self.strike(f"redis:{name}", before=True)
        if self.spells:
            self._redis_spells(name, send)
        answer = send()
        self.note(name, words, answer[0])
        self.strike(f"redis:{name}", before=False)
        return answer

    def _redis_spells(self, name: str, send: Callable[[], object]) -> None:
        if self.away("redis_down"):
            raise redis.ConnectionError("Connection refused (injected fault)")
        if self.away("redis_slow"):
            self.hub.pause(ANSWER_S)
            if self.hub.dice.random() < 0.5:
                send()
            raise redis.TimeoutError("Timeout reading from socket (injected fault)")
        if name in READS:
            return
        if self.away("redis_full"):
            raise redis.exceptions.OutOfMemoryError("OOM command not allowed (injected fault)")
        if self.away("redis_read_only"):
            raise redis.exceptions.ReadOnlyError("You can't write against a read only replica.")

    # Boundaries ----------------------------------------------------------------------------------

    def strike(self, gate: str, *, before: bool) -> None:
        """Let the first fault that waits for this strike."""
        actor = self.hub.current
        if actor is None:
            return
        self.passed(actor, gate, before)
        for planned in self.waiting:
            spot = BOUNDARIES[planned.name]
            fits = spot.before is before and gate.startswith(spot.gate)
            if fits and spot.kind in ("", actor.kind):
                self.waiting.remove(planned)
                self.record(planned.name, gate, [self.stage_of(actor.about)])
                self._do(actor, spot.deed, planned)
                return

    def _do(self, actor: Actor, deed: str, planned: Planned) -> None:
        if deed == KILL:
            actor.root.doom()
            raise Killed
        if deed == DELAY:
            self.hub.pause(planned.seconds)
        if deed == REFUSE:
            raise redis.ConnectionError("Connection reset (injected fault)")
        if deed == TIMEOUT:
            self.hub.pause(ANSWER_S)
            raise redis.TimeoutError("Timeout reading from socket (injected fault)")
        if deed == AGAIN:
            self.again()

    # Spells --------------------------------------------------------------------------------------

    def begin(self, planned: Planned) -> None:
        """A spell begins; it ends by itself."""
        self.spells[planned.name] = self.hub.clock.now + planned.seconds
        self.record(planned.name, f"{planned.seconds:.1f} s", self.open_stages())

    def away(self, name: str) -> bool:
        """Whether this spell lasts."""
        until = self.spells.get(name)
        if until is None:
            return False
        if until <= self.hub.clock.now:
            del self.spells[name]
            return False
        return True

    def slow(self, name: str) -> None:
        """Wait beyond everybody's patience while that spell lasts."""
        if self.away(name):
            self.hub.pause(16.0)

    def heal(self) -> None:
        """From now on nothing strikes any more."""
        self.waiting.clear()
        self.spells.clear()

    def record(self, name: str, subject: str, stages: list[str]) -> None:
        """Into the trace and the sums."""
        self.struck[name] += 1
        for stage in stages:
            if stage:
                self.stages[name, stage] += 1
        self.trace.write("fault", name=name, match="", subject=subject)


__all__ = ["BOUNDARIES", "DEEDS", "NAMES", "NETWORK", "PEOPLE", "SPELLS", "Gate", "Planned"]
