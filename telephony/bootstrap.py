"""The only wiring: every process calls `build` once and uses what it returns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from telephony.clock import Clock, clock_of
from telephony.dispatch import Dispatch
from telephony.errors import StoreUnavailable
from telephony.routing.example import example_company
from telephony.routing.model import Company
from telephony.routing.text import from_yaml
from telephony.settings import Settings
from telephony.store.ledger import Ledger, current_routing, open_ledger
from telephony.store.ledger.passwords import PUBLIC, STRONG
from telephony.store.live import Live
from telephony.twilio.rest import Rest

# How old the routing in use may be, in seconds of wall time.
REFRESH_S = 1.0


class CurrentRouting:
    """The company whose routing is published; the example company before the first publishing.

    `company` never waits for SQL once it has answered: a newer version is fetched beside it. What
    another process found or published is taken from Redis at once, so that the first call after a
    quiet time follows it. When SQL is away, the last published version is used.
    """

    def __init__(
        self, ledger: Ledger, live: Live, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._live = live
        self._steady = steady
        self._lock = threading.Lock()
        self._company: Company | None = None
        self._number = 0
        self._asked = 0.0

    def company(self) -> Company:
        """The company to route by, at most about a second old."""
        company = self._company
        if company is None:
            return self.refresh()
        if self._steady() - self._asked > REFRESH_S and self._lock.acquire(blocking=False):
            self._asked = self._steady()
            self._take_kept()
            threading.Thread(target=self._refresh_beside, daemon=True).start()
        return self._company or company

    def newest(self) -> Company:
        """The company as it was published last, for what must follow a change at once.

        One round trip to Redis; when Redis is away, the one that is known.
        """
        company = self.company()
        self._take_kept()
        return self._company or company

    def refresh(self) -> Company:
        """Look for a newer version now and wait for it."""
        with self._lock:
            return self._fetch()

    def _refresh_beside(self) -> None:
        try:
            self._fetch()
        finally:
            self._lock.release()

    def _fetch(self) -> Company:
        self._asked = self._steady()
        try:
            published = current_routing(self._ledger)
        except StoreUnavailable:
            return self._without_sql()
        if published is not None and published.number > self._number:
            self._company = from_yaml(published.document)
            self._number = published.number
            self._keep(published.number, published.document)
        elif self._company is None:
            self._company = example_company()
        return self._company

    def _take_kept(self) -> None:
        try:
            kept = self._live.kept_routing()
        except StoreUnavailable:
            return  # The one that is known will do.
        if kept is not None and kept[0] > self._number:
            self._number, self._company = kept[0], from_yaml(kept[1])

    def _without_sql(self) -> Company:
        if self._company is None:
            kept = self._live.kept_routing()
            if kept is None:
                self._company = example_company()
            else:
                self._number, document = kept
                self._company = from_yaml(document)
        return self._company

    def _keep(self, number: int, document: str) -> None:
        try:
            self._live.keep_routing(number, document)
        except StoreUnavailable:
            return  # It is kept when the next process starts; SQL has it anyway.


@dataclass(frozen=True)
class Services:
    """What every process of one system works with."""

    settings: Settings
    clock: Clock
    live: Live
    ledger: Ledger
    dispatch: Dispatch
    rest: Rest
    routing: CurrentRouting

    def close(self) -> None:
        """Close all connections."""
        self.live.close()
        self.ledger.close()


def build(settings: Settings) -> Services:
    """Wire one process; nothing is asked of Redis, SQL or Twilio yet. Raises SettingsError."""
    clock = clock_of(settings)
    live = Live.at(settings.redis_url, speed=settings.speed)
    hasher = PUBLIC if settings.demo_mode else STRONG
    ledger = open_ledger(settings.database_url, hasher=hasher)
    return Services(
        settings=settings,
        clock=clock,
        live=live,
        ledger=ledger,
        dispatch=Dispatch(live, clock.now_ms),
        rest=Rest(settings),
        routing=CurrentRouting(ledger, live),
    )
