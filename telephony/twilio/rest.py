"""Twilio's REST API as Warmline uses it. Trouble with Twilio is an answer, not an exception."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from telephony.contact.commands import Dial
from telephony.contact.events import LegFact
from telephony.settings import Settings
from telephony.twilio.events import ENDINGS
from telephony.twilio.fates import Answer, Fate, attempt
from telephony.twilio.urls import Urls

__all__ = ["Answer", "CallFact", "Fate", "Present", "Rest"]

CONNECT_SECONDS = 1.5
AUDIBLE_SECONDS = 2.0
LOOK_SECONDS = 1.5
"""A look before a dial, which waits up to 5 s itself: both fit into one lease (timing.LEASE_MS)."""
_LONGEST_PATIENCE = 5.0
_POOL = 32
_BACKSTOP_SECONDS = 60  # our own deadline stops the ringing long before
_LONGEST_TIMEOUT = 600
_SHORTEST_TIMEOUT = 5
_PROGRESS = ["initiated", "ringing", "answered", "completed"]
_LIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})
_LOOKED_AT = 50
_CLOCK_SLACK_MS = 5_000  # Twilio dates to the second, by its own clock


@dataclass(frozen=True, slots=True)
class CallFact:
    """One call that Twilio lists. ``created`` in ms."""

    call: str
    to: str
    status: str
    live: bool
    created: int


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is in a room. ``label`` is the id of their leg."""

    call: str
    room: str
    label: str
    held: bool


class _Http(HttpClient):  # type: ignore[misc]
    """Keeps connections, bounds every request, follows nothing."""

    def __init__(self, seconds: float, *, environment: bool) -> None:
        super().__init__(None, False, seconds)
        self._seconds = seconds
        self._session = requests.Session()
        # Reading proxies from the environment costs time and is of use only for the real Twilio.
        self._session.trust_env = environment
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=_POOL))

    def request(  # the SDK's own signature
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        seconds = min(self._seconds, patience(method, url, {**(params or {}), **(data or {})}))
        connect = min(CONNECT_SECONDS, seconds / 2)
        answer = self._session.request(
            method,
            url,
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=auth,
            # The two are waited for one after the other, so their sum is the bound.
            timeout=(connect, seconds - connect),
            allow_redirects=False,
        )
        return Response(answer.status_code, answer.text, answer.headers)


def patience(method: str, url: str, fields: Mapping[str, object]) -> float:
    """How long to wait for an answer, in seconds (settings may say less). ``fields``: form and
    query.

    What changes what somebody hears is done again sooner, for they may be waiting in silence; doing
    it twice does no harm.
    """
    if method == "GET" and "From" in fields:
        return LOOK_SECONDS
    heard = ("/Participants/" in url and "Hold" in fields) or ("/Calls/" in url and "Url" in fields)
    return AUDIBLE_SECONDS if method == "POST" and heard else _LONGEST_PATIENCE


class Rest:
    """One per process is enough: it is safe to share between threads and survives a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._urls = Urls(settings.public_url)
        self._made: tuple[int, Client] | None = None

    @property
    def client(self) -> Client:
        """The SDK's client of this process; connections must not be shared across a fork."""
        pid = os.getpid()
        if self._made is None or self._made[0] != pid:
            self._made = (pid, self._make())
        return self._made[1]

    def _make(self) -> Client:
        settings = self._settings
        local = settings.twilio_base_url
        client = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            http_client=_Http(settings.rest_timeout, environment=not local),
        )
        if local:
            client.api.base_url = local
        return client

    # -- calls ----------------------------------------------------------------------------------

    def place_call(self, contact: str, dial: Dial, caller_id: str = "") -> Answer[str]:
        """Ring ``dial.to`` and give back the CallSid. ``caller_id`` stands in for an empty one.

        Contact and leg travel in every address, so that whoever hears from this call knows whose
        it is even if this answer never arrives.
        """
        fields = self._customer(contact, dial) if dial.customer else self._staff(contact, dial)
        seconds = round(dial.ring_ms / 1000) + _BACKSTOP_SECONDS
        return attempt(
            lambda: _sid(
                self.client.calls.create(
                    to=dial.to,
                    from_=dial.caller_id or caller_id or self._settings.caller_id,
                    method="POST",
                    fallback_url=self._fallback,
                    status_callback=self._urls.status_call(contact, dial.leg),
                    status_callback_event=_PROGRESS,
                    timeout=max(_SHORTEST_TIMEOUT, min(seconds, _LONGEST_TIMEOUT)),
                    **fields,
                )
            ),
            creates=True,
        )

    def _staff(self, contact: str, dial: Dial) -> dict[str, Any]:
        fields: dict[str, Any] = {"url": self._urls.receiver(contact, dial.leg)}
        if dial.to.startswith("+"):
            # Advice only, so it must not delay the whisper.
            fields["machine_detection"] = "Enable"
            fields["async_amd"] = "true"
            fields["async_amd_status_callback"] = self._urls.status_machine(contact, dial.leg)
        return fields

    def _customer(self, contact: str, dial: Dial) -> dict[str, Any]:
        fields: dict[str, Any] = {"url": self._urls.called_back(contact, dial.leg)}
        if dial.to.startswith("+"):
            # Nothing may be said before it is known who listens.
            fields["machine_detection"] = "Enable"
        return fields

    def end_call(self, call: str) -> Answer[None]:
        """Hang up or stop the ringing; a call that is over already is GONE."""
        return _nothing(attempt(lambda: self.client.calls(call).update(status="completed")))

    def call_off(self, call: str) -> Answer[None]:
        """Stop the ringing, and nothing but that: a call that was answered or is over is GONE."""
        return _nothing(attempt(lambda: self.client.calls(call).update(status="canceled")))

    def dialled(self, call: str) -> Answer[str]:
        """The address that we called with this call; '' for one that came in."""

        def to() -> str:
            fetched = self.client.calls(call).fetch()
            return str(fetched.to) if str(fetched.direction).startswith("outbound") else ""

        return attempt(to)

    def redirect_call(self, call: str, url: str) -> Answer[None]:
        """Send a live call to another document, out of any room it is in.

        Its number's fallback does not hold for it any more, so it gets one of its own.
        """
        return _nothing(
            attempt(
                lambda: self.client.calls(call).update(
                    url=url, method="POST", fallback_url=self._fallback
                )
            )
        )

    @property
    def _fallback(self) -> str:
        return self._settings.fallback_url or self._urls.fallback()

    def find_calls(self, to: str, since_ms: int) -> Answer[tuple[CallFact, ...]]:
        """The newest calls to ``to`` that were made since then, over or not."""
        listed = attempt(lambda: self.client.calls.list(to=to, limit=_LOOKED_AT))
        if listed.value is None:
            return Answer(listed.fate, detail=listed.detail)
        facts = (_call_fact(call) for call in listed.value)
        since = since_ms - _CLOCK_SLACK_MS
        return Answer(Fate.DONE, tuple(fact for fact in facts if fact.created >= since))

    def calls_in(self, caller: str) -> Answer[tuple[CallFact, ...]]:
        """The calls with which this number is on the line to us, or rings us, at this moment."""
        listed = attempt(lambda: self.client.calls.list(from_=caller, limit=_LOOKED_AT))
        if listed.value is None:
            return Answer(listed.fate, detail=listed.detail)
        came = (call for call in listed.value if str(call.direction) == "inbound")
        return Answer(Fate.DONE, tuple(fact for fact in map(_call_fact, came) if fact.live))

    # -- rooms ----------------------------------------------------------------------------------

    def set_hold(
        self,
        room_sid: str,
        room_name: str,
        call: str,
        held: bool,
        hold_url: str,
        *,
        reread: bool = False,
    ) -> Answer[bool]:
        """Hold or unhold a participant; the value is what Twilio says afterwards.

        Without a sid the room is looked up by name. Twilio may answer 200 and do nothing: pass
        ``reread`` to have the participant fetched again even if the answer agrees.
        """
        if not room_sid:
            found = self._room(room_name)
            if found.fate is not Fate.DONE or found.value is None:
                return Answer(found.fate, detail=found.detail)
            room_sid = found.value
        participant = self.client.conferences(room_sid).participants(call)
        wanted: dict[str, Any] = {"hold": held}
        if held:
            wanted |= {"hold_url": hold_url, "hold_method": "POST"}
        told = attempt(lambda: bool(participant.update(**wanted).hold))
        if told.fate is Fate.DONE and (reread or told.value is not held):
            return attempt(lambda: bool(participant.fetch().hold))
        return told

    def announce(self, room_sid: str, call: str, url: str) -> Answer[None]:
        """Speak the document at ``url`` to one participant, over whatever they hear."""
        participant = self.client.conferences(room_sid).participants(call)
        return _nothing(
            attempt(lambda: participant.update(announce_url=url, announce_method="POST"))
        )

    def inspect(self, room_name: str, calls: Iterable[str]) -> Answer[tuple[LegFact, ...]]:
        """What Twilio knows of these calls right now: live or over, ringing, in the room, held."""
        present = self._participants(room_name)
        if present.value is None:
            return Answer(present.fate, detail=present.detail)
        facts = []
        for call in calls:
            fact = present.value.get(call)
            if fact is None:
                fetched = self._fetch(call)
                if fetched.value is None:
                    return Answer(fetched.fate, detail=fetched.detail)
                fact = fetched.value
            facts.append(fact)
        return Answer(Fate.DONE, tuple(facts))

    def _participants(self, room_name: str) -> Answer[dict[str, LegFact]]:
        here = self.present(room_name)
        if here.value is None:
            return Answer(here.fate, detail=here.detail)
        facts = (LegFact(one.call, True, False, one.room, one.held) for one in here.value)
        return Answer(Fate.DONE, {fact.call: fact for fact in facts})

    def present(self, room_name: str) -> Answer[tuple[Present, ...]]:
        """Everybody who is in the running room of that name; nobody when there is none."""
        room = self._room(room_name)
        if room.fate is Fate.GONE:
            return Answer(Fate.DONE, ())
        if room.value is None:
            return Answer(room.fate, detail=room.detail)
        sid = room.value
        listed = attempt(lambda: self.client.conferences(sid).participants.list(limit=_LOOKED_AT))
        if listed.fate is Fate.GONE:
            return Answer(Fate.DONE, ())
        if listed.value is None:
            return Answer(listed.fate, detail=listed.detail)
        # The list holds legs that still ring; only connected ones are in the room.
        return Answer(
            Fate.DONE,
            tuple(
                Present(str(one.call_sid), sid, str(one.label or ""), bool(one.hold))
                for one in listed.value
                if one.status == "connected"
            ),
        )

    def _fetch(self, call: str) -> Answer[LegFact]:
        fetched = attempt(lambda: str(self.client.calls(call).fetch().status))
        if fetched.fate is Fate.GONE:
            # Twilio forgot it, so it is certainly not live.
            return Answer(Fate.DONE, LegFact(call, False, False, "", False))
        if fetched.value is None:
            return Answer(fetched.fate, detail=fetched.detail)
        status = fetched.value
        ringing = status in {"queued", "initiated", "ringing"}
        fact = LegFact(call, status in _LIVE, ringing, "", False, ENDINGS.get(status))
        return Answer(Fate.DONE, fact)

    def _room(self, name: str) -> Answer[str]:
        """The sid of the running room of that name; GONE when there is none."""
        listed = attempt(lambda: self.client.conferences.list(friendly_name=name, limit=5))
        if listed.value is None:
            return Answer(listed.fate, detail=listed.detail)
        # A room in which somebody waits alone is not "in-progress" yet, but it is there.
        for room in listed.value:
            if room.status != "completed":
                return Answer(Fate.DONE, str(room.sid))
        return Answer(Fate.GONE, detail=f"no running room {name}")

    # -- messages -------------------------------------------------------------------------------

    def send_message(self, to: str, body: str, from_: str = "") -> Answer[str]:
        """Send a text message and give back its sid; a repeat would be read twice."""
        return attempt(
            lambda: _sid(
                self.client.messages.create(
                    to=to,
                    from_=from_ or self._settings.caller_id,
                    body=body,
                    status_callback=self._urls.status_message(),
                )
            ),
            creates=True,
        )


def _sid(made: Any) -> str:
    if not made.sid:
        raise ValueError("the answer names no sid")
    return str(made.sid)


def _nothing(answer: Answer[Any]) -> Answer[None]:
    return Answer(answer.fate, None, answer.detail)


def _call_fact(call: Any) -> CallFact:
    created: datetime | None = call.date_created
    at = int(created.astimezone(UTC).timestamp() * 1000) if created is not None else 0
    return CallFact(str(call.sid), str(call.to), str(call.status), call.status in _LIVE, at)
