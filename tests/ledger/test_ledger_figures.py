"""The numbers behind the wallboard: every count has exactly its contacts behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from telephony.errors import BadInput
from telephony.store.ledger import (
    ContactRecord,
    Figure,
    Ledger,
    TransferRecord,
    contact_report,
    figure_contacts,
    report_series,
    upsert_contacts,
    upsert_transfers,
)

NOW = 1_790_000_000_000
HOUR = 3_600_000
END = {"state": "closed", "ended_at": NOW + 60_000}


def record(contact_id: str, **changes: Any) -> ContactRecord:
    made = ContactRecord(
        id=contact_id,
        customer=f"+49{contact_id}",
        dialled="+4930",
        state="talking",
        started_at=NOW,
        version=1,
        department="billing",
    )
    return replace(made, **changes)


ROWS = [
    record("quick", **END, answered_at=NOW + 5_000, outcome="resolved", attempts=1),
    record("slow", **END, answered_at=NOW + 25_000, outcome="resolved", attempts=3, unanswered=2),
    record("left", **END, outcome="customer_left", attempts=1, unanswered=1),
    record("broke", **END, outcome="customer_left", lost="line_broke"),
    record("ours", **END, outcome="customer_left", lost="ended_by_us", department="sales"),
    record("ticket", **END, outcome="ticketed", transfers=1),
    record("kept", **END, outcome="promise_kept", answered_at=NOW + 1),
    record("waits", started_at=NOW + HOUR),
    record("menu", **END, outcome="customer_left", department=None),
]


def ids(ledger: Ledger, figure: Figure, department: str | None = None) -> set[str]:
    page = figure_contacts(
        ledger, figure, since=NOW, until=NOW + 2 * HOUR, department=department, target_ms=20_000
    )
    return {one.id for one in page.items}


def test_each_figure_has_its_contacts(ledger: Ledger) -> None:
    upsert_contacts(ledger, ROWS)
    assert ids(ledger, Figure.OFFERED) == {row.id for row in ROWS}
    assert ids(ledger, Figure.ANSWERED) == {"quick", "slow", "kept"}
    assert ids(ledger, Figure.ANSWERED_IN_TIME) == {"quick", "kept"}
    assert ids(ledger, Figure.ANSWERED_LATE) == {"slow"}
    assert ids(ledger, Figure.OPEN) == {"waits"}
    assert ids(ledger, Figure.UNANSWERED) == {"slow", "left"}
    assert ids(ledger, Figure.TICKETED) == ids(ledger, Figure.TRANSFERRED) == {"ticket"}
    assert ids(ledger, Figure.PROMISED) == {"kept"}
    assert ids(ledger, Figure.RESOLVED_FIRST) == {"quick", "slow"}


def test_a_customer_we_lost_is_not_hidden_among_those_who_left(ledger: Ledger) -> None:
    upsert_contacts(ledger, ROWS)
    assert ids(ledger, Figure.LOST) == {"broke", "ours"}
    assert ids(ledger, Figure.LOST, "billing") == {"broke"}
    assert ids(ledger, Figure.ABANDONED) == {"left", "menu"}
    assert ids(ledger, Figure.ABANDONED, "") == {"menu"}


def test_the_report_counts_what_the_lists_show(ledger: Ledger) -> None:
    upsert_contacts(ledger, ROWS)
    reports = contact_report(ledger, since=NOW, until=NOW + 2 * HOUR, target_ms=20_000)
    for report in reports:
        for figure in ("offered", "answered", "answered_in_time", "abandoned", "open", "lost"):
            behind = ids(ledger, Figure(figure), report.department or "")
            assert getattr(report, figure) == len(behind), (report.department, figure)
    billing = next(each for each in reports if each.department == "billing")
    assert (billing.attempts, billing.unanswered) == (5, 3)
    assert billing.no_answer_share == pytest.approx(3 / 5)
    sales = next(each for each in reports if each.department == "sales")
    assert sales.no_answer_share is None


def test_the_series_has_every_bucket_and_counts_each_contact_once(ledger: Ledger) -> None:
    upsert_contacts(ledger, [*ROWS, record("before", started_at=NOW - 1)])
    passed = TransferRecord("t1", "ticket", "warm", "ana", "sales", NOW + HOUR, version=1)
    done = replace(passed, id="t2", requested_at=NOW, outcome="completed")
    upsert_transfers(ledger, [passed, done])
    edges = [NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR]
    first, second, third = report_series(ledger, edges, target_ms=20_000)
    assert (first.offered, first.answered, first.answered_in_time) == (8, 3, 2)
    assert (first.abandoned, first.lost, first.open) == (2, 2, 0)
    assert (first.attempts, first.unanswered, first.average_answer_ms) == (5, 3, 10_000)
    assert (first.transfers, first.transfers_completed) == (1, 1)
    assert (second.offered, second.open, second.transfers) == (1, 1, 1)
    assert (third.offered, third.average_answer_ms, third.since) == (0, None, edges[2])
    (sales,) = report_series(ledger, edges[:2], department="sales")
    assert (sales.offered, sales.transfers) == (1, 0)
    (billing,) = report_series(ledger, edges[:2], department="billing")
    assert (billing.offered, billing.transfers) == (6, 1)


@pytest.mark.parametrize("edges", [[], [NOW], [NOW, NOW], [NOW, NOW - 1], list(range(402))])
def test_edges_that_are_no_buckets_are_bad_input(ledger: Ledger, edges: list[int]) -> None:
    with pytest.raises(BadInput):
        report_series(ledger, edges)
