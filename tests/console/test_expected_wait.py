"""How long customers waited lately, beside each department; honest when nothing is known."""

from __future__ import annotations

from typing import Any

from telephony.errors import StoreUnavailable
from telephony.store import ledger
from telephony.store.ledger import ContactRecord, upsert_contacts
from telephony.store.ledger.waits import MOST, RECENT_MS
from tests.console.house import Actors, House


def sales(as_: Actors) -> Any:
    return as_("ana")("GET", "/departments/sales").get_json()


def answered(house: House, number: int, ago_ms: int, waited_ms: int) -> ContactRecord:
    began = house.clock.now - ago_ms
    return ContactRecord(
        id=f"c{number}",
        customer="+12025550199",
        dialled="+12025550100",
        state="closed",
        started_at=began,
        version=9,
        department="sales",
        answered_at=began + waited_ms,
    )


def test_without_any_call_there_are_no_figures(as_: Actors) -> None:
    told = sales(as_)
    assert (told["expected_wait_ms"], told["expected_wait_of"]) == (None, 0)


def test_the_median_of_what_was_answered_within_a_day(as_: Actors, house: House) -> None:
    waits = (10_000, 30_000, 500_000)
    rows = [answered(house, n, 60_000 * (n + 1), wait) for n, wait in enumerate(waits)]
    rows.append(answered(house, 7, RECENT_MS + 1, 900_000))
    upsert_contacts(house.ledger, rows)
    told = sales(as_)
    assert (told["expected_wait_ms"], told["expected_wait_of"]) == (30_000, 3)
    assert as_("ana")("GET", "/departments/billing").get_json()["expected_wait_of"] == 0


def test_only_the_newest_count(as_: Actors, house: House) -> None:
    new = [answered(house, n, 1_000 * (n + 1), 5_000) for n in range(MOST)]
    old = [answered(house, 100 + n, 3_600_000 + n, 80_000) for n in range(3 * MOST)]
    upsert_contacts(house.ledger, [*new, *old])
    told = sales(as_)
    assert (told["expected_wait_ms"], told["expected_wait_of"]) == (5_000, MOST)


def test_departments_are_shown_also_while_history_is_away(
    as_: Actors, house: House, monkeypatch: Any
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("the database is away")

    program = as_("ana")
    monkeypatch.setattr(ledger, "recent_waits", away)
    told = program("GET", "/departments/sales")
    assert (told.status_code, told.get_json()["expected_wait_ms"]) == (200, None)
