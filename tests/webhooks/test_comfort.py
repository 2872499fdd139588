"""While the store is away a customer who is left alone gets music, and nobody else does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from simulator.server import SimulatorServer
from telephony.bootstrap import Services
from telephony.comfort import comfort
from telephony.dispatch import Dispatch
from telephony.settings import Settings
from telephony.store.live import Live
from telephony.twilio import urls
from telephony.twilio.fates import Fate
from telephony.twilio.rest import Rest
from tests.simulator.rest_support import SILENCE, Box, WebApp, eventually, web_app
from tests.webhooks.support import ACCOUNT, OURS, TOKEN, Moment, Twilio
from webhooks.app import create_app

pytest_plugins = ("tests.webhooks.fixtures",)

AGENT, RECEIVER, CUSTOMER = "client:ana", "client:carla", "+12025550161"


@dataclass
class Town:
    """Services, whose Twilio is a simulated network, and that network."""

    services: Services
    box: Box
    app: WebApp

    def held(self, room: str) -> dict[str, bool]:
        here = self.services.rest.present(room)
        assert here.value is not None, here
        return {one.call: one.held for one in here.value}

    def customer(self) -> tuple[str, str]:
        """A customer who called in and is in the room of their contact: (contact, CallSid)."""
        # A Pause at the very beginning would let it ring on.
        self.app.answers["/in"] = SILENCE.replace("<Pause", "<Say>Hello</Say><Pause")
        made = self.box.control("POST", "/sim/calls", {"from": CUSTOMER, "to": OURS})[1]
        call = str(made["sid"])
        contact = call[2:].lower()
        eventually(lambda: self.box.client.calls(call).fetch().status == "in-progress")
        self.box.client.calls(call).update(twiml=_room(contact))
        eventually(lambda: self.held(f"wl-{contact}"))
        return contact, call


def _room(contact: str) -> str:
    return f"<Response><Dial><Conference>wl-{contact}</Conference></Dial></Response>"


@pytest.fixture
def town(settings: Settings, services: Services) -> Iterator[Town]:
    with (
        web_app() as app,
        SimulatorServer(
            account_sid=ACCOUNT, auth_token=TOKEN, speed=50, calls_per_second=0.0
        ) as server,
    ):
        box = Box(server.base_url, ACCOUNT, TOKEN, OURS)
        box.client.incoming_phone_numbers.create(phone_number=OURS, voice_url=app.url + "/in")
        there = settings.model_copy(update={"twilio_base_url": server.base_url})
        yield Town(replace(services, settings=there, rest=Rest(there)), box, app)


def test_a_customer_alone_in_the_room_is_held(town: Town) -> None:
    contact, call = town.customer()
    assert comfort(town.services, contact).value == call
    assert town.held(f"wl-{contact}") == {call: True}
    assert comfort(town.services, contact).value == ""


def test_people_who_talk_are_left_alone(town: Town) -> None:
    contact, _ = town.customer()
    town.box.in_room(f"wl-{contact}", AGENT)
    assert comfort(town.services, contact).value == ""
    assert not any(town.held(f"wl-{contact}").values())


def test_a_receiver_who_is_left_with_a_customer_on_hold_is_not_held(town: Town) -> None:
    contact, call = town.customer()
    town.box.in_room(f"wl-{contact}", RECEIVER)
    room = f"wl-{contact}"
    town.services.rest.set_hold("", room, call, True, town.app.url + "/h")
    assert comfort(town.services, contact).value == ""


def test_of_those_who_were_called_only_the_customer_is_held(town: Town) -> None:
    contact = "c" * 32
    town.box.in_room(f"wl-{contact}", AGENT)
    assert comfort(town.services, contact).value == ""
    other = "d" * 32
    called, _ = town.box.in_room(f"wl-{other}", CUSTOMER)
    assert comfort(town.services, other).value == called


def test_what_twilio_does_not_answer_is_told(town: Town) -> None:
    contact, _ = town.customer()
    town.box.control("POST", "/sim/faults", {"name": "rest_5xx_before", "times": 1})
    assert comfort(town.services, contact).fate is not Fate.DONE
    fault = {"name": "rest_5xx_before", "match": "Calls/", "times": 1}
    unknown = "e" * 32
    town.box.in_room(f"wl-{unknown}", CUSTOMER)
    town.box.control("POST", "/sim/faults", fault)
    assert comfort(town.services, unknown).value == ""


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (urls.STATUS_ROOM, {"StatusCallbackEvent": "participant-leave"}),
        (urls.STATUS_CALL, {"CallStatus": "completed"}),
    ],
)
def test_news_that_somebody_left_and_cannot_be_kept_brings_music(
    town: Town, clock: Moment, path: str, fields: dict[str, str]
) -> None:
    contact, call = town.customer()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        live = Live.at(f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        cut = replace(town.services, live=live, dispatch=Dispatch(live, clock.now_ms))
        twilio = Twilio(create_app(cut).test_client(), cut, clock)
        news = {
            "CallSid": "CA" + "f" * 32,
            "CallStatus": "in-progress",
            "SequenceNumber": "3",
            "ConferenceSid": "CF" + "0" * 32,
            "FriendlyName": f"wl-{contact}",
        }
        twilio.post(f"{path}?c={contact}&l=l2", **news)
        assert town.held(f"wl-{contact}") == {call: False}, "nobody left"
        assert twilio.post(f"{path}?c={contact}&l=l2", **{**news, **fields}).status_code == 503
    assert town.held(f"wl-{contact}") == {call: True}
