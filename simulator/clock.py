"""The engine's clock: a heap of timers. Who moves it (virtual or wall time) is the driver's."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Timer:
    """Something due at a moment; ``cancel`` makes it never happen."""

    __slots__ = ("due", "order", "what")

    def __init__(self, due: float, order: int, what: Callable[[], None]) -> None:
        self.due = due
        self.order = order
        self.what: Callable[[], None] | None = what

    def cancel(self) -> None:
        """Never run it; harmless if it has run."""
        self.what = None

    def __lt__(self, other: Timer) -> bool:
        return (self.due, self.order) < (other.due, other.order)


class Clock:
    """Simulated seconds since the network began, and what is due when.

    Timers due at the same moment run in the order they were set, so a run is repeatable.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[Timer] = []
        self._order = 0

    def after(self, delay: float, what: Callable[[], None]) -> Timer:
        """Run ``what`` ``delay`` simulated seconds from now."""
        self._order += 1
        timer = Timer(self.now + max(0.0, delay), self._order, what)
        heapq.heappush(self._heap, timer)
        return timer

    def next_due(self) -> float | None:
        """When the earliest live timer is due, or None when nothing is waiting."""
        while self._heap and self._heap[0].what is None:
            heapq.heappop(self._heap)
        return self._heap[0].due if self._heap else None

    def pop(self, until: float) -> Callable[[], None] | None:
        """The next thing due no later than ``until``; moves ``now`` to its moment."""
        due = self.next_due()
        if due is None or due > until:
            return None
        timer = heapq.heappop(self._heap)
        self.now = max(self.now, timer.due)
        return timer.what
