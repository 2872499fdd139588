"""The ground truth: one JSON object a line, in the order things happened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from simulator.clock import Clock

# Made once: `json.dumps` makes an encoder at every call that asks for anything unusual.
_spelled = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Alert:
    """A debugger event: what Twilio's console would show for a bad document or webhook."""

    code: int
    call: str
    url: str
    t: float


class Trace:
    """Lines numbered from 1 and stamped with simulated seconds, kept and appended to a file."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._file: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None
        self.lines: list[dict[str, Any]] = []

    def write(self, kind: str, **fields: Any) -> None:
        """Add one line. ``kind`` and fields are those of the documented trace format."""
        line = {"seq": len(self.lines) + 1, "t": round(self._clock.now, 3), "kind": kind, **fields}
        self.lines.append(line)
        if self._file is not None:
            self._file.write(as_line(line) + "\n")

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Lines numbered above ``seq``."""
        return self.lines[max(0, seq) :]

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None


def as_line(line: dict[str, Any]) -> str:
    """The one spelling of a trace line, so that equal traces are equal bytes."""
    return _spelled(line)
