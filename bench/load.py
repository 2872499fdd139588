"""A small load generator: prepared requests over a few kept connections, one thread, no waiting.

It speaks just enough HTTP/1.1 to know where an answer ends, so that it costs little beside what it
measures.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: how long it took (s), answers by status, and each one's time (ms)."""

    seconds: float
    statuses: Counter[int]
    times: tuple[float, ...]

    @classmethod
    def of(cls, loads: Sequence[Load]) -> Load:
        """Several, one after the other, as one."""
        statuses: Counter[int] = Counter()
        for load in loads:
            statuses.update(load.statuses)
        times = tuple(each for load in loads for each in load.times)
        return cls(sum(load.seconds for load in loads), statuses, times)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """The time (ms) within which this share of the answers came."""
        return percentile(self.times, share)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by ``share`` (0 to 1) of all; 0 without any."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else 0.0


def send(host: str, port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send every request once; each connection sends its next one when it has its answer.

    Raises ConnectionError when the server closes a connection, TimeoutError after two minutes.
    """
    return asyncio.run(_send(host, port, requests, connections))


async def _send(host: str, port: int, requests: Sequence[bytes], connections: int) -> Load:
    loop = asyncio.get_running_loop()
    left = iter(requests)
    clients: list[_Client] = []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: _Client(left), host, port)
        clients.append(client)
    began = time.perf_counter()
    for client in clients:
        client.go_on()
    async with asyncio.timeout(_LIMIT_S):
        await asyncio.gather(*(client.done for client in clients))
    seconds = time.perf_counter() - began
    statuses: Counter[int] = Counter()
    for client in clients:
        statuses.update(client.statuses)
    return Load(seconds, statuses, tuple(each for client in clients for each in client.times))


class _Client(asyncio.Protocol):
    def __init__(self, left: Iterator[bytes]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.statuses: list[int] = []
        self.times: list[float] = []
        self._left = left
        self._had = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def go_on(self) -> None:
        """Send the next request, or end."""
        assert self._transport is not None
        request = next(self._left, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._had += data
        if not _complete(self._had):
            return
        self.times.append((time.perf_counter() - self._sent) * 1000)
        self.statuses.append(int(self._had[9:12]))
        self._had = b""
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


def _complete(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    _, named, rest = head.lower().partition(b"\r\ncontent-length:")
    return len(body) >= int(rest.split(b"\r\n", 1)[0]) if named else True
