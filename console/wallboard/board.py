"""The whole board, made at most twice a second in a process however many people look at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask

from console import lookup
from console.wallboard import calendar, levels, live, today
from console.wallboard.shapes import AgentsOut, BoardOut, BoardRowOut, LiveOut, TodayOut
from telephony.presence import presence_now
from telephony.routing.hours import is_open
from telephony.routing.model import Company, Department
from telephony.store import ledger
from telephony.store.ledger import TARGET_MS, PromiseBacklog, TicketState

if TYPE_CHECKING:
    from telephony.bootstrap import Services

# Redis is asked this often at most, and SQL this often (seconds of wall time).
LIVE_S = 0.5
HISTORY_S = 2.0
_KEY = "warmline.board"
_T = TypeVar("_T")


@dataclass
class _Kept:
    at: float
    value: Any


class Memo:
    """Values that are good for a moment; whoever needs one while it is made waits for it."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, name: str, good_for: float, make: Callable[[], _T]) -> _T:
        """The value called `name`, at most `good_for` seconds old."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or self._steady() - kept.at > good_for:
                kept = self._kept[name] = _Kept(self._steady(), make())
            found: _T = kept.value
            return found


@dataclass(frozen=True)
class _History:
    day_began: int
    day_ends: int
    total: TodayOut
    rows: dict[str, TodayOut]
    promises: dict[str, PromiseBacklog]
    tickets: tuple[int, int | None]


@dataclass(frozen=True)
class _Memos:
    live: Memo
    history: Memo


def board(app: Flask, services: Services) -> BoardOut:
    """What the wallboard shows."""
    memos: _Memos = app.extensions.setdefault(_KEY, _Memos(Memo(), Memo()))

    def history() -> _History:
        return memos.history.get("history", HISTORY_S, lambda: _history(services))

    return memos.live.get("board", LIVE_S, lambda: _board(services, history()))


def _history(services: Services) -> _History:
    company, now = lookup.company(services), services.clock.now_ms()
    zone = company.timezone
    day = calendar.day_of(zone, now)
    began = calendar.midnight(zone, day)
    ends = calendar.midnight(zone, day + timedelta(days=1))
    total, rows = today.by_department(services, began, ends)
    waiting = ledger.list_tickets(services.ledger, states=(TicketState.OPEN,), limit=1000).items
    return _History(
        day_began=began,
        day_ends=ends,
        total=total,
        rows=rows,
        promises=ledger.promise_backlog(services.ledger, now=now),
        tickets=(len(waiting), waiting[0].created_at if waiting else None),
    )


def _board(services: Services, history: _History) -> BoardOut:
    company, now = lookup.company(services), services.clock.now_ms()
    counted, by_department = live.tallies(services.live.open_contacts(live.READ), now)
    present, busy = presence_now(services.live, company, now), services.live.claims()

    def agents(departments: Iterable[Department]) -> AgentsOut:
        return live.agents(departments, present, busy)

    departments = company.departments
    everybody = agents(departments.values())
    backlog = _sum(history.promises.values())
    anywhere = any(_open(company, each, now) for each in departments.values())
    total = _row("", company.name, anywhere, counted.shown(backlog), everybody, history.total)
    rows = [
        _row(
            key,
            each.name,
            _open(company, each, now),
            by_department.get(key, live.Tally()).shown(history.promises.get(key, PromiseBacklog())),
            agents([each]),
            history.rows.get(key, today.shown({})),
        )
        for key, each in departments.items()
    ]
    return BoardOut(
        company=company.name,
        timezone=company.timezone,
        at=now,
        day_began=history.day_began,
        day_ends=history.day_ends,
        target_ms=TARGET_MS,
        late_ms=services.live.oldest_overdue(now),
        total=total,
        departments=rows,
        thresholds=levels.told(),
        tickets_open=history.tickets[0],
        oldest_ticket_at=history.tickets[1],
    )


def _row(
    key: str, name: str, opened: bool, now: LiveOut, agents: AgentsOut, day: TodayOut
) -> BoardRowOut:
    return BoardRowOut(
        key=key,
        name=name,
        open=opened,
        live=now,
        agents=agents,
        today=day,
        levels=levels.levels(now, day),
    )


def _open(company: Company, department: Department, now: int) -> bool:
    return is_open(company, department, lookup.moment(now))


def _sum(parts: Iterable[PromiseBacklog]) -> PromiseBacklog:
    found = list(parts)
    return PromiseBacklog(
        sum(each.open for each in found),
        sum(each.due for each in found),
        sum(each.overdue for each in found),
    )
