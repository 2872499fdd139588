"""Departments, people, promises and tickets, as the API shows and changes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jwt
import pytest

from console.seed import demo_users
from telephony.contact.model import ContactOutcome, PromiseState, Stage
from telephony.store import ledger as book
from telephony.store.floor import Presence
from telephony.store.ledger import NewPromise, NewTicket, PromiseRecord
from tests.console.house import Actors, House, LivePlay, program
from tests.contact.play import START
from webhooks.app import create_app

HOUR = 3_600_000
NOON = START + 9 * HOUR  # 12:00 in New York, where START is three in the morning


def test_a_department_says_whether_it_is_open_who_is_free_and_how_many_wait(
    as_: Actors, house: House, play: LivePlay
) -> None:
    ana = as_("ana")

    def billing() -> dict[str, Any]:
        told: dict[str, Any] = ana("GET", "/departments/billing").get_json()
        return told

    assert (billing()["open"], billing()["free"], billing()["waiting"]) == (True, 3, 0)
    assert as_("carla")("PUT", "/agents/me/presence", {"presence": "break"}).status_code == 200
    assert billing()["free"] == 2
    carla = billing()["members"][0]
    assert (carla["name"], carla["free"], carla["presence"]) == ("Carla", False, "break")
    play.choose("billing")
    assert billing()["waiting"] == 1
    closed = ana("GET", "/departments/returns").get_json()
    assert closed["open"] is False
    assert closed["next_open"] > house.clock.now
    missing = ana("GET", "/departments/nowhere")
    assert (missing.status_code, missing.get_json()["reason"]) == (404, "unknown_department")
    listed = [each["key"] for each in ana("GET", "/departments").get_json()["items"]]
    assert listed == list(house.services.routing.company().departments)


def test_a_member_who_rings_or_talks_is_not_free(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    sales = as_("sam")("GET", "/departments/sales").get_json()
    assert {each["name"]: each["free"] for each in sales["members"]} == {"Ana": False, "Ben": True}
    agents = as_("sam")("GET", "/agents").get_json()["items"]
    assert {each["name"] for each in agents if each["on_contact"]} == {"ana"}


def test_who_rings_at_a_time_if_somebody_is_busy_is_answered_step_by_step(as_: Actors) -> None:
    query = "department=billing&at=2026-11-24T17:55&busy=carla,dan"
    told = as_("sam")("GET", f"/routing/explain?{query}").get_json()
    assert told["at"].startswith("2026-11-24T17:55:00-05:00")
    rung = [step["member"] for step in told["steps"] if step["kind"] == "ring"]
    assert set(rung) == {"billing_desk"}
    assert told["longest_wait_seconds"] >= told["ringing_seconds"] > 0
    assert "the billing desk rings" in told["text"]
    assert as_("sam")("GET", "/routing/explain?department=nowhere").status_code == 404


def test_presence_is_kept_for_the_workers_under_the_name_of_the_softphone(
    as_: Actors, house: House
) -> None:
    me = as_("ana")("PUT", "/agents/me/presence", {"presence": "wrap_up"}).get_json()
    assert me["presence"] == "wrap_up"
    said = house.services.live.floor.presence()["ana"]
    assert (said.state, said.since) == (Presence.WRAP_UP, house.clock.now)
    listed = as_("ben")("GET", "/agents").get_json()["items"]
    others = {each["name"]: each["presence"] for each in listed}
    assert (others["ana"], others["ben"]) == ("wrap_up", "offline")


def test_me_knows_my_contacts_so_that_a_new_tab_finds_the_call_again(
    as_: Actors, play: LivePlay
) -> None:
    play.talk_with_ana()
    assert as_("ana")("GET", "/me").get_json()["contacts"] == [play.contact.id]
    assert as_("ben")("GET", "/me").get_json()["contacts"] == []


def test_the_softphones_token_is_for_the_phone_of_the_asker_and_no_other(
    as_: Actors, house: House
) -> None:
    answer = as_("ana")("POST", "/softphone/token")
    assert answer.status_code == 201
    claims = jwt.decode(answer.get_json()["token"], options={"verify_signature": False})
    assert claims["grants"]["identity"] == "ana"
    assert answer.get_json()["expires_at"] == house.clock.now + HOUR


def promised(house: House, play: LivePlay) -> PromiseRecord:
    """A contact whose customer left with a promise that the ledger holds."""
    play.now = NOON
    play.choose()
    play.plan = None
    for leg in play.ringing():
        play.end(leg)
    while play.contact.stage is not Stage.PROMISED and play.contact.stage is not Stage.CLOSED:
        if play.contact.stage is Stage.FAREWELL or (
            play.contact.promise and play.contact.promise.state is PromiseState.OPEN
        ):
            play.end(play.customer)
        else:
            play.strike()
    assert play.contact.promise is not None
    made = play.contact.promise
    house.clock.now = play.now
    return write(house, made.id, play.contact.id, made.due_from, made.due_until)


def write(
    house: House, name: str, contact: str, due_from: int, due_until: int, department: str = "sales"
) -> PromiseRecord:
    new = NewPromise(
        id=name,
        contact_id=contact,
        customer="+12025550199",
        department=department,
        language="en",
        zone="America/New_York",
        due_from=due_from,
        due_until=due_until,
        max_attempts=3,
        token=f"token-{name}",
    )
    return book.write_promise(house.ledger, new, now=house.clock.now).promise


def test_a_promise_is_moved_in_the_ledger_and_in_the_contact(
    as_: Actors, house: House, play: LivePlay
) -> None:
    made = promised(house, play)
    later = {"due_from": play.now + HOUR, "due_until": play.now + 2 * HOUR}
    answer = as_("sam")("POST", f"/promises/{made.id}/move", later)
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["due_from"] == later["due_from"]
    assert book.promise(house.ledger, made.id).due_until == later["due_until"]
    moved = house.services.live.load(play.contact.id).contact
    assert moved.promise is not None
    assert (moved.promise.due_from, moved.promise.due_until) == tuple(later.values())
    assert moved.deadline is not None


def test_a_promise_is_not_moved_out_of_the_customers_hours_or_into_the_past(
    as_: Actors, house: House, play: LivePlay
) -> None:
    made = promised(house, play)
    night = {"due_from": NOON + 12 * HOUR, "due_until": NOON + 13 * HOUR}
    answer = as_("sam")("POST", f"/promises/{made.id}/move", night)
    assert (answer.status_code, answer.get_json()["reason"]) == (409, "outside_hours")
    past = {"due_from": NOON - 2 * HOUR, "due_until": NOON - HOUR}
    assert as_("sam")("POST", f"/promises/{made.id}/move", past).status_code == 422
    backwards = {"due_from": NOON + 2 * HOUR, "due_until": NOON + HOUR}
    assert as_("sam")("POST", f"/promises/{made.id}/move", backwards).status_code == 422
    assert book.promise(house.ledger, made.id) == made


def test_a_cancelled_promise_ends_the_contact_and_stays_cancelled(
    as_: Actors, house: House, play: LivePlay
) -> None:
    made = promised(house, play)
    for _ in range(2):
        answer = as_("sam")("POST", f"/promises/{made.id}/cancel")
        assert (answer.status_code, answer.get_json()["state"]) == (200, "cancelled")
    ended = house.services.live.load(play.contact.id).contact
    assert (ended.outcome, ended.reason) == (ContactOutcome.RESOLVED, "promise_cancelled")
    later = {"due_from": NOON + HOUR, "due_until": NOON + 2 * HOUR}
    moved = as_("sam")("POST", f"/promises/{made.id}/move", later)
    assert (moved.status_code, moved.get_json()["reason"]) == (409, "promise_closed")


def test_a_promise_that_was_kept_cannot_be_cancelled(as_: Actors, house: House) -> None:
    kept = write(house, "other.p1", "other", NOON, NOON + HOUR, department="billing")
    book.close_promise(house.ledger, kept.id, book.PromiseState.KEPT, now=NOON)
    late = as_("sam")("POST", f"/promises/{kept.id}/cancel")
    assert (late.status_code, late.get_json()["reason"]) == (409, "promise_closed")


def test_promises_are_listed_by_time_due_and_overdue(as_: Actors, house: House) -> None:
    house.clock.now = NOON
    write(house, "a", "x", NOON + HOUR, NOON + 2 * HOUR, "sales")
    write(house, "b", "x", NOON - HOUR, NOON + HOUR, "billing")
    write(house, "c", "x", NOON - 3 * HOUR, NOON - 2 * HOUR, "support")

    def ids(state: str) -> list[str]:
        found = as_("sam")("GET", f"/promises?state={state}").get_json()["items"]
        return [each["id"] for each in found]

    assert ids("open") == ["c", "b", "a"]
    assert ids("due") == ["c", "b"]
    assert ids("overdue") == ["c"]
    assert as_("ana")("GET", "/promises").get_json()["items"] == []
    hidden = as_("ana")("POST", "/promises/a/cancel")
    assert hidden.status_code == 404
    assert book.list_audit(house.ledger, what="contact_refused").items[0].target == "a"


def test_a_ticket_is_taken_by_name_and_only_once(as_: Actors, house: House) -> None:
    new = NewTicket("t1", "x", "+12025550199", "sales", "no_answer")
    book.open_ticket(house.ledger, new, now=NOON)
    sam, ada = as_("sam"), as_("ada")
    early = sam("POST", "/tickets/t1/close")
    assert (early.status_code, early.get_json()["reason"]) == (409, "ticket_not_taken")
    taken = sam("POST", "/tickets/t1/take").get_json()
    assert (taken["state"], taken["taken_by"]) == ("taken", "sam")
    assert taken["explained"]
    second = ada("POST", "/tickets/t1/take")
    assert (second.status_code, second.get_json()["reason"]) == (409, "ticket_taken")
    assert sam("POST", "/tickets/t1/close").get_json()["state"] == "closed"
    assert sam("GET", "/tickets").get_json()["items"] == []
    assert len(sam("GET", "/tickets?state=closed").get_json()["items"]) == 1
    assert sam("POST", "/tickets/none/take").status_code == 404


@pytest.mark.parametrize("times", [1, 2])
def test_the_people_of_the_demo_are_there_once_however_often_they_are_added(
    house: House, times: int
) -> None:
    for _ in range(times):
        assert demo_users(house.ledger) == ("ana", "ben", "carla", "sam", "ada")
    roles = {each.name: each.role.value for each in book.all_users(house.ledger)}
    assert roles["ana"] == "agent"
    assert (roles["sam"], roles["ada"]) == ("supervisor", "admin")


def test_without_an_api_key_the_softphone_says_what_is_missing(house: House) -> None:
    settings = house.services.settings.model_copy(update={"twilio_api_key_sid": ""})
    bare = create_app(replace(house.services, settings=settings))
    answer = program(bare, house, "ana")("POST", "/softphone/token")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "softphone_not_set_up")
    assert "WARMLINE_TWILIO_API_KEY_SID" in answer.get_json()["what_to_do"]
