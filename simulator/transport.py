"""How one HTTP request leaves the network, whatever carries it (sockets or a WSGI call)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

Failure = Literal["", "connect", "dns", "tls", "timeout", "protocol"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to somebody's web server. Time-outs are seconds of the driver's own time."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connect_timeout: float
    read_timeout: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: a status with headers (lower-case names) and body, or a failure."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    failure: Failure = ""
    detail: str = field(default="", compare=False)

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, or ''."""
        return next((value for key, value in self.headers if key == name), "")


class Transport(Protocol):
    """Carries requests. ``done`` is called later, never inside ``submit``, on the engine."""

    def submit(self, delivery: Delivery, done: Callable[[Outcome], None]) -> None: ...
