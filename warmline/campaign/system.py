"""Warmline itself in one process: services on a real Redis and a real ledger, and its actors.

`House` is made once and used by world after world; `System` is what lives in one world.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
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
from telephony.contact.codec import Corrupt, decode
from telephony.dispatch import Dispatch
from telephony.embedded import EmbeddedRedis
from telephony.errors import StoreUnavailable
from telephony.routing.example import example_company
from telephony.settings import load_settings
from telephony.store import keys, ledger
from telephony.store.ledger import Role, migrate
from telephony.store.ledger.tables import api_tokens, metadata
from telephony.store.live import REARM_MS, Live
from telephony.twilio.rest import Rest
from warmline.campaign.coverage import could_strike
from warmline.campaign.hub import Actor
from warmline.campaign.line import Line
from warmline.campaign.network import ACCOUNT, BASE, FALLBACK_URL, TOKEN, World
from webhooks.app import create_app
from workers import jobs, journal, reconciler
from workers.hands import Hands

KEPT_TABLES = frozenset({"users", "api_tokens", "alembic_version"})
WORKERS = 3
RESTART_S = (0.5, 3.0)
SWEEP_S = 10.0
JOURNAL_S = 15.0
LOOKED_AT = 0.02
"""The share of gates at which it is noted what could strike there."""

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
    """The names of everybody with a softphone in the example company."""
    return sorted(
        {
            member.address.removeprefix("client:")
            for department in example_company().departments.values()
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
        # The published routing is looked for when a world says so, never beside it in a thread.
        routing=CurrentRouting(built.ledger, live, steady=lambda: 0.0),
    )
    built.live.close()
    services.routing.refresh()
    house = House(services, create_app(services), line, clock, rest, _tokens(services))
    _listen(house)
    return house


def _tokens(services: Services) -> dict[str, str]:
    people = [(name, Role.AGENT) for name in agents()] + [("sam", Role.SUPERVISOR)]
    tokens = {}
    for name, role in people:
        ledger.add_user(services.ledger, name, role, "a password for nobody", now=0)
        tokens[name] = ledger.issue_token(services.ledger, name, "campaign", now=0).plain
    return tokens


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


class System:
    """The processes of Warmline in one world, as actors."""

    def __init__(self, house: House, world: World, calls_per_second: float) -> None:
        self.house = house
        self.world = world
        self.hub = world.hub
        self.gate = world.gate
        settings = house.services.settings.model_copy(update={"calls_per_second": calls_per_second})
        self.services = replace(house.services, settings=settings)
        self.idle: list[Any] = []
        self.watch = reconciler.Watch()
        self._tick_at = float("inf")
        self._popped = ""
        self._outcomes: dict[str, list[str]] | None = None
        self.possible: Counter[tuple[str, str]] = Counter()
        # Looking must not change what happens, so it has dice of its own.
        self._look_now = random.Random(f"{world.network.account.sid} looks")
        house.empty()
        house.clock.world = house.rest.world = world
        house.rest._clients.clear()
        house.line.pool.gate = world.gate
        self.gate.note = self._note
        self.gate.stage_of = self.stage_of
        self.gate.passed = self._passed
        self.gate.open_stages = self.open_stages
        self.gate.again = self._again
        # Leases are told apart by a number drawn from the process's own generator.
        random.seed(f"{world.network.account.sid} {world.hub.dice.random()}")

    def start(self) -> None:
        """Bring up the workers, the reconciler and the journal."""
        for number in range(WORKERS):
            self._worker(number, 0.0)
        self.world.network.clock.after(SWEEP_S, self._sweep)
        self.world.network.clock.after(JOURNAL_S, self._copy)

    def close(self) -> None:
        """No actor of this world goes on."""
        self.house.line.pool.gate = None
        self.house.clock.world = None

    # The workers ---------------------------------------------------------------------------------

    def _worker(self, number: int, after: float) -> None:
        hands = Hands(
            self.services,
            f"worker:campaign:{number}",
            self.hub.together,
            self.hub.pause,
        )
        self.hub.spawn("worker", lambda: self._work(hands, number), after=after)

    def _work(self, hands: Hands, number: int) -> None:
        """Job after job, until killed; then another worker takes its place."""
        try:
            while True:
                self._job(hands)
        except StoreUnavailable:
            # As workers/worker.py: it ends, and the supervisor starts another.
            pass
        finally:
            self._worker(number, self.hub.dice.uniform(*RESTART_S))

    def _job(self, hands: Hands) -> None:
        actor = self.hub.current
        assert actor is not None
        actor.about = ""
        while self.gate.away("workers_down"):
            self.hub.pause(1.0)
        name = self._pop()
        if not name:
            self.hub.park(self.idle)
            return
        contact = name.partition("-")[0]
        actor.about = contact
        jobs.use(hands)
        try:
            jobs.wake(contact)
        except StoreUnavailable:
            return
        except Exception as error:
            self.hub.crashed(actor, error)

    def _pop(self) -> str:
        """The oldest job: its id begins with the contact's, and its data says the same."""
        line: Any = self.house.line
        try:
            popped = line.execute_command("LPOP", keys.QUEUE)
            if popped is None:
                return ""
            name = str(popped.decode())
            data = line.execute_command("HGET", keys.JOB + name, "data")
        except Exception as error:
            raise StoreUnavailable(repr(error)) from error
        func, _, args, _ = json.loads(data)
        assert func == keys.WAKE_FUNCTION
        assert name.startswith(args[0])
        return name

    def _again(self) -> None:
        self.house.line.ask("RPUSH", keys.QUEUE, self._popped)

    # The clock -----------------------------------------------------------------------------------

    def _note(self, name: str, words: tuple[Any, ...], answer: Any) -> None:
        """Watch what is written, so that nobody has to poll: jobs wake workers, moments ticks."""
        if name == "commit":
            if "WAKE" in words:
                self.hub.wake(self.idle, 1)
            for place, word in enumerate(words):
                if word == keys.DUE and words[place - 1] == "ZADD":
                    self.tick(int(words[place + 1]))
        elif name == "due":
            self.hub.wake(self.idle)
            if answer[1]:
                self.tick(int(answer[1]))
            if answer[0]:
                self.tick(self.services.clock.now_ms() + REARM_MS)
        elif name == "LPOP" and answer is not None:
            self._popped = answer.decode()
        elif name == "ZADD" and words[1] == keys.TURNS:
            self.tick(int(words[2]))

    def tick(self, moment: int) -> None:
        """Let the clock look at that moment (ms), unless it looks earlier anyway."""
        if moment >= self._tick_at:
            return
        self._tick_at = moment
        after = (moment - self.services.clock.now_ms()) / 1000
        delay = max(0.0, after) + self.hub.dice.uniform(0.001, 0.025)
        self.world.network.clock.after(delay, lambda: self._tick(moment))

    def _tick(self, moment: int) -> None:
        if self._tick_at == moment:
            self._tick_at = float("inf")
            self.hub.spawn("clock", self._look)

    def _look(self) -> None:
        again = self.services.clock.now_ms() + 200
        try:
            if self.gate.away("clock_down"):
                self.tick(again)
                return
            self.services.live.due(self.services.clock.now_ms())
        except StoreUnavailable:
            self.tick(again)
        finally:
            actor = self.hub.current
            if actor is not None and actor.doomed:
                self.tick(again + 1000)

    # Sweeps --------------------------------------------------------------------------------------

    def _sweep(self) -> None:
        self.world.network.clock.after(SWEEP_S, self._sweep)
        if any(call.live for call in self.world.network.calls.values()):
            self.hub.spawn("reconciler", self._reconcile)

    def _reconcile(self) -> None:
        if self.gate.away("reconciler_down"):
            return
        try:
            reconciler.look(self.services, self.watch)
        except StoreUnavailable:
            return

    def _copy(self) -> None:
        self.world.network.clock.after(JOURNAL_S, self._copy)
        if any(call.live for call in self.world.network.calls.values()):
            self.hub.spawn("journal", self._journal)

    def _journal(self) -> None:
        try:
            journal.copy(self.services)
        except StoreUnavailable:
            return

    def _passed(self, actor: Actor, gate: str, before: bool) -> None:
        """Note now and then what could strike here, and in which stage."""
        if actor.about and self._look_now.random() < LOOKED_AT:
            stage = self.stage_of(actor.about)
            for name in could_strike(actor.kind, gate, before=before):
                self.possible[name, stage] += 1

    # What is so ----------------------------------------------------------------------------------

    def stage_of(self, contact_id: str) -> str:
        """The stage of a contact as it stands, '' when it is not known. No gate is passed."""
        record = self.house.line.ask("GET", keys.contact(contact_id)) if contact_id else None
        if not record:
            return ""
        try:
            return decode(record.partition(b" ")[2]).stage.value
        except Corrupt:
            return ""

    def quiet(self) -> bool:
        """Whether no contact is in the middle of something; promises may be open."""
        return not {"promised"}.symmetric_difference({*self.open_stages(), "promised"})

    def outcomes_in_journal(self) -> dict[str, list[str]]:
        """The different outcomes that each contact ever had, in order."""
        if self._outcomes is None:
            self._outcomes = {}
            for _, fields in self.house.line.ask("XRANGE", keys.JOURNAL, "-", "+"):
                entry = dict(zip(fields[::2], fields[1::2], strict=True))
                told = self._outcomes.setdefault(entry[b"contact"].decode(), [])
                outcome = entry[b"outcome"].decode()
                if outcome and (not told or told[-1] != outcome):
                    told.append(outcome)
        return self._outcomes

    def open_stages(self) -> list[str]:
        """The stages of all contacts that are not closed."""
        found: list[bytes] = self.house.line.ask("HVALS", keys.OPEN)
        return [stage.decode() for stage in found]
