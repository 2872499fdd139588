"""A system of one's own for the demo, the benches and the tests: simulated, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from telephony.errors import WarmlineError
from telephony.leash import Leash, end_groups
from warmline.running import Running, find_running

READY_SECONDS = 150.0
LOG_LINES = 15


@contextmanager
def own_system(
    folder: Path, *options: str, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run `warmline up OPTIONS` with its data in `folder` and on free ports; yields when ready.

    Of the present settings it takes none, so that it never touches a live account or a real
    database; `environ` adds variables. What the system prints goes to `up.log` in the folder.
    Raises `WarmlineError` with the end of that log when the system does not get ready.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WARMLINE_", "TWILIO_"))
    }
    ports = ("--web-port", "0", "--simulator-port", "0")
    with (folder / "up.log").open("ab") as log, Leash() as leash:
        process = subprocess.Popen(
            [sys.executable, "-m", "warmline", "up", "--data-dir", str(folder), *ports, *options],
            env={**clean, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        leash.hold(process.pid)
        try:
            yield _ready(folder, process)
        finally:
            # It needs up to two graces to end its own processes in order.
            end_groups([process.pid], 30, meanwhile=lambda: _reap(process))
            process.wait(timeout=5)
            leash.release(process.pid)


def _ready(folder: Path, process: subprocess.Popen[bytes]) -> Running:
    until = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        running = find_running(folder)
        if running is not None and running.pid == process.pid:
            return running
        time.sleep(0.05)
    lines = (folder / "up.log").read_text(errors="replace").splitlines()[-LOG_LINES:]
    raise WarmlineError(
        "The system did not get ready:\n" + "\n".join(lines),
        what_to_do=f"The whole log is in {folder / 'up.log'}.",
    )


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.poll()
