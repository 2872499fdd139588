"""The state all parts of the network share. It has no operations of its own beyond book-keeping."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.behaviour import Phone
from simulator.clock import Clock, Timer
from simulator.faults import Fault
from simulator.ids import Dice
from simulator.switches import Switches
from simulator.trace import Alert, Trace
from simulator.transport import Outcome, Transport
from simulator.world import (
    Account,
    Application,
    Call,
    Conference,
    Key,
    Message,
    Number,
    Queue,
    Recording,
)

if TYPE_CHECKING:
    from simulator.queues import Server

DEFAULT_EPOCH = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@lru_cache(16_384)
def _http_date(epoch: datetime, t: float) -> str:
    """A resource is shown many times, always with the moments at which it began and changed."""
    return format_datetime((epoch + timedelta(seconds=t)).replace(microsecond=0))


class Engine:
    """One account's phone network."""

    def __init__(
        self,
        transport: Transport,
        *,
        seed: int = 1,
        account_sid: str = "",
        auth_token: str = "",
        epoch: datetime = DEFAULT_EPOCH,
        trace_path: Path | None = None,
    ) -> None:
        self.transport = transport
        self.clock = Clock()
        self.dice = Dice(seed)
        self.epoch = epoch
        self.trace = Trace(self.clock, trace_path)
        self.switches = Switches()
        self.faults: list[Fault] = []
        self.account = Account(account_sid or self.dice.sid("AC"), auth_token or self.dice.secret())
        self.numbers: dict[str, Number] = {}
        self.applications: dict[str, Application] = {}
        self.keys: dict[str, Key] = {}
        self.calls: dict[str, Call] = {}
        self.conferences: dict[str, Conference] = {}
        self.open_rooms: dict[str, str] = {}
        self.queues: dict[str, Queue] = {}
        self.messages: dict[str, Message] = {}
        self.recordings: dict[str, Recording] = {}
        self.phones: dict[str, Phone] = {}
        self.alerts: list[Alert] = []
        self.cookies: dict[tuple[str, str, str], dict[str, str]] = {}
        self.servers: dict[str, Server] = {}
        self.served: dict[str, Server] = {}
        self.touched: dict[str, None] = {}
        self.cached: dict[str, Outcome] = {}
        self.next_dial_slot = 0.0
        self.held_back: list[tuple[Timer, Callable[[], None]]] = []
        self.wall: Callable[[], float] = lambda: self.clock.now

    def moment(self, t: float) -> datetime:
        """The wall-clock moment of a simulated second."""
        return self.epoch + timedelta(seconds=t)

    def http_date(self, t: float | None) -> str | None:
        """RFC 2822 text in GMT with a numeric zone, as Twilio's resources have it."""
        return None if t is None else _http_date(self.epoch, t)

    def number_for(self, phone_number: str) -> Number | None:
        """The account's number with that address, if it owns it."""
        return next((n for n in self.numbers.values() if n.phone_number == phone_number), None)

    def touch(self, *call_sids: str) -> None:
        """Remember that what these calls hear may have changed."""
        for sid in call_sids:
            self.touched[sid] = None

    def alert(self, code: int, call: str, url: str) -> None:
        """Record a debugger event."""
        self.alerts.append(Alert(code, call, url, self.clock.now))
        self.trace.write("debugger", code=code, call=call, url=url)
