"""What a figure was measured on; no figure means anything without it."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, and how busy it was when asked (load average of the last minute)."""

    processor: str
    cores: int
    python: str
    load: float

    def words(self) -> str:
        """For people."""
        return f"{self.cores} cores of {self.processor}, Python {self.python}, load {self.load:.2f}"

    def data(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)


def machine() -> Machine:
    """This machine now."""
    return Machine(_processor(), os.cpu_count() or 1, platform.python_version(), os.getloadavg()[0])


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
