"""Transfers through the API: what is accepted, what is refused, and why."""

from __future__ import annotations

import redis

from telephony.contact.model import Stage, TransferState
from telephony.store import keys
from telephony.store.ledger import list_audit
from tests.console.house import Actors, House, LivePlay

BILLING = {"to": {"department": "billing"}, "mode": "warm", "note": "invoice 7"}


def test_an_agent_who_talks_to_the_customer_starts_a_warm_transfer(
    as_: Actors, play: LivePlay
) -> None:
    play.talk_with_ana()
    answer = as_("ana")("POST", f"/contacts/{play.contact.id}/transfers", BILLING)
    assert answer.status_code == 202
    told = answer.get_json()
    assert told["id"].startswith(play.contact.id + ".")
    assert (told["mode"], told["note"], told["by"]) == ("warm", "invoice 7", "Ana")
    assert told["to"] == {"kind": "department", "value": "billing", "name": "Billing"}
    assert answer.headers["Location"] == f"/api/v1/transfers/{told['id']}"
    assert as_("ana")("GET", f"/transfers/{told['id']}").get_json()["state"] == "holding"
    play.again()
    assert play.contact.stage is Stage.TRANSFER


def test_the_same_key_and_body_have_one_effect_and_one_answer(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}/transfers"
    first = ana("POST", path, BILLING, Idempotency_Key="k1")
    play.again()
    reordered = dict(reversed(BILLING.items()))
    again = ana("POST", path, reordered, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.get_json() == first.get_json(), "though the transfer has moved on"
    assert again.headers["Location"] == first.headers["Location"]
    play.again()
    assert len(play.contact.transfers) == 1
    other = ana("POST", path, {**BILLING, "note": "other"}, Idempotency_Key="k1")
    assert (other.status_code, other.get_json()["reason"]) == (422, "key_reused")


def test_a_kept_answer_is_given_long_after_redis_has_forgotten_the_key(
    as_: Actors, play: LivePlay, redis_url: str
) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}/transfers"
    first = ana("POST", path, BILLING, Idempotency_Key="k1")
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        assert client.delete(*client.keys(keys.seen("api-*"))) == 1
    again = ana("POST", path, BILLING, Idempotency_Key="k1")
    assert (again.status_code, again.get_json()) == (202, first.get_json())


def test_the_effect_stays_single_when_the_answer_was_not_kept(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}/transfers"
    first = ana("POST", path, BILLING, Idempotency_Key="k1").get_json()
    with house.ledger.engine.begin() as conn:
        conn.exec_driver_sql("DELETE FROM idempotency")
    again = ana("POST", path, BILLING, Idempotency_Key="k1")
    assert (again.status_code, again.get_json()["id"]) == (202, first["id"])


def test_a_second_transfer_is_refused_while_one_is_open(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}/transfers"
    assert ana("POST", path, BILLING).status_code == 202
    second = ana("POST", path, BILLING)
    assert (second.status_code, second.get_json()["reason"]) == (409, "transfer_open")
    assert second.content_type == "application/problem+json"
    assert second.get_json()["what_to_do"]


def test_complete_is_refused_until_the_receiver_has_joined(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    transfer = play.transfer()
    early = ana("POST", f"/transfers/{transfer}/complete")
    assert (early.status_code, early.get_json()["reason"]) == (409, "receiver_not_joined")
    shown = ana("GET", f"/transfers/{transfer}").get_json()
    assert shown["actions"]["complete"] == {"allowed": False, "reason": "receiver_not_joined"}
    play.accept_and_join(play.named("carla"))
    shown = ana("GET", f"/transfers/{transfer}").get_json()
    assert shown["actions"]["complete"] == {"allowed": True, "reason": None}
    done = ana("POST", f"/transfers/{transfer}/complete")
    assert (done.status_code, done.get_json()["state"]) == (202, "completing")


def test_an_agent_swaps_merges_and_cancels(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    transfer = play.transfer()
    play.accept_and_join(play.named("carla"))
    assert ana("POST", f"/transfers/{transfer}/swap").get_json()["state"] == "aside"
    assert ana("POST", f"/transfers/{transfer}/merge").get_json()["state"] == "merged"
    cancelled = ana("POST", f"/transfers/{transfer}/cancel").get_json()
    assert cancelled["outcome"] == "cancelled"
    over = ana("POST", f"/transfers/{transfer}/complete")
    assert (over.status_code, over.get_json()["reason"]) == (409, "transfer_over")


def test_targets_that_cannot_be_are_refused_with_a_typed_reason(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}/transfers"

    def refusal(to: dict[str, str]) -> tuple[int, str]:
        answer = ana("POST", path, {"to": to})
        return answer.status_code, answer.get_json()["reason"]

    assert refusal({"department": "nowhere"}) == (422, "unknown_department")
    assert refusal({"agent": "nobody"}) == (422, "unknown_agent")
    assert refusal({"agent": "ana"}) == (409, "own_phone")
    for number in ("911", "+1911", "+19005550123", "+870773111632", "+442079460000"):
        assert refusal({"number": number}) == (409, "number_not_allowed")
    audited = list_audit(house.ledger, what="number_refused").items
    assert {entry.target for entry in audited} >= {"911", "+19005550123"}
    assert refusal({"department": "billing", "agent": "ben"}) == (422, "invalid")
    assert refusal({}) == (422, "invalid")
    play.again()
    assert play.contact.stage is Stage.TALKING


def test_a_closed_department_is_refused_and_the_answer_says_when_it_opens(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    path = f"/contacts/{play.contact.id}/transfers"
    answer = as_("ana")("POST", path, {"to": {"department": "returns"}})
    assert (answer.status_code, answer.get_json()["reason"]) == (409, "department_closed")
    assert "opens again" in answer.get_json()["detail"]


def test_a_supervisor_acts_in_the_name_of_the_agent_who_has_the_customer(
    as_: Actors, play: LivePlay
) -> None:
    path = f"/contacts/{play.contact.id}/transfers"
    early = as_("sam")("POST", path, BILLING)
    assert (early.status_code, early.get_json()["reason"]) == (409, "no_agent")
    play.talk_with_ana()
    assert as_("sam")("POST", path, BILLING).get_json()["by_address"] == "client:ana"


def test_another_agents_contact_does_not_exist_and_the_try_is_audited(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    transfer = play.transfer()
    carla = as_("ben")
    for method, path in (
        ("POST", f"/contacts/{play.contact.id}/transfers"),
        ("GET", f"/contacts/{play.contact.id}"),
        ("GET", f"/contacts/{play.contact.id}/timeline"),
        ("GET", f"/transfers/{transfer}"),
        ("POST", f"/transfers/{transfer}/complete"),
    ):
        body = BILLING if path.endswith("/transfers") else None
        answer = carla(method, path, body)
        assert (answer.status_code, answer.get_json()["reason"]) == (404, "not_found"), path
    entries = list_audit(house.ledger, what="contact_refused", who="ben").items
    assert len(entries) == 5
    play.again()
    assert play.contact.transfers[-1].state is TransferState.RINGING


def test_a_receiver_who_was_rung_may_look_at_the_contact(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    play.transfer()
    assert as_("carla")("GET", f"/contacts/{play.contact.id}").status_code == 200


def test_a_receiver_who_was_only_rung_cannot_steer_the_transfer_until_they_have_joined(
    as_: Actors, play: LivePlay
) -> None:
    play.talk_with_ana()
    transfer = play.transfer()
    carla = as_("carla")
    for action in ("complete", "swap", "merge", "cancel"):
        answer = carla("POST", f"/transfers/{transfer}/{action}")
        told = (answer.status_code, answer.get_json()["reason"])
        assert told == (409, "not_on_this_contact"), action
    play.again()
    assert play.contact.transfers[-1].state is TransferState.RINGING
    play.accept_and_join(play.named("carla"))
    assert carla("POST", f"/transfers/{transfer}/swap").status_code == 202
