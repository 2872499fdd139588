"""How work is done: side by side in threads, or one after the other."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TypeVar

from telephony.bootstrap import Services
from telephony.contact.events import Event

T = TypeVar("T")

# A round of commands for one contact is rarely larger; a REST call spends its time waiting.
SIDE_BY_SIDE = 16

Together = Callable[[Sequence[Callable[[], T]]], Iterator[T]]


@dataclass(frozen=True)
class Hands:
    """What a worker works with. ``worker`` is its name, as in its heartbeat."""

    services: Services
    worker: str
    together: Together[Event]
    sleep: Callable[[float], None]

    @property
    def now(self) -> int:
        """The present moment (ms)."""
        return self.services.clock.now_ms()


def process_name(kind: str) -> str:
    """The name of this process in heartbeats, such as ``worker:host:4711``."""
    return f"{kind}:{socket.gethostname()}:{os.getpid()}"


def threaded(services: Services) -> Hands:
    """Hands that use threads; the pool lives as long as the process."""
    pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="perform")

    def together(tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        if len(tasks) == 1:
            yield tasks[0]()
            return
        for done in as_completed([pool.submit(task) for task in tasks]):
            yield done.result()

    return Hands(services, process_name("worker"), together, time.sleep)


def inline(services: Services) -> Hands:
    """Hands that do one thing after the other, at once; for tests and deterministic runs."""

    def together(tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        for task in tasks:
            yield task()

    return Hands(services, "worker:inline:0", together, lambda seconds: None)
