"""How work is done: side by side in threads, or later at a given moment."""

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
# Dials that wait for their turn at the account's calls per second; sleeping threads are cheap.
WAITING = 64

Together = Callable[[Sequence[Callable[[], T]]], Iterator[T]]
Later = Callable[[int, Callable[[], None]], None]


@dataclass(frozen=True)
class Hands:
    """What a worker works with. ``worker`` is its name, as in its heartbeat."""

    services: Services
    worker: str
    together: Together[Event]
    later: Later
    sleep: Callable[[float], None]

    @property
    def now(self) -> int:
        """The present moment (ms)."""
        return self.services.clock.now_ms()


def process_name(kind: str) -> str:
    """The name of this process in heartbeats, such as ``worker:host:4711``."""
    return f"{kind}:{socket.gethostname()}:{os.getpid()}"


def threaded(services: Services) -> Hands:
    """Hands that use threads; the pools live as long as the process."""
    pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="perform")
    waiting = ThreadPoolExecutor(WAITING, thread_name_prefix="turn")
    clock = services.clock

    def together(tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        if len(tasks) == 1:
            yield tasks[0]()
            return
        for done in as_completed([pool.submit(task) for task in tasks]):
            yield done.result()

    def later(moment: int, task: Callable[[], None]) -> None:
        def at_moment() -> None:
            while (left := clock.seconds(moment - clock.now_ms())) > 0:
                time.sleep(left)
            task()

        waiting.submit(at_moment)

    return Hands(services, process_name("worker"), together, later, time.sleep)


def inline(services: Services) -> Hands:
    """Hands that do one thing after the other, at once; for tests and deterministic runs."""

    def together(tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        for task in tasks:
            yield task()

    def later(moment: int, task: Callable[[], None]) -> None:
        task()

    return Hands(services, "worker:inline:0", together, later, lambda seconds: None)
