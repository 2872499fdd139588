from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from telephony.errors import BadInput, NotFound
from telephony.store.ledger import (
    ContactRecord,
    JournalEntry,
    Ledger,
    NewPromise,
    PromiseState,
    TransferRecord,
    append_journal,
    close_promise,
    contact,
    contact_report,
    find_contacts,
    newest_entry,
    promise_report,
    timeline,
    transfer_report,
    transfers_of,
    upsert_contacts,
    upsert_transfers,
    write_promise,
)

NOW = 1_790_000_000_000
DAY = 24 * 3_600_000


def entry(number: int, contact_id: str = "ct_1", at: int | None = None) -> JournalEntry:
    when = NOW + number if at is None else at
    return JournalEntry(f"{NOW}-{number}", contact_id, number, when, "leg_joined", {"n": number})


def record(contact_id: str, **changes: Any) -> ContactRecord:
    made = ContactRecord(
        id=contact_id,
        customer="+491",
        dialled="+4930",
        state="talking",
        started_at=NOW,
        version=1,
        department="billing",
    )
    return replace(made, **changes)


def test_a_journal_batch_that_comes_twice_is_written_once(ledger: Ledger) -> None:
    assert append_journal(ledger, []) == 0
    assert append_journal(ledger, [entry(1), entry(2)]) == 2
    changed = replace(entry(2), kind="forged")
    assert append_journal(ledger, [entry(3), changed, entry(1), entry(3)]) == 1
    assert timeline(ledger, "ct_1").items == (entry(1), entry(2), entry(3))


def test_the_newest_event_of_a_kind_is_found_among_a_contact_s_own(ledger: Ledger) -> None:
    append_journal(ledger, [entry(1), entry(4), entry(9, "ct_2"), replace(entry(5), kind="left")])
    assert newest_entry(ledger, "ct_1", "leg_joined") == entry(4)
    assert newest_entry(ledger, "ct_1", "asked") is None


def test_a_large_batch_is_counted_whole(ledger: Ledger) -> None:
    batch = [entry(number) for number in range(2_500)]
    assert append_journal(ledger, batch[:100]) == 100
    assert append_journal(ledger, batch) == 2_400


def test_a_timeline_is_in_order_of_time_and_of_one_contact(ledger: Ledger) -> None:
    late = entry(7, at=NOW + 1)
    append_journal(ledger, [entry(9), late, entry(1), entry(2, "ct_2")])
    assert timeline(ledger, "ct_1").items == (entry(1), late, entry(9))
    assert timeline(ledger, "ct_9").items == ()


def test_a_timeline_is_paged_without_gap_or_repeat_while_it_grows(ledger: Ledger) -> None:
    append_journal(ledger, [entry(number) for number in range(5)])
    first = timeline(ledger, "ct_1", limit=3)
    append_journal(ledger, [entry(5)])
    second = timeline(ledger, "ct_1", limit=3, cursor=first.next)
    assert second.next is None
    assert [one.version for one in (*first.items, *second.items)] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("cursor", ["", "?", "é", "e30", "WzFd", "WyJhIiwgMSwgMV0", "W10", "Wy0="])
def test_a_made_up_cursor_is_bad_input(ledger: Ledger, cursor: str) -> None:
    with pytest.raises(BadInput) as caught:
        timeline(ledger, "ct_1", cursor=cursor)
    assert caught.value.field == "cursor"


@pytest.mark.parametrize("limit", [0, -1, 1_001])
def test_a_page_has_a_sane_size(ledger: Ledger, limit: int) -> None:
    with pytest.raises(BadInput) as caught:
        timeline(ledger, "ct_1", limit=limit)
    assert caught.value.field == "limit"


def test_the_newest_version_of_a_contact_wins_in_any_order_of_arrival(ledger: Ledger) -> None:
    newest = record("ct_1", version=3, state="final", outcome="resolved", agent="ana", transfers=2)
    upsert_contacts(ledger, [record("ct_1", version=2)])
    upsert_contacts(ledger, [newest, record("ct_1", version=1, agent="old")])
    upsert_contacts(ledger, [record("ct_1", version=3, agent="echo")])
    upsert_contacts(ledger, [])
    assert contact(ledger, "ct_1") == newest
    with pytest.raises(NotFound):
        contact(ledger, "ct_9")


def test_contacts_are_found_by_what_is_asked_newest_first(ledger: Ledger) -> None:
    rows = [
        record("a", started_at=NOW),
        record("b", started_at=NOW + 1, customer="+492", state="final", outcome="resolved"),
        record("c", started_at=NOW + 1, department="sales"),
        record("d", started_at=NOW + 2, department=None),
    ]
    upsert_contacts(ledger, rows)

    def ids(**asked: Any) -> str:
        return "".join(one.id for one in find_contacts(ledger, **asked).items)

    assert ids() == "dcba"
    assert ids(state="talking") == "dca"
    assert ids(outcome="resolved") == ids(customer="+492") == "b"
    assert ids(department="billing") == "ba"
    assert ids(since=NOW + 1, until=NOW + 2) == "cb"
    first = find_contacts(ledger, limit=2)
    rest = find_contacts(ledger, limit=2, cursor=first.next)
    assert [one.id for one in (*first.items, *rest.items)] == ["d", "c", "b", "a"]
    assert rest.next is None


def test_transfers_of_a_contact_keep_their_newest_version(ledger: Ledger) -> None:
    asked = TransferRecord("tr_1", "ct_1", "warm", "ana", "billing", NOW, version=4)
    done = replace(asked, version=6, outcome="completed", ended_at=NOW + 9)
    earlier = replace(asked, id="tr_0", requested_at=NOW - 1, outcome="returned")
    upsert_transfers(ledger, [done, earlier])
    upsert_transfers(ledger, [asked])
    assert transfers_of(ledger, "ct_1") == (earlier, done)


def test_the_report_counts_contacts_by_department(ledger: Ledger) -> None:
    end = {"state": "final", "ended_at": NOW + 60_000}
    quick = {"answered_at": NOW + 10_000, "outcome": "resolved", **end}
    upsert_contacts(
        ledger,
        [
            record("quick", customer="+491", **quick),
            record("slow", customer="+492", **quick | {"answered_at": NOW + 31_000}),
            record("left", customer="+493", **end, outcome="customer_left"),
            record("callback", customer="+494", **end, outcome="promise_kept"),
            record("waiting", customer="+495", state="hunting"),
            record("yesterday", customer="+492", started_at=NOW - DAY, **end, outcome="resolved"),
            record("menu", customer="+496", department=None, **end, outcome="customer_left"),
            record("tomorrow", customer="+491", started_at=NOW + DAY),
        ],
    )
    menu, billing = contact_report(ledger, since=NOW, until=NOW + DAY, target_ms=20_000)
    assert (menu.department, menu.offered, menu.abandoned) == (None, 1, 1)
    assert menu.average_answer_ms is None
    assert billing.department == "billing"
    assert (billing.offered, billing.answered, billing.answered_in_time) == (5, 2, 1)
    assert (billing.abandoned, billing.open) == (1, 1)
    assert (billing.average_answer_ms, billing.longest_answer_ms) == (20_500, 31_000)
    assert billing.service_level == pytest.approx(1 / 4)
    assert billing.outcomes == {"resolved": 2, "customer_left": 1, "promise_kept": 1}
    # +492 had been here the day before: not resolved at first contact.
    assert billing.resolved_first == 1


def test_there_is_no_service_level_before_anything_is_decided(ledger: Ledger) -> None:
    assert contact_report(ledger, since=NOW, until=NOW + DAY) == ()
    upsert_contacts(ledger, [record("waiting")])
    (report,) = contact_report(ledger, since=NOW, until=NOW + DAY)
    assert report.service_level is None


def test_the_report_counts_transfers_by_outcome(ledger: Ledger) -> None:
    asked = TransferRecord("tr_1", "ct_1", "warm", "ana", "billing", NOW, version=1)
    upsert_transfers(
        ledger,
        [
            asked,
            replace(asked, id="tr_2", outcome="completed"),
            replace(asked, id="tr_3", outcome="completed"),
            replace(asked, id="tr_4", outcome="returned", requested_at=NOW + DAY),
        ],
    )
    assert transfer_report(ledger, since=NOW, until=NOW + DAY) == {"open": 1, "completed": 2}


def test_the_report_counts_promises_kept_on_time_and_overdue(ledger: Ledger) -> None:
    for number in range(5):
        due = NOW if number < 4 else NOW + DAY
        new = NewPromise(
            id=f"pr_{number}",
            contact_id="ct",
            customer=f"+49{number}",
            department="billing",
            language="de",
            zone="UTC",
            due_from=due,
            due_until=due + 1_000,
            max_attempts=3,
            token=f"token {number}",
        )
        write_promise(ledger, new, now=NOW)
    close_promise(ledger, "pr_0", PromiseState.KEPT, now=NOW + 1_000)
    close_promise(ledger, "pr_1", PromiseState.KEPT, now=NOW + 1_001)
    close_promise(ledger, "pr_2", PromiseState.CANCELLED, now=NOW)
    (at_the_end,) = promise_report(ledger, since=NOW, until=NOW + DAY, now=NOW + 1_000)
    assert (at_the_end.due, at_the_end.kept, at_the_end.kept_on_time) == (4, 2, 1)
    assert at_the_end.states == {"open": 1, "kept": 2, "cancelled": 1}
    assert at_the_end.overdue == 0
    (after,) = promise_report(ledger, since=NOW, until=NOW + DAY, now=NOW + 1_001)
    assert after.overdue == 1
