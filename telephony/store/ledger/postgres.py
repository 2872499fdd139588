"""PostgreSQL that cannot keep us waiting: time-outs in the server and one in the client."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.rows import TupleRow
from sqlalchemy import URL, Engine, create_engine, event

CONNECT_S = 3
GRACE_S = 1.0
"""How much longer the client waits than the server was told to work, in seconds."""


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection that gives up by itself.

    `statement_timeout` is kept by the server. A server that is frozen, or gone behind a network
    that swallows everything, keeps nothing; then the client closes the connection.
    """

    longest_wait_s: float

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Run one exchange with the server; psycopg calls this for every one.

        Raises OperationalError, with the connection closed, when it takes too long.
        """
        return super().wait(self._bounded(gen), interval=interval, timeout=timeout)

    def _bounded(self, gen: PQGen[RV]) -> Generator[Any, Any, RV]:
        end = time.monotonic() + self.longest_wait_s
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > end:
                    self.close()
                    raise psycopg.OperationalError("timeout: the server did not answer")
                wanted = gen.send(ready)
        except StopIteration as done:
            result: RV = done.value
            return result


def postgres_engine(url: URL, *, lock_ms: int, statement_ms: int, pool_wait_s: float) -> Engine:
    """An engine whose statements end after `statement_ms` and wait `lock_ms` for locks."""
    limits = {
        "statement_timeout": statement_ms,
        "lock_timeout": lock_ms,
        "idle_in_transaction_session_timeout": statement_ms * 3,
    }
    given = url.query.get("options", "")
    options = [given] if isinstance(given, str) else list(given)
    options += [f"-c {name}={value}" for name, value in limits.items()]
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_S,
            "options": " ".join(options).strip(),
            "application_name": "warmline",
        },
        pool_timeout=pool_wait_s,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: object, _record: object, args: list[Any], params: dict[str, Any]
    ) -> BoundedConnection:
        connection = BoundedConnection.connect(*args, **params)
        connection.longest_wait_s = statement_ms / 1000 + GRACE_S
        return connection

    return engine
