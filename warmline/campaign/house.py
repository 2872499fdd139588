"""What all worlds of a process share: Redis, ledger, services and application, made once."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import structlog
from flask import Flask
from sqlalchemy import event
from twilio.rest import Client  # type: ignore[import-untyped]

from telephony import bootstrap
from telephony.bootstrap import CurrentRouting, Services
from telephony.clock import Clock
from telephony.dispatch import Dispatch
from telephony.embedded import EmbeddedRedis
from telephony.routing.example import example_company
from telephony.routing.model import Company
from telephony.settings import load_settings
from telephony.store import ledger
from telephony.store.ledger import Role, migrate
from telephony.store.ledger.tables import api_tokens, metadata, users
from telephony.store.ledger.users import new_user
from telephony.store.live import Live
from telephony.twilio.rest import Rest
from warmline.campaign.company import wider_company
from warmline.campaign.line import Line
from warmline.campaign.network import ACCOUNT, BASE, FALLBACK_URL, TOKEN, World
from webhooks.app import create_app

KEPT_TABLES = frozenset({"users", "api_tokens", "alembic_version"})
LOCK_S = 2.5
"""A locked SQLite keeps a statement waiting for so long (telephony.store.ledger.engine)."""


class VirtualClock:
    """The services' clock: the network's seconds since its epoch, in milliseconds."""

    speed = 1.0

    def __init__(self) -> None:
        self.world: World | None = None

    def now_ms(self) -> int:
        """The present moment."""
        if self.world is None:
            return 0
        net = self.world.network
        return int(net.epoch.timestamp() * 1000 + net.clock.now * 1000)

    __call__ = now_ms

    def seconds(self, ms: float) -> float:
        """Virtual seconds."""
        return ms / 1000


class _Routing(CurrentRouting):
    """The routing of the present world: never looked for beside it in a thread."""

    def publish(self, company: Company) -> None:
        """From now on this is the company."""
        self._company, self._number = company, 0


class _Rest(Rest):
    """The REST client of the present world."""

    world: World | None = None

    @property
    def client(self) -> Client:
        """The SDK's client, its requests carried by actors."""
        assert self.world is not None
        return self._clients.setdefault(
            id(self.world), Client(ACCOUNT, TOKEN, http_client=self.world.http_client)
        )

    _clients: dict[int, Client]


@dataclass
class House:
    """What all worlds of this process share."""

    services: Services
    app: Flask
    line: Line
    clock: VirtualClock
    rest: _Rest
    routing: _Routing
    tokens: dict[str, str]

    def empty(self) -> None:
        """Forget everything of the world before."""
        self.line.pool.gate = None
        self.line.flushdb()
        with self.services.ledger.engine.begin() as conn:
            for table in reversed(metadata.sorted_tables):
                if table.name not in KEPT_TABLES:
                    conn.execute(table.delete())
            conn.execute(api_tokens.update().values(last_used_at=None))


def agents() -> list[str]:
    """The names of everybody with a softphone in any world."""
    return sorted(
        {
            member.address.removeprefix("client:")
            for department in wider_company().departments.values()
            for member in department.members
            if member.address.startswith("client:")
        }
    )


@contextmanager
def open_house() -> Iterator[House]:
    """Redis, ledger and application, in a folder of memory if the machine has one."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="wl-", dir=memory if memory.is_dir() else None))
    try:
        with EmbeddedRedis(folder) as server, _listening(clock := VirtualClock()):
            house = _build(server.url, folder, clock)
            yield house
            house.line.pool.gate = None
            house.services.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _build(redis_url: str, folder: Path, clock: VirtualClock) -> House:
    built = bootstrap.build(
        load_settings(
            redis_url=redis_url,
            database_url=f"sqlite:///{folder / 'warmline.db'}",
            data_dir=str(folder),
            public_url=BASE,
            fallback_url=FALLBACK_URL,
            secret_key="s" * 40,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_base_url="http://127.0.0.1:1",
            caller_id=example_company().caller_id,
        )
    )
    migrate(built.ledger)
    line = Line.to(redis_url)
    live = Live(line)
    rest = _Rest(built.settings)
    rest._clients = {}
    services = replace(
        built,
        clock=cast(Clock, clock),
        live=live,
        dispatch=Dispatch(live, clock.now_ms),
        rest=rest,
        routing=(routing := _Routing(built.ledger, live, steady=lambda: 0.0)),
    )
    built.live.close()
    routing.publish(example_company())
    house = House(services, create_app(services), line, clock, rest, routing, _tokens(services))
    _listen(house)
    return house


def _tokens(services: Services) -> dict[str, str]:
    people = [(name, Role.AGENT) for name in agents()] + [("sam", Role.SUPERVISOR)]
    # Nobody signs in with a password here, and hashing one for everybody takes seconds.
    rows = [vars(new_user(name, role, now=0)) | {"password_hash": ""} for name, role in people]
    with services.ledger.engine.begin() as conn:
        conn.execute(users.insert(), rows)
    return {
        name: ledger.issue_token(services.ledger, name, "campaign", now=0).plain
        for name, _ in people
    }


def _listen(house: House) -> None:
    """Let SQL be away or locked when the present world says so."""

    @event.listens_for(house.services.ledger.engine, "do_execute")
    def do_execute(cursor: Any, statement: str, parameters: Any, context: Any) -> None:
        del cursor, parameters, context
        world = house.clock.world
        if world is None or world.hub.current is None or not statement.startswith("BEGIN"):
            return
        world.hub.pause(world.hub.jitter())
        if world.gate.away("sql_down"):
            raise sqlite3.OperationalError("unable to open database file (injected fault)")
        if world.gate.away("sql_locked") and "IMMEDIATE" in statement:
            world.hub.pause(LOCK_S)
            raise sqlite3.OperationalError("database is locked (injected fault)")


class _Alarm(logging.Handler):
    """Faults make noise in the logs, and nobody wants to read it; what says "bug" is kept."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(logging.ERROR)
        self._clock = clock

    def emit(self, record: logging.LogRecord) -> None:
        """A worker logs with a traceback only what it did not expect."""
        if record.exc_info and record.exc_info[1] is not None:
            self._note(f"{record.getMessage()}: {record.exc_info[1]!r}")

    def heard(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        """What the web says through structlog."""
        del logger
        if method in ("exception", "critical") or event["event"] == "webhook.impossible":
            self._note(f"{event} {sys.exc_info()[1]!r}")
        raise structlog.DropEvent

    def _note(self, what: str) -> None:
        if self._clock.world is not None:
            self._clock.world.hub.crashes.append(what[:400])


@contextmanager
def _listening(clock: VirtualClock) -> Iterator[None]:
    alarm = _Alarm(clock)
    kept, root = structlog.get_config(), logging.getLogger()
    handlers, root.handlers = root.handlers, [alarm]
    structlog.configure(
        processors=[alarm.heard],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        root.handlers = handlers
        structlog.configure(**kept)
