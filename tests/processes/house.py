"""A whole system of real processes, with a hand on each of them and an ear on the network."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import redis
import requests

from console.seed import PASSWORD
from warmline.own_system import own_system
from warmline.running import Running
from warmline.stories.scene import Line, Scene
from warmline.up import answers

T = TypeVar("T")
SPEED = 5.0
STATIC = Path(__file__).parents[2] / "webhooks" / "static"

PARTS = {
    "web": "webhooks.app:create_app",
    "worker": "workers.worker",
    "clock": "workers.clock",
    "journal": "workers.journal",
    "reconciler": "workers.reconciler",
    "redis": "valkey-server",
}
APPLICATION = ("web", "worker", "clock", "journal", "reconciler")


def eventually(what: str, ask: Callable[[], T | None], limit: float = 20.0) -> T:
    """The first true answer, within ``limit`` wall seconds."""
    until = time.monotonic() + limit
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < until, f"not within {limit:g} s: {what}"
        time.sleep(0.02)


@dataclass
class House:
    """The running system."""

    running: Running
    scenes: list[Scene] = field(default_factory=list)

    # -- processes ---------------------------------------------------------------------------

    def pids(self, part: str) -> set[int]:
        """The processes of one part that live now."""
        return {
            pid
            for pid, words in self._family()
            if PARTS[part] in words and not words.startswith("/bin/sh")
        }

    def kill(self, *parts: str) -> None:
        """``kill -9`` everything of these parts at once."""
        for pid in {pid for part in parts for pid in self.pids(part)}:
            self.send(pid, signal.SIGKILL)

    def send(self, pid: int, number: signal.Signals) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return  # It has ended by itself.

    def back(self, part: str, before: set[int], count: int = 1) -> float:
        """Wait until ``count`` new processes of the part run; wall seconds that took."""
        began = time.monotonic()
        eventually(
            f"{part} is started again", lambda: len(self.pids(part) - before) >= count, limit=30
        )
        return time.monotonic() - began

    @contextmanager
    def application_away(self) -> Iterator[None]:
        """All processes of the application are dead, and nobody starts them again."""
        self.send(self.running.pid, signal.SIGSTOP)
        try:
            self.kill(*APPLICATION)
            yield
        finally:
            self.send(self.running.pid, signal.SIGCONT)

    @contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """The processes of a part hang, and go on afterwards."""
        pids = self.pids(part)
        for pid in pids:
            self.send(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                self.send(pid, signal.SIGCONT)

    def ready(self) -> bool:
        return answers(f"{self.running.web_url}/readyz")

    def until_ready(self) -> float:
        """Wall seconds until the whole system says that it is ready."""
        began = time.monotonic()
        eventually("the system is ready", self.ready, limit=60)
        return time.monotonic() - began

    def _family(self) -> Iterator[tuple[int, str]]:
        parents: dict[int, int] = {}
        words: dict[int, str] = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                stat = (path / "stat").read_text()
                words[int(path.name)] = (path / "cmdline").read_text().replace("\0", " ")
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])
        for pid, line in words.items():
            parent = pid
            while parent in parents and parent != self.running.pid:
                parent = parents[parent]
            if parent == self.running.pid and line:
                yield pid, line

    # -- stores ------------------------------------------------------------------------------

    @contextmanager
    def redis(self) -> Iterator[redis.Redis]:
        url = self.running.environment["WARMLINE_REDIS_URL"]
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            yield client

    def knows(self, call: str) -> bool:
        """Whether there is a record of the contact that began with this call."""
        with self.redis() as client:
            return bool(client.exists(f"wl:contact:{call[2:].lower()}"))

    @contextmanager
    def sql_locked(self) -> Iterator[None]:
        """Somebody holds the database and does not let go."""
        with self._sql() as connection:
            connection.execute("BEGIN EXCLUSIVE")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def _sql(self) -> Iterator[sqlite3.Connection]:
        file = self.running.environment["WARMLINE_DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as connection:
            yield connection

    # -- people ------------------------------------------------------------------------------

    def scene(self) -> Scene:
        """A fresh scene; everybody of the last one is gone."""
        scene = Scene(
            self.running.simulator_url, self.running.web_url, SPEED, PASSWORD, lambda text: None
        )
        scene.after = scene.end_of_trace()
        self.scenes.append(scene)
        return scene

    def fault(self, scene: Scene, name: str, **more: object) -> None:
        scene.control("faults", {"name": name, **more})

    def struck(self, scene: Scene) -> Line:
        """Wait until the fault in waiting has struck."""
        return scene.line("fault", patience=60)

    def clear(self) -> None:
        """Hang up for everybody and forget all that is open: the next test begins in quiet."""
        base = f"{self.running.simulator_url}/sim"
        requests.delete(f"{base}/faults", timeout=5)
        for call in requests.get(f"{base}/calls", timeout=5).json()["calls"]:
            if call["ended"] is None:
                requests.post(f"{base}/calls/{call['sid']}/hangup", timeout=5)
        self.until_ready()
        with self._sql() as connection:
            connection.execute("UPDATE promises SET state = 'cancelled' WHERE state = 'open'")
        with self.redis() as client:
            client.flushall()


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """A system of one's own, five times as fast as life, with a static fallback elsewhere."""
    with fallback_host() as host:
        environ = {
            "WARMLINE_DEMO_MODE": "true",
            "WARMLINE_FALLBACK_URL": f"{host.url}/fallback.xml",
            "WARMLINE_CALLS_PER_SECOND": "1",
        }
        with own_system(folder, "--speed", f"{SPEED:g}", environ=environ) as running:
            host.back = running.web_url
            yield House(running)


# -- the static fallback on a host of its own ----------------------------------------------------


@dataclass
class Host:
    """Serves the fallback document and its music, and nothing else."""

    url: str
    back: str = ""


@contextmanager
def fallback_host() -> Iterator[Host]:
    """The document of docs/twilio.md on another host, which never goes away."""
    host = Host("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Static, host))
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Static(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def __init__(self, host: Host, *args: Any) -> None:
        self.host = host
        super().__init__(*args)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        text = (STATIC / "fallback.xml").read_text()
        text = text.replace(">/twilio/voice/incoming<", f">{self.host.back}/twilio/voice/incoming<")
        body = text.replace(">hold-10s.wav<", ">hold-10s.wav#t=10<").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""
