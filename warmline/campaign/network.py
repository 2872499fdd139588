"""The simulated phone network of one world, with webhooks and REST calls carried by actors."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from greenlet import getcurrent  # type: ignore[import-untyped]

from simulator import restgate
from simulator.api import ApiRequest, ApiResponse
from simulator.hearing import settle
from simulator.inprocess import InProcess
from simulator.rest.app import handle as rest_handle
from simulator.trace import Trace
from simulator.transport import Delivery, Outcome
from simulator.wsgi import WsgiApp, call_wsgi
from telephony.twilio.rest import patience as patience_of
from warmline.campaign.faults import Gate
from warmline.campaign.hub import Actor, Hub, Killed

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "a-token-for-the-campaign"
HOST = "calls.example.com"
BASE = f"https://{HOST}"
STATIC = "static.example.com"
FALLBACK_URL = f"https://{STATIC}/fallback.xml"
"""The static document that does not depend on the application, on a host of its own."""

Line = dict[str, Any]


class Watched(Trace):
    """A trace that tells somebody of every line, as it is written."""

    def __init__(self, trace: Trace, clock: Any) -> None:
        super().__init__(clock)
        self.lines = trace.lines
        self.listeners: list[Callable[[Line], None]] = []

    def write(self, kind: str, **fields: Any) -> None:
        """Add one line."""
        super().write(kind, **fields)
        for listen in self.listeners:
            listen(self.lines[-1])


class World(InProcess):
    """The network, and the hub on whose clock everything happens."""

    def __init__(self, seed: int, epoch: datetime, app: WsgiApp) -> None:
        super().__init__(seed=seed, account_sid=ACCOUNT, auth_token=TOKEN, epoch=epoch)
        self.app = app
        self.apps[STATIC] = static_host
        self.trace = Watched(self.network.trace, self.network.clock)
        self.network.trace = self.trace
        self.hub = Hub(self.network.clock, random.Random(f"{seed} hub"))
        self.dice = random.Random(f"{seed} rest")
        self.gate = Gate(self.hub, self.trace)

    # Webhooks ------------------------------------------------------------------------------------

    def submit(self, delivery: Delivery, done: Callable[[Outcome], None]) -> None:
        """Carry one request to the application; its work there is an actor."""
        clock, dice = self.network.clock, self.network.dice
        there, back = dice.between(*self.latency), dice.between(*self.latency)
        static = self.apps.get(urlsplit(delivery.url).netloc)
        if static is not None:
            super().submit(delivery, done)
            return
        if self.gate.away("web_down"):
            clock.after(there, lambda: done(Outcome(failure="connect")))
            return
        answered: list[bool] = []

        def answer(outcome: Outcome) -> None:
            if not answered:
                answered.append(True)
                done(outcome)

        def execute() -> None:
            try:
                self.gate.slow("web_slow")
                outcome = call_wsgi(self.app, delivery)
            except Killed:
                outcome = Outcome(failure="protocol")
            clock.after(back, lambda: answer(outcome))

        self.hub.spawn("web", execute, about=contact_in(delivery.url), after=there)
        patience = there + delivery.read_timeout
        clock.after(patience, lambda: answer(Outcome(failure="timeout")))

    # REST ----------------------------------------------------------------------------------------

    def rest(self, request: ApiRequest) -> ApiResponse:
        """One REST call of an actor: it takes its time, and faults strike at both ends."""
        deed = deed_of(request)
        self.hub.pause(self.dice.uniform(0.01, 0.08))
        self.gate.strike(f"rest:{deed}", before=True)
        verdict = restgate.serve(self.network, request, rest_handle)
        if self.hub.current is None:
            settle(self.network)
        self.gate.strike(f"rest:{deed}", before=False)
        wait = self.dice.uniform(0.02, 0.15)
        patience = patience_of(request.method, request.path, dict(request.query + request.form))
        if verdict.kind == "timeout" or verdict.seconds > patience:
            self.hub.pause(patience)
            raise requests.exceptions.ReadTimeout("no answer (injected fault)")
        self.hub.pause(wait + verdict.seconds)
        if verdict.kind == "refused":
            raise requests.exceptions.ConnectionError("no connection (injected fault)")
        return verdict.response

    # Time ----------------------------------------------------------------------------------------

    def run(self, until: float) -> None:
        """Let time pass until then."""
        assert getcurrent() is self.hub.main
        while self.step(until):
            pass
        self.network.clock.now = max(self.now, until)

    def current_actor(self) -> Actor | None:
        """Whoever works right now."""
        return self.hub.current


def static_host(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Serves the fallback document as docs/twilio.md says to install it."""
    del environ
    text = resources.files("webhooks").joinpath("static/fallback.xml").read_text()
    document = text.replace("/twilio/voice/incoming", f"{BASE}/twilio/voice/incoming")
    start("200 OK", [("Content-Type", "text/xml")])
    return [document.encode()]


def contact_in(url: str) -> str:
    """The contact that an address of ours names, or ''."""
    split = urlsplit(url)
    if split.path.startswith("/api/v1/"):
        parts = split.path.split("/")
        return parts[4].partition(".")[0] if len(parts) > 4 else ""
    return parse_qs(split.query).get("c", [""])[0]


def deed_of(request: ApiRequest) -> str:
    """What a REST call is about, in one word."""
    if request.method == "GET":
        return "look"
    tail = request.path.rsplit("/Accounts/", 1)[-1]
    if tail.endswith("/Calls.json"):
        to = dict(request.form).get("Url", "")
        return "dial_customer" if "/voice/customer" in to else "dial"
    if "/Participants/" in tail:
        return "hold"
    return "message" if "/Messages" in tail else "call"
