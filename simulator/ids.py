"""Sids, secrets and chances, all from one seeded generator: same seed, same run."""

from __future__ import annotations

import random


class Dice:
    """The only source of randomness in the simulator."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def sid(self, prefix: str) -> str:
        """A Twilio sid: two letters and 32 lower-case hex digits."""
        return f"{prefix}{self.random.getrandbits(128):032x}"

    def secret(self) -> str:
        """32 hex digits."""
        return f"{self.random.getrandbits(128):032x}"

    def between(self, low: float, high: float) -> float:
        """A number of seconds between two bounds, in whole milliseconds."""
        return low if high <= low else round(self.random.uniform(low, high), 3)
