"""Starts child processes in order, restarts those that end, and ends them all when asked.

RQ's worker ends when Redis restarts, and a process may always crash; while customers wait, each
has to come back by itself. One loop, no threads: it reads what the children print, starts what is
due, and notices what has ended. The children are on a leash (see `telephony.leash`), so that not
even `kill -9` of the supervisor leaves one behind.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO

from telephony.errors import WarmlineError
from telephony.leash import GRACE_SECONDS, Leash, end_groups, signal_group

TICK_SECONDS = 0.05
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
# Who has run this long has not failed at starting; the next pause is short again.
STEADY_SECONDS = 10.0


def _at_once() -> bool:
    return True


def _nothing() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class ProcessSpec:
    """One child. The next one in the list starts when this one is ready.

    `ready` is asked until it says yes, for `ready_limit` seconds. `prepare` is called after that,
    and what it returns is added to the environment of every process that starts later. When the
    child has to be started again, `prepare` is called again, and those later ones start again too.
    A `foundation` is stopped only after all others have gone.
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool] = _at_once
    ready_limit: float = 30.0
    prepare: Callable[[], Mapping[str, str]] = _nothing
    foundation: bool = False


@dataclass
class _Child:
    spec: ProcessSpec
    process: subprocess.Popen[bytes] | None = None
    first_start: float = 0.0
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    ready: bool = False
    unfinished: bytes = field(default=b"")


class Supervisor:
    """Runs `specs` until `stop()` or a signal. `write(name, line)` gets every line they print.

    The system as a whole is ready when every process is and `complete` says so, which has to be
    within `limit` seconds. `keep` are open files for the leash.
    """

    def __init__(
        self,
        specs: Iterable[ProcessSpec],
        *,
        environ: Mapping[str, str],
        write: Callable[[str, str], None],
        complete: Callable[[], bool] = _at_once,
        limit: float = 120.0,
        keep: Iterable[int] = (),
    ) -> None:
        self.environ = {**environ, "PYTHONUNBUFFERED": "1"}
        self._complete = complete
        self._limit = limit
        self._children = [_Child(spec) for spec in specs]
        self._write = write
        self._keep = tuple(keep)
        self._selector = selectors.DefaultSelector()
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end; safe in a signal handler."""
        self._stopping = True

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start everything, call `when_ready` once, and stay until stopped.

        Raises `WarmlineError` when a process is not ready in time. In every case all children
        are gone when this returns.
        """
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number in handlers:
            signal.signal(number, lambda _number, _frame: self.stop())
        leash = Leash(keep=self._keep)
        try:
            self._until_complete(leash)
            if not self._stopping:
                when_ready()
            while not self._stopping:
                self._tick(leash)
        finally:
            self._end_all()
            leash.close()
            self._selector.close()
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _until_complete(self, leash: Leash) -> None:
        began = time.monotonic()
        while not self._stopping:
            self._tick(leash)
            if all(child.ready for child in self._children) and self._complete():
                return
            if time.monotonic() - began > self._limit:
                raise WarmlineError(
                    f"The system was not ready within {self._limit:g} seconds.",
                    what_to_do="Read above which process ends again and again.",
                )

    def _tick(self, leash: Leash) -> None:
        self._read(TICK_SECONDS)
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.due:
                    self._start(child, leash, now)
            elif child.process.poll() is not None:
                self._ended(child, leash, now)
            if not child.ready and not self._becomes_ready(child, now):
                return

    def _start(self, child: _Child, leash: Leash, now: float) -> None:
        process = subprocess.Popen(
            child.spec.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environ,
            start_new_session=True,
        )
        leash.hold(process.pid)
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, child)
        child.process, child.started = process, now
        child.first_start = child.first_start or now

    def _ended(self, child: _Child, leash: Leash, now: float) -> None:
        assert child.process is not None
        self._read(0)
        # What it started itself must not hold its port when it comes back.
        signal_group(child.process.pid, signal.SIGKILL)
        leash.release(child.process.pid)
        if now - child.started >= STEADY_SECONDS:
            child.pause = FIRST_PAUSE_SECONDS
        self._write(
            child.spec.name,
            f"ended with code {child.process.returncode}; starts again in {child.pause:g} s",
        )
        if child.spec.prepare is not _nothing:
            child.ready, child.first_start = False, 0.0
        child.process, child.due = None, now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)

    def _becomes_ready(self, child: _Child, now: float) -> bool:
        if child.process is not None and child.spec.ready():
            self.environ.update(child.spec.prepare())
            child.ready = True
            if child.spec.prepare is not _nothing:
                self._start_later_ones_again(child)
        elif child.first_start and now - child.first_start > child.spec.ready_limit:
            raise WarmlineError(
                f"{child.spec.name} was not ready within {child.spec.ready_limit:g} seconds.",
                what_to_do=f"Read what {child.spec.name} printed above.",
            )
        return child.ready

    def _start_later_ones_again(self, child: _Child) -> None:
        # At the first start there are none yet; after that they run with an old environment.
        for later in self._children[self._children.index(child) + 1 :]:
            if later.process is not None:
                signal_group(later.process.pid, signal.SIGTERM)

    def _read(self, wait: float) -> None:
        if not self._selector.get_map():
            time.sleep(wait)
            return
        for key, _ in self._selector.select(wait):
            child: _Child = key.data
            stream: IO[bytes] = key.fileobj  # type: ignore[assignment]
            chunk = stream.read(65536)
            if chunk is None:
                continue
            if not chunk:
                self._selector.unregister(stream)
                stream.close()
            *lines, child.unfinished = (child.unfinished + chunk).split(b"\n")
            for line in lines:
                self._write(child.spec.name, line.decode(errors="replace").rstrip())

    def _end_all(self) -> None:
        for foundation in (False, True):
            running = [
                child.process
                for child in self._children
                if child.process is not None and child.spec.foundation == foundation
            ]

            def reap(processes: list[subprocess.Popen[bytes]] = running) -> None:
                # A child that waits for room in its pipe cannot end.
                self._read(0)
                for process in processes:
                    process.poll()

            end_groups([process.pid for process in running], meanwhile=reap)
            for process in running:
                process.wait(timeout=GRACE_SECONDS)
