"""`warmline bench handover`: how long the customer waits for a voice once somebody is there.

Two moments, both read from the simulator's trace, which is what the phones really hear:

* *accept*: from the receiver's accept (the click in a softphone) to the customer hearing people;
* *complete*: from before the agent's POST …/complete to the customer hearing the receiver.

A real system runs for it: web server, two workers, clock, Redis, SQLite, simulator, each a process
of its own, speaking HTTP over loopback. The simulated network adds no time of its own.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench.load import percentile
from bench.machine import Machine, machine
from console.seed import PASSWORD
from telephony.errors import WarmlineError
from warmline.own_system import own_system
from warmline.running import Running
from warmline.stories.scene import Api

LINE = "+12025550101"  # rings Sales
AGENT, RECEIVER = "client:ana", "client:carla"
OTHERS = ("client:ben", "client:dan", "+12025550112")
GOAL_MS = 150
# Nobody waits here for sentences to be spoken, and phones ring at once.
_QUICK = {"calls_per_second": 0, "ring_delay": 0, "speech_rate": 1000}
_PATIENCE_S = 30.0
_HTTP_S = 10.0
_PAUSE_S = 0.05

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds, one for each hand-over, with the machine's load while they were taken."""

    accept: tuple[float, ...]
    complete: tuple[float, ...]
    load_before: float
    machine: Machine


class Stuck(WarmlineError):
    """A hand-over of the bench did not go on."""

    what_to_do = "Play story 2 (`warmline demo --once --story 2`) to see whether transfers work."


def measure(count: int, progress: Callable[[int], None] = lambda done: None) -> Times:
    """Hand over ``count`` customers, one after the other. Raises Stuck when one gets lost."""
    before = os.getloadavg()[0]
    fast = {"WARMLINE_DEMO_MODE": "true", "WARMLINE_CALLS_PER_SECOND": "1000"}
    with (
        tempfile.TemporaryDirectory(prefix="warmline-") as folder,
        own_system(Path(folder), environ=fast) as running,
    ):
        floor = _Floor.of(running)
        accept, complete = [], []
        for number in range(count):
            first, second = floor.hand_over(f"+1202556{number:04d}")
            accept.append(first)
            complete.append(second)
            progress(number + 1)
    return Times(tuple(accept), tuple(complete), before, machine())


@dataclass
class _Floor:
    """The phones of the running system, its trace, and the agent's session."""

    simulator: str
    agent: Api
    http: requests.Session = field(default_factory=requests.Session)
    lines: list[Line] = field(default_factory=list)
    last: int = 0

    @classmethod
    def of(cls, running: Running) -> _Floor:
        floor = cls(running.simulator_url, Api.sign_in(running.web_url, "ana", PASSWORD))
        floor.tell("switches", _QUICK)
        for address in OTHERS:
            floor.tell("phones", {"address": address, "busy": True})
        floor.hear()
        return floor

    def hand_over(self, customer: str) -> tuple[float, float]:
        """One customer from the first ring to the last goodbye; the two times in ms."""
        self.lines.clear()
        call = str(self.tell("calls", {"from": customer, "to": LINE})["sid"])
        ana = self.rung(AGENT)
        # Before that a sentence is being spoken to them.
        self.line("hears", call=call, what="hold")
        self.tell(f"calls/{ana}/answer")
        heard = self.hears(call, ana)
        accept = heard["t"] - self.line("call.answered", call=ana)["t"]
        self.until_it_is(call, "talking")
        transfer = self.transfer(call)
        carla = self.rung(RECEIVER)
        self.tell(f"calls/{carla}/answer")
        self.hears(carla, ana)
        self.consulting(transfer)
        self.tell("trace", {"kind": "cast", "customers": [customer], "staff": []})
        self.ask(f"/transfers/{transfer}/complete")
        asked = self.line("cast", customers=[customer])
        complete = self.hears(call, carla)["t"] - asked["t"]
        self.line("call.down", call=ana)
        self.tell(f"calls/{call}/hangup")
        self.line("call.down", call=carla)
        # The next customer's agents must be free.
        self.until_it_is(call, "closed")
        return accept * 1000, complete * 1000

    # -- hands ------------------------------------------------------------------------------

    def tell(self, path: str, body: object = None) -> Any:
        answer = self.http.post(f"{self.simulator}/sim/{path}", json=body, timeout=_HTTP_S)
        if not answer.ok:
            raise Stuck(f"POST /sim/{path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def ask(self, path: str, body: object = None) -> Any:
        answer = self.agent.post(path, body)
        if answer.status_code != 202:
            raise Stuck(f"POST {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def transfer(self, call: str) -> str:
        wanted = {"to": {"agent": "carla"}, "mode": "warm", "note": "a bench"}
        return str(self.ask(f"/contacts/{call[2:].lower()}/transfers", wanted)["id"])

    # -- ears -------------------------------------------------------------------------------

    def hear(self, wait: float = 0) -> None:
        """Read on in the trace; the simulator answers as soon as there is something."""
        query: dict[str, float] = {"after": self.last, "wait": wait}
        answer = self.http.get(f"{self.simulator}/sim/trace", params=query, timeout=_HTTP_S)
        fresh = [json.loads(line) for line in answer.text.splitlines()]
        self.lines += fresh
        self.last = fresh[-1]["seq"] if fresh else self.last

    def wait(self, what: str, true: Callable[[Line], bool]) -> Line:
        """The first line that is so, already heard or still to come."""
        until, seen = time.monotonic() + _PATIENCE_S, 0
        while True:
            for line in self.lines[seen:]:
                if true(line):
                    return line
            seen = len(self.lines)
            if time.monotonic() > until:
                tail = "\n".join(str(line) for line in self.lines[-10:])
                raise Stuck(f"In vain waited for: {what}. The last of the trace:\n{tail}")
            self.hear(wait=1)

    def line(self, kind: str, **fields: object) -> Line:
        wanted = {"kind": kind, **fields}.items()
        return self.wait(f"{kind} {fields}", lambda line: wanted <= line.items())

    def rung(self, address: str) -> str:
        """The call that rings at an address."""
        dialled = self.wait(
            f"a dial to {address}",
            lambda line: line["kind"] == "call.dialled" and line["to"].partition("?")[0] == address,
        )
        self.line("call.ringing", call=dialled["call"])
        return str(dialled["call"])

    def hears(self, call: str, other: str) -> Line:
        return self.wait(
            f"{call} hears {other}",
            lambda line: (
                line["kind"] == "hears" and line["call"] == call and other in line.get("with", ())
            ),
        )

    def consulting(self, transfer: str) -> None:
        """Completing is refused until Warmline has heard that the receiver has joined."""
        self._until("consulting", lambda: _may_complete(self.agent.get(f"/transfers/{transfer}")))

    def until_it_is(self, call: str, state: str) -> None:
        """The phones know it a moment before Warmline does."""
        path = f"/contacts/{call[2:].lower()}"
        self._until(state, lambda: self.agent.get(path)["state"] == state)

    def _until(self, what: str, true: Callable[[], bool]) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not true():
            if time.monotonic() > until:
                raise Stuck(f"A contact of the bench never became {what}.")
            time.sleep(_PAUSE_S)


def _may_complete(transfer: Any) -> bool:
    return bool(transfer["actions"]["complete"]["allowed"])


# -- in words ------------------------------------------------------------------------------------


def sentences(times: Times) -> list[str]:
    """The result for people."""
    return [
        f"Machine: {times.machine.words()} (before: {times.load_before:.2f})",
        _row("accept → the customer hears people", times.accept),
        _row("complete → the customer hears the receiver", times.complete),
        f"The goal is a p99 of {GOAL_MS} ms on an idle machine.",
    ]


def data(times: Times) -> dict[str, object]:
    """The result for programs."""
    return {
        "machine": times.machine.data(),
        "load_before": times.load_before,
        "accept": _figures(times.accept),
        "complete": _figures(times.complete),
    }


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {
        "count": len(values),
        "p50_ms": round(percentile(values, 0.5), 1),
        "p99_ms": round(percentile(values, 0.99), 1),
        "most_ms": round(max(values), 1),
    }


def _row(name: str, values: Sequence[float]) -> str:
    told = _figures(values)
    figures = ", ".join(f"{key.removesuffix('_ms')} {value:g}" for key, value in told.items())
    return f"{name}: {figures} (ms)"
