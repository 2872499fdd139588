"""A whole small system for the tests: simulator, web, worker and clock, all on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from werkzeug.serving import make_server

from simulator.server import SimulatorServer
from telephony import bootstrap
from telephony.bootstrap import Services
from telephony.clock import ANCHOR
from telephony.contact.model import Contact
from telephony.embedded import free_port
from telephony.routing.example import example_company
from telephony.settings import Settings, load_settings, variable
from telephony.store.ledger import migrate
from telephony.twilio.urls import Urls
from warmline import provision
from webhooks.app import create_app

T = TypeVar("T")
ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "a-token-for-tests"
MAIN = "+12025550100"
SALES = "+12025550101"
BILLING = "+12025550102"
CUSTOMER = "+12025550199"
SPEED = 5  # simulated seconds per second: nobody waits for greetings to be spoken
ROOT = Path(__file__).resolve().parents[2]


def eventually(ask: Callable[[], T | None], limit: float = 10.0) -> T:
    """The first true answer; fails when there is none within ``limit`` seconds."""
    until = time.monotonic() + limit
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"not true within {limit:g} s: {ask}; last answer {answer!r}")
        time.sleep(0.02)


@dataclass
class System:
    """The running system and a hand on its phones."""

    services: Services
    simulator: SimulatorServer
    settings: Settings
    environment: dict[str, str]

    def phone(self, address: str, **behaviour: Any) -> None:
        """Say how a phone behaves."""
        self._sim("POST", "phones", {"address": address, **behaviour})

    def dial_in(self, to: str = MAIN, caller: str = CUSTOMER) -> str:
        """A customer dials in; the CallSid."""
        return str(self._sim("POST", "calls", {"from": caller, "to": to})["sid"])

    def press(self, call: str, digits: str) -> None:
        self._sim("POST", f"calls/{call}/digits", {"digits": digits})

    def hang_up(self, call: str) -> None:
        self._sim("POST", f"calls/{call}/hangup", {})

    def fault(self, name: str, **more: Any) -> None:
        self._sim("POST", "faults", {"name": name, **more})

    def call(self, call: str) -> dict[str, Any]:
        """What a phone hears and with whom it can speak."""
        return self._sim("GET", f"calls/{call}")

    def calls_to(self, address: str) -> list[dict[str, Any]]:
        found = self._sim("GET", "calls")["calls"]
        return [call for call in found if call["to"] == address]

    def contact(self, call: str) -> Contact:
        """The contact that begins with this call; waits until there is one."""
        return eventually(lambda: next(iter(self.services.live.contacts([call[2:]])), None))

    def _sim(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        url = f"{self.simulator.base_url}/sim/{path}"
        answer = requests.request(method, url, json=body, timeout=5)
        assert answer.ok, answer.text
        return dict(answer.json())


@contextmanager
def process(module: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A background process of ours; it is gone afterwards."""
    child = subprocess.Popen(
        [sys.executable, "-m", module], env=environment, cwd=ROOT, start_new_session=True
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=5)


@contextmanager
def system(redis_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """Simulator and web in threads. Worker and clock are started by the test."""
    port = free_port()
    monkeypatch.setenv(ANCHOR, str(int(time.time() * 1000)))
    with SimulatorServer(
        account_sid=ACCOUNT, auth_token=TOKEN, calls_per_second=50, seed=1, speed=SPEED
    ) as simulator:
        values = {
            "redis_url": redis_url,
            "database_url": f"sqlite:///{folder / 'warmline.db'}",
            "data_dir": str(folder),
            "web_port": str(port),
            "public_url": f"http://127.0.0.1:{port}",
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "twilio_base_url": simulator.base_url,
            "caller_id": MAIN,
            "calls_per_second": "50",
            "rest_timeout": "1.5",
            "speed": str(SPEED),
            "secret_key": "s" * 40,
        }
        settings = load_settings(**values)
        services = bootstrap.build(settings)
        migrate(services.ledger)
        server = make_server("127.0.0.1", port, create_app(services), threaded=True)
        web = threading.Thread(target=server.serve_forever, daemon=True)
        web.start()
        try:
            account = provision.Account(ACCOUNT, TOKEN, simulator.base_url)
            provision.set_up_simulated(
                account, Urls(settings.public_url), example_company().numbers
            )
            environment = dict(os.environ)
            environment |= {variable(name): value for name, value in values.items()}
            yield System(services, simulator, settings, environment)
        finally:
            server.shutdown()
            server.server_close()
            web.join(timeout=5)
            services.close()
