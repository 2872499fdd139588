"""A running phone network with an unchanged Twilio client, and an application to be called."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

T = TypeVar("T")
PATIENCE = 10.0
SILENCE = "<Response><Pause length='600'/></Response>"


def eventually(read: Callable[[], T], good: Callable[[T], bool] = bool) -> T:
    """The first value of `read` that is good; fails after PATIENCE real seconds."""
    limit = time.monotonic() + PATIENCE
    while True:
        value = read()
        if good(value):
            return value
        if time.monotonic() > limit:
            raise AssertionError(f"still {value!r} after {PATIENCE} s")
        time.sleep(0.02)


def room_document(name: str, **attributes: str) -> str:
    """TwiML that puts the caller into a room."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<Response><Dial><Conference{given}>{name}</Conference></Dial></Response>"


@dataclass
class Box:
    """The network under test: base URL, credentials, client."""

    base_url: str
    account_sid: str
    auth_token: str
    number: str = ""
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.client_as(self.account_sid, self.auth_token)

    def client_as(self, user: str, password: str) -> Client:
        """An unchanged SDK client with nothing but its base URL moved."""
        client = Client(user, password, self.account_sid, http_client=TwilioHttpClient(timeout=10))
        client.api.base_url = self.base_url
        return client

    def control(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request to the control API: status and JSON."""
        status, _, content = self.raw(method, path, body)
        return status, json.loads(content) if content else None

    def raw(self, method: str, path: str, body: Any = None) -> tuple[int, Any, bytes]:
        """One request without credentials: status, headers, body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base_url + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def phone(self, address: str, **behaviour: Any) -> str:
        """Give an address a behaviour."""
        status, body = self.control("POST", "/sim/phones", {"address": address, **behaviour})
        assert status < 300, body
        return address

    def switch(self, **values: Any) -> None:
        """Change switches of the network."""
        status, body = self.control("POST", "/sim/switches", values)
        assert status == 200, body

    def hang_up(self, sid: str) -> None:
        """The phone in this call is put down."""
        status, body = self.control("POST", f"/sim/calls/{sid}/hangup", {})
        assert status == 200, body

    def calls_in(self, sid: str, status: str) -> Any:
        """Wait until a call has a status."""
        return eventually(lambda: self.client.calls(sid).fetch(), lambda c: c.status == status)

    def dial(self, to: str, twiml: str = SILENCE, **options: Any) -> str:
        """Start a call from our number that runs `twiml`; its sid."""
        call = self.client.calls.create(to=to, from_=self.number, twiml=twiml, **options)
        return str(call.sid)

    def in_room(self, name: str, address: str, **attributes: str) -> tuple[str, str]:
        """A phone that answers and sits in a room: (call sid, conference sid)."""
        self.phone(address, answer_after=0)
        call = self.dial(address, room_document(name, **attributes))

        def where() -> str | None:
            for room in self.client.conferences.list(friendly_name=name):
                if room.status != "completed" and any(
                    p.call_sid == call for p in room.participants.list()
                ):
                    return str(room.sid)
            return None

        return call, str(eventually(where))


@dataclass
class WebApp:
    """The application that the network calls: what it got, and what it answers by path."""

    url: str
    answers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def forms(self, path: str) -> list[dict[str, str]]:
        """The forms received at a path, in order."""
        return [form for at, form in list(self.got) if at == path]


@contextmanager
def web_app() -> Iterator[WebApp]:
    """A web server on a free loopback port."""
    app = WebApp("")

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
            path = urlsplit(self.path).path
            app.got.append((path, form))
            body = app.answers.get(path, "<Response/>").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - the names http.server looks for

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    app.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield app
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
