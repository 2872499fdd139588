"""REST faults, carrier faults, and the marks of a campaign."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.support import ALICE, BOB, CAROL, HOST, SERVICE, Town


def _town(name: str, **more: Any) -> Town:
    town = Town()
    town.serve(out="<Pause/>")
    town.sim.control("POST", "/sim/faults", {"name": name, **more})
    return town


@pytest.mark.parametrize(
    ("name", "status", "code", "dialled"),
    [
        ("rest_429", 429, 20429, False),
        ("rest_5xx_before", 503, 20503, False),
        ("rest_5xx_after", 503, 20503, True),
    ],
)
def test_rest_can_fail_before_or_after_it_happened(
    name: str, status: int, code: int, dialled: bool
) -> None:
    """fact: §8 429 is never processed; a 5xx may hide a call that was started."""
    town = _town(name)
    with pytest.raises(TwilioRestException) as refused:
        town.call_out()
    assert (refused.value.status, refused.value.code) == (status, code)
    assert bool(town.net.calls) is dialled
    town.call_out()
    assert town.lines("fault", name=name)
    assert [line["status"] for line in town.lines("rest")] == [status, 201]


@pytest.mark.parametrize(
    ("name", "dialled"), [("rest_timeout_before", False), ("rest_timeout_after", True)]
)
def test_rest_can_stay_silent_before_or_after_it_happened(name: str, dialled: bool) -> None:
    """fact: §8 a POST that timed out may have been accepted."""
    town = _town(name)
    with pytest.raises(requests.exceptions.ReadTimeout):
        town.call_out()
    assert bool(town.net.calls) is dialled


def test_an_outage_lasts_until_it_is_cleared() -> None:
    town = _town("rest_outage", times=-1)
    for _ in range(3):
        with pytest.raises(requests.exceptions.ConnectionError):
            town.call_out()
    town.sim.control("DELETE", "/sim/faults")
    assert town.call_out().sid


def test_a_fault_strikes_only_what_it_matches_and_only_so_often() -> None:
    town = _town("rest_429", match="Participants", times=2)
    town.call_out()
    rooms = town.client.conferences("room").participants
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            rooms.create(from_=SERVICE, to=BOB)
    rooms.create(from_=SERVICE, to=BOB)


def test_the_carrier_can_lose_lines() -> None:
    town = Town()
    town.serve(voice="<Say loop='0'>hold</Say>")
    calls = [town.ring_in(who) for who in (ALICE, BOB, CAROL)]
    town.run(2)
    town.sim.control("POST", "/sim/faults", {"name": "carrier_drop", "match": BOB, "seconds": 1})
    town.run(2)
    assert [call.status for call in calls] == ["in-progress", "failed", "in-progress"]
    town.sim.control("POST", "/sim/faults", {"name": "carrier_drop", "times": -1})
    town.run(1)
    assert not any(call.live for call in calls)


@pytest.mark.parametrize("value", [{"name": "nonsense"}, {"name": "rest_429", "wrong": 1}])
def test_an_unknown_fault_is_refused_by_name(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="400"):
        Town().sim.control("POST", "/sim/faults", value)


def test_a_campaign_marks_its_trace() -> None:
    town = Town()
    town.sim.control("POST", "/sim/trace", {"kind": "cast", "customers": [ALICE], "staff": [BOB]})
    town.sim.control("POST", "/sim/trace", {"kind": "healed"})
    assert town.lines("cast")[0]["customers"] == [ALICE]
    assert [line["seq"] for line in town.net.trace.lines] == [1, 2]
    with pytest.raises(ValueError, match="400"):
        town.sim.control("POST", "/sim/trace", {"kind": "call.down"})


def test_a_switch_must_exist_and_fit() -> None:
    town = Town()
    town.sim.control("POST", "/sim/switches", {"play_seconds": 5})
    assert town.sim.control("GET", "/sim/switches")["play_seconds"] == 5.0
    for wrong in ({"no_such": 1}, {"early_media_join": "yes"}):
        with pytest.raises(ValueError, match="400"):
            town.sim.control("POST", "/sim/switches", wrong)


def test_of_several_switches_all_change_or_none() -> None:
    town = Town()
    with pytest.raises(ValueError, match="400"):
        town.sim.control("POST", "/sim/switches", {"play_seconds": 5, "ring_delay": "soon"})
    assert town.sim.control("GET", "/sim/switches")["play_seconds"] == 30.0


def test_phones_are_listed_and_replaced() -> None:
    town = Town()
    town.phone(BOB, busy=True)
    town.phone(BOB, answer_after=2)
    listed = town.sim.control("GET", "/sim/phones")["phones"]
    assert [(p["address"], p["busy"], p["answer_after"]) for p in listed] == [(BOB, False, 2.0)]
    with pytest.raises(ValueError, match="400"):
        town.phone(BOB, dances=True)


@pytest.mark.parametrize(
    ("act", "value", "status"),
    [
        ("answer", {}, "409"),
        ("digits", {"digits": "x"}, "400"),
        ("speech", {}, "400"),
        ("fly", {}, "404"),
    ],
)
def test_what_a_phone_cannot_do_is_refused(act: str, value: dict[str, str], status: str) -> None:
    town = Town()
    town.serve(voice="<Say loop='0'>x</Say>")
    alice = town.ring_in()
    town.run(1)
    with pytest.raises(ValueError, match=status):
        town.act(alice, act, **value)


def test_what_a_phone_hears_is_shown() -> None:
    town = Town()
    town.serve(voice="<Say loop='0'>Welcome</Say>")
    alice = town.ring_in()
    town.run(1)
    shown = town.sim.control("GET", f"/sim/calls/{alice.sid}")
    assert (shown["hears"], shown["said"], shown["with"]) == ("prompt", "Welcome", [])
    assert (shown["from"], shown["to"], shown["status"]) == (ALICE, SERVICE, "in-progress")
    assert [c["sid"] for c in town.sim.control("GET", "/sim/calls")["calls"]] == [alice.sid]


def test_nobody_can_ring_a_number_that_is_not_the_accounts() -> None:
    with pytest.raises(ValueError, match="404"):
        Town().ring_in(ALICE, "+15559999999")


def test_a_ringing_phone_is_answered_or_declined_by_hand() -> None:
    town = Town()
    town.serve(out="<Say>Hi</Say><Pause length='60'/>")
    first, second = town.call_out(BOB), town.call_out(CAROL)
    town.run(1)
    town.act(first, "answer")
    town.act(second, "hangup")
    town.run(1)
    assert (first.status, second.status) == ("in-progress", "no-answer")
    assert f"{HOST}/out" in [line["url"] for line in town.lines("webhook")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("phones", {"address": BOB, "press": [{"after": 1}]}),
        ("phones", {"address": BOB, "answer_after": "soon"}),
        ("phones", {"press": "1"}),
        ("calls", {"from": ALICE}),
        ("calls", {"from": ALICE, "to": SERVICE, "params": 5}),
        ("phones", {"address": "nonsense"}),
        ("phones", {"address": BOB, "busy": "perhaps"}),
        ("phones", {"address": BOB, "answer_after": -3}),
        ("phones", {"address": BOB, "answer_after": float("nan")}),
        ("phones", {"address": BOB, "press": "xyz"}),
        ("phones", {"address": BOB, "press": [5]}),
        ("phones", {"address": BOB, "say": [{"after": 1, "text": 5}]}),
        ("calls", {"from": 5, "to": SERVICE}),
        ("faults", {"name": "rest_429", "times": []}),
        ("faults", {"name": "rest_429", "times": 1.5}),
        ("faults", {"name": "rest_latency", "seconds": -1}),
        ("faults", {"name": "rest_5xx_before", "status": 200}),
        ("faults", {"name": "webhook_lose", "match": 5}),
        ("switches", {"calls_per_second": -1}),
        ("switches", {"speech_rate": 0}),
        ("switches", {"ended_room_status": 500}),
        ("switches", {"carrier_drop_status": "lost"}),
        ("switches", {"conference_sequence_start": 0.5}),
        ("trace", {}),
    ],
)
def test_nonsense_is_refused_with_a_reason(path: str, value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="400"):
        Town().sim.control("POST", f"/sim/{path}", value)


def test_webhooks_may_overtake_the_answer_that_caused_them() -> None:
    """fact: §4.2 a callback can be there before the REST answer."""
    town = _town("rest_latency", seconds=3)
    town.phone(BOB, answer_after=0.5)
    call = town.call_out(status_callback=f"{HOST}/status", status_callback_event=["answered"])
    assert town.app.asked("/status")[0]["CallSid"] == call.sid
    assert town.sim.now == pytest.approx(3)
