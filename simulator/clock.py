"""The engine's clock: a heap of timers. Who moves it (virtual or wall time) is the driver's."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Timer:
    """Something due at a moment; ``cancel`` makes it never happen."""

    __slots__ = ("what",)

    def __init__(self, what: Callable[[], None]) -> None:
        self.what: Callable[[], None] | None = what

    def cancel(self) -> None:
        """Never run it; harmless if it has run."""
        self.what = None


class Clock:
    """Simulated seconds since the network began, and what is due when.

    Timers due at the same moment run in the order they were set, so a run is repeatable.
    """

    def __init__(self) -> None:
        self.now = 0.0
        # Due moment, then the order of setting, which no two share: no timer is ever compared.
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = 0

    def after(self, delay: float, what: Callable[[], None]) -> Timer:
        """Run ``what`` ``delay`` simulated seconds from now."""
        self._order += 1
        timer = Timer(what)
        heapq.heappush(self._heap, (self.now + max(0.0, delay), self._order, timer))
        return timer

    def next_due(self) -> float | None:
        """When the earliest live timer is due, or None when nothing is waiting."""
        while self._heap and self._heap[0][2].what is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, until: float) -> Callable[[], None] | None:
        """The next thing due no later than ``until``; moves ``now`` to its moment."""
        heap = self._heap
        while heap:
            due, _, timer = heap[0]
            if timer.what is None:
                heapq.heappop(heap)
            elif due > until:
                return None
            else:
                heapq.heappop(heap)
                self.now = max(self.now, due)
                return timer.what
        return None
