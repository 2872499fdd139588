"""Open live-event streams, as that many agents' softphones keep them.

They are read in a process of its own, so that whoever measures does not wait for them.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event

from telephony.errors import WarmlineError
from telephony.store import ledger
from telephony.store.ledger import Ledger, Role

_OPEN_S = 60.0
_AGAIN_S = 0.2


def agents(book: Ledger, names: Sequence[str], count: int) -> tuple[str, ...]:
    """Make an agent of each name who is not there, and return `count` bearer tokens of theirs."""
    now = time.time_ns() // 1_000_000
    known = {each.name for each in ledger.all_users(book)}
    for name in names:
        if name not in known:
            ledger.add_user(book, name, Role.AGENT, f"{name}-of-the-bench", now=now)
    owners = [names[place % len(names)] for place in range(count)]
    return tuple(ledger.issue_token(book, name, "bench", now=now).plain for name in owners)


@contextmanager
def held(host: str, port: int, tokens: Sequence[str]) -> Iterator[None]:
    """Hold a stream for each token; one that ends is opened again. Begins when all are open."""
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    process = spawn.Process(target=_read, args=(host, port, tokens, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(_OPEN_S):
            raise WarmlineError(f"{len(tokens)} streams did not open within {_OPEN_S:.0f} s.")
        yield
    finally:
        process.terminate()
        process.join(10)


def _read(host: str, port: int, tokens: Sequence[str], ready: Event) -> None:
    async def all_of_them() -> None:
        count = Count(len(tokens), ready)
        await asyncio.gather(*(_hold(host, port, token, count) for token in tokens))

    asyncio.run(all_of_them())


@dataclass
class Count:
    """How many streams have yet to open."""

    missing: int
    ready: Event

    def one_more(self) -> None:
        self.missing -= 1
        if self.missing == 0:
            self.ready.set()


async def _hold(host: str, port: int, token: str, count: Count) -> None:
    ask = (
        f"GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    while True:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(ask.encode())
        opened = False
        while part := await reader.read(65_536):
            if not opened and b"event: hello" in part:
                opened = True
                count.one_more()
            if part.endswith(b"0\r\n\r\n"):
                break  # The last chunk: the stream has had its time.
        writer.close()
        await asyncio.sleep(_AGAIN_S)
