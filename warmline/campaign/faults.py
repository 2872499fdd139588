"""What can strike, and the gate at which it does.

Every fault of a world stands in its plan with a moment. From then on it waits for its
opportunity (a **boundary**: the next commit, dial, …), lasts for some seconds (a **spell**), is
handed to the simulated network (`simulator.faults`), or is something a person does. A fault that a
plan **aims** at a stage waits until a contact stands there.
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
HAND_OVER = "hand over"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Strikes the next ``gate`` (a beginning of its name) that an actor of ``kind`` passes."""

    kind: str
    gate: str
    before: bool
    deed: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault of a plan: from ``at`` on; ``seconds`` long, or late; ``stage``: what it is aimed
    at, '' when it strikes whoever comes first."""

    name: str
    at: float
    seconds: float = 0.0
    match: str = ""
    times: int = 1
    stage: str = ""


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

HANDED: dict[str, Boundary] = {
    name: Boundary("", "rest:hold" if name == "hold_ignored" else "rest:", True, HAND_OVER)
    for name in sorted(NETWORK)
    if name.startswith("rest_") or name == "hold_ignored"
}
"""Faults of REST that are aimed: the simulated network is told of them just before the request."""

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

OUTAGES = frozenset(
    {"redis_down", "redis_full", "redis_read_only", "redis_slow"}
    | {"workers_down", "web_down", "rest_away"}
)
"""What nobody can act without."""

PATIENCE_S = 5.0
"""So long a worker waits for an answer of Twilio at most."""

RESUMED_S = 10.0
"""The catalogue asks that work resumes within this time after an outage (R); the next one may come
then.
"""

LOSSES = ("record_corrupt", "redis_emptied")
"""What the store loses: see losses.py."""

READS = frozenset(
    {"GET", "MGET", "EXISTS", "HGETALL", "HGET", "ZRANGE", "XRANGE", "XREAD", "LLEN", "PING"}
    | {"HMGET", "XREVRANGE", "ZSCORE", "ZCARD"}
)

NAMES = (*BOUNDARIES, *SPELLS, *sorted(NETWORK), *PEOPLE, *DEEDS, *LOSSES)

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
        self.note: Note = lambda name, words, answer: None
        self.stage_of: Callable[[str], str] = lambda contact: ""
        self.open_stages: Callable[[], list[str]] = list
        self.owner_of: Callable[[str], str] = lambda call: ""
        self.promised_to: Callable[[str], str] = lambda token: ""
        self.entered: Callable[[str], None] = lambda stage: None
        self.again: Callable[[], None] = lambda: None
        self.hand_over: Callable[[Planned], None] = lambda planned: None
        self.rested = 0.0

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
        if actor is None or not self.waiting:
            return
        for planned in self.waiting:
            spot = BOUNDARIES.get(planned.name) or HANDED[planned.name]
            fits = spot.before is before and gate.startswith(spot.gate)
            if fits and spot.kind in ("", actor.kind):
                stages = self._concerned(actor)
                if planned.stage and not (planned.stage in stages and self.rest(planned)):
                    continue
                self.waiting.remove(planned)
                if spot.deed == HAND_OVER:
                    self.hand_over(planned)
                    return
                self.record(planned.name, gate, stages)
                self._do(actor, spot.deed, planned)
                return

    def _concerned(self, actor: Actor) -> list[str]:
        """The stage of the contact that the actor works on; the clock works on all of them."""
        if actor.about:
            return [self.stage_of(actor.about)]
        return self.open_stages() if actor.kind == "clock" else []

    def rest(self, planned: Planned) -> bool:
        """Whether an aimed fault may strike, or an outage begin; if so, the next one waits until
        work had its time to resume. What is drawn without aim comes when it comes.
        """
        if self.hub.clock.now < self.rested:
            return False
        self.rested = self.hub.clock.now + RESUMED_S + _lasts(planned)
        return True

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
        self.count(name, stages)
        self.trace.write("fault", name=name, match="", subject=subject)

    def count(self, name: str, stages: list[str]) -> None:
        """A fault has struck contacts in these stages: each stage once."""
        for stage in {*stages} - {""}:
            self.stages[name, stage] += 1


def _lasts(planned: Planned) -> float:
    """For how long (s) nobody can act who is struck by it."""
    if planned.name.startswith("rest_timeout"):
        return PATIENCE_S * planned.times
    if planned.name in SPELLS or planned.name in BOUNDARIES:
        return planned.seconds
    return 0.0


__all__ = [
    "BOUNDARIES", "DEEDS", "LOSSES", "NAMES", "NETWORK", "PEOPLE", "SPELLS", "Gate", "Planned"
]  # fmt: skip
