"""What every test may use: a clean environment and a real Redis of its own."""

from __future__ import annotations

import faulthandler
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from telephony.embedded import EmbeddedRedis
from telephony.store.ledger import migrate, open_ledger

# The shell that starts the tests must not decide how they end: no live account, no own settings.
for _name in tuple(os.environ):
    if _name.startswith(("WARMLINE_", "TWILIO_")):
        del os.environ[_name]

# Nor how long they take: without bytecode, each of the hundreds of processes that are started here
# compiles all of our modules again, and each process of pytest all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What takes longest begins first, so that nobody waits for one file in the end. Side by side, a
# file is given out whole (Makefile), in the order of this list and then of the folders.
LONGEST = (
    "browser/test_softphone.py",
    "console/test_fuzz.py",
    "stories/",
    "ops/test_up.py",
    "browser/",
    "bench/",
    "workers/test_end_to_end",
    "campaign/",
    "webhooks/test_door.py",
    "ledger/",
    "console/",
    "ops/",
)
# Most of what takes long waits: for ringing in real time, for processes that start.
MORE_THAN_CORES = 2


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` means."""
    return (os.cpu_count() or 1) + MORE_THAN_CORES


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, when several processes share the tests. All of them sort alike."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        here = Path(__file__).parent
        items.sort(key=lambda item: _rank(item.path.relative_to(here).as_posix()))


def _rank(file: str) -> int:
    starts = (place for place, start in enumerate(LONGEST) if file.startswith(start))
    return next(starts, len(LONGEST))


def pytest_configure() -> None:
    """SIGUSR1 makes every process of the tests say where it stands: `.ci/run` asks when one hangs.

    Nothing is captured yet at this moment, so this is the stderr that people see.
    """
    faulthandler.register(signal.SIGUSR1, file=os.dup(2))


class TookTooLong(BaseException):
    """Not an Exception: Hypothesis, for one, would catch that and go on with its next example."""


@pytest.hookimpl
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """The test's time begins; what its end raises in the main thread is caught by pytest alone."""

    def over(number: int, frame: object) -> None:
        raise TookTooLong(f"{item.nodeid} took more than {settings.timeout:g} s")

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout)
    return True


@pytest.hookimpl
def pytest_timeout_cancel_timer(item: pytest.Item) -> bool:
    """The test has ended in time."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    return True


@pytest.fixture
def signals_kept() -> Iterator[None]:
    """RQ's worker takes SIGINT and SIGTERM over; a test that runs one gives them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    """A real server for this test process (each xdist worker has its own)."""
    # Socket paths are short by law, and pytest's own temporary folders are not.
    folder = Path(tempfile.mkdtemp(prefix="warmline-"))
    try:
        with EmbeddedRedis(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The address of an empty database; what the last test left is flushed first."""
    with redis.Redis.from_url(redis_server.url, socket_timeout=5) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to be copied: migrating takes longer than most
    tests do.
    """
    file = tmp_path_factory.mktemp("migrated") / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    migrate(ledger)
    ledger.close()
    return file
