"""What becomes of REST requests: each kind of trouble is its own fate."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import requests
import responses
from responses import RequestsMock

from telephony.contact.commands import Dial
from telephony.settings import load_settings
from telephony.twilio.fates import Fate
from telephony.twilio.rest import Rest

ACCOUNT = "AC" + "1" * 32
BASE = "http://127.0.0.1:4010"
ROOT = f"{BASE}/2010-04-01/Accounts/{ACCOUNT}"
CALL = "CA" + "a" * 32
ROOM = "CF" + "b" * 32
PHONE = Dial("l2", "+12025550155", "+12025550100", 20_000, customer=False, urgent=True)


def rest_at(base: str = BASE, timeout: float = 1.0) -> Rest:
    return Rest(
        load_settings(
            public_url="https://calls.example.com",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token="t" * 32,
            twilio_base_url=base,
            caller_id="+12025550199",
            rest_timeout=timeout,
        )
    )


@pytest.fixture
def api() -> Iterator[RequestsMock]:
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def sent(api: RequestsMock) -> dict[str, list[str]]:
    body = api.calls[-1].request.body
    return parse_qs(body.decode() if isinstance(body, bytes) else str(body), keep_blank_values=True)


def error(status: int, code: int) -> dict[str, object]:
    return {"code": code, "message": "no", "more_info": "", "status": status}


# -- fates ------------------------------------------------------------------------------------

TROUBLE = [
    # status, code, of a create, of an update
    (404, 20404, Fate.GONE, Fate.GONE),
    (400, 16001, Fate.GONE, Fate.GONE),
    (400, 16022, Fate.GONE, Fate.GONE),
    (400, 21220, Fate.GONE, Fate.GONE),
    (409, 20409, Fate.GONE, Fate.GONE),
    (429, 20429, Fate.TEMPORARY, Fate.TEMPORARY),
    (429, 10004, Fate.TEMPORARY, Fate.TEMPORARY),
    (503, 20503, Fate.UNKNOWN, Fate.TEMPORARY),
    (500, 20500, Fate.UNKNOWN, Fate.TEMPORARY),
    (502, 0, Fate.UNKNOWN, Fate.TEMPORARY),
    (504, 0, Fate.UNKNOWN, Fate.TEMPORARY),
    *((400, code, Fate.REFUSED, Fate.REFUSED) for code in (21211, 21214, 21215, 21216, 21217)),
    *((400, code, Fate.REFUSED, Fate.REFUSED) for code in (21218, 21219, 13227, 21210, 20001)),
    (401, 20003, Fate.REFUSED, Fate.REFUSED),
    (403, 20008, Fate.REFUSED, Fate.REFUSED),
]


@pytest.mark.parametrize(("status", "code", "create", "update"), TROUBLE)
def test_each_error_has_its_fate(
    api: RequestsMock, status: int, code: int, create: Fate, update: Fate
) -> None:
    api.post(f"{ROOT}/Calls.json", json=error(status, code), status=status)
    api.post(f"{ROOT}/Calls/{CALL}.json", json=error(status, code), status=status)
    rest = rest_at()
    placed = rest.place_call("c1", PHONE)
    assert placed.fate is create
    assert placed.value is None
    assert str(status) in placed.detail
    assert rest.end_call(CALL).fate is update


def test_an_error_as_problem_details_has_the_same_fate(api: RequestsMock) -> None:
    body = {"type": "about:blank", "title": "gone", "status": 404, "code": 20404}
    api.post(f"{ROOT}/Calls/{CALL}.json", json=body, status=404)
    assert rest_at().end_call(CALL).fate is Fate.GONE


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"sid":'])
def test_an_unreadable_answer_to_a_dial_is_unknown_not_repeated(
    api: RequestsMock, body: str
) -> None:
    api.post(f"{ROOT}/Calls.json", body=body, status=201)
    assert rest_at().place_call("c1", PHONE).fate is Fate.UNKNOWN
    assert len(api.calls) == 1


def test_a_list_that_fails_is_worth_another_try(api: RequestsMock) -> None:
    api.get(f"{ROOT}/Calls.json", json=error(429, 20429), status=429)
    api.get(f"{ROOT}/Conferences.json", json=error(500, 20500), status=500)
    rest = rest_at()
    assert rest.find_calls("+12025550155", 0).fate is Fate.TEMPORARY
    assert rest.calls_in("+12025550155").fate is Fate.TEMPORARY
    assert rest.inspect("wl-1", (CALL,)).fate is Fate.TEMPORARY


def test_a_read_time_out_of_a_dial_is_unknown(api: RequestsMock) -> None:
    api.post(f"{ROOT}/Calls.json", body=requests.ReadTimeout("late"))
    assert rest_at().place_call("c1", PHONE).fate is Fate.UNKNOWN


def test_nobody_listening_is_temporary_because_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        rest = rest_at(f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert rest.place_call("c1", PHONE).fate is Fate.TEMPORARY
        assert rest.end_call(CALL).fate is Fate.TEMPORARY


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_twilio_that_never_answers_costs_no_more_than_the_time_out(mute: str) -> None:
    rest = rest_at(mute, timeout=0.6)
    began = time.monotonic()
    assert rest.place_call("c1", PHONE).fate is Fate.UNKNOWN
    assert rest.end_call(CALL).fate is Fate.UNKNOWN
    assert time.monotonic() - began < 2 * 0.6 + 0.5


@pytest.fixture
def slammer() -> Iterator[str]:
    """A server that reads a request and closes the connection without a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.recv(65_536)
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def test_a_connection_that_broke_after_the_request_was_sent_is_unknown(slammer: str) -> None:
    assert rest_at(slammer).place_call("c1", PHONE).fate is Fate.UNKNOWN


# -- what is asked for --------------------------------------------------------------------------


def test_a_receiver_s_phone_is_rung_with_every_address_naming_contact_and_leg(
    api: RequestsMock,
) -> None:
    api.post(f"{ROOT}/Calls.json", json={"sid": CALL}, status=201)
    answer = rest_at().place_call("c1", PHONE)
    assert (answer.fate, answer.value) == (Fate.DONE, CALL)
    form = sent(api)
    assert form["To"] == ["+12025550155"]
    assert form["From"] == ["+12025550100"]
    assert form["Url"] == ["https://calls.example.com/twilio/voice/receiver?c=c1&l=l2"]
    assert form["FallbackUrl"] == ["https://calls.example.com/twilio/voice/fallback"]
    assert form["StatusCallback"][0].startswith(
        "https://calls.example.com/twilio/status/call?c=c1&l=l2"
    )
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert form["Timeout"] == ["80"]
    assert form["MachineDetection"] == ["Enable"]
    assert form["AsyncAmd"] == ["true"]
    assert "/twilio/status/machine?c=c1&l=l2" in form["AsyncAmdStatusCallback"][0]


@pytest.mark.parametrize("address", ["client:ana", "sip:ines@pbx.harbor.example"])
def test_softphones_and_sip_phones_have_no_machine_detection(
    api: RequestsMock, address: str
) -> None:
    api.post(f"{ROOT}/Calls.json", json={"sid": CALL}, status=201)
    rest_at().place_call("c1", Dial("l2", address, "", 20_000, customer=False, urgent=True))
    assert not {"MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback"} & sent(api).keys()
    assert sent(api)["From"] == ["+12025550199"]


def test_a_customer_is_called_back_and_nothing_is_said_before_it_is_known_who_listens(
    api: RequestsMock,
) -> None:
    api.post(f"{ROOT}/Calls.json", json={"sid": CALL}, status=201)
    dial = Dial("l9", "+12025550177", "", 30_000, customer=True, urgent=False)
    rest_at().place_call("c1", dial, "+12025550100")
    form = sent(api)
    assert form["Url"] == ["https://calls.example.com/twilio/voice/customer?c=c1&l=l9&answered=1"]
    assert form["MachineDetection"] == ["Enable"]
    assert "AsyncAmd" not in form
    assert form["From"] == ["+12025550100"]


@pytest.mark.parametrize(("ring_ms", "seconds"), [(0, "60"), (15_400, "75"), (900_000, "600")])
def test_twilio_s_own_ring_limit_is_only_the_backstop(
    api: RequestsMock, ring_ms: int, seconds: str
) -> None:
    api.post(f"{ROOT}/Calls.json", json={"sid": CALL}, status=201)
    rest_at().place_call("c1", Dial("l2", "client:ana", "", ring_ms, customer=False, urgent=True))
    assert sent(api)["Timeout"] == [seconds]


def participant(held: bool) -> dict[str, object]:
    return {"call_sid": CALL, "conference_sid": ROOM, "hold": held, "status": "connected"}


HELD_AT = f"{ROOT}/Conferences/{ROOM}/Participants/{CALL}.json"


def test_hold_asks_for_our_document_by_post_and_believes_an_answer_that_agrees(
    api: RequestsMock,
) -> None:
    api.post(HELD_AT, json=participant(True))
    answer = rest_at().set_hold(ROOM, "wl-1", CALL, True, "https://calls.example.com/h")
    assert (answer.fate, answer.value) == (Fate.DONE, True)
    assert sent(api) == {
        "Hold": ["true"],
        "HoldUrl": ["https://calls.example.com/h"],
        "HoldMethod": ["POST"],
    }
    assert len(api.calls) == 1


def test_an_answer_that_disagrees_is_read_again(api: RequestsMock) -> None:
    api.post(HELD_AT, json=participant(False))
    api.get(HELD_AT, json=participant(True))
    assert rest_at().set_hold(ROOM, "wl-1", CALL, True, "u").value is True


def test_an_echo_that_lies_is_found_out_by_reading_again(api: RequestsMock) -> None:
    api.post(HELD_AT, json=participant(True))
    api.get(HELD_AT, json=participant(False))
    answer = rest_at().set_hold(ROOM, "wl-1", CALL, True, "u", reread=True)
    assert (answer.fate, answer.value) == (Fate.DONE, False)


def page(key: str, *items: dict[str, object]) -> dict[str, object]:
    return {key: list(items), "page": 0, "page_size": 50, "next_page_uri": None, "uri": "/x"}


def test_without_a_sid_the_running_room_of_that_name_is_looked_up(api: RequestsMock) -> None:
    rooms = page(
        "conferences",
        {"sid": "CF" + "0" * 32, "friendly_name": "wl-1", "status": "completed"},
        {"sid": ROOM, "friendly_name": "wl-1", "status": "init"},
    )
    api.get(f"{ROOT}/Conferences.json", json=rooms)
    api.post(HELD_AT, json=participant(False))
    assert rest_at().set_hold("", "wl-1", CALL, False, "").value is False
    assert sent(api) == {"Hold": ["false"]}


def test_no_running_room_is_gone(api: RequestsMock) -> None:
    api.get(f"{ROOT}/Conferences.json", json=page("conferences"))
    assert rest_at().set_hold("", "wl-1", CALL, True, "u").fate is Fate.GONE


def test_inspecting_tells_who_is_in_the_room_and_who_is_not(api: RequestsMock) -> None:
    ringing, over, lost = ("CA" + char * 32 for char in "def")
    api.get(
        f"{ROOT}/Conferences.json",
        json=page("conferences", {"sid": ROOM, "friendly_name": "wl-1", "status": "in-progress"}),
    )
    api.get(
        f"{ROOT}/Conferences/{ROOM}/Participants.json",
        json=page("participants", participant(True), {"call_sid": ringing, "status": "ringing"}),
    )
    api.get(f"{ROOT}/Calls/{ringing}.json", json={"sid": ringing, "status": "ringing"})
    api.get(f"{ROOT}/Calls/{over}.json", json={"sid": over, "status": "busy"})
    api.get(f"{ROOT}/Calls/{lost}.json", json=error(404, 20404), status=404)
    answer = rest_at().inspect("wl-1", (CALL, ringing, over, lost))
    assert answer.value is not None
    seen = {fact.call: (fact.live, fact.ringing, fact.in_room, fact.held) for fact in answer.value}
    assert seen == {
        CALL: (True, False, ROOM, True),
        ringing: (True, True, "", False),
        over: (False, False, "", False),
        lost: (False, False, "", False),
    }


def test_each_process_has_a_client_of_its_own() -> None:
    rest = rest_at()
    mine = rest.client
    assert rest.client is mine
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, b"1" if rest.client is mine else b"0")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reading, 1) == b"0"
    os.close(reading)
    os.close(writing)


def test_a_text_message_names_its_status_callback(api: RequestsMock) -> None:
    api.post(f"{ROOT}/Messages.json", json={"sid": "SM" + "0" * 32}, status=201)
    answer = rest_at().send_message("+12025550177", "Hello")
    assert answer.value == "SM" + "0" * 32
    assert "/twilio/status/message" in sent(api)["StatusCallback"][0]
    api.reset()
    api.add(responses.POST, f"{ROOT}/Messages.json", json=error(400, 21610), status=400)
    assert rest_at().send_message("+12025550177", "Hello").fate is Fate.REFUSED
