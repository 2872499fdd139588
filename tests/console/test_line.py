"""The stand-in for a softphone's line: only with a simulator, and only one's own calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from twilio.rest import Client  # type: ignore[import-untyped]

from simulator.server import SimulatorServer
from tests.console.house import Actors, House, program
from tests.workers.system import eventually
from webhooks.app import create_app


@pytest.fixture
def network() -> Iterator[SimulatorServer]:
    with SimulatorServer(speed=20) as server:
        yield server


@pytest.fixture
def simulated(house: House, network: SimulatorServer) -> Flask:
    settings = house.services.settings.model_copy(update={"twilio_base_url": network.base_url})
    return create_app(replace(house.services, settings=settings))


def test_without_a_simulator_there_is_no_such_line(as_: Actors) -> None:
    assert as_("ana")("GET", "/softphone/line").status_code == 404


def test_acts_are_read_strictly(simulated: Flask, house: House) -> None:
    ana = program(simulated, house, "ana")
    assert ana("POST", "/softphone/line/CAx", {"act": "sing"}).status_code == 422
    assert ana("POST", "/softphone/line/CAx", {"act": "digits"}).status_code == 422
    assert ana("POST", "/softphone/line/CAx", {"act": "accept", "digits": "1"}).status_code == 422
    assert ana("POST", "/softphone/line/CAx", {"act": "accept"}).status_code == 404


def test_a_network_that_is_away_is_said_to_be(house: House) -> None:
    settings = house.services.settings.model_copy(update={"twilio_base_url": "http://127.0.0.1:1"})
    ana = program(create_app(replace(house.services, settings=settings)), house, "ana")
    assert ana("GET", "/softphone/line").status_code == 503


def test_my_phone_rings_is_picked_up_and_hung_up_and_is_nobody_elses(
    simulated: Flask, house: House, network: SimulatorServer
) -> None:
    ana, ben = program(simulated, house, "ana"), program(simulated, house, "ben")
    assert ana("PUT", "/softphone/line", {"registered": True}).get_json() == {"calls": []}
    call = _ring(network, "client:ana")

    def seen(ringing: bool) -> bool:
        told = ana("GET", "/softphone/line").get_json()["calls"]
        return [(each["call"], each["ringing"]) for each in told] == [(call, ringing)]

    eventually(lambda: seen(True))
    assert ben("GET", "/softphone/line").get_json() == {"calls": []}
    assert ben("POST", f"/softphone/line/{call}", {"act": "hang_up"}).status_code == 404
    assert ana("POST", f"/softphone/line/{call}", {"act": "accept"}).status_code == 200
    eventually(lambda: seen(False))
    assert ana("POST", f"/softphone/line/{call}", {"act": "accept"}).status_code == 409
    pressed = {"act": "digits", "digits": "12#"}
    assert ana("POST", f"/softphone/line/{call}", pressed).status_code == 200
    assert ana("POST", f"/softphone/line/{call}", {"act": "hang_up"}).get_json() == {"calls": []}
    trace = [line for line in network.network.trace.lines if line.get("call") == call]
    assert ("pressed", "12#") in [(line["kind"], line.get("digits")) for line in trace]
    assert trace[-1]["kind"] == "call.down"


def test_a_phone_that_is_not_registered_cannot_be_reached(
    simulated: Flask, house: House, network: SimulatorServer
) -> None:
    program(simulated, house, "ana")("PUT", "/softphone/line", {"registered": False})
    call = _ring(network, "client:ana")
    eventually(lambda: not network.network.calls[call].live)
    assert network.network.calls[call].status == "failed"


def _ring(network: SimulatorServer, address: str) -> str:
    client = Client(network.account_sid, network.auth_token)
    client.api.base_url = network.base_url
    number = client.incoming_phone_numbers.create(phone_number="+12025550100").phone_number
    pause = "<Response><Pause length='60'/></Response>"
    return str(client.calls.create(to=address, from_=number, twiml=pause).sid)
