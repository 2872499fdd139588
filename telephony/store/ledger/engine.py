"""How Warmline talks to its SQL database: one engine, two kinds of transaction, no endless wait.

What a call has returned without an error survives a kill and a power cut. For SQLite that is why
`synchronous` is FULL: in WAL mode NORMAL keeps the file sound but may lose the newest commits when
the power goes (https://www.sqlite.org/pragma.html#pragma_synchronous), and a promise that the
customer has heard must not be among them. It costs one fsync a commit; the journal, the only
frequent writer, commits in batches. PostgreSQL does the same unless its administrator turned
`synchronous_commit` off.

A call that raised StoreUnavailable may still have happened (the answer to COMMIT can be lost).
Every writing function of this package can therefore be repeated with the same arguments.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from telephony.errors import BadInput, Conflict, StoreUnavailable
from telephony.store.ledger.passwords import STRONG

POOL_WAIT_S = 2
_BEGIN = "warmline_begin"


@dataclass(frozen=True)
class Patience:
    """How long one statement may wait for a lock, and take in all, in milliseconds.

    SQLite knows only the first: its statements are short, only its locks can be long.
    """

    lock_ms: int = 2_500
    statement_ms: int = 3_000


LIVE = Patience()


@dataclass(frozen=True)
class Ledger:
    """The SQL database, opened. Share one in a process; open it after a fork, not before."""

    engine: Engine
    hasher: PasswordHasher = STRONG

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def open_ledger(
    database_url: str | URL, *, patience: Patience = LIVE, hasher: PasswordHasher = STRONG
) -> Ledger:
    """Prepare the ledger behind `database_url`; nothing is read or written yet.

    New passwords are hashed by `hasher` (see `passwords`).
    `sqlite:///path/to/file` and `postgresql://user@host/name` are understood.
    Raises BadInput for any other address.
    """
    url = _checked_url(database_url)
    if url.get_backend_name() == "sqlite":
        return Ledger(_sqlite_engine(url, patience), hasher)
    # The driver is imported only by those who use it: it takes as long as a quarter of SQLAlchemy.
    from telephony.store.ledger.postgres import postgres_engine

    return Ledger(
        postgres_engine(
            url,
            lock_ms=patience.lock_ms,
            statement_ms=patience.statement_ms,
            pool_wait_s=POOL_WAIT_S,
        ),
        hasher,
    )


@contextmanager
def reading(ledger: Ledger) -> Iterator[Connection]:
    """One look at the data; in PostgreSQL each statement sees what is committed when it begins.

    Raises StoreUnavailable when the database cannot answer.
    """
    with _translated(), ledger.engine.connect() as conn, conn.begin():
        yield conn


@contextmanager
def writing(ledger: Ledger) -> Iterator[Connection]:
    """One transaction that is committed at the end, or rolled back when anything is raised.

    Raises StoreUnavailable when the database cannot answer or the lock is not had in time.
    """
    # SQLite refuses at once, without waiting, to turn a read transaction into a write one when
    # somebody else wrote in between; asking for the write lock first makes the busy time-out work.
    with (
        _translated(),
        ledger.engine.connect().execution_options(**{_BEGIN: "IMMEDIATE"}) as conn,
        conn.begin(),
    ):
        yield conn


@contextmanager
def outside_transaction(ledger: Ledger) -> Iterator[Connection]:
    """A SQLite connection without a transaction, for the settings that cannot change in one."""
    with _translated(), ledger.engine.connect().execution_options(**{_BEGIN: None}) as conn:
        yield conn


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, for the database that `conn` is connected to."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_new(conn: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert one row unless it breaks a unique rule; True when this call wrote it."""
    new = insert(conn, table).values(values).on_conflict_do_nothing()
    return conn.execute(new.returning(*table.primary_key)).first() is not None


def ping(ledger: Ledger) -> None:
    """Return when the database answers; raise StoreUnavailable when it does not."""
    with reading(ledger) as conn:
        conn.execute(text("SELECT 1"))


def _checked_url(database_url: str | URL) -> URL:
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise BadInput("database_url", "it is not a database address") from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise BadInput("database_url", f"{url.drivername} is neither sqlite nor postgresql")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise BadInput("database_url", "SQLite needs a file; nothing in memory survives a kill")
    return url


def _sqlite_engine(url: URL, patience: Patience) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": patience.lock_ms / 1000},
        pool_timeout=POOL_WAIT_S,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's driver must not begin transactions by itself: `begin` below does, in the
        # right mode.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        mode = conn.get_execution_options().get(_BEGIN, "DEFERRED")
        if mode is not None:
            conn.exec_driver_sql(f"BEGIN {mode}")

    return engine


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (UnicodeEncodeError, OverflowError) as error:
        raise BadInput("value", f"the database cannot hold it ({error.args[-1]})") from error
    except DataError as error:
        raise BadInput("value", f"the database cannot hold it ({_reason(error)})") from error
    except IntegrityError as error:
        raise Conflict(f"It contradicts what is there ({_reason(error)}).") from error
    except PoolTimeout as error:
        raise StoreUnavailable(
            "All connections to the SQL database are in use.",
            what_to_do="Try again in a moment; if it stays, look for slow queries.",
        ) from error
    except DBAPIError as error:
        raise _unavailable(error) from error


def _unavailable(error: DBAPIError) -> StoreUnavailable:
    reason = _reason(error)
    lower = reason.lower()
    if "no such table" in lower or "no such column" in lower or "does not exist" in lower:
        todo = "The tables are missing or old: start `warmline up` or migrate the database."
    elif "locked" in lower or "timeout" in lower:
        todo = "Another program holds the database. Try again; if it stays, find and end that one."
    elif "unable to open" in lower or "readonly" in lower or "read-only" in lower:
        todo = "Check that the database file and its folder exist and can be written."
    else:
        todo = (
            "Check that the database runs and that the database address is right; then try again."
        )
    return StoreUnavailable(f"The SQL database cannot be used: {reason}.", what_to_do=todo)


def _reason(error: DBAPIError) -> str:
    """The driver's first line: it never holds the values of the statement, the later ones may."""
    lines = str(error.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error.orig).__name__
