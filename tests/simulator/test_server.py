"""The same network in real time over HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from simulator.server import SimulatorServer

NUMBER, ALICE, BOB = "+15550001000", "+15550100001", "+15550100002"


class Web:
    """A real web server with TwiML by path."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = 65536

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                web.seen.append((self.path, dict(parse_qsl(body, keep_blank_values=True))))
                answer = f"<Response>{web.answers.get(self.path, '')}</Response>".encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    yield web
    web.stop()


@pytest.fixture
def sim(web: Web, tmp_path: Path) -> Iterator[SimulatorServer]:
    with SimulatorServer(seed=1, speed=20.0, trace_path=tmp_path / "trace.jsonl") as sim:
        sim.engine(lambda: sim.network.create_number(NUMBER, {"voice_url": f"{web.url}/voice"}))
        yield sim


def _client(sim: SimulatorServer) -> Client:
    client = Client(sim.network.account.sid, sim.network.account.auth_token)
    client.api.base_url = sim.base_url
    return client


def _post(sim: SimulatorServer, path: str, value: dict[str, Any]) -> Any:
    answer = requests.post(f"{sim.base_url}/sim/{path}", json=value, timeout=5)
    assert answer.status_code < 300, answer.text
    return answer.json()


def _until(sim: SimulatorServer, sid: str, **wanted: str) -> dict[str, Any]:
    """Poll a call until it is so, for at most five seconds."""
    end = time.monotonic() + 5
    while True:
        call: dict[str, Any] = requests.get(f"{sim.base_url}/sim/calls/{sid}", timeout=5).json()
        if all(call[key] == value for key, value in wanted.items()):
            return call
        assert time.monotonic() < end, call
        requests.get(f"{sim.base_url}/sim/trace?after=999999&wait=0.02", timeout=5)


def test_two_phones_meet_in_a_room_over_real_http(sim: SimulatorServer, web: Web) -> None:
    web.answers["/voice"] = '<Dial><Conference waitUrl="/wait">desk</Conference></Dial>'
    web.answers["/wait"] = "<Play>music.mp3</Play><Redirect/>"
    _post(sim, "phones", {"address": BOB, "answer_after": 1})
    alice = _post(sim, "calls", {"from": ALICE, "to": NUMBER})["sid"]
    _until(sim, alice, hears="hold")
    leg = _client(sim).conferences("desk").participants.create(from_=NUMBER, to=BOB)
    call = _until(sim, alice, hears="people")
    assert call["with"] == [leg.call_sid]
    _post(sim, f"calls/{alice}/hangup", {})
    _until(sim, alice, status="completed")


def test_the_trace_can_be_waited_for_and_is_appended_to_a_file(
    sim: SimulatorServer, web: Web, tmp_path: Path
) -> None:
    web.answers["/voice"] = "<Say>Hello</Say>"
    timer = threading.Timer(0.1, _post, (sim, "calls", {"from": ALICE, "to": NUMBER}))
    timer.start()
    lines = requests.get(f"{sim.base_url}/sim/trace?after=0&wait=5", timeout=8).text.splitlines()
    timer.join()
    assert '"kind":"call.dialled"' in lines[0]
    assert (tmp_path / "trace.jsonl").read_text().splitlines()[0] == lines[0]


def test_simulated_time_runs_speed_times_as_fast_as_the_wall(
    sim: SimulatorServer, web: Web
) -> None:
    web.answers["/voice"] = '<Say>Hi</Say><Pause length="20"/>'
    begun = time.monotonic()
    sid = _post(sim, "calls", {"from": ALICE, "to": NUMBER})["sid"]
    call = _until(sim, sid, status="completed")
    assert 0.9 < time.monotonic() - begun < 4
    assert call["ended"] - call["answered"] == pytest.approx(20, abs=2)


def test_a_webhooks_answer_takes_effect_within_milliseconds(web: Web) -> None:
    for number in range(30):
        web.answers[f"/step{number}"] = f'<Redirect method="POST">/step{number + 1}</Redirect>'
    web.answers["/step30"] = "<Hangup/>"
    with SimulatorServer(seed=1) as sim:
        sim.engine(lambda: sim.network.create_number(NUMBER, {"voice_url": f"{web.url}/step0"}))
        sid = _post(sim, "calls", {"from": ALICE, "to": NUMBER})["sid"]
        _until(sim, sid, status="completed")
        spent = sorted(line["ms"] for line in sim.network.trace.lines if line["kind"] == "webhook")
        assert len(spent) == 31
        assert spent[15] < 25


def test_a_request_that_is_never_answered_is_cut_after_the_fault_ends(
    sim: SimulatorServer, web: Web
) -> None:
    _post(sim, "faults", {"name": "rest_timeout_after", "seconds": 0.2})
    client = _client(sim)
    with pytest.raises(requests.exceptions.ConnectionError):
        client.calls.create(to=BOB, from_=NUMBER, url=f"{web.url}/out")
    assert [call.to for call in client.calls.list()] == [BOB]


def test_an_unknown_sim_address_is_404_and_a_wrong_token_is_401(sim: SimulatorServer) -> None:
    assert requests.get(f"{sim.base_url}/sim/nothing", timeout=5).status_code == 404
    client = Client(sim.network.account.sid, "wrong")
    client.api.base_url = sim.base_url
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(to=BOB, from_=NUMBER, twiml="<Response/>")
    assert refused.value.status == 401


def test_a_web_server_that_is_away_costs_the_caller_an_apology(sim: SimulatorServer) -> None:
    sim.engine(
        lambda: sim.network.create_number("+15550001001", {"voice_url": "http://127.0.0.1:9/x"})
    )
    sid = _post(sim, "calls", {"from": ALICE, "to": "+15550001001"})["sid"]
    _until(sim, sid, status="completed")
    assert [a.code for a in sim.network.alerts] == [11205]
    hooks = [line for line in sim.network.trace.lines if line["kind"] == "webhook"]
    assert [line["attempt"] for line in hooks] == [1, 2]


def test_stopping_does_not_wait_for_an_application_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/voice"
        with SimulatorServer(seed=1) as sim:
            sim.engine(lambda: sim.network.create_number(NUMBER, {"voice_url": url}))
            _post(sim, "calls", {"from": ALICE, "to": NUMBER})
            mute.settimeout(5)
            taken, _ = mute.accept()
            begun = time.monotonic()
        assert time.monotonic() - begun < 3
        taken.close()


def test_a_hundred_calls_at_once_are_carried(web: Web) -> None:
    web.answers["/voice"] = "<Say>Hello</Say><Hangup/>"
    with SimulatorServer(seed=1, speed=10) as sim:
        sim.engine(lambda: sim.network.create_number(NUMBER, {"voice_url": f"{web.url}/voice"}))
        sids = [
            _post(sim, "calls", {"from": f"+1555020{n:04d}", "to": NUMBER})["sid"]
            for n in range(100)
        ]
        for sid in sids:
            _until(sim, sid, status="completed")
    assert len(web.seen) == 100


@pytest.mark.parametrize("query", ["after=abc", "after=-5", "wait=abc", "wait=nan"])
def test_a_reader_of_the_trace_with_a_wrong_number_is_told_so(
    sim: SimulatorServer, query: str
) -> None:
    answer = requests.get(f"{sim.base_url}/sim/trace?{query}", timeout=5)
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["error"]


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "PUT"])
def test_a_method_that_a_resource_lacks_is_refused_as_twilio_does(
    sim: SimulatorServer, method: str
) -> None:
    """fact: §1.8 20004 with 405."""
    path = f"{sim.base_url}/2010-04-01/Accounts/{sim.account_sid}/Calls.json"
    answer = requests.request(method, path, auth=(sim.account_sid, sim.auth_token), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)
