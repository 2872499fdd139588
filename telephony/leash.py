"""No process outlives the one that started it, not even after `kill -9`.

A `Leash` is a tiny watcher process at the other end of a pipe. It is told which process groups
belong to its owner. When the pipe closes, because the owner closed it or because the kernel did
after the owner's death, the watcher ends those groups: first SIGTERM, then SIGKILL. This works
alike on Linux and macOS, and unlike a parent-death signal it reaches grandchildren as well.

This file is also the watcher's program, run by path in isolated mode: standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from types import TracebackType

GRACE_SECONDS = 5.0


class Leash:
    """Holds process groups; every held process must lead its own (`start_new_session=True`).

    `keep` are open files that the watcher shares until all groups are gone. A lock file among
    them stays locked for exactly as long as anything that it protects from is alive.
    """

    def __init__(self, *, keep: Iterable[int] = ()) -> None:
        self._watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            pass_fds=tuple(keep),
            start_new_session=True,  # Ctrl-C in the terminal must not reach the watcher.
            text=True,
            bufsize=1,
        )

    def hold(self, group: int) -> None:
        """End this group when the owner is gone."""
        self._say(f"+ {group}")

    def release(self, group: int) -> None:
        """Forget a group that has ended; its number may be given to a stranger."""
        self._say(f"- {group}")

    def close(self) -> None:
        """End whatever is still held, and the watcher."""
        if self._watcher.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watcher.stdin.close()
        self._watcher.wait(timeout=GRACE_SECONDS * 2 + 5)

    def _say(self, line: str) -> None:
        # A watcher that somebody killed is no reason to end the service that it watched.
        with contextlib.suppress(BrokenPipeError):
            if self._watcher.stdin is not None:
                self._watcher.stdin.write(line + "\n")

    def __enter__(self) -> Leash:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def end_groups(
    groups: Iterable[int],
    grace: float = GRACE_SECONDS,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """SIGTERM to every group, SIGKILL to those that are still there after `grace` seconds.

    A parent reaps its children in `meanwhile`: a group lasts as long as its zombies do.
    """
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    until = time.monotonic() + grace
    while left and time.monotonic() < until:
        time.sleep(0.02)
        meanwhile()
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Send a signal (0 only asks) and say whether the group still exists."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _watch() -> None:
    held: set[int] = set()
    for line in sys.stdin:
        word, group = line.split()
        (held.add if word == "+" else held.discard)(int(group))
    end_groups(held)


if __name__ == "__main__":
    _watch()
