from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from telephony.errors import BadInput, StoreUnavailable
from telephony.store.ledger import (
    Ledger,
    Role,
    add_user,
    all_users,
    check_schema,
    migrate,
    open_ledger,
    open_promises,
    ping,
)
from telephony.store.ledger.engine import reading, writing
from telephony.store.ledger.tables import metadata

HEAD = "0006"

MIGRATOR = """
import sys
from telephony.store.ledger import migrate, open_ledger
ledger = open_ledger(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(migrate(ledger), flush=True)
"""


def test_the_migrations_make_the_tables_that_the_code_uses(ledger: Ledger) -> None:
    with reading(ledger) as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_partial_rules_are_in_the_database_too(ledger: Ledger) -> None:
    query = (
        "SELECT sql FROM sqlite_master WHERE name IN ('promises_one_open', 'routing_one_successor')"
        if ledger.engine.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE indexname IN"
        " ('promises_one_open', 'routing_one_successor')"
    )
    with reading(ledger) as conn:
        rules = conn.scalars(text(query)).all()
    assert len(rules) == 2
    assert all("UNIQUE" in rule and "WHERE" in rule for rule in rules)


def test_processes_that_start_together_migrate_once(
    empty_url: str, start_script: Callable[..., subprocess.Popen[str]]
) -> None:
    processes = [start_script(MIGRATOR, empty_url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    ends = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        ends.append((process.communicate(timeout=90)[0].strip(), process.returncode))
    assert ends == [(HEAD, 0)] * 3
    ledger = open_ledger(empty_url)
    check_schema(ledger)
    ledger.close()


def test_migrating_waits_for_whoever_writes_to_a_file_that_is_not_in_wal_mode_yet(
    tmp_path: Path,
) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        migrator = threading.Thread(target=migrate, args=(ledger,))
        migrator.start()
        migrator.join(0.3)
        assert migrator.is_alive()
        other.execute("ROLLBACK")
    migrator.join(20)
    check_schema(ledger)
    ledger.close()


def test_migrating_again_changes_nothing(ledger: Ledger) -> None:
    add_user(ledger, "ana", Role.ADMIN, "correct horse", now=1)
    assert migrate(ledger) == HEAD
    assert len(all_users(ledger)) == 1


def test_old_code_leaves_a_newer_database_alone_and_works_with_it(ledger: Ledger) -> None:
    with writing(ledger) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert migrate(ledger) == "9999"
    check_schema(ledger)
    add_user(ledger, "ana", Role.ADMIN, "correct horse", now=1)


def test_a_database_without_tables_says_so(empty_url: str) -> None:
    ledger = open_ledger(empty_url)
    if ledger.engine.dialect.name == "sqlite":
        migrate(ledger)
        with writing(ledger) as conn:
            conn.execute(text("DROP TABLE alembic_version"))
            conn.execute(text("DROP TABLE promises"))
    with pytest.raises(StoreUnavailable) as caught:
        check_schema(ledger)
    assert "igrate" in caught.value.what_to_do
    with pytest.raises(StoreUnavailable) as caught:
        open_promises(ledger)
    assert "igrate" in caught.value.what_to_do
    ping(ledger)
    ledger.close()


@pytest.mark.parametrize(
    "url", ["", "ledger.db", "mysql://root@host/x", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_be_a_ledger_is_bad_input(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_ledger(url)
    assert caught.value.field == "database_url"
