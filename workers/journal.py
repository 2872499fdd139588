"""The journal: ``python -m workers.journal``. Copies what happened from Redis into SQL.

Events are copied in batches, each exactly once in effect: a batch may be written again after a
crash, and rows that are there already stay. What is in SQL is trimmed from the stream, except for
the newest events, which the pages read from there. While SQL is away nothing is lost or trimmed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from itertools import pairwise

from telephony.bootstrap import Services
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    ContactOutcome,
    Ending,
    PromiseState,
    Role,
)
from telephony.store.feed import TICKET_RANG, Entry
from telephony.store.ledger import (
    ContactRecord,
    JournalEntry,
    Ledger,
    TransferRecord,
    append_journal,
    stages_of,
    upsert_contacts,
    upsert_transfers,
)
from workers.loop import Turn, run

BATCH = 500
KEEP = 10_000
BLOCK_MS = 1_000

# In these stages the customer waits for a human being.
WAITING = frozenset({"seeking", "choosing", "promising", "transfer", "restoring"})
ANSWERED = "talking"
# These attempts rang for as long as they could and reached nobody.
IN_VAIN = frozenset(
    {AttemptOutcome.NO_ANSWER, AttemptOutcome.NOT_ACCEPTED, AttemptOutcome.VOICEMAIL}
)


def make(services: Services) -> Turn:
    """The journal's turn."""

    def turn(services: Services, stop: threading.Event) -> float:
        copy(services, block_ms=BLOCK_MS)
        return 0.0

    return turn


def copy(services: Services, *, block_ms: int = 0) -> int:
    """Copy one batch and return how many events it had. Raises StoreUnavailable."""
    feed, book = services.live.feed, services.ledger
    entries = feed.read(feed.copied(), count=BATCH, block_ms=block_ms)
    if not entries:
        return 0
    append_journal(book, [_row(entry) for entry in entries if entry.kind != TICKET_RANG])
    contacts = services.live.contacts(sorted({entry.contact for entry in entries}))
    upsert_contacts(book, [summary_of(book, contact) for contact in contacts])
    upsert_transfers(book, [row for contact in contacts for row in _transfers(contact)])
    feed.mark_copied(entries[-1].id, keep=KEEP)
    return len(entries)


def summary_of(book: Ledger, contact: Contact) -> ContactRecord:
    """One contact in one line, for history and reports."""
    told = stages_of(book, contact.id)
    attempts = [leg for leg in contact.legs if leg.role is not Role.CUSTOMER]
    agents = [leg for leg in attempts if leg.role is Role.AGENT]
    over = contact.outcome is not None
    return ContactRecord(
        id=contact.id,
        customer=contact.customer,
        dialled=contact.dialled,
        state=contact.stage.value,
        started_at=contact.created,
        version=contact.version,
        department=contact.department or None,
        language=contact.language or None,
        answered_at=next((at for at, stage in told if stage == ANSWERED), None),
        ended_at=contact.since if over else None,
        outcome=contact.outcome.value if contact.outcome else None,
        agent=agents[-1].address.removeprefix("client:") if agents else None,
        attempts=len(attempts),
        waited_ms=_waited(told),
        transfers=len(contact.transfers),
        reason=contact.reason,
        lost=lost(contact),
        unanswered=sum(leg.outcome in IN_VAIN for leg in attempts),
    )


def lost(contact: Contact) -> str:
    """How we lost this customer; '' when we did not, or not yet.

    A customer is lost when nobody owes them anything and it was not they who ended it: their last
    line was ended by us (`ended_by_us`), or it broke and we did not reach them again
    (`line_broke`), and there is neither a promise that they were told of nor a ticket. Who hangs
    up while waiting has left; that is counted as abandoned.
    """
    promise, leg = contact.promise, contact.customer_leg
    promised = promise is not None and promise.state is not PromiseState.WRITING
    if contact.outcome is not ContactOutcome.CUSTOMER_LEFT or promised or contact.ticket:
        return ""
    if leg is None or leg.ending is Ending.FAILED:
        return "line_broke"
    return "ended_by_us" if leg.unwanted else ""


def _waited(told: Sequence[tuple[int, str]]) -> int:
    return sum(until - since for (since, stage), (until, _) in pairwise(told) if stage in WAITING)


def _row(entry: Entry) -> JournalEntry:
    # The stage after the event is what history is measured by.
    data = entry.data | {"stage": entry.stage}
    if entry.outcome:
        data["outcome"] = entry.outcome
    return JournalEntry(entry.id, entry.contact, entry.version, entry.at, entry.kind, data)


def _transfers(contact: Contact) -> list[TransferRecord]:
    return [
        TransferRecord(
            id=transfer.id,
            contact_id=contact.id,
            mode=transfer.mode.value,
            by=transfer.by_address.removeprefix("client:"),
            to=transfer.target.value,
            requested_at=transfer.requested_at,
            version=contact.version,
            outcome=transfer.outcome.value if transfer.outcome else None,
            ended_at=transfer.since if transfer.outcome else None,
        )
        for transfer in contact.transfers
    ]


if __name__ == "__main__":
    sys.exit(run("journal", make))
