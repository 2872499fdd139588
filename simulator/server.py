"""The network in real time over HTTP: an engine thread, a threaded server, pooled deliveries.

With ``speed`` N the simulated clock (timers, ringing, trace ``t``) runs N times as fast as the
wall; HTTP time-outs stay in wall seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from simulator import control, page, restgate
from simulator.api import ApiRequest, ApiResponse, Handler, as_json
from simulator.couriers import Couriers
from simulator.front import Front
from simulator.hearing import settle
from simulator.network import Network
from simulator.rest.app import TOKEN_PATH
from simulator.rest.app import handle as rest_handle
from simulator.transport import Delivery, Failure, Outcome

log = logging.getLogger("simulator")
DELIVERERS = 128
IDLE = 0.5
LONGEST_POLL = 60.0


class SimulatorServer:
    """A running network. ``start`` it, use ``base_url``, ``stop`` it; or use it as a context."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        account_sid: str = "",
        auth_token: str = "",
        seed: int | None = None,
        speed: float = 1.0,
        calls_per_second: float = 1.0,
        trace_path: Path | None = None,
    ) -> None:
        self.speed = speed
        self._lock = threading.RLock()
        self._wake = threading.Condition(self._lock)
        self._news = threading.Condition(self._lock)
        self._stopping = threading.Event()
        self._seen = 0
        self._begun = time.monotonic()
        self._pool = urllib3.PoolManager(num_pools=64, maxsize=DELIVERERS, retries=False)
        self._couriers = Couriers(DELIVERERS)
        self.network = Network(
            self,
            seed=time.time_ns() if seed is None else seed,
            account_sid=account_sid,
            auth_token=auth_token,
            epoch=datetime.now(UTC),
            trace_path=trace_path,
        )
        self.network.wall = time.monotonic
        self.network.switches.calls_per_second = calls_per_second
        self._server = Front((host, port), self.serve)
        self._threads = [
            threading.Thread(target=self._run, name="engine", daemon=True),
            threading.Thread(
                target=self._server.serve_forever, args=(0.05,), name="http", daemon=True
            ),
        ]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        """The base URL for the Twilio SDK and for /sim/."""
        return f"http://{self._server.server_address[0]!s}:{self.port}"

    @property
    def account_sid(self) -> str:
        """The one account's sid."""
        return self.network.account.sid

    @property
    def auth_token(self) -> str:
        """The account's token, which also signs webhooks."""
        return self.network.account.auth_token

    def start(self) -> SimulatorServer:
        """Begin to run; returns itself."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and delivering; whatever was under way is given up."""
        self._stopping.set()
        with self._lock:
            self._wake.notify_all()
            self._news.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._couriers.stop()
        for thread in self._threads:
            thread.join(5)
        self._pool.clear()
        self.network.trace.close()

    def __enter__(self) -> SimulatorServer:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    # The engine ----------------------------------------------------------------------------

    def _now(self) -> float:
        return (time.monotonic() - self._begun) * self.speed

    def _catch_up(self) -> None:
        """Do everything that is due, then set the clock to now. The lock is held."""
        clock = self.network.clock
        now = self._now()
        while (what := clock.pop(now)) is not None:
            self._do(what)
        clock.now = max(clock.now, now)

    def _do(self, what: Callable[[], None]) -> None:
        """One thing that is due. A defect in it is logged and must not stop the clock."""
        try:
            what()
        except Exception:
            log.exception("a timer of the phone network failed")
        settle(self.network)

    def engine(self, what: Callable[[], Any]) -> Any:
        """Run something on the engine, under its lock and at its present moment."""
        with self._lock:
            self._catch_up()
            result = what()
            settle(self.network)
            self._tell()
            self._wake.notify()
            return result

    def _tell(self) -> None:
        if len(self.network.trace.lines) != self._seen:
            self._seen = len(self.network.trace.lines)
            self._news.notify_all()

    def _run(self) -> None:
        with self._lock:
            while not self._stopping.is_set():
                self._catch_up()
                self._tell()
                due = self.network.clock.next_due()
                wait = IDLE if due is None else (due - self._now()) / self.speed
                if wait > 0:
                    self._wake.wait(min(wait, IDLE))

    # Deliveries ----------------------------------------------------------------------------

    def submit(self, delivery: Delivery, done: Callable[[Outcome], None]) -> None:
        """Send a webhook from a pooled thread, and bring the answer back to the engine."""
        if not self._stopping.is_set():
            self._couriers.send(lambda: self._deliver(delivery, done))

    def _deliver(self, delivery: Delivery, done: Callable[[Outcome], None]) -> None:
        outcome = self._send(delivery)
        if not self._stopping.is_set():
            self.engine(lambda: self._do(lambda: done(outcome)))

    def _send(self, delivery: Delivery) -> Outcome:
        try:
            response = self._pool.request(
                delivery.method,
                delivery.url,
                body=delivery.body if delivery.method != "GET" else None,
                headers=dict(delivery.headers),
                timeout=urllib3.Timeout(
                    connect=delivery.connect_timeout, read=delivery.read_timeout
                ),
                redirect=False,
                retries=False,
            )
        except (HTTPError, OSError, ValueError) as error:
            return Outcome(failure=_failure(error), detail=str(error))
        headers = tuple((k.lower(), v) for k, v in response.headers.iteritems())
        return Outcome(response.status, headers, response.data)

    # Requests ------------------------------------------------------------------------------

    def serve(self, request: ApiRequest) -> ApiResponse | None:
        """Answer one HTTP request; None means: close the connection without an answer."""
        if request.path == "/sim/trace" and request.method == "GET":
            return self._trace(dict(request.query))
        if request.path == TOKEN_PATH:
            return self._under_lock(rest_handle, request)
        if page.owns(request.path):
            return page.serve(request.method, request.path)
        if request.path.startswith("/sim/"):
            return self._under_lock(control.handle, request)
        return self._rest(request)

    def _under_lock(self, handler: Handler, request: ApiRequest) -> ApiResponse:
        response: ApiResponse = self.engine(lambda: handler(self.network, request))
        return response

    def _rest(self, request: ApiRequest) -> ApiResponse | None:
        verdict: restgate.Verdict = self.engine(
            lambda: restgate.serve(self.network, request, rest_handle)
        )
        if verdict.seconds:
            self._stopping.wait(verdict.seconds)
        return verdict.response if verdict.kind == "answer" else None

    def _trace(self, query: dict[str, str]) -> ApiResponse:
        """Trace lines, waiting up to ``wait`` wall seconds for the first one."""
        try:
            after, wait = control.first_wanted(query), control.wait_wanted(query)
        except ValueError as error:
            return as_json(400, {"error": str(error)})
        until = time.monotonic() + min(wait, LONGEST_POLL)
        with self._lock:
            while len(self.network.trace.lines) <= after and not self._stopping.is_set():
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._news.wait(left)
            return control.trace(self.network, after)


def _failure(error: Exception) -> Failure:
    reason = error.reason if isinstance(error, MaxRetryError) else error
    kinds: list[tuple[type[BaseException], Failure]] = [
        (NameResolutionError, "dns"),
        (ReadTimeoutError, "timeout"),
        (SSLError, "tls"),
        (ConnectTimeoutError, "connect"),
        (NewConnectionError, "connect"),
    ]
    return next((name for kind, name in kinds if isinstance(reason, kind)), "protocol")
