"""The agent's own hold through the API: what is accepted, what is refused, and why."""

from __future__ import annotations

from telephony.contact.events import RoomHeld
from tests.console.house import Actors, LivePlay


def test_an_agent_holds_the_customer_and_comes_back(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}"
    before = ana("GET", path).get_json()["hold"]
    assert before == {
        "on": False,
        "held": False,
        "by": "",
        "since": None,
        "actions": {
            "hold": {"allowed": True, "reason": None},
            "resume": {"allowed": False, "reason": "already_so"},
        },
    }
    answer = ana("POST", f"{path}/hold")
    told = answer.get_json()["hold"]
    assert (answer.status_code, told["on"], told["held"], told["by"]) == (202, True, False, "Ana")
    play.again()
    shown = ana("GET", path).get_json()
    assert shown["hold"]["held"] is True, "as Twilio confirmed it"
    assert shown["hold"]["since"] == play.now
    assert shown["parties"][0]["hears"] == "hold:agent_holds"
    assert shown["hold"]["actions"]["hold"] == {"allowed": False, "reason": "already_so"}
    assert ana("POST", f"{path}/resume").get_json()["hold"]["on"] is False
    play.again()
    assert not play.customer.held


def test_the_same_key_holds_once_though_the_hold_has_ended_since(
    as_: Actors, play: LivePlay
) -> None:
    play.talk_with_ana()
    ana, path = as_("ana"), f"/contacts/{play.contact.id}"
    first = ana("POST", f"{path}/hold", Idempotency_Key="k1")
    ana("POST", f"{path}/resume")
    again = ana("POST", f"{path}/hold", Idempotency_Key="k1")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert ana("GET", path).get_json()["hold"]["on"] is False


def test_a_hold_is_refused_with_a_typed_reason_where_it_cannot_be(
    as_: Actors, play: LivePlay
) -> None:
    path = f"/contacts/{play.contact.id}/hold"
    waiting = as_("sam")("POST", path)
    assert (waiting.status_code, waiting.get_json()["reason"]) == (409, "no_agent")
    play.talk_with_ana()
    assert as_("ben")("POST", path).status_code == 404
    play.transfer()
    open_ = as_("ana")("POST", path)
    assert (open_.status_code, open_.get_json()["reason"]) == (409, "transfer_open")
    assert open_.get_json()["what_to_do"]


def test_a_supervisor_ends_a_hold_in_the_name_of_the_agent(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    path = f"/contacts/{play.contact.id}"
    as_("ana")("POST", f"{path}/hold")
    play.again()
    assert as_("sam")("POST", f"{path}/resume").get_json()["hold"]["on"] is False


def test_a_hold_that_twilio_made_by_itself_is_not_shown_as_the_agents(
    as_: Actors, play: LivePlay
) -> None:
    play.talk_with_ana()
    play.sequence += 1
    play.quietly(RoomHeld(play.customer.call, play.customer.room, play.sequence))
    shown = as_("ana")("GET", f"/contacts/{play.contact.id}").get_json()
    assert (shown["hold"]["on"], shown["hold"]["held"]) == (False, False)
