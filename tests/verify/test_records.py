"""The facts beside a trace are read from the ledger as it stands."""

from __future__ import annotations

from pathlib import Path

from telephony.store import ledger as books
from warmline.verify.records import facts_of

EPOCH = 1_000_000


def _entry(number: int, kind: str, outcome: str = "") -> books.JournalEntry:
    data = {"stage": "closed", "outcome": outcome} if outcome else {"stage": "talking"}
    return books.JournalEntry(f"{number}-0", "m", number, EPOCH + number, kind, data)


def _contact(name: str) -> books.ContactRecord:
    return books.ContactRecord(
        id=name,
        customer="+12025550191",
        dialled="+12025550100",
        state="closed",
        started_at=EPOCH,
        version=9,
    )


def test_facts_are_in_seconds_of_the_trace(tmp_path: Path) -> None:
    book = books.open_ledger(f"sqlite:///{tmp_path / 'book.db'}")
    books.migrate(book)
    promise = books.NewPromise(
        id="p1",
        contact_id="m",
        customer="+12025550191",
        department="sales",
        language="en",
        zone="America/New_York",
        due_from=EPOCH + 60_000,
        due_until=EPOCH + 120_000,
        max_attempts=3,
        token="secret",
    )
    books.write_promise(book, promise, now=EPOCH + 2_500)
    books.close_promise(book, "p1", books.PromiseState.KEPT, now=EPOCH + 70_000)
    ticket = books.NewTicket("x", "m", "+12025550191", "sales", "no_answer")
    books.open_ticket(book, ticket, now=EPOCH + 4_000)
    facts = facts_of(book, EPOCH)
    book.close()
    assert facts.promises is not None
    assert facts.tickets is not None
    (written,) = facts.promises
    assert (written.written, written.closed, written.state) == (2.5, 70.0, "kept")
    assert written.windows == ((60.0, 120.0),)
    assert [(each.contact, each.opened) for each in facts.tickets] == [("m", 4.0)]


def test_every_change_of_an_outcome_is_kept(tmp_path: Path) -> None:
    book = books.open_ledger(f"sqlite:///{tmp_path / 'book.db'}")
    books.migrate(book)
    books.upsert_contacts(book, [_contact("m"), _contact("silent")])
    entries = [
        _entry(1, "LegAnswered"),
        _entry(2, "LegEnded", "customer_left"),
        _entry(3, "LegEnded", "customer_left"),
        _entry(4, "LegEnded", "resolved"),
    ]
    books.append_journal(book, entries)
    transfer = books.TransferRecord(
        id="t", contact_id="m", mode="warm", by="ana", to="billing", requested_at=EPOCH, version=3
    )
    books.upsert_transfers(book, [transfer])
    facts = facts_of(book, EPOCH)
    book.close()
    assert facts.contact_outcomes == {"m": ("customer_left", "resolved"), "silent": ()}
    assert facts.transfer_outcomes == {"t": ()}
    assert facts.transfer_contacts == {"t": "m"}
