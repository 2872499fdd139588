"""The REST client against a phone network over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from simulator.server import SimulatorServer
from telephony.contact.commands import Dial
from telephony.contact.events import LegFact
from telephony.contact.model import Ending
from telephony.settings import load_settings
from telephony.twilio.fates import Fate
from telephony.twilio.rest import Rest
from tests.simulator.rest_support import SILENCE, Box, WebApp, eventually, web_app

OURS = "+12025550100"
PHONE = "+12025550155"


@dataclass
class Line:
    """Our client, the network, and the application that the network calls."""

    rest: Rest
    box: Box
    app: WebApp
    rooms: list[str] = field(default_factory=list)

    def ring(self, to: str, ring_ms: int = 20_000) -> str:
        placed = self.rest.place_call("c1", Dial("l2", to, OURS, ring_ms, False, True))
        assert placed.fate is Fate.DONE, placed
        assert placed.value is not None
        return placed.value

    def fact(self, call: str, room: str = "wl-c1") -> LegFact:
        seen = self.rest.inspect(room, (call,))
        assert seen.value is not None, seen
        return seen.value[0]


@pytest.fixture
def line() -> Iterator[Line]:
    with web_app() as app, SimulatorServer(speed=50, calls_per_second=0.0) as server:
        box = Box(server.base_url, server.account_sid, server.auth_token, OURS)
        box.client.incoming_phone_numbers.create(phone_number=OURS)
        settings = load_settings(
            public_url=app.url,
            twilio_account_sid=server.account_sid,
            twilio_auth_token=server.auth_token,
            twilio_base_url=server.base_url,
            caller_id=OURS,
        )
        app.answers["/twilio/voice/receiver"] = SILENCE
        app.answers["/twilio/voice/customer"] = SILENCE
        yield Line(Rest(settings), box, app)


def test_a_dial_tells_its_progress_to_the_addresses_of_contact_and_leg(line: Line) -> None:
    line.box.phone(PHONE, answer_after=1)
    call = line.ring(PHONE)
    seen = eventually(
        lambda: [form["CallStatus"] for form in line.app.forms("/twilio/status/call")],
        lambda found: "in-progress" in found,
    )
    assert set(seen) <= {"initiated", "ringing", "in-progress"}
    assert line.rest.end_call(call).fate is Fate.DONE
    eventually(lambda: line.fact(call), lambda fact: not fact.live)
    assert line.rest.end_call(call).fate is Fate.GONE
    assert line.rest.redirect_call(call, "https://x.example/y").fate is Fate.GONE


def test_a_redirected_call_whose_document_fails_asks_the_fallback(line: Line) -> None:
    call, _ = line.box.in_room("wl-c1", PHONE)
    broken = line.app.url + "/broken"
    line.app.answers["/broken"] = "no TwiML at all"
    line.app.answers["/twilio/voice/fallback"] = SILENCE
    assert line.rest.redirect_call(call, broken).fate is Fate.DONE
    forms = eventually(lambda: line.app.forms("/twilio/voice/fallback"))
    assert forms[0]["ErrorUrl"] == broken


def test_advice_about_machines_comes_by_its_own_callback(line: Line) -> None:
    line.box.phone(PHONE, voicemail=True)
    line.ring(PHONE)
    forms = eventually(lambda: line.app.forms("/twilio/status/machine"))
    assert forms[0]["AnsweredBy"].startswith("machine")
    # The whisper did not wait for it.
    assert line.app.forms("/twilio/voice/receiver")


def test_a_number_that_cannot_be_called_is_refused(line: Line) -> None:
    bad = line.rest.place_call("c1", Dial("l2", "nonsense", OURS, 20_000, False, True))
    assert bad.fate is Fate.REFUSED
    stranger = line.rest.place_call("c1", Dial("l2", PHONE, "+12025550999", 20_000, False, True))
    assert stranger.fate is Fate.REFUSED
    assert "21210" in stranger.detail


def test_a_live_call_is_found_again_by_the_number_that_was_dialled(line: Line) -> None:
    line.box.phone(PHONE, never_answer=True)
    call = line.ring(PHONE)
    other = "+12025550156"
    line.box.phone(other, never_answer=True)
    line.ring(other)
    found = line.rest.find_calls(PHONE, 0)
    assert found.value is not None
    assert [(fact.call, fact.live) for fact in found.value] == [(call, True)]
    assert line.rest.find_calls(PHONE, found.value[0].created + 60_000).value == ()


def test_who_calls_us_now_is_found_by_their_number_and_nobody_else(line: Line) -> None:
    line.box.phone(PHONE, never_answer=True)
    line.ring(PHONE)
    assert line.rest.calls_in(PHONE).value == ()
    caller = "+12025550157"
    line.box.phone(caller)
    line.app.answers["/twilio/voice/customer"] = "<Response><Say loop='0'>Hello</Say></Response>"
    (ours,) = line.box.client.incoming_phone_numbers.list()
    ours.update(voice_url=line.app.url + "/twilio/voice/customer")
    _, made = line.box.control("POST", "/sim/calls", {"from": caller, "to": OURS})
    call = made["sid"]
    line.box.calls_in(call, "in-progress")
    found = line.rest.calls_in(caller)
    assert found.value is not None
    assert [(fact.call, fact.to, fact.live) for fact in found.value] == [(call, OURS, True)]
    line.box.hang_up(call)
    assert line.rest.calls_in(caller).value == ()


def test_hold_is_set_read_and_taken_off_again(line: Line) -> None:
    line.box.in_room("wl-c1", "+12025550161")
    call, room = line.box.in_room("wl-c1", PHONE)
    line.app.answers["/twilio/voice/hold"] = "<Response><Play>x.wav</Play></Response>"
    held = line.rest.set_hold(room, "wl-c1", call, True, line.app.url + "/twilio/voice/hold?c=c1")
    assert (held.fate, held.value) == (Fate.DONE, True)
    assert line.fact(call).held
    eventually(lambda: line.app.forms("/twilio/voice/hold"))
    freed = line.rest.set_hold("", "wl-c1", call, False, "")
    assert (freed.fate, freed.value) == (Fate.DONE, False)
    assert not line.fact(call).held


def test_hold_that_is_answered_with_200_and_ignored_is_found_out(line: Line) -> None:
    line.box.in_room("wl-c1", "+12025550161")
    call, room = line.box.in_room("wl-c1", PHONE)
    status, told = line.box.control("POST", "/sim/faults", {"name": "hold_ignored"})
    assert status < 300, told
    answer = line.rest.set_hold(room, "wl-c1", call, True, line.app.url + "/h", reread=True)
    assert (answer.fate, answer.value) == (Fate.DONE, False)


def test_who_rings_who_talks_and_who_is_gone_is_told_apart(line: Line) -> None:
    busy = "+12025550157"
    line.box.phone(busy, busy=True)
    engaged = line.ring(busy)
    line.box.phone("+12025550158", never_answer=True)
    rings = line.ring("+12025550158")
    inside, room = line.box.in_room("wl-c1", PHONE)
    fact = eventually(lambda: line.fact(engaged), lambda fact: not fact.live)
    assert fact.ending is Ending.BUSY
    assert eventually(lambda: line.fact(rings), lambda fact: fact.ringing).live
    fact = line.fact(inside)
    assert (fact.live, fact.in_room, fact.held) == (True, room, False)
    gone = line.fact("CA" + "0" * 32)
    assert not gone.live


def test_a_participant_of_a_room_that_ended_is_gone(line: Line) -> None:
    call, room = line.box.in_room("wl-c1", PHONE)
    line.box.hang_up(call)
    eventually(lambda: line.fact(call), lambda fact: not fact.live)
    assert line.rest.set_hold(room, "wl-c1", call, True, line.app.url + "/h").fate is Fate.GONE
    assert line.rest.set_hold("", "wl-c1", call, True, line.app.url + "/h").fate is Fate.GONE


def test_a_text_message_is_sent(line: Line) -> None:
    sent = line.rest.send_message(PHONE, "Hello")
    assert sent.fate is Fate.DONE
    eventually(lambda: line.app.forms("/twilio/status/message"))


@pytest.mark.parametrize(
    ("fault", "fate", "happened"),
    [
        ("rest_429", Fate.TEMPORARY, 0),
        ("rest_5xx_before", Fate.UNKNOWN, 0),
        ("rest_5xx_after", Fate.UNKNOWN, 1),
    ],
)
def test_a_dial_in_trouble_says_whether_it_may_have_happened(
    line: Line, fault: str, fate: Fate, happened: int
) -> None:
    line.box.phone(PHONE, never_answer=True)
    line.box.control("POST", "/sim/faults", {"name": fault, "match": "Calls", "times": 1})
    assert line.rest.place_call("c1", Dial("l2", PHONE, OURS, 20_000, False, True)).fate is fate
    found = line.rest.find_calls(PHONE, 0)
    assert found.value is not None
    assert len(found.value) == happened
