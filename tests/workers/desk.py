"""Services on a real Redis and a real SQLite, a clock that stands still, and a scripted Twilio."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from telephony import bootstrap
from telephony.bootstrap import Services
from telephony.clock import Clock
from telephony.contact import commands as co
from telephony.contact.events import (
    CustomerCalled,
    DeadlinePassed,
    DepartmentChosen,
    Event,
    LegFact,
)
from telephony.contact.model import Contact
from telephony.contact.records import replace
from telephony.dispatch import Dispatch
from telephony.settings import load_settings
from telephony.store.ledger import publish_routing
from telephony.twilio.fates import Answer, Fate
from telephony.twilio.rest import CallFact, Rest
from workers.perform import perform

# The company of these tests; the example company may change.
COMPANY = """
name: Harbor Supplies
timezone: America/New_York
languages: [en]
caller_id: "+12025550100"
operator: support
numbers: {"+12025550100": {department: support}}
dialling: {countries: [US]}
departments:
  billing:
    name: Billing
    members:
      - {key: carla, name: Carla, address: "client:carla"}
      - {key: dan, name: Dan, address: "client:dan"}
      - {key: billing_desk, name: the billing desk, address: "+12025550112"}
    strategy: in_order
    ladder: [callback, ticket]
  support:
    name: Support
    members:
      - {key: eva, name: Eva, address: "client:eva"}
      - {key: finn, name: Finn, address: "client:finn"}
      - {key: gina, name: Gina, address: "client:gina"}
    strategy: round_robin
    ladder: [ticket]
  everybody:
    name: Everybody
    members:
      - {key: eva, name: Eva, address: "client:eva"}
      - {key: finn, name: Finn, address: "client:finn"}
      - {key: gina, name: Gina, address: "client:gina"}
    strategy: all
    ladder: [ticket]
"""

# A Monday, noon in New York: everything is open.
NOW = 1_798_477_200_000
CALL = "CA" + "0" * 31 + "1"
ID = CALL[2:]
CUSTOMER = "+12025550199"


class StandingClock:
    """A clock that is moved by hand."""

    speed = 1.0

    def __init__(self) -> None:
        self.now = NOW

    def now_ms(self) -> int:
        return self.now

    def seconds(self, ms: float) -> float:
        return ms / 1000


@dataclass
class ScriptedRest:
    """What the workers ask of Twilio, in the order they asked, and what they are answered."""

    asked: list[tuple[str, Any]] = field(default_factory=list)
    fate: Fate = Fate.DONE
    held: bool | None = None
    calls: tuple[CallFact, ...] = ()
    callers: tuple[CallFact, ...] = ()
    facts: tuple[LegFact, ...] = ()
    sid: str = "CA" + "d" * 32

    def place_call(self, contact: str, dial: co.Dial, caller_id: str = "") -> Answer[str]:
        return self._answer("dial", (contact, dial.leg, dial.to, caller_id), self.sid)

    def end_call(self, call: str) -> Answer[None]:
        return self._answer("end", call, None)

    def call_off(self, call: str) -> Answer[None]:
        return self._answer("call_off", call, None)

    def redirect_call(self, call: str, url: str) -> Answer[None]:
        return self._answer("redirect", (call, url), None)

    def set_hold(
        self, room_sid: str, room_name: str, call: str, held: bool, hold_url: str, *, reread: bool
    ) -> Answer[bool]:
        said = held if self.held is None else self.held
        return self._answer("hold", (room_sid, room_name, call, held, hold_url, reread), said)

    def find_calls(self, to: str, since_ms: int) -> Answer[tuple[CallFact, ...]]:
        return self._answer("find", (to, since_ms), self.calls)

    def calls_in(self, caller: str) -> Answer[tuple[CallFact, ...]]:
        return self._answer("calls_in", caller, self.callers)

    def inspect(self, room_name: str, calls: Iterable[str]) -> Answer[tuple[LegFact, ...]]:
        return self._answer("inspect", (room_name, tuple(calls)), self.facts)

    def send_message(self, to: str, body: str, from_: str = "") -> Answer[str]:
        return self._answer("message", (to, body, from_), "SM1")

    def of(self, kind: str) -> list[Any]:
        return [what for name, what in self.asked if name == kind]

    def _answer(self, kind: str, what: Any, value: Any) -> Answer[Any]:
        self.asked.append((kind, what))
        return Answer(self.fate, value if self.fate is Fate.DONE else None, self.fate.value)


@dataclass
class Desk:
    """Everything that a test of the workers holds in its hands."""

    services: Services
    clock: StandingClock
    rest: ScriptedRest

    def begin(self, call: str = CALL, customer: str = CUSTOMER) -> Contact:
        """A customer in the menu."""
        event = CustomerCalled(call, customer, "+12025550100", "en")
        return self.services.dispatch.begin(event).contact

    def seek(self, department: str = "billing", call: str = CALL) -> Contact:
        """A customer who chose a department."""
        contact = self.begin(call)
        event = DepartmentChosen(department, department, "en", (department,))
        return self.services.dispatch.apply(contact.id, event).contact

    def put(self, contact: Contact, **fields: Any) -> Contact:
        """Store the contact with some fields changed."""
        after = replace(contact, version=contact.version + 1, **fields)
        self.services.live.commit(contact, after, DeadlinePassed(), self.clock.now)
        return after

    def contact(self, contact_id: str = ID) -> Contact:
        return self.services.live.load(contact_id).contact

    def pending(self, command: co.AnyCommand, **fields: Any) -> co.Pending:
        return co.Pending("k99", "test", command, self.clock.now, **fields)


def desk(redis_url: str, migrated: Path, folder: Path, **settings: Any) -> Desk:
    """Make it, with a copy of a database that has all tables; close its services afterwards."""
    shutil.copy(migrated, folder / "warmline.db")
    built = bootstrap.build(
        load_settings(
            redis_url=redis_url,
            database_url=f"sqlite:///{folder / 'warmline.db'}",
            public_url="https://calls.example.com",
            secret_key="s" * 40,
            **{"calls_per_second": 1000, **settings},
        )
    )
    publish_routing(built.ledger, COMPANY, "ana", "", 0, now=NOW)
    clock, rest = StandingClock(), ScriptedRest()
    services = dataclasses.replace(
        built,
        clock=cast(Clock, clock),
        rest=cast(Rest, rest),
        dispatch=Dispatch(built.live, clock.now_ms),
    )
    return Desk(services, clock, rest)


__all__ = ["CALL", "CUSTOMER", "ID", "NOW", "Desk", "ScriptedRest", "desk"]


def do(desk: Desk, command: co.AnyCommand, **fields: int) -> Event:
    """Have the worker perform one command of the contact."""
    return perform(desk.services, desk.contact(), desk.pending(command, **fields))
