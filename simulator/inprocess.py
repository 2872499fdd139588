"""The network in virtual time: no sockets, no sleeping, the same seed gives the same trace.

Webhooks are executed against WSGI apps registered by host name; the Twilio SDK reaches the REST
surface through `InProcess.http_client`. Time passes in `advance` and `run_until`. A REST call takes
none, unless the fault ``rest_latency`` makes it slow: then everything due meanwhile happens before
the answer is there, so that webhooks overtake the answer that caused them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import requests
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from simulator import control, restgate
from simulator.api import ApiRequest, ApiResponse
from simulator.engine import DEFAULT_EPOCH
from simulator.hearing import settle
from simulator.network import Network
from simulator.rest.app import handle as rest_handle
from simulator.transport import Delivery, Outcome
from simulator.wsgi import WsgiApp, call_wsgi


class InProcess:
    """A network, the apps it calls, and virtual time."""

    def __init__(
        self,
        *,
        seed: int = 1,
        account_sid: str = "",
        auth_token: str = "",
        epoch: datetime = DEFAULT_EPOCH,
        trace_path: Path | None = None,
        latency: tuple[float, float] = (0.005, 0.02),
    ) -> None:
        self.apps: dict[str, WsgiApp] = {}
        self.down: set[str] = set()
        self.slow: dict[str, float] = {}
        self.latency = latency
        self.network = Network(
            self,
            seed=seed,
            account_sid=account_sid,
            auth_token=auth_token,
            epoch=epoch,
            trace_path=trace_path,
        )
        self.http_client = InProcessHttpClient(self)

    # The transport -------------------------------------------------------------------------

    def submit(self, delivery: Delivery, done: Callable[[Outcome], None]) -> None:
        """Execute the app one latency from now, and hand its answer back one latency later.

        A host in ``down`` refuses connections; a part of a URL in ``slow`` delays its answer.
        """
        clock, dice = self.network.clock, self.network.dice
        there, back = dice.between(*self.latency), dice.between(*self.latency)
        host = urlsplit(delivery.url).netloc
        app = self.apps.get(host)
        if app is None or host in self.down:
            failure = Outcome(failure="connect" if host in self.down else "dns")
            clock.after(there, lambda: done(failure))
            return
        extra = max((s for part, s in self.slow.items() if part in delivery.url), default=0.0)

        def execute() -> None:
            outcome = call_wsgi(app, delivery)
            if extra + back > delivery.read_timeout:
                clock.after(delivery.read_timeout, lambda: done(Outcome(failure="timeout")))
            else:
                clock.after(extra + back, lambda: done(outcome))

        clock.after(there, execute)

    # Time ----------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Virtual seconds since the network began."""
        return self.network.clock.now

    def step(self, until: float) -> bool:
        """Do the next thing due by ``until``; False when there is none."""
        what = self.network.clock.pop(until)
        if what is None:
            return False
        what()
        if self.network.touched:
            settle(self.network)
        return True

    def advance(self, seconds: float) -> None:
        """Let that much virtual time pass."""
        until = self.now + seconds
        settle(self.network)
        while self.step(until):
            pass
        self.network.clock.now = max(self.now, until)

    def run_until(self, condition: Callable[[], bool], limit: float = 60.0) -> bool:
        """Let time pass until the condition holds; False if it did not within the limit."""
        until = self.now + limit
        settle(self.network)
        while not condition():
            if not self.step(until):
                self.network.clock.now = max(self.now, until)
                return condition()
        return True

    # The people and the REST surface ---------------------------------------------------------

    def control(self, method: str, path: str, value: dict[str, Any] | None = None) -> Any:
        """One /sim/ request; returns its JSON (text for the trace). ValueError if refused."""
        split = urlsplit(path)
        body = json.dumps(value).encode() if value is not None else b""
        request = ApiRequest(method, split.path, tuple(parse_qsl(split.query)), body=body)
        response = control.handle(self.network, request)
        settle(self.network)
        if response.status >= 400:
            raise ValueError(f"{response.status} {response.body.decode()}")
        if split.path == "/sim/trace" and method == "GET":
            return response.body.decode()
        return json.loads(response.body)

    def rest(self, request: ApiRequest) -> ApiResponse:
        """One REST request; a time-out or outage raises what ``requests`` would raise."""
        verdict = restgate.serve(self.network, request, rest_handle)
        if verdict.kind == "timeout":
            raise requests.exceptions.ReadTimeout("no answer (injected fault)")
        if verdict.kind == "refused":
            raise requests.exceptions.ConnectionError("no connection (injected fault)")
        if verdict.seconds:
            self.advance(verdict.seconds)
        return verdict.response


class InProcessHttpClient(HttpClient):  # type: ignore[misc]
    """For ``twilio.rest.Client(…, http_client=…)``: requests go straight into the network."""

    def __init__(self, sim: InProcess) -> None:
        super().__init__(None, False, None)
        self.sim = sim

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Send one request; ``timeout`` has no meaning without waiting."""
        del timeout, allow_redirects
        split = urlsplit(uri)
        names = {name.lower(): value for name, value in (headers or {}).items()}
        if auth is not None:
            names["authorization"] = _basic(*auth)
        asked = parse_qsl(split.query, keep_blank_values=True) if split.query else ()
        query = (*asked, *_pairs(params))
        form = tuple(_pairs(data))
        body = urlencode(form).encode() if form else b""
        request = ApiRequest(method.upper(), unquote(split.path), query, form, names, body)
        answer = self.sim.rest(request)
        return Response(answer.status, answer.body.decode(), dict(answer.headers))


@lru_cache(64)
def _basic(user: str, password: str) -> str:
    """The header of HTTP's basic authentication (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def _pairs(values: dict[str, object] | None) -> list[tuple[str, str]]:
    """Form fields as ``requests`` would send them: lists repeat, None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in (values or {}).items():
        items = value if isinstance(value, list | tuple) else [value]
        pairs.extend((name, str(item)) for item in items if item is not None)
    return pairs
