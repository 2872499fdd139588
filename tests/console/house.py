"""What the console needs, built from the real parts, with a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from console.seed import demo_users
from telephony import bootstrap
from telephony.bootstrap import Services
from telephony.clock import Clock
from telephony.contact.events import CustomerCalled, Event
from telephony.contact.machine import Step
from telephony.dispatch import Dispatch
from telephony.settings import load_settings
from telephony.store.ledger import Ledger, issue_token, migrate, open_ledger
from tests.contact.play import START, Play

CALL = "CA" + "c" * 32


class StillClock(Clock):
    """Stands still until it is told."""

    now = START

    def now_ms(self) -> int:
        return self.now


@dataclass(frozen=True)
class House:
    services: Services
    clock: StillClock

    @classmethod
    def build(cls, redis_url: str, people: Path, folder: Path) -> House:
        file = folder / "ledger.db"
        shutil.copy(people, file)
        settings = load_settings(
            data_dir=folder,
            redis_url=redis_url,
            database_url=f"sqlite:///{file}",
            demo_mode=True,
            twilio_account_sid="AC" + "1" * 32,
            twilio_api_key_sid="SK" + "2" * 32,
            twilio_api_key_secret="secret-of-the-key-for-the-softphone",
            twilio_application_sid="AP" + "3" * 32,
        )
        clock = StillClock()
        services = bootstrap.build(settings)
        dispatch = Dispatch(services.live, clock.now_ms)
        return cls(replace(services, clock=clock, dispatch=dispatch), clock)

    @property
    def ledger(self) -> Ledger:
        return self.services.ledger

    def close(self) -> None:
        self.services.close()


def people_of(file: Path) -> Path:
    """A database with all tables and the people of the demo."""
    ledger = open_ledger(f"sqlite:///{file}")
    migrate(ledger)
    demo_users(ledger)
    with ledger.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return file


@dataclass
class LivePlay(Play):
    """The world around one contact, where every event goes through dispatch and Redis."""

    house: House | None = None

    def quietly(self, event: Event) -> Step:
        assert self.house is not None
        self.house.clock.now = self.now
        applied = self.house.services.dispatch.apply(self.contact.id, event)
        self.contact = applied.contact
        return Step(applied.contact, applied.verdict)

    def again(self) -> None:
        """Look what others have made of the contact, and do what they asked for."""
        assert self.house is not None
        self.contact = self.house.services.live.load(self.contact.id).contact
        self.work()


def play(house: House, call: str = CALL, customer: str = "+12025550199") -> LivePlay:
    """A contact whose customer is in the menu."""
    event = CustomerCalled(call, customer, "+12025550100", "en")
    applied = house.services.dispatch.begin(event)
    return LivePlay(contact=applied.contact, house=house)


class Program:
    """A program with a bearer token; sends JSON and reads JSON."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client = app.test_client(use_cookies=False)
        self._token = token

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self._token}"
        address = f"/api/v1{path}"
        if body is None:
            return self._client.open(address, method=method, headers=sent)
        return self._client.open(address, method=method, headers=sent, json=body)


Actors = Callable[[str], Program]


def program(app: Flask, house: House, name: str) -> Program:
    """A program that acts as one of the people."""
    return Program(app, issue_token(house.ledger, name, "test", now=house.clock.now).plain)
