"""The hands of a story: phones that dial, press, speak and hang up; an agent's API; and the ear.

A scene talks to a running system over HTTP only: to the simulator's control API as the people with
phones, to `/api/v1` as the people at the softphone. What happened is read from the simulator's
trace, never from Warmline's own state.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

Line = dict[str, Any]
HTTP_SECONDS = 10.0
PATIENCE = 90.0
"""How long a story waits for what must happen, in simulated seconds."""

GRACE = 20.0
"""Wall seconds on top of that: a loaded machine is slow, and that is not what a story tests."""


class StoryFailed(AssertionError):
    """The story did not go as told. The message says what was awaited and what came instead."""


@dataclass
class Api:
    """One person's session at `/api/v1`."""

    base: str
    session: requests.Session
    csrf: str

    @classmethod
    def sign_in(cls, base: str, name: str, password: str) -> Api:
        session = requests.Session()
        answer = session.post(
            f"{base}/api/v1/session",
            json={"name": name, "password": password},
            timeout=HTTP_SECONDS,
        )
        answer.raise_for_status()
        return cls(base, session, answer.json()["csrf"])

    def get(self, path: str) -> Any:
        answer = self.session.get(f"{self.base}/api/v1{path}", timeout=HTTP_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: object = None) -> requests.Response:
        """The raw answer: refusals are part of stories."""
        return self._send("POST", path, {} if body is None else body)

    def put(self, path: str, body: object) -> requests.Response:
        """The raw answer."""
        return self._send("PUT", path, body)

    def _send(self, method: str, path: str, body: object) -> requests.Response:
        return self.session.request(
            method,
            f"{self.base}/api/v1{path}",
            json=body,
            headers={"X-CSRF-Token": self.csrf},
            timeout=HTTP_SECONDS,
        )


@dataclass
class Scene:
    """One story's view of the network. ``after`` is the trace line at which the story began."""

    simulator: str
    web: str
    speed: float
    password: str
    tell: Callable[[str], None]
    heard: Callable[[Line], None] = lambda line: None
    after: int = 0
    lines: list[Line] = field(default_factory=list)
    people: dict[str, Api] = field(default_factory=dict)
    http: requests.Session = field(default_factory=requests.Session)

    # -- hands -------------------------------------------------------------------------------

    def control(self, path: str, body: object = None) -> Any:
        answer = self.http.post(f"{self.simulator}/sim/{path}", json=body, timeout=HTTP_SECONDS)
        if answer.status_code >= 400:
            raise StoryFailed(f"POST /sim/{path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def phone(self, address: str, **behaviour: object) -> None:
        """What the phone at ``address`` does by itself from now on."""
        self.control("phones", {"address": address, **behaviour})

    def dial_in(self, from_: str, to: str) -> str:
        """A customer calls; the sid of their leg."""
        return str(self.control("calls", {"from": from_, "to": to})["sid"])

    def press(self, call: str, digits: str) -> None:
        self.control(f"calls/{call}/digits", {"digits": digits})

    def speak(self, call: str, text: str) -> None:
        self.control(f"calls/{call}/speech", {"text": text})

    def answer(self, call: str) -> None:
        self.control(f"calls/{call}/answer")

    def hang_up(self, call: str) -> None:
        """Put the phone down; it does not matter if the line is down already."""
        url = f"{self.simulator}/sim/calls/{call}/hangup"
        answer = self.http.post(url, timeout=HTTP_SECONDS)
        if answer.status_code not in {200, 409}:
            raise StoryFailed(f"hang up {call}: {answer.status_code} {answer.text[:200]}")

    def drop(self, call: str) -> None:
        self.control(f"calls/{call}/drop")

    def api(self, name: str) -> Api:
        """Signed in as ``name``; the session is kept."""
        if name not in self.people:
            self.people[name] = Api.sign_in(self.web, name, self.password)
        return self.people[name]

    # -- ear ---------------------------------------------------------------------------------

    def listen(self) -> list[Line]:
        """All lines of the trace since the story began."""
        last = self.lines[-1]["seq"] if self.lines else self.after
        text = self.http.get(
            f"{self.simulator}/sim/trace", params={"after": last}, timeout=HTTP_SECONDS
        )
        text.raise_for_status()
        fresh: list[Line] = [json.loads(line) for line in text.text.splitlines() if line]
        for line in fresh:
            self.heard(line)
        self.lines += fresh
        return self.lines

    def end_of_trace(self) -> int:
        """The number of the newest line in the whole trace."""
        text = self.http.get(f"{self.simulator}/sim/trace", timeout=HTTP_SECONDS)
        text.raise_for_status()
        lines = text.text.splitlines()
        return int(json.loads(lines[-1])["seq"]) if lines else 0

    def wait(
        self, what: str, found: Callable[[list[Line]], Any], patience: float = PATIENCE
    ) -> Any:
        """Wait until ``found`` sees it in the trace; raises StoryFailed with the last lines."""
        until = time.monotonic() + patience / self.speed + GRACE
        while True:
            seen = found(self.listen())
            if seen:
                return seen
            if time.monotonic() > until:
                seen_by_people = [x for x in self.lines if x["kind"] not in {"rest", "webhook"}]
                tail = "\n".join(f"    {line}" for line in seen_by_people[-15:])
                raise StoryFailed(f"awaited: {what}\n  the trace ends with\n{tail}")
            time.sleep(0.02)

    def line(self, kind: str, patience: float = PATIENCE, since: int = 0, **fields: object) -> Line:
        """The first line of ``kind`` whose fields fit, after line ``since``."""

        def found(lines: list[Line]) -> Line | None:
            return next((line for line in lines if _fits(line, kind, since, fields)), None)

        seen: Line = self.wait(f"{kind} {fields}", found, patience)
        return seen

    def rung(self, address: str, since: int = 0, patience: float = PATIENCE) -> str:
        """The call that rings at ``address``."""

        def found(lines: list[Line]) -> str | None:
            calls = {line["call"] for line in lines if line["kind"] == "call.ringing"}
            for line in lines:
                dialled = line["kind"] == "call.dialled" and line["seq"] > since
                if dialled and _bare(line["to"]) == address and line["call"] in calls:
                    return str(line["call"])
            return None

        call: str = self.wait(f"{address} rings", found, patience)
        return call

    def hears(
        self, call: str, what: str, *others: str, since: int = 0, patience: float = PATIENCE
    ) -> Line:
        """``call`` hears ``what``; for people: exactly ``others``."""

        def found(lines: list[Line]) -> Line | None:
            heard = [x for x in lines if x["kind"] == "hears" and x["call"] == call]
            if not heard or heard[-1]["what"] != what or heard[-1]["seq"] <= since:
                return None
            same = not others or sorted(heard[-1]["with"]) == sorted(others)
            return heard[-1] if same else None

        seen: Line = self.wait(f"{call} hears {what} {others}", found, patience)
        return seen

    def said(self, call: str, words: str, since: int = 0, patience: float = PATIENCE) -> Line:
        """Something that contains ``words`` is said to ``call``."""

        def found(lines: list[Line]) -> Line | None:
            for line in lines:
                spoken = line["kind"] == "said" and line["call"] == call and line["seq"] > since
                if spoken and words.lower() in line["text"].lower():
                    return line
            return None

        seen: Line = self.wait(f"{call} is told {words!r}", found, patience)
        return seen

    def down(self, call: str, patience: float = PATIENCE) -> Line:
        return self.line("call.down", call=call, patience=patience)

    def mark(self) -> int:
        """The number of the newest line: for "after this"."""
        lines = self.listen()
        return int(lines[-1]["seq"]) if lines else self.after

    # -- Warmline's own word -----------------------------------------------------------------

    def contact(self, customer: str) -> Line:
        """The contact that began with this call, as the API tells it to a supervisor."""
        seen: Line = self.api("sam").get(f"/contacts/{customer[2:].lower()}")
        return seen

    def stage(self, customer: str, expected: str) -> None:
        """Wait until Warmline, too, knows how far the contact is."""

        def found(_: list[Line]) -> bool:
            return self.contact(customer).get("state") == expected

        self.wait(f"the contact of {customer} is {expected}", found)

    def outcome(self, customer: str, expected: str) -> None:
        """Wait for the contact's one final outcome."""

        def found(_: list[Line]) -> bool:
            return self.contact(customer).get("outcome") == expected

        self.wait(f"the contact of {customer} ends as {expected}", found)

    def transfer_outcome(self, customer: str, expected: str) -> None:
        """Wait for the outcome of the newest transfer of a contact."""

        def found(_: list[Line]) -> bool:
            transfers = self.contact(customer).get("transfers") or [{}]
            return bool(transfers[-1].get("outcome") == expected)

        self.wait(f"the transfer of {customer} ends as {expected}", found)


def _fits(line: Line, kind: str, since: int, fields: dict[str, object]) -> bool:
    return (
        line["kind"] == kind
        and line["seq"] > since
        and all(line.get(name) == value for name, value in fields.items())
    )


def _bare(address: str) -> str:
    return address.partition("?")[0].partition(";")[0]
