"""Two weeks of a company's history, the same in every run but for the dates."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from telephony.store import ledger
from telephony.store.ledger import (
    ContactRecord,
    Ledger,
    NewPromise,
    PromiseState,
    TransferRecord,
)

HOUR, DAY = 3_600_000, 86_400_000
DAYS = 14
# Callers an hour, from midnight on.
BUSY = (0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 11, 10, 8, 9, 10, 9, 7, 5, 3, 2, 1, 1, 0, 0)
TEAMS = {"sales": "ana", "billing": "carla", "support": "eva", "dispatch": "jack"}


def write_past(book: Ledger, zone: str, now: int) -> None:
    """Contacts, transfers and promises of the last two weeks, up to a quarter of an hour ago."""
    dice = random.Random(2)
    rows: list[ContactRecord] = []
    passed: list[TransferRecord] = []
    here = ZoneInfo(zone)
    for hour in range(now - DAYS * DAY, now - HOUR // 4, HOUR):
        local = datetime.fromtimestamp(hour / 1000, UTC).astimezone(here)
        share = 0.35 if local.weekday() >= 5 else 1.0
        for _ in range(round(BUSY[local.hour] * share * dice.uniform(0.7, 1.3))):
            at = min(hour + dice.randrange(HOUR), now - HOUR // 4)
            rows.append(_contact(dice, f"past{len(rows)}", at))
            if rows[-1].transfers:
                passed.append(_transfer(dice, rows[-1]))
            elif rows[-1].outcome == "promise_kept":
                _promise(book, rows[-1])
    ledger.upsert_contacts(book, rows)
    ledger.upsert_transfers(book, passed)


def _contact(dice: random.Random, name: str, at: int) -> ContactRecord:
    department = dice.choices(list(TEAMS), (4, 3, 5, 1))[0]
    outcome = dice.choices(("resolved", "customer_left", "promise_kept"), (92, 4, 4))[0]
    waited = int(dice.lognormvariate(2.5, 0.55) * 1000)
    answered = outcome != "customer_left"
    rung = 1 + (dice.random() < 0.15)
    return ContactRecord(
        id=name,
        customer=f"+1202555{dice.randrange(4000, 9000)}",
        dialled="+12025550100",
        state="closed",
        started_at=at,
        version=1,
        department=department,
        language="es" if dice.random() < 0.2 else "en",
        answered_at=at + waited if answered else None,
        ended_at=at + waited + dice.randrange(60_000, 480_000),
        outcome=outcome,
        agent=f"client:{TEAMS[department]}" if answered else None,
        attempts=rung,
        unanswered=rung - 1 if answered else rung,
        waited_ms=waited,
        transfers=int(outcome == "resolved" and dice.random() < 0.18),
        reason="" if answered else "left_while_seeking",
    )


def _transfer(dice: random.Random, contact: ContactRecord) -> TransferRecord:
    at = contact.started_at + contact.waited_ms + 40_000
    return TransferRecord(
        id=f"t-{contact.id}",
        contact_id=contact.id,
        mode="warm",
        by=contact.agent or "",
        to="billing",
        requested_at=at,
        version=1,
        outcome="completed" if dice.random() < 0.93 else "returned",
        ended_at=at + 45_000,
    )


def _promise(book: Ledger, contact: ContactRecord) -> None:
    at = contact.started_at
    new = NewPromise(
        id=f"p-{contact.id}",
        contact_id=contact.id,
        customer=contact.customer,
        department=contact.department or "sales",
        language="en",
        zone="America/New_York",
        due_from=at + 600_000,
        due_until=at + 2_400_000,
        max_attempts=3,
        token=contact.id,
    )
    ledger.write_promise(book, new, now=at)
    ledger.close_promise(book, new.id, PromiseState.KEPT, now=at + 900_000)
