"""Waiting for what other processes do, with a limit."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

LIMIT = 30.0


def wait_for(what: Callable[[], bool], limit: float = LIMIT) -> None:
    until = time.monotonic() + limit
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")
