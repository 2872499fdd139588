"""Threads that carry webhooks, made as they are needed and never in the way of an exit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue


class Couriers:
    """Up to ``most`` daemon threads that do one job after another, first come first served."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._unfinished = 0
        self._made = 0

    def send(self, job: Callable[[], None]) -> None:
        """Have a job done by a free thread, or by a new one as long as there may be more."""
        with self._lock:
            self._unfinished += 1
            hire = self._made < min(self._unfinished, self._most)
            self._made += hire
        self._jobs.put(job)
        if hire:
            threading.Thread(target=self._work, name="courier", daemon=True).start()

    def stop(self) -> None:
        """Let every thread end after its present job; jobs still waiting are dropped."""
        with suppress(Empty):
            while True:
                self._jobs.get_nowait()
        for _ in range(self._made):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            finally:
                with self._lock:
                    self._unfinished -= 1
