"""Fault catalogue 25 and 26: the database is down, slow, locked or killed; nothing is lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from telephony.errors import NotFound, StoreUnavailable
from telephony.store.ledger import (
    JournalEntry,
    Ledger,
    NewPromise,
    append_journal,
    migrate,
    open_ledger,
    open_promises,
    ping,
    promise,
    timeline,
    write_promise,
)
from telephony.store.ledger.engine import Patience, reading

NOW = 1_790_000_000_000
NEW = NewPromise("pr_1", "ct", "+491", "billing", "de", "UTC", NOW, NOW + 1, 3, "token")
ENTRY = JournalEntry("1-1", "ct", 1, NOW, "leg_joined", {})


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Another program holds the tables that we want to write."""
    if database_url.startswith("sqlite"):
        path = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(database_url) as other:
            other.execute("LOCK TABLE promises, journal IN EXCLUSIVE MODE")
            yield
            other.rollback()


def test_a_locked_database_is_reported_in_time_and_nothing_is_lost(
    ledger: Ledger, database_url: str
) -> None:
    with locked(database_url):
        began = time.monotonic()
        with pytest.raises(StoreUnavailable) as caught:
            write_promise(ledger, NEW, now=NOW)
        assert 2 < time.monotonic() - began < 3.5
        assert "Another program holds the database" in caught.value.what_to_do
        # Reading goes on.
        with pytest.raises(NotFound):
            promise(ledger, "pr_1")
        hasty = open_ledger(database_url, patience=Patience(lock_ms=100))
        with pytest.raises(StoreUnavailable):
            append_journal(hasty, [ENTRY])
        hasty.close()
    assert write_promise(ledger, NEW, now=NOW).created
    assert append_journal(ledger, [ENTRY]) == 1
    assert timeline(ledger, "ct").items == (ENTRY,)


def test_a_lock_that_ends_in_time_is_only_waited_for(ledger: Ledger, database_url: str) -> None:
    asked = threading.Event()
    written: list[Any] = []

    def write() -> None:
        asked.set()
        written.append(write_promise(ledger, NEW, now=NOW))

    writer = threading.Thread(target=write)
    with locked(database_url):
        writer.start()
        assert asked.wait(5)
        writer.join(0.3)
        assert writer.is_alive()
    writer.join(5)
    assert written[0].created


def test_a_transaction_that_fails_leaves_nothing_behind(ledger: Ledger) -> None:
    broken = JournalEntry("1-2", "ct", 2**80, NOW, "leg_joined", {})
    with pytest.raises(Exception, match="value"):
        append_journal(ledger, [ENTRY, broken])
    assert timeline(ledger, "ct").items == ()


WRITER = """
import sys
from telephony.store.ledger import NewPromise, open_ledger, write_promise
ledger = open_ledger(sys.argv[1])
n = 0
while True:
    n += 1
    new = NewPromise(f"pr_{n}", "ct", f"+49{n}", "d", "de", "UTC", 1, 2, 3, f"token {n}")
    write_promise(ledger, new, now=1)
    print(new.id, flush=True)
"""


def test_every_acknowledged_promise_survives_a_kill(
    ledger: Ledger, database_url: str, start_script: Callable[..., subprocess.Popen[str]]
) -> None:
    writer = start_script(WRITER, database_url)
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(30)]
    writer.kill()
    told += writer.stdout.read().split()
    there = {one.id for one in open_promises(ledger, limit=1_000).items}
    assert set(told) <= there
    # At most the one that was being written when the kill came is there without a word.
    assert len(there - set(told)) <= 1
    assert write_promise(ledger, NEW, now=NOW).promise.id == "pr_1"


def test_sqlite_syncs_every_commit_and_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    migrate(ledger)
    with reading(ledger) as conn:
        settings = {
            name: conn.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    ledger.close()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 2500,
    }


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'no' / 'ledger.db'}")
    with pytest.raises(StoreUnavailable) as caught:
        ping(ledger)
    assert "folder" in caught.value.what_to_do


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ledger = open_ledger(f"sqlite:///{tmp_path / 'file' / 'ledger.db'}")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        migrate(ledger)


def test_a_broken_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"this is not a database" * 1_000)
    ledger = open_ledger(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable):
        open_promises(ledger)


def test_all_connections_in_use_is_reported_in_time(ledger: Ledger) -> None:
    held = [ledger.engine.connect() for _ in range(15)]
    try:
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="in use"):
            ping(ledger)
        assert time.monotonic() - began < 3.5
    finally:
        for conn in held:
            conn.close()
    ping(ledger)


def test_nobody_listening_is_reported_at_once(tmp_path: Path) -> None:
    ledger = open_ledger(f"postgresql://warmline@/warmline?host={tmp_path}")
    began = time.monotonic()
    with pytest.raises(StoreUnavailable) as caught:
        ping(ledger)
    assert time.monotonic() - began < 3.5
    assert "runs" in caught.value.what_to_do


def test_work_goes_on_by_itself_after_postgresql_crashed_and_came_back(
    cluster: Any, make_database: Callable[[str], str]
) -> None:
    ledger = open_ledger(make_database("warmline_template"))
    write_promise(ledger, NEW, now=NOW)
    cluster.stop()
    try:
        with pytest.raises(StoreUnavailable):
            promise(ledger, "pr_1")
    finally:
        cluster.start()
    assert promise(ledger, "pr_1").id == "pr_1"
    assert not write_promise(ledger, NEW, now=NOW).created
    ledger.close()


def test_a_restart_of_postgresql_between_two_calls_goes_unnoticed(
    cluster: Any, make_database: Callable[[str], str]
) -> None:
    ledger = open_ledger(make_database("warmline_template"))
    write_promise(ledger, NEW, now=NOW)
    cluster.stop()
    cluster.start()
    assert promise(ledger, "pr_1").id == "pr_1"
    ledger.close()


def test_a_statement_that_takes_too_long_is_ended(make_database: Callable[[str], str]) -> None:
    ledger = open_ledger(make_database("template0"))
    began = time.monotonic()
    with pytest.raises(StoreUnavailable), reading(ledger) as conn:
        conn.execute(text("SELECT pg_sleep(30)"))
    assert 2.5 < time.monotonic() - began < 3.9
    ledger.close()


def test_a_frozen_postgresql_is_given_up_in_time(make_database: Callable[[str], str]) -> None:
    ledger = open_ledger(make_database("template0"))
    frozen: list[int] = []

    def freeze_and_ask() -> None:
        with reading(ledger) as conn:
            frozen.append(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())
            os.kill(frozen[0], signal.SIGSTOP)
            conn.execute(text("SELECT 1"))

    began = time.monotonic()
    try:
        with pytest.raises(StoreUnavailable):
            freeze_and_ask()
        assert time.monotonic() - began < 5
        # The frozen connection is not used again.
        ping(ledger)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        ledger.close()
