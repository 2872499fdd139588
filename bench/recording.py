"""One usual warm transfer, played in virtual time, and every webhook of it with what it met.

The bench of the webhooks sends what was recorded here: each form to a contact in exactly the state
in which the form reached it in life, so that nothing is measured that does not happen.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import redis
from twilio.rest import Client  # type: ignore[import-untyped]

from simulator.inprocess import InProcess
from simulator.wsgi import WsgiApp
from telephony import bootstrap
from telephony.bootstrap import Services
from telephony.clock import Clock
from telephony.contact.events import CompleteAsked, Event, TransferAsked
from telephony.contact.model import Contact, Stage, TransferMode, TransferState
from telephony.contact.plans import Target, TargetKind
from telephony.dispatch import Dispatch
from telephony.errors import WarmlineError
from telephony.settings import load_settings
from telephony.store import keys
from telephony.store.ledger import migrate
from telephony.twilio.rest import Rest
from telephony.twilio.urls import Urls
from webhooks.app import create_app
from workers.hands import inline
from workers.jobs import work

ACCOUNT = "AC" + "b" * 32
TOKEN = "a-token-for-the-bench"
LINE = "+12025550100"  # the menu; 1 is Sales
CUSTOMER = "+12025550199"
AGENT, RECEIVER = "client:ana", "client:carla"
# A Monday, noon in New York: the example company is open.
NOON = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
_STEP_S = 0.05
_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Met:
    """One webhook of the recording: its address and form, and the contact's record before it."""

    target: str  # path and query
    body: bytes
    record: bytes  # '' when there was no contact yet
    at: int  # ms
    known: bool  # the web server had read or written exactly this record before


@dataclass(frozen=True, slots=True)
class Recording:
    """The webhooks of one warm transfer in the order in which they came."""

    base: str
    webhooks: tuple[Met, ...]

    def of(self, path: str) -> tuple[Met, ...]:
        """Those that were posted to ``path``."""
        return tuple(met for met in self.webhooks if urlsplit(met.target).path == path)

    def counts(self) -> dict[str, int]:
        """How many webhooks each path got, the busiest first."""
        paths = [urlsplit(met.target).path for met in self.webhooks]
        found = {path: paths.count(path) for path in dict.fromkeys(paths)}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


class NotAsTold(WarmlineError):
    """The transfer that is to be recorded did not go as it must."""

    what_to_do = "Run the story with `warmline demo --once --story 2` to see why."


@dataclass(eq=False)
class _Stage:
    """The whole system in one process and in virtual time."""

    network: InProcess
    services: Services
    redis: redis.Redis
    met: list[Met] = field(default_factory=list)
    seen: bytes = b""  # the record as the web server knows it

    def now_ms(self) -> int:
        return int(NOON.timestamp() * 1000 + self.network.now * 1000)

    def phone(self, address: str, **behaviour: Any) -> None:
        self.network.control("POST", "/sim/phones", {"address": address, **behaviour})

    def apply(self, contact: Contact, event: Event) -> None:
        self.services.dispatch.apply(contact.id, event)

    def contact(self) -> Contact | None:
        found = cast(list[bytes], self.redis.keys(keys.contact("*")))
        name = found[0].decode().rpartition(":")[2] if found else ""
        return self.services.live.load(name).contact if name else None

    def record(self) -> bytes:
        """The contact's record; '' while there is none."""
        contact = self.contact()
        return cast(bytes, self.redis.get(keys.contact(contact.id))) if contact else b""

    def until(self, what: str, true: Callable[[Contact], bool]) -> Contact:
        """Let time pass until the contact is so."""
        for _ in range(round(_LIMIT_S / _STEP_S)):
            self.network.advance(_STEP_S)
            self.services.live.due(self.now_ms())
            while (job := self.redis.lpop(keys.QUEUE)) is not None:
                work(inline(self.services), cast(bytes, job).decode().partition("-")[0])
            contact = self.contact()
            if contact is not None and true(contact):
                return contact
        raise NotAsTold(f"The recorded transfer got stuck before: {what}.")


def record(redis_url: str, base: str) -> Recording:
    """Play a warm transfer from the first ring to the last goodbye, on an empty Redis."""
    with _stage(redis_url, base) as stage:
        for address in (AGENT, RECEIVER):
            stage.phone(address, answer_after=2)
        stage.phone(CUSTOMER, press="1")
        call = stage.network.control("POST", "/sim/calls", {"from": CUSTOMER, "to": LINE})["sid"]
        contact = stage.until("talking", lambda c: c.stage is Stage.TALKING and _heard(stage, call))
        target = Target(TargetKind.DEPARTMENT, "billing", "Billing")
        stage.apply(contact, TransferAsked(AGENT, target, TransferMode.WARM, "an invoice"))
        contact = stage.until("consulting", _consulting)
        stage.apply(contact, CompleteAsked(contact.transfers[-1].id))
        stage.until("completed", lambda c: c.transfer is None and _heard(stage, call))
        stage.network.control("POST", f"/sim/calls/{call}/hangup", {})
        stage.until("closed", lambda c: c.stage is Stage.CLOSED and not c.pending)
        stage.network.advance(5)
        return Recording(base, tuple(stage.met))


def _heard(stage: _Stage, call: str) -> bool:
    return bool(stage.network.control("GET", f"/sim/calls/{call}")["hears"] == "people")


def _consulting(contact: Contact) -> bool:
    transfer = contact.transfer
    return transfer is not None and transfer.state is TransferState.CONSULTING


@contextmanager
def _stage(redis_url: str, base: str) -> Iterator[_Stage]:
    network = InProcess(account_sid=ACCOUNT, auth_token=TOKEN, epoch=NOON, latency=(0.001, 0.002))
    with tempfile.TemporaryDirectory(prefix="warmline-") as folder:
        settings = load_settings(
            redis_url=redis_url,
            database_url=f"sqlite:///{Path(folder) / 'warmline.db'}",
            data_dir=folder,
            public_url=base,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_base_url="http://127.0.0.1:9",
            caller_id=LINE,
            secret_key="s" * 40,
        )
        built = bootstrap.build(settings)
        client = redis.Redis.from_url(redis_url, socket_timeout=5)
        stage = _Stage(network, built, client)
        rest = Rest(settings)
        # The same SDK, with its requests led into the network in this process.
        twilio = Client(ACCOUNT, TOKEN, http_client=network.http_client)
        twilio.api.base_url = settings.twilio_base_url
        object.__setattr__(rest, "_made", (os.getpid(), twilio))
        stage.services = replace(
            built,
            clock=cast(Clock, _VirtualClock(stage)),
            rest=rest,
            dispatch=Dispatch(built.live, stage.now_ms),
        )
        migrate(built.ledger)
        network.apps[urlsplit(base).netloc] = _recorded(stage, create_app(stage.services))
        twilio.incoming_phone_numbers.create(
            phone_number=LINE,
            voice_url=Urls(base).incoming(),
            status_callback=Urls(base).status_call(),
        )
        try:
            yield stage
        finally:
            built.close()
            client.close()


def _recorded(stage: _Stage, app: WsgiApp) -> WsgiApp:
    """The application, with a note of what came in and of what the contact was before it."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        query = environ["QUERY_STRING"]
        target = environ["PATH_INFO"] + (f"?{query}" if query else "")
        record = stage.record()
        known = bool(record) and record == stage.seen
        stage.met.append(Met(target, body, record, stage.now_ms(), known))
        answer = app(environ, start_response)
        stage.seen = stage.record()
        return answer

    return serve


@dataclass(frozen=True, eq=False)
class _VirtualClock:
    """The network's time, for the services."""

    stage: _Stage
    speed: float = 1.0

    def now_ms(self) -> int:
        return self.stage.now_ms()

    def seconds(self, ms: float) -> float:
        return ms / 1000
