"""Bring the database to the form that this version of Warmline expects.

Migrations only ever add: during a rolling deploy the old code goes on working beside the new
form, so an old process that finds a newer database leaves it alone.

Alembic and what it brings are a tenth of what a process imports, and nearly none of ours migrates
anything: whoever does imports it then.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from telephony.errors import StoreUnavailable
from telephony.store.ledger.engine import (
    Ledger,
    Patience,
    open_ledger,
    outside_transaction,
    reading,
    writing,
)

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

MIGRATING = Patience(lock_ms=60_000, statement_ms=600_000)
_WAL_WAIT_S = 10.0
# Any number will do, as long as no other program takes the same advisory lock in this database.
_ADVISORY_LOCK = 0x7761726D


def migrate(ledger: Ledger) -> str:
    """Apply what is missing, in one transaction, and return the revision that is then there.

    Any number of processes may call this at the same moment: one works, the others wait for it.
    Within a process call it from one thread at a time: Alembic keeps its context in a global.
    Raises StoreUnavailable when the database cannot be used; then nothing was changed.
    """
    from alembic import command

    patient = open_ledger(ledger.engine.url, patience=MIGRATING)
    try:
        if patient.engine.dialect.name == "sqlite":
            _prepare_file(patient)
        with writing(patient) as conn:
            if conn.dialect.name == "postgresql":
                conn.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            found = _revision(conn)
            if found is None or found in _known():
                config = _config()
                config.attributes["connection"] = conn
                command.upgrade(config, "head")
            return _revision(conn) or ""
    finally:
        patient.close()


def check_schema(ledger: Ledger) -> None:
    """Return when the database answers and has its tables; for `/readyz` and `doctor`.

    Raises StoreUnavailable that says which of the two is missing.
    """
    with reading(ledger) as conn:
        found = _revision(conn)
    wanted = _scripts().get_current_head()
    if found is None or (found in _known() and found != wanted):
        raise StoreUnavailable(
            f"The SQL database has the tables of {found or 'no version'}, not of {wanted}.",
            what_to_do="Migrate the database: `warmline up` does it when it starts.",
        )


def _prepare_file(ledger: Ledger) -> None:
    """Make the folder, and switch the file to WAL, which it then stays in for good.

    When somebody writes at that moment SQLite refuses the switch at once, whatever the busy
    time-out, so processes that start together have to ask again.
    """
    folder = Path(str(ledger.engine.url.database)).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} for the SQL database cannot be made: {error.strerror}.",
            what_to_do="Make that folder writable, or choose another database address.",
        ) from error
    end = time.monotonic() + _WAL_WAIT_S
    while True:
        try:
            with outside_transaction(ledger) as conn:
                conn.execute(text("PRAGMA journal_mode = WAL"))
        except StoreUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _revision(conn: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(conn).get_current_revision()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}
