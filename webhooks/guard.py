"""The door that every /twilio/ request passes: size, signature, schema, account; then the view.

It stands before Flask, because these few addresses get nearly all requests and need nothing of it:
no session, no hooks, no converters. What a person opens goes on to Flask.

A view gets an `Inbound` and returns a document (voice) or nothing (status). What goes wrong inside
never drops a caller: a voice request is answered with music that comes back to ask again, a status
request with 503, so that Twilio delivers it once more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog

from telephony.comfort import comfort
from telephony.contact.edit import Impossible
from telephony.contact.edit import Refused as StepRefused
from telephony.contact.records import Record
from telephony.errors import NotFound, RecordBroken, StoreUnavailable
from telephony.twilio import forms, holding, signature, twiml, urls, voice
from telephony.twilio.events import ENDINGS
from telephony.twilio.forms import BadForm
from webhooks import metrics
from webhooks.house import Houses

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from telephony.bootstrap import Services

log = structlog.get_logger("webhooks")
audit = structlog.get_logger("audit")

VOICE_TYPE = "text/xml; charset=utf-8"
_FORM_TYPE = "application/x-www-form-urlencoded"
# What a person did is posted once: a document that comes back to ask must bring it along.
_KEPT = (
    "Digits",
    "SpeechResult",
    "RecordingUrl",
    "RecordingDuration",
    "DialCallStatus",
    "AnsweredBy",
)
_CONTACT = re.compile(r"[0-9a-f]{32}")
_PATIENCE = 2  # rounds of music before an unknown caller is led to the beginning
_TOKEN = "HTTP_I_TWILIO_IDEMPOTENCY_TOKEN"


class Inbound(Record):
    """One checked request. ``args`` is our own query, ``fields`` what Twilio says."""

    path: str
    args: Mapping[str, str]
    fields: Mapping[str, str]
    token: str  # the same for all attempts of one delivery, '' when not given

    @property
    def contact(self) -> str:
        return self.args.get("c", "")

    @property
    def leg(self) -> str:
        return self.args.get("l", "")

    def dedupe(self, kind: str, what: str = "") -> str:
        """The mark of a person's deed: the same for a repeated delivery of it, and only then.

        ``v`` is the version that the question was asked at, so the same key pressed at the next
        question has another mark.
        """
        version = self.args.get("v", "")
        if version:
            return f"{self.fields.get('CallSid', '')}:{kind}:{version}:{what}"
        return f"{kind}:{self.token}" if self.token else ""


class Answer(Record):
    """What goes back, and the word under which it is counted."""

    status: int
    result: str
    document: str = ""


VoiceView = Callable[[Inbound], str]
StatusView = Callable[[Inbound], None]


@dataclass(frozen=True, slots=True)
class Route:
    """One guarded address."""

    methods: tuple[str, ...]
    answer: Callable[[Inbound], Answer]


@dataclass(frozen=True)
class Door:
    """The guarded routes, and a WSGI application (PEP 3333) that lets everything else pass."""

    services: Services
    houses: Houses
    beyond: WSGIApplication
    routes: dict[str, Route] = field(default_factory=dict)
    verifier: signature.Verifier = field(init=False)

    def __post_init__(self) -> None:
        settings = self.services.settings
        token = settings.twilio_auth_token.get_secret_value()
        object.__setattr__(self, "verifier", signature.verifier(token, settings.public_url))

    def voice(self, path: str, view: VoiceView, *, methods: tuple[str, ...] = ("POST",)) -> None:
        """A route that answers with TwiML, whatever happens inside."""
        self.routes[path] = Route(methods, lambda inbound: self._speak(inbound, view))

    def status(self, path: str, view: StatusView) -> None:
        """A route that takes news: 204, or 503 when the news could not be kept."""
        self.routes[path] = Route(("POST",), lambda inbound: self._note(inbound, view))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request to one of our routes, or pass it on."""
        path = environ["PATH_INFO"]
        route = self.routes.get(path)
        if route is None:
            return self.beyond(environ, start_response)
        began = time.perf_counter()
        answer = self._answer(path, route, environ)
        body = answer.document.encode()
        start_response(_STATUS_LINES[answer.status], _headers(answer, body, route))
        metrics.answered(path, answer.result, time.perf_counter() - began)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, path: str, route: Route, environ: WSGIEnvironment) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method not in route.methods and not (method == "HEAD" and "GET" in route.methods):
            return Answer(405, "method")
        try:
            return route.answer(self._inbound(path, environ))
        except _Shut as shut:
            return shut.answer
        except Exception:
            # Twilio repeats what is answered with a 5xx; nothing is lost by a bug in a status view.
            log.exception("webhook.bug", route=path)
            return Answer(500, "trouble")

    # -- before the view ------------------------------------------------------------------------

    def _inbound(self, path: str, environ: WSGIEnvironment) -> Inbound:
        query: str = environ.get("QUERY_STRING", "")
        posted = environ["REQUEST_METHOD"] == "POST"
        try:
            body = _body(environ) if posted else b""
            pairs = forms.pairs_of(body)
            target = f"{path}?{query}" if query else path
            if not self.verifier.valid(target, pairs, environ.get("HTTP_X_TWILIO_SIGNATURE")):
                raise _Shut(_refusal(path, 403, "forged", "forged"))
            args = forms.fields_of(forms.pairs_of(query.encode("latin-1"))) if query else {}
            fields = _fields(args, forms.fields_of(pairs)) if posted else args
            account = forms.account_of(fields)
        except BadForm as error:
            raise _Shut(_refusal(path, error.status, error.reason)) from error
        if account != self.services.settings.twilio_account_sid:
            audit.warning("webhook.foreign_account", route=path, account=account)
            raise _Shut(_ignored(path))
        return Inbound(path, args, fields, environ.get(_TOKEN, ""))

    # -- around the view ------------------------------------------------------------------------

    def _speak(self, inbound: Inbound, view: VoiceView) -> Answer:
        try:
            return Answer(200, "ok", view(inbound))
        except BadForm as error:
            return _refusal(inbound.path, error.status, error.reason)
        except StoreUnavailable as error:
            log.error("webhook.store_away", route=inbound.path, error=str(error))
            self._comfort(inbound)
            return Answer(200, "away", self._ask_again(inbound))
        except (NotFound, RecordBroken) as error:
            audit.warning("webhook.unknown_contact", route=inbound.path, error=str(error))
            self._ask_for(inbound)
            return Answer(200, "unknown", self._ask_again(inbound, unknown=True))
        except (StepRefused, Impossible) as error:
            log.error("webhook.impossible", route=inbound.path, error=repr(error), **_who(inbound))
            return Answer(200, "trouble", self._ask_again(inbound))
        except Exception:
            # A bug of ours must not cost a customer the line; it is loud in the log and counted.
            log.exception("webhook.bug", route=inbound.path, **_who(inbound))
            return Answer(200, "trouble", self._ask_again(inbound))

    def _note(self, inbound: Inbound, view: StatusView) -> Answer:
        try:
            view(inbound)
        except BadForm as error:
            return _refusal(inbound.path, error.status, error.reason)
        except StoreUnavailable as error:
            log.error("webhook.store_away", route=inbound.path, error=str(error))
            self._comfort(inbound)
            return Answer(503, "away")
        except (NotFound, RecordBroken) as error:
            audit.warning("webhook.unknown_contact", route=inbound.path, error=str(error))
            self._ask_for(inbound)
            return Answer(204, "unknown")
        except (StepRefused, Impossible) as error:
            log.error("webhook.impossible", route=inbound.path, error=repr(error), **_who(inbound))
            return Answer(204, "trouble")
        return Answer(204, "ok")

    def _comfort(self, inbound: Inbound) -> None:
        """Somebody went away and the contact cannot know: a customer left behind gets music."""
        fields = inbound.fields
        went = fields.get("StatusCallbackEvent") == "participant-leave"
        if not went and fields.get("CallStatus", "") not in ENDINGS:
            return
        if _CONTACT.fullmatch(inbound.contact):
            done = comfort(self.services, inbound.contact)
            log.warning("webhook.comfort", contact=inbound.contact, fate=done.fate, call=done.value)

    def _ask_for(self, inbound: Inbound) -> None:
        """The reconciler rebuilds a contact whose record is lost, if Twilio still has its calls."""
        if _CONTACT.fullmatch(inbound.contact):
            with suppress(StoreUnavailable):
                self.services.live.ask_for(inbound.contact)

    def _ask_again(self, inbound: Inbound, *, unknown: bool = False) -> str:
        """Music, then the same question again with everything that came with it."""
        house = self.houses.known()
        args, fields = inbound.args, inbound.fields
        if inbound.path == urls.HOLD:
            return holding.hold_trouble(house, f"{house.urls.base}{urls.HOLD}?{urlencode(args)}")
        rounds = int(args["w"]) if args.get("w", "").isdigit() else 0
        if unknown and rounds >= _PATIENCE and fields.get("Direction") == "inbound":
            # Nobody remembers this caller: better to begin anew than to wait for ever.
            back = house.urls.incoming()
        else:
            kept = {name: fields[name] for name in _KEPT if fields.get(name)}
            query = {**args, **kept, "w": str(rounds + 1)}
            back = f"{house.urls.base}{inbound.path}?{urlencode(query)}"
        return voice.trouble(house, house.language, back, first=rounds == 0)


class _Shut(Exception):
    """The door stays shut; this is the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.result)
        self.answer = answer


_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def _headers(answer: Answer, body: bytes, route: Route) -> list[tuple[str, str]]:
    if answer.status == 204:
        return []
    headers = [("Content-Type", VOICE_TYPE), ("Content-Length", str(len(body)))]
    if answer.status == 405:
        headers.append(("Allow", ", ".join(route.methods)))
    return headers


def _body(environ: WSGIEnvironment) -> bytes:
    """The raw body; BadForm when it is too long or not a form."""
    told: str = environ.get("CONTENT_LENGTH", "")
    length = int(told) if told.isascii() and told.isdigit() else 0
    if length > forms.MAX_BYTES:
        raise BadForm(413, "too_long")
    if not length:
        # For a body that does not say how long it is: one byte more than allowed is enough to know.
        ends = environ.get("wsgi.input_terminated", False)
        return _read(environ["wsgi.input"], forms.MAX_BYTES + 1) if ends else b""
    if not environ.get("CONTENT_TYPE", "").startswith(_FORM_TYPE):
        raise BadForm(415, "not_a_form")
    return _read(environ["wsgi.input"], length)


def _read(stream: Any, most: int) -> bytes:
    body: bytes = stream.read(most)
    return body


def _fields(args: Mapping[str, str], posted: dict[str, str]) -> dict[str, str]:
    """What Twilio posts, and what an earlier answer of ours kept for it in the address."""
    for name in args:
        if name in _KEPT:
            posted.setdefault(name, args[name])
    return posted


def _refusal(path: str, status: int, reason: str, result: str = "malformed") -> Answer:
    audit.warning("webhook.refused", route=path, status=status, reason=reason)
    return Answer(status, result)


def _ignored(path: str) -> Answer:
    if path.startswith("/twilio/status/"):
        return Answer(204, "foreign")
    return Answer(200, "foreign", twiml.response())


def _who(inbound: Inbound) -> dict[str, str]:
    return {
        "contact": inbound.contact,
        "leg": inbound.leg,
        "call": inbound.fields.get("CallSid", ""),
    }
