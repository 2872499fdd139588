"""The door that every /twilio/ request passes: size, signature, schema, account; then the view.

A view gets an `Inbound` and returns a document (voice) or nothing (status). What goes wrong inside
never drops a caller: a voice request is answered with music that comes back to ask again, a status
request with 503, so that Twilio delivers it once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from flask import Flask, Response, request

from telephony.contact.edit import Impossible
from telephony.contact.edit import Refused as StepRefused
from telephony.errors import NotFound, StoreUnavailable
from telephony.store.live import RecordBroken
from telephony.twilio import forms, signature, twiml, urls, voice
from telephony.twilio.forms import BadForm
from webhooks import metrics
from webhooks.house import Houses

if TYPE_CHECKING:
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
_PATIENCE = 2  # rounds of music before an unknown caller is led to the beginning
_TOKEN = "HTTP_I_TWILIO_IDEMPOTENCY_TOKEN"


@dataclass(frozen=True, slots=True)
class Inbound:
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


VoiceView = Callable[[Inbound], str]
StatusView = Callable[[Inbound], None]


@dataclass(frozen=True)
class Door:
    """Registers guarded routes on an app."""

    app: Flask
    services: Services
    houses: Houses
    verifier: signature.Verifier = field(init=False)

    def __post_init__(self) -> None:
        settings = self.services.settings
        token = settings.twilio_auth_token.get_secret_value()
        object.__setattr__(self, "verifier", signature.verifier(token, settings.public_url))

    def voice(self, path: str, view: VoiceView, *, methods: tuple[str, ...] = ("POST",)) -> None:
        """A route that answers with TwiML, whatever happens inside."""
        self._route(path, methods, lambda inbound: self._speak(inbound, view))

    def status(self, path: str, view: StatusView) -> None:
        """A route that takes news: 204, or 503 when the news could not be kept."""
        self._route(path, ("POST",), lambda inbound: self._note(inbound, view))

    def _route(
        self,
        path: str,
        methods: tuple[str, ...],
        answer: Callable[[Inbound], tuple[Response, str]],
    ) -> None:
        def endpoint() -> Response:
            began = time.perf_counter()
            try:
                response, result = answer(self._inbound(path))
            except _Shut as shut:
                response, result = shut.response, shut.result
            metrics.answered(path, result, time.perf_counter() - began)
            return response

        self.app.add_url_rule(
            path,
            endpoint=path,
            view_func=endpoint,
            methods=list(methods),
            provide_automatic_options=False,
        )

    # -- before the view ------------------------------------------------------------------------

    def _inbound(self, path: str) -> Inbound:
        environ = request.environ
        query: str = environ.get("QUERY_STRING", "")
        posted = environ["REQUEST_METHOD"] == "POST"
        try:
            body = _body() if posted else b""
            pairs = forms.pairs_of(body)
            target = f"{path}?{query}" if query else path
            if not self.verifier.valid(target, pairs, environ.get("HTTP_X_TWILIO_SIGNATURE")):
                raise _Shut(_refusal(403, "forged"), "forged")
            args = forms.fields_of(forms.pairs_of(query.encode("latin-1"))) if query else {}
            fields = _fields(args, forms.fields_of(pairs)) if posted else args
            account = forms.account_of(fields)
        except BadForm as error:
            raise _Shut(_refusal(error.status, error.reason), "malformed") from error
        if account != self.services.settings.twilio_account_sid:
            audit.warning("webhook.foreign_account", route=path, account=account)
            raise _Shut(_ignored(path), "foreign")
        return Inbound(path, args, fields, environ.get(_TOKEN, ""))

    # -- around the view ------------------------------------------------------------------------

    def _speak(self, inbound: Inbound, view: VoiceView) -> tuple[Response, str]:
        try:
            return _document(view(inbound)), "ok"
        except BadForm as error:
            return _refusal(error.status, error.reason), "malformed"
        except StoreUnavailable as error:
            log.error("webhook.store_away", route=inbound.path, error=str(error))
            return _document(self._ask_again(inbound)), "away"
        except (NotFound, RecordBroken) as error:
            audit.warning("webhook.unknown_contact", route=inbound.path, error=str(error))
            return _document(self._ask_again(inbound, unknown=True)), "unknown"
        except (StepRefused, Impossible) as error:
            log.error("webhook.impossible", route=inbound.path, error=repr(error), **_who(inbound))
            return _document(self._ask_again(inbound)), "trouble"
        except Exception:
            # A bug of ours must not cost a customer the line; it is loud in the log and counted.
            log.exception("webhook.bug", route=inbound.path, **_who(inbound))
            return _document(self._ask_again(inbound)), "trouble"

    def _note(self, inbound: Inbound, view: StatusView) -> tuple[Response, str]:
        try:
            view(inbound)
        except BadForm as error:
            return _refusal(error.status, error.reason), "malformed"
        except StoreUnavailable as error:
            log.error("webhook.store_away", route=inbound.path, error=str(error))
            return Response(status=503), "away"
        except (NotFound, RecordBroken) as error:
            audit.warning("webhook.unknown_contact", route=inbound.path, error=str(error))
            return Response(status=204), "unknown"
        except (StepRefused, Impossible) as error:
            log.error("webhook.impossible", route=inbound.path, error=repr(error), **_who(inbound))
            return Response(status=204), "trouble"
        return Response(status=204), "ok"

    def _ask_again(self, inbound: Inbound, *, unknown: bool = False) -> str:
        """Music, then the same question again with everything that came with it."""
        house = self.houses.known()
        args, fields = inbound.args, inbound.fields
        if inbound.path == urls.HOLD:
            return voice.hold_trouble(house, f"{house.urls.base}{urls.HOLD}?{urlencode(args)}")
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

    def __init__(self, response: Response, result: str) -> None:
        super().__init__(result)
        self.response = response
        self.result = result


def _body() -> bytes:
    """The raw body; BadForm when it is too long or not a form."""
    length = request.content_length
    if length is not None and length > forms.MAX_BYTES:
        raise BadForm(413, "too_long")
    kind = request.environ.get("CONTENT_TYPE", "")
    if length and not kind.startswith(_FORM_TYPE):
        raise BadForm(415, "not_a_form")
    # For a body that does not say how long it is: one byte more than allowed is enough to know.
    request.max_content_length = forms.MAX_BYTES + 1
    return request.get_data(cache=False)


def _fields(args: Mapping[str, str], posted: dict[str, str]) -> dict[str, str]:
    """What Twilio posts, and what an earlier answer of ours kept for it in the address."""
    for name in _KEPT:
        if name in args and name not in posted:
            posted[name] = args[name]
    return posted


def _refusal(status: int, reason: str) -> Response:
    audit.warning("webhook.refused", route=request.path, status=status, reason=reason)
    return Response(status=status)


def _ignored(path: str) -> Response:
    if path.startswith("/twilio/status/"):
        return Response(status=204)
    return _document(twiml.response())


def _document(text: str) -> Response:
    return Response(text, content_type=VOICE_TYPE)


def _who(inbound: Inbound) -> dict[str, str]:
    return {
        "contact": inbound.contact,
        "leg": inbound.leg,
        "call": inbound.fields.get("CallSid", ""),
    }
