"""The ledger's tests run on a real SQLite file and, where it is installed, a real PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from telephony.leash import Leash
from telephony.store.ledger import Ledger, migrate, open_ledger
from telephony.store.ledger.passwords import PUBLIC
from telephony.store.ledger.tables import metadata

ROOT = Path(__file__).parents[2]
_TEMPLATE = "warmline_template"
_SHARED = "warmline_shared"
_HANG_UP = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"


class Cluster:
    """A private PostgreSQL server on a unix socket; no port, no password, no other user's data."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._leash = Leash()
        # PostgreSQL refuses to run as root.
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = _unprivileged()
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def init(self) -> None:
        command = [f"{self._binaries}/initdb", "-D", f"{self._folder}/data", "-A", "trust"]
        subprocess.run(
            [*command, "-U", "warmline", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True,
            timeout=120,
            capture_output=True,
            cwd=self._folder,
            **self._as,
        )

    def start(self) -> None:
        options = {"listen_addresses": "", "fsync": "off", "max_connections": "60"}
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        command = [f"{self._binaries}/postgres", "-D", f"{self._folder}/data"]
        with (self._folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(
                [*command, "-k", str(self._folder), *settings],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                **self._as,
            )
        self._leash.hold(process.pid)
        end = time.monotonic() + 60
        while not self._answers():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((self._folder / "log").read_text())

    def stop(self) -> None:
        """Stop at once, as a crash of the host would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._leash.release(self._process.pid)
            self._process = None

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._leash.close()

    def url(self, database: str) -> str:
        return f"postgresql://warmline@/{database}?host={self._folder}"

    def admin(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5)

    def _answers(self) -> bool:
        try:
            self.admin().close()
        except psycopg.OperationalError:
            return False
        return True


def _unprivileged() -> pwd.struct_passwd:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _binaries() -> Path | None:
    found = shutil.which("postgres")
    candidates = [Path(found).parent] if found else []
    for pattern in ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql*/bin"):
        candidates += sorted(Path("/").glob(pattern), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists()), None)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running server with two databases that have all tables: a template, and one to be used."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    # Socket paths are short by law, and pytest's own temporary folders are not.
    folder = Path(tempfile.mkdtemp(prefix="warmline-pg-"))
    server = Cluster(binaries, folder)
    try:
        server.init()
        server.start()
        with server.admin() as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        template = open_ledger(server.url(_TEMPLATE))
        migrate(template)
        template.close()
        with server.admin() as admin:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(statement.format(sql.Identifier(_SHARED), sql.Identifier(_TEMPLATE)))
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_database(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    """Make databases on the server from a template; they are dropped after the test."""
    names: list[str] = []

    def make(template: str) -> str:
        names.append(f"test_{uuid4().hex}")
        with cluster.admin() as admin:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(statement.format(sql.Identifier(names[-1]), sql.Identifier(template)))
        return cluster.url(names[-1])

    yield make
    with cluster.admin() as admin:
        for name in names:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'ledger.db'}"
    make: Callable[[str], str] = request.getfixturevalue("make_database")
    return make("template0")


@pytest.fixture
def emptied(cluster: Cluster) -> str:
    """The address of the one database that tests share, without rows and without connections.

    To empty it costs a tenth of making one.
    """
    with cluster.admin() as admin:
        admin.execute(_HANG_UP, [_SHARED])
    url = cluster.url(_SHARED)
    with psycopg.connect(url, connect_timeout=5) as conn:
        for table in reversed(metadata.sorted_tables):
            conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> str:
    """The address of a database with all tables and no rows."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(migrated, tmp_path / 'ledger.db')}"
    url: str = request.getfixturevalue("emptied")
    return url


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """With passwords that cost nothing to hash."""
    opened = open_ledger(database_url, hasher=PUBLIC)
    yield opened
    opened.close()


@pytest.fixture
def start_script() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python processes that share nothing with this one; all are gone after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=10)
