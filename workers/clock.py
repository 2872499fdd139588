"""The clock: ``python -m workers.clock``. Several may run.

It sends every contact whose moment has come to the workers, within some 25 ms and never early.
Nothing else in the system keeps time: no TTL, no scheduler, no timer inside a process.
"""

from __future__ import annotations

import sys
import threading

from telephony.bootstrap import Services
from workers.loop import Turn, run

POLL_S = 0.025
# Time may run faster than the wall; below this pause the polling itself would cost too much.
SHORTEST_S = 0.01
LIMIT = 100


def make(services: Services) -> Turn:
    """The clock's turn."""
    longest = max(SHORTEST_S, POLL_S / services.settings.speed)

    def turn(services: Services, stop: threading.Event) -> float:
        now = services.clock.now_ms()
        moved = services.live.due(now, LIMIT)
        if moved.count == LIMIT:
            return 0.0
        if moved.next_due is None or moved.next_due <= now:
            return longest  # Nothing to wait for, or the queue is long enough.
        return min(longest, max(0.001, services.clock.seconds(moved.next_due - now)))

    return turn


if __name__ == "__main__":
    sys.exit(run("clock", make))
