"""A small Twilio application for the engine's tests: documents by path, requests kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from werkzeug.wrappers import Request, Response

from simulator.inprocess import InProcess
from simulator.world import Call

HOST = "https://app.test"
SERVICE = "+15550001000"
ALICE, BOB, CAROL = "+15550100001", "+15550100002", "+15550100003"

Answer = str | Response | Callable[[dict[str, str]], str | Response]


@dataclass
class Seen:
    """One webhook as the application got it."""

    path: str
    method: str
    fields: dict[str, str]
    headers: dict[str, str]
    url: str
    t: float


@dataclass
class App:
    """Answers by path. What has no answer gets 204, as a status callback should."""

    sim: InProcess
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        fields = request.form if request.method == "POST" else request.args
        given = {**request.args.to_dict(), **fields.to_dict()}
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(
            Seen(request.path, request.method, given, headers, request.url, self.sim.now)
        )
        answer = self.answers.get(request.path, Response(status=204))
        if callable(answer) and not isinstance(answer, Response):
            answer = answer(given)
        if isinstance(answer, str):
            answer = Response(f"<Response>{answer}</Response>", mimetype="text/xml")
        return answer(environ, start_response)

    def asked(self, path: str) -> list[dict[str, str]]:
        """The fields of every request to a path, in order."""
        return [seen.fields for seen in self.seen if seen.path == path]


class Town:
    """A network with one number, an app behind it and an SDK client in front of it."""

    def __init__(self, seed: int = 7, **options: Any) -> None:
        self.sim = InProcess(seed=seed, **options)
        self.net = self.sim.network
        self.app = App(self.sim)
        self.sim.apps["app.test"] = self.app
        self.number = self.net.create_number(SERVICE, {"voice_url": f"{HOST}/voice"})
        self.net.switches.calls_per_second = 0.0
        account = self.net.account
        self.client = Client(account.sid, account.auth_token, http_client=self.sim.http_client)
        self.validator = RequestValidator(account.auth_token)

    def serve(self, **answers: Answer) -> None:
        """Answers by the first part of the path: ``serve(voice='<Say>…')``."""
        self.app.answers.update({f"/{name}": answer for name, answer in answers.items()})

    def phone(self, address: str, **behaviour: Any) -> None:
        """Give an address a behaviour."""
        self.sim.control("POST", "/sim/phones", {"address": address, **behaviour})

    def ring_in(self, from_: str = ALICE, to: str = SERVICE, **params: str) -> Call:
        """Somebody dials in."""
        value = {"from": from_, "to": to, "params": params}
        return self.net.calls[self.sim.control("POST", "/sim/calls", value)["sid"]]

    def act(self, call: Call, what: str, **value: str) -> None:
        """The person at the phone does something."""
        self.sim.control("POST", f"/sim/calls/{call.sid}/{what}", value)

    def call_out(self, to: str = BOB, **options: Any) -> Call:
        """POST /Calls through the SDK."""
        options = {"url": f"{HOST}/out", **options}
        if "twiml" in options:
            del options["url"]
        return self.net.calls[self.client.calls.create(to=to, from_=SERVICE, **options).sid]

    def run(self, seconds: float = 5.0) -> None:
        """Let virtual time pass."""
        self.sim.advance(seconds)

    def until(self, condition: Callable[[], bool], limit: float = 60.0) -> None:
        """Let time pass until something holds; it must."""
        assert self.sim.run_until(condition, limit)

    def lines(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """Trace lines of a kind with these fields."""
        return [
            line
            for line in self.net.trace.lines
            if line["kind"] == kind and all(line.get(k) == v for k, v in fields.items())
        ]

    def heard(self, call: Call) -> list[str]:
        """What a phone heard, one after another."""
        return [line["what"] for line in self.lines("hears", call=call.sid)]

    def said(self, call: Call) -> list[str]:
        """The sentences spoken to a phone."""
        return [line["text"] for line in self.lines("said", call=call.sid)]

    def leg_to(self, address: str) -> Call:
        """The newest leg to an address."""
        return next(c for c in reversed(self.net.calls.values()) if c.to == address)


def conference(name: str = "room", **attributes: str) -> str:
    """``<Dial><Conference>`` as text."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<Dial><Conference{given}>{name}</Conference></Dial>"
