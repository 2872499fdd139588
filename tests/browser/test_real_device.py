"""The unchanged Voice SDK behind our page and under its policy; only Twilio's socket is played.

The messages are those that the SDK's own stream reads and writes (its file twilio.js, `PStream`).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from pydantic import SecretStr
from werkzeug.serving import make_server

from console.seed import PASSWORD
from tests.console.house import House, people_of
from webhooks.app import create_app


class Twilio:
    """The far end of the SDK's socket. `ttl` is what it says the token still lives."""

    def __init__(self, page: Page, ttl: int = 3600) -> None:
        self.ttl = ttl
        self.heard: list[dict[str, Any]] = []
        self.socket: WebSocketRoute | None = None
        page.route_web_socket("**/signal", self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.on_message(self._hear)

    def _hear(self, text: str | bytes) -> None:
        if not str(text).strip():
            return  # the socket's heartbeat
        message = json.loads(text)
        self.heard.append(message)
        if message["type"] == "listen":
            token = {"identity": "ana", "ttl": self.ttl}
            self.say(
                "connected", {"region": "us1", "edge": "ashburn", "home": "us1", "token": token}
            )
        if message["type"] == "register":
            self.say("ready", {})

    def say(self, kind: str, payload: dict[str, Any]) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps({"type": kind, "version": "1.6", "payload": payload}))

    def types(self) -> list[str]:
        return [message["type"] for message in self.heard]


@pytest.fixture
def page(browser: Browser, redis_url: str, tmp_path: Path) -> Iterator[Page]:
    """Ana's softphone at a house that is set up for Twilio itself."""
    house = House.build(redis_url, people_of(tmp_path / "people.db"), tmp_path)
    house.clock.now = int(time.time() * 1000)
    settings = house.services.settings.model_copy(
        update={"twilio_auth_token": SecretStr("a-token-for-tests")}
    )
    server = make_server(
        "127.0.0.1", 0, create_app(replace(house.services, settings=settings)), threaded=True
    )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        permissions=["microphone", "notifications"],
    )
    try:
        assert context.request.post(
            "/api/v1/session", data={"name": "ana", "password": PASSWORD}
        ).ok
        page = context.new_page()
        # A stream would outlive the house by its next heartbeat.
        page.route("**/api/v1/events", lambda route: route.abort())
        yield page
    finally:
        # A page that closes while one of its routes is at work may wait for ever.
        context.unroute_all(behavior="ignoreErrors")
        context.close()
        server.shutdown()
        server.server_close()
        house.close()


def test_it_registers_rings_and_declines(page: Page) -> None:
    twilio = Twilio(page)
    page.goto("/")
    page.get_by_role("button", name="Go online").click()
    expect(page.get_by_text("Phone ready")).to_be_visible()
    expect(page.get_by_text("Microphone allowed")).to_be_visible()
    call = "CA" + "7" * 32
    told = {"CallSid": call, "From": "+12025550199", "AccountSid": "AC" + "1" * 32}
    twilio.say("invite", {"callsid": call, "sdp": "v=0", "parameters": told})
    expect(page.get_by_role("heading", name="Somebody calls you")).to_be_visible()
    page.keyboard.press("Alt+Shift+R")
    expect(page.get_by_role("button", name="Decline")).to_be_hidden()
    assert "reject" in twilio.types()


def test_the_token_is_renewed_before_it_ends(page: Page) -> None:
    twilio = Twilio(page, ttl=61)
    page.goto("/")
    with page.expect_request(
        lambda request: request.url.endswith("/softphone/token") and "register" in twilio.types()
    ):
        page.get_by_role("button", name="Go online").click()
    expect(page.get_by_text("Phone ready")).to_be_visible()


ASKED = """
const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = [];
navigator.mediaDevices.getUserMedia = (wish) => {
  window.asked.push(wish.audio?.deviceId?.exact ?? "");
  return get(wish);
};
"""


def test_microphone_speaker_and_ringer_are_chosen_through_the_sdk_and_kept(
    page: Page, no_violations_in_both_themes: Callable[[Page], None]
) -> None:
    Twilio(page)
    page.add_init_script(ASKED)
    page.goto("/")
    page.get_by_role("button", name="Go online").click()
    expect(page.get_by_text("Phone ready")).to_be_visible()
    page.get_by_role("button", name="Sound").click()
    microphone = page.get_by_label("Microphone", exact=True)
    expect(microphone.locator("option").nth(1)).to_be_attached()
    wanted = microphone.locator("option").last.get_attribute("value")
    assert wanted
    microphone.select_option(wanted)
    page.wait_for_function("wanted => window.asked.includes(wanted)", arg=wanted)
    speaker = page.get_by_label("Speaker")
    louder = speaker.locator("option").last.get_attribute("value")
    speaker.select_option(louder)
    ringer = page.get_by_label("Ringtone")
    ringer.select_option(louder)
    no_violations_in_both_themes(page)
    page.reload()
    expect(page.get_by_text("Phone ready")).to_be_visible()
    page.wait_for_function("wanted => window.asked.includes(wanted)", arg=wanted)
    page.get_by_role("button", name="Sound").click()
    expect(microphone).to_have_value(wanted)
    expect(speaker).to_have_value(louder or "")
    expect(ringer).to_have_value(louder or "")
