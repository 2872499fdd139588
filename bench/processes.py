"""Servers of the bench's own, and how much CPU they have used."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from telephony.errors import WarmlineError
from telephony.leash import Leash, end_groups
from warmline.up import answers, web_command

_READY_S = 60.0


@contextmanager
def web(factory: str, port: int, folder: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """Serve a web application exactly as `warmline up` does; yields the server's process id."""
    log = folder / f"{factory.partition(':')[0]}.log"
    with log.open("ab") as out, Leash() as leash:
        process = subprocess.Popen(
            web_command(port, factory),
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        leash.hold(process.pid)
        try:
            _wait(process, port, log)
            yield process.pid
        finally:
            end_groups([process.pid], 10, meanwhile=partial(_reap, process))
            process.wait(timeout=5)
            leash.release(process.pid)


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.poll()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < until:
        if answers(f"http://127.0.0.1:{port}/healthz"):
            return
        time.sleep(0.05)
    raise WarmlineError(
        "The web server of the bench did not get ready:\n" + log.read_text(errors="replace")[-2000:]
    )


def cpu_seconds(pid: int) -> float | None:
    """CPU time of a process and its children until now; None where there is no /proc."""
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except FileNotFoundError:
        return None
    times: dict[int, tuple[int, float]] = {}
    for name in names:
        try:
            words = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It ended meanwhile.
        ticks = int(words[11]) + int(words[12])
        times[int(name)] = (int(words[1]), ticks / os.sysconf("SC_CLK_TCK"))
    family = {pid}
    for _ in range(3):
        family |= {child for child, (parent, _) in times.items() if parent in family}
    return sum(times[member][1] for member in family if member in times)
