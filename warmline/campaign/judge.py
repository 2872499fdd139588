"""What must hold when a world has come to rest: the checker's rules, with our own records beside.

The trace is judged by `warmline.verify`. What it cannot know is read from the ledger and from the
contacts once everything is at rest. What nobody caught on the way is a violation, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from simulator.world import Call
from telephony.contact.codec import decode
from telephony.contact.model import Contact, LegState
from telephony.routing.policy import check_address
from telephony.routing.promises import may_ring
from telephony.store import keys
from telephony.store.ledger.tables import contacts as past_contacts
from telephony.store.ledger.tables import promises, tickets
from telephony.store.ledger.tables import transfers as past_transfers
from warmline.verify import Facts, Overdue, PromiseFact, TicketFact, TransferFact, check

if TYPE_CHECKING:
    from warmline.campaign.network import World
    from warmline.campaign.system import System

CRASH = "crash"
_TRANSFERS = (past_transfers.c.id, past_transfers.c.contact_id, past_transfers.c.outcome)


@dataclass(frozen=True)
class Violation:
    """One broken rule: when (seconds), whose, and why."""

    rule: str
    t: float
    contact: str
    why: str


def live_calls(world: World) -> list[Call]:
    """Every leg that is not over."""
    return [call for call in world.network.calls.values() if call.live]


def judge(world: World, system: System) -> list[Violation]:
    """Everything that is wrong."""
    found = [Violation(CRASH, world.now, "", crash) for crash in world.hub.crashes]
    report = check(world.trace.lines, facts(world, system))
    found += [Violation(v.invariant, v.t, v.contact or v.call, v.reason) for v in report.violations]
    return found


def facts(world: World, system: System) -> Facts:
    """What our own records say, in seconds of the trace."""
    began = world.network.epoch.timestamp() * 1000
    seconds: Callable[[int], float] = lambda ms: round((ms - began) / 1000, 3)  # noqa: E731
    company = system.services.routing.company()
    known = contacts(system)
    past = history(system, known)
    with system.services.ledger.engine.connect() as conn:
        written = conn.execute(select(promises)).all()
        opened = conn.execute(select(tickets)).all()
    now = system.services.clock.now_ms()
    return Facts(
        promises=tuple(
            PromiseFact(
                id=row.id,
                contact=row.contact_id,
                customer=row.customer,
                department=row.department,
                written=seconds(row.created_at),
                windows=((seconds(row.due_from), seconds(row.due_until)),),
                max_attempts=row.max_attempts,
                state=row.state,
                closed=None if row.closed_at is None else seconds(row.closed_at),
                attempts=row.attempts,
            )
            for row in written
        ),
        tickets=tuple(
            TicketFact(row.id, row.contact_id, row.customer, seconds(row.created_at))
            for row in opened
        ),
        contact_outcomes=past.contacts | {each.id: _outcomes(system, each) for each in known},
        transfer_outcomes={name: outcome for name, (_, outcome) in past.transfers.items()}
        | {
            transfer.id: (transfer.outcome.value,) if transfer.outcome else ()
            for each in known
            for transfer in each.transfers
        },
        transfer_contacts={name: whose for name, (whose, _) in past.transfers.items()}
        | {t.id: each.id for each in known for t in each.transfers},
        transfers=tuple(
            TransferFact(
                t.id,
                each.id,
                seconds(t.requested_at),
                seconds(t.since) if t.outcome else None,
            )
            for each in known
            for t in each.transfers
        ),
        overdue=tuple(
            Overdue(name.decode(), seconds(int(due)), seconds(now))
            for key in (keys.DUE, keys.MOVED)
            for name, due in _scores(system, key)
            if due < now
        ),
        open_calls=frozenset(
            leg.call
            for each in known
            for leg in each.legs
            if leg.call and leg.state is not LegState.ENDED
        ),
        allowed=lambda address: check_address(company.dialling, address).allowed,
        hours=lambda customer, t: may_ring(
            company, customer, datetime.fromtimestamp(began / 1000 + t, UTC)
        ),
    )


def _scores(system: System, key: str) -> list[tuple[bytes, float]]:
    pairs = system.house.line.ask("ZRANGE", key, "0", "-1", "WITHSCORES")
    return [(name, float(score)) for name, score in pairs]


def _outcomes(system: System, contact: Contact) -> tuple[str, ...]:
    """Every final outcome that the journal has of a contact, in order; then what it is now."""
    told = system.outcomes_in_journal().get(contact.id, [])
    if contact.outcome is not None and (not told or told[-1] != contact.outcome.value):
        told = [*told, contact.outcome.value]
    return tuple(told)


def contacts(system: System) -> list[Contact]:
    """All contacts of the world, open and closed."""
    line = system.house.line
    names = sorted(line.ask("KEYS", "wl:contact:*"))
    records = [line.ask("GET", name) for name in names]
    return [decode(record.partition(b" ")[2]) for record in records]


@dataclass(frozen=True)
class History:
    """What only SQL still knows: contacts and their outcomes; transfers, whose, and theirs."""

    contacts: dict[str, tuple[str, ...]]
    transfers: dict[str, tuple[str, tuple[str, ...]]]


def history(system: System, known: list[Contact]) -> History:
    """Contacts that were over, or of which nothing was left, when Redis lost its data."""
    live = {each.id for each in known}
    held = {transfer.id for each in known for transfer in each.transfers}
    with system.services.ledger.engine.connect() as conn:
        kept = conn.execute(select(past_contacts.c.id, past_contacts.c.outcome)).all()
        rows = conn.execute(select(*_TRANSFERS))
        return History(
            {name: (outcome,) if outcome else () for name, outcome in kept if name not in live},
            {
                name: (whose, (outcome,) if outcome else ())
                for name, whose, outcome in rows
                if name not in held
            },
        )


def count(system: System, outcomes: Counter[str], transfers: Counter[str]) -> None:
    """How contacts and transfers ended."""
    known = contacts(system)
    past = history(system, known)
    outcomes.update(outcome for told in past.contacts.values() for outcome in told)
    transfers.update(outcome for _, told in past.transfers.values() for outcome in told)
    for contact in known:
        outcomes[str(contact.outcome or contact.stage)] += 1
        for transfer in contact.transfers:
            transfers[str(transfer.outcome or transfer.state)] += 1
