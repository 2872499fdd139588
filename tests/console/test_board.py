"""The wallboard's numbers: what happens now, what happened today, and links for the wall."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from console.wallboard import board as boards
from console.wallboard.levels import THRESHOLDS, Threshold
from telephony.contact.events import LegRang
from telephony.contact.model import Ending
from telephony.store import ledger as book
from telephony.store.floor import Presence
from telephony.store.ledger import ContactRecord, NewPromise, NewTicket, TransferRecord
from tests.console.house import Actors, House, LivePlay
from tests.console.house import play as play_in
from tests.contact.play import START
from workers.journal import copy

MINUTE = 60_000


@pytest.fixture(autouse=True)
def always_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "LIVE_S", -1.0)
    monkeypatch.setattr(boards, "HISTORY_S", -1.0)


def row(as_: Actors, key: str) -> dict[str, Any]:
    told = as_("sam")("GET", "/board")
    assert told.status_code == 200, told.get_json()
    body = told.get_json()
    rows = [body["total"], *body["departments"]]
    found: dict[str, Any] = next(each for each in rows if each["key"] == key)
    return found


def test_the_board_counts_who_is_in_the_menu_waits_and_rings(
    as_: Actors, house: House, play: LivePlay
) -> None:
    assert row(as_, "")["live"]["in_menu"] == 1
    play.choose()
    for leg in play.ringing():
        play.now += 1_000
        play.tell(LegRang(leg.id, leg.call))
    house.clock.now = play.now = START + 90_000
    sales = row(as_, "sales")
    assert (sales["live"]["waiting"], sales["live"]["longest_wait_ms"]) == (1, 90_000)
    assert sales["live"]["ringing"] >= 1
    assert sales["levels"]["longest_wait_ms"] == "amber"
    assert row(as_, "billing")["live"]["waiting"] == 0


def test_the_board_counts_who_talks(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    sales = row(as_, "sales")
    assert (sales["live"]["waiting"], sales["live"]["talking"]) == (0, 1)
    assert sales["agents"]["talking"] == 1


def test_a_transfer_shows_the_held_customer_and_its_stage(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    play.transfer()
    play.pass_ms(2_000)
    house.clock.now = play.now
    sales = row(as_, "sales")["live"]
    assert (sales["on_hold"], sales["talking"], sales["waiting"]) == (1, 0, 0)
    assert sum(sales["transfers"].values()) == 1
    assert sales["longest_hold_ms"] > 0


def test_agents_are_counted_by_state_and_once_in_the_whole_company(
    as_: Actors, house: House
) -> None:
    floor = house.services.live.floor
    floor.set_presence("ana", Presence.AVAILABLE, START)
    floor.set_presence("ben", Presence.BREAK, START)
    sales = row(as_, "sales")["agents"]
    assert (sales["available"], sales["break"], sales["unknown"]) == (1, 1, 0)
    company = house.services.routing.company()
    people = {m.address for d in company.departments.values() for m in d.members if m.enabled}
    assert sum(row(as_, "")["agents"].values()) == len(people)


def test_promises_due_and_overdue_come_from_the_ledger(as_: Actors, house: House) -> None:
    for name, due in (("a", START - 9 * MINUTE), ("b", START - MINUTE), ("c", START + MINUTE)):
        new = NewPromise(
            id=name,
            contact_id=name,
            customer=f"+1{name}",
            department="billing",
            language="en",
            zone="UTC",
            due_from=due,
            due_until=due + 5 * MINUTE,
            max_attempts=3,
            token=name,
        )
        book.write_promise(house.ledger, new, now=START)
    live = row(as_, "billing")["live"]
    counts = (live["promises_open"], live["promises_due"], live["promises_overdue"])
    assert counts == (3, 2, 1)
    assert row(as_, "billing")["levels"]["promises_overdue"] == "red"
    assert row(as_, "")["live"]["promises_open"] == 3


def test_today_begins_at_the_companys_midnight(as_: Actors, house: House) -> None:
    told = as_("sam")("GET", "/board").get_json()
    # START is three in the morning in New York, where the company is.
    assert (told["timezone"], START - told["day_began"]) == ("America/New_York", 3 * 60 * MINUTE)
    assert told["day_ends"] - told["day_began"] == 24 * 60 * MINUTE
    ended: dict[str, Any] = {
        "state": "closed",
        "ended_at": START,
        "outcome": "resolved",
        "version": 1,
    }
    rows = [
        ContactRecord("a", "+1a", "+1", started_at=told["day_began"] - 1, **ended),
        ContactRecord("b", "+1b", "+1", started_at=told["day_began"], **ended),
    ]
    book.upsert_contacts(house.ledger, rows)
    assert row(as_, "")["today"]["offered"] == 1


def test_today_has_the_shares_that_matter(as_: Actors, house: House) -> None:
    base: dict[str, Any] = {"dialled": "+1", "started_at": START, "version": 1}
    ended = base | {"state": "closed", "ended_at": START + MINUTE, "department": "sales"}
    answered = ended | {"outcome": "resolved"}
    rows = [
        ContactRecord("a", "+1a", answered_at=START + 5_000, attempts=1, **answered),
        ContactRecord("b", "+1b", answered_at=START + 35_000, attempts=3, unanswered=2, **answered),
        ContactRecord("c", "+1c", outcome="customer_left", **ended),
        ContactRecord("d", "+1d", outcome="customer_left", lost="line_broke", **ended),
    ]
    book.upsert_contacts(house.ledger, rows)
    done = TransferRecord("t1", "a", "warm", "ana", "billing", START, 1, outcome="completed")
    stopped = TransferRecord("t2", "a", "warm", "ana", "billing", START, 1, outcome="cancelled")
    back = TransferRecord("t3", "b", "warm", "ana", "billing", START, 1, outcome="returned")
    book.upsert_transfers(house.ledger, [done, stopped, back])
    sales = row(as_, "sales")
    today = sales["today"]
    assert (today["offered"], today["answered"], today["abandoned"], today["lost"]) == (4, 2, 1, 1)
    assert (today["service_level"], today["average_answer_ms"]) == (0.25, 20_000)
    assert (today["transfers"], today["transfer_success"]) == (3, 0.5)
    assert (today["no_answer_share"], today["resolved_first_share"]) == (0.5, 1.0)
    assert today["promises_on_time_share"] is None
    levels = sales["levels"]
    assert (levels["lost"], levels["service_level"], levels["no_answer_share"]) == ("red",) * 3
    assert (levels["transfer_success"], levels["average_answer_ms"]) == ("red", "amber")
    assert levels["promises_on_time_share"] == ""
    assert row(as_, "billing")["levels"]["lost"] == "good"
    assert row(as_, "")["today"]["lost"] == 1


def test_a_contact_that_redis_forgot_is_lost_until_there_is_a_ticket(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.choose()
    copy(house.services)
    house.clock.now = START + 2 * MINUTE
    assert row(as_, "sales")["today"]["lost"] == 0
    old = ContactRecord("gone", "+1g", "+1", "seeking", START, 1, department="sales")
    book.upsert_contacts(house.ledger, [old])
    assert row(as_, "sales")["today"]["lost"] == 1
    assert as_("sam")("GET", "/board/alerts").get_json()["adrift"] == ["gone"]
    behind = as_("sam")("GET", "/reports/contacts?figure=lost").get_json()["items"]
    assert [(each["id"], each["lost"]) for each in behind] == [("gone", "adrift")]
    ticket = NewTicket("t1", "gone", "+1g", "sales", "record_broken")
    book.open_ticket(house.ledger, ticket, now=house.clock.now)
    assert row(as_, "sales")["today"]["lost"] == 0
    alerts = as_("sam")("GET", "/board/alerts").get_json()
    assert ([each["id"] for each in alerts["tickets"]], alerts["adrift"]) == (["t1"], [])
    told = as_("sam")("GET", "/board").get_json()
    assert (told["tickets_open"], told["oldest_ticket_at"]) == (1, house.clock.now)


def test_a_played_contact_is_counted_when_it_has_ended(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    play.pass_ms(30_000)
    play.end(play.customer)
    left = play_in(house, "CA" + "d" * 32, "+12025550111")
    left.choose("billing")
    left.end(left.customer, Ending.HUNG_UP)
    copy(house.services)
    total = row(as_, "")["today"]
    assert (total["offered"], total["answered"], total["abandoned"], total["lost"]) == (2, 1, 1, 0)
    assert row(as_, "billing")["today"]["abandoned"] == 1


@pytest.mark.parametrize(
    ("threshold", "values"),
    [
        (Threshold(3, 6), {2: "good", 3: "amber", 5: "amber", 6: "red"}),
        (Threshold(0.8, 0.6, rising=False), {0.9: "good", 0.8: "amber", 0.6: "red", 0.1: "red"}),
        (Threshold(1, 1), {0: "good", 1: "red"}),
    ],
)
def test_a_level_begins_at_its_threshold(threshold: Threshold, values: dict[float, str]) -> None:
    assert {value: threshold.level(value) for value in values} == values
    assert threshold.level(None) == ""


def test_eighty_per_cent_in_time_is_good() -> None:
    assert THRESHOLDS["service_level"].level(0.8) == "good"
    assert THRESHOLDS["service_level"].level(0.79) == "amber"


def test_many_who_look_cost_one_look(app: Flask, as_: Actors, house: House) -> None:
    made = []
    memo = boards.Memo(steady=lambda: 10.0)
    for _ in range(3):
        memo.get("x", 1.0, lambda: made.append(1))
    assert made == [1]


def test_a_kiosk_link_shows_the_board_and_nothing_else_until_it_is_ended(
    app: Flask, as_: Actors, house: House
) -> None:
    sam = as_("sam")
    made = sam("POST", "/board/kiosks", {"label": "hall"})
    assert made.status_code == 201
    kiosk = made.get_json()
    page, _, plain = kiosk["path"].partition("#")
    assert page == "/wallboard/kiosk"
    wall, headers = app.test_client(), {"Authorization": f"Bearer {plain}"}
    assert wall.get("/api/v1/board", headers=headers).status_code == 200
    for path in ("contacts", "board/alerts", "tickets", "me", "reports/hours", "events"):
        refused = wall.get(f"/api/v1/{path}", headers=headers)
        assert refused.status_code == 403, path
    assert (
        wall.post("/api/v1/board/kiosks", headers=headers, json={"label": "b"}).status_code == 403
    )
    listed = as_("ada")("GET", "/board/kiosks").get_json()["items"]
    assert [(each["label"], each["by"], each["path"]) for each in listed] == [("hall", "sam", "")]
    assert as_("ada")("DELETE", f"/board/kiosks/{kiosk['id']}").status_code == 204
    assert wall.get("/api/v1/board", headers=headers).status_code == 401
    assert sam("GET", "/board/kiosks").get_json()["items"] == []
    assert sam("DELETE", f"/board/kiosks/{kiosk['id']}").status_code == 404
    entries = {each.what for each in book.list_audit(house.ledger, target=kiosk["id"]).items}
    assert entries == {"kiosk_made", "kiosk_ended"}


def test_only_kiosk_links_are_ended_there(as_: Actors, house: House) -> None:
    other = book.issue_token(house.ledger, "ada", "script", now=START).token.id
    assert as_("sam")("DELETE", f"/board/kiosks/{other}").status_code == 404


def test_a_customer_held_by_their_agent_is_told_apart_from_one_who_is_passed_on(
    as_: Actors, play: LivePlay
) -> None:
    play.talk_with_ana()
    held = as_("ana")("POST", f"/contacts/{play.contact.id}/hold")
    assert held.status_code == 202, held.get_json()
    sales = row(as_, "sales")["live"]
    assert (sales["on_hold"], sales["held_by_agent"], sales["talking"]) == (1, 1, 0)
