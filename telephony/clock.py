"""The time of the whole system: milliseconds since the epoch, UTC.

Normally that is the wall clock, with two corrections. Inside a process time never goes backwards,
and a jump of the wall clock (somebody sets the host's clock by an hour) is followed slowly, so
that it neither fires all deadlines at once nor stops them. With a simulator time may run faster:
every process counts from the same anchor, ``anchor + (wall - anchor) * speed``.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from telephony.errors import SettingsError
from telephony.settings import Settings

ANCHOR = "WARMLINE_CLOCK_ANCHOR"
# A wall clock that is corrected by less than this is simply followed.
_STEP_MS = 2_000.0
# A larger jump is followed by this share of the time that passes.
_SLEW = 0.1


class Clock:
    """Says what time it is; call it, or its ``now_ms``. Safe to share between threads."""

    def __init__(
        self,
        speed: float = 1.0,
        anchor: int = 0,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self._anchor = anchor
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._last_steady = steady()
        self._real_ms = wall() * 1000
        self._told = 0

    def now_ms(self) -> int:
        """The time in milliseconds since the epoch; never less than at the call before."""
        with self._lock:
            steady = self._steady()
            passed = (steady - self._last_steady) * 1000
            self._last_steady = steady
            self._real_ms += passed
            drift = self._wall() * 1000 - self._real_ms
            if abs(drift) > _STEP_MS:
                allowed = passed * _SLEW
                drift = max(-allowed, min(allowed, drift))
            self._real_ms += drift
            now = int(self._anchor + (self._real_ms - self._anchor) * self.speed)
            self._told = max(self._told, now)
            return self._told

    __call__ = now_ms

    def seconds(self, ms: float) -> float:
        """How many seconds on the wall ``ms`` milliseconds of this clock take."""
        return ms / 1000 / self.speed


def clock_of(settings: Settings) -> Clock:
    """The clock that all processes of one system share.

    Raises SettingsError when time runs faster and no common anchor is given: two processes that
    counted from their own start would disagree about every deadline.
    """
    if settings.speed == 1:
        return Clock()
    anchor = os.environ.get(ANCHOR, "")
    if not anchor.isdigit():
        raise SettingsError(
            f"{ANCHOR} must hold the moment (ms since the epoch) from which time runs faster.",
            what_to_do="Set it to the present time for all processes of this system, or leave "
            "the speed at 1.",
        )
    return Clock(settings.speed, int(anchor))
