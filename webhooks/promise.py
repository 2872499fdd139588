"""The link in the text message: a customer sees, moves or cancels their promised call.

The unguessable word in the address is the key; whoever has it is the customer. Looking changes
nothing (message apps open links on their own), and no page says more than the message did.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from telephony.contact.edit import Refused as StepRefused
from telephony.contact.events import Event, PromiseCancelled, PromiseMoved
from telephony.errors import NotFound, RecordBroken, Refused, StoreUnavailable
from telephony.prompts import speak_time
from telephony.routing.model import written_name
from telephony.routing.promises import PromiseWindow, offered_windows, promise_window, too_far
from telephony.store.ledger import (
    PromiseRecord,
    PromiseState,
    close_promise,
    move_promise,
    promise_by_token,
)
from telephony.twilio.urls import PROMISE
from webhooks.guard import Door
from webhooks.house import moment
from webhooks.promise_words import words

log = structlog.get_logger("webhooks")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
_MOMENT = re.compile(r"[0-9]{1,15}")
_MAX_BODY = 2_000


@dataclass(frozen=True)
class Offer:
    """One other time that the customer may choose; ``at`` in ms."""

    at: int
    label: str


@dataclass(frozen=True)
class PromisePage:
    """The views behind the link."""

    door: Door

    def show(self, token: str) -> ResponseReturnValue:
        """When we will call, and what else is possible. Changes nothing."""
        try:
            return self._page(self._promise(token))
        except NotFound:
            return self._plain(404, "unknown")
        except StoreUnavailable:
            return self._plain(503, "later")

    def change(self, token: str) -> ResponseReturnValue:
        """Move the promise to one of the offered times, or cancel it."""
        request.max_content_length = _MAX_BODY
        try:
            promise = self._promise(token)
            if request.form.get("do") == "cancel":
                self._cancel(promise)
            else:
                self._move(promise, request.form.get("at", ""))
        except NotFound:
            return self._plain(404, "unknown")
        except (Refused, StepRefused):
            pass  # It ended, or was moved, in the meantime: the page says how it stands now.
        except StoreUnavailable:
            return self._plain(503, "later")
        return redirect(PROMISE + token, code=303)

    def _promise(self, token: str) -> PromiseRecord:
        if not _TOKEN.fullmatch(token):
            raise NotFound("This is not a link of ours.")
        return promise_by_token(self.door.services.ledger, token)

    def _cancel(self, promise: PromiseRecord) -> None:
        services = self.door.services
        # The contact first: what is being dialled for this promise stops at once.
        self._tell(promise, PromiseCancelled(promise.id))
        close_promise(
            services.ledger, promise.id, PromiseState.CANCELLED, now=services.clock.now_ms()
        )

    def _move(self, promise: PromiseRecord, at: str) -> None:
        services = self.door.services
        now = services.clock.now_ms()
        # Times that were offered an hour ago are as good, as long as they are still allowed.
        if not _MOMENT.fullmatch(at) or int(at) <= now or too_far(int(at), now):
            raise Refused("time_not_offered")
        window = self._window(promise, moment(int(at)))
        if window is None or _ms(window.begins) != int(at):
            raise Refused("time_not_offered")
        begins, ends = _ms(window.begins), _ms(window.ends)
        moved = move_promise(services.ledger, promise.id, due_from=begins, due_until=ends, now=now)
        self._tell(promise, PromiseMoved(promise.id, begins, ends, moved.attempts))

    def _tell(self, promise: PromiseRecord, event: Event) -> None:
        try:
            self.door.services.dispatch.apply(promise.contact_id, event)
        except (NotFound, RecordBroken) as error:
            # The ledger alone keeps this promise now; the reconciler reads it there.
            log.warning("promise.contact_missing", promise=promise.id, error=str(error))

    def _offers(self, promise: PromiseRecord) -> list[Offer]:
        """Times at which the customer may be called and the department is open."""
        company, _ = self.door.houses.now()
        department = company.departments.get(promise.department)
        if department is None:
            return []
        now = moment(self.door.services.clock.now_ms())
        return [
            Offer(
                _ms(window.begins),
                speak_time(promise.language, window.begins, now, promise.zone),
            )
            for window in offered_windows(company, department, promise.customer, now)
        ]

    def _window(self, promise: PromiseRecord, at: datetime) -> PromiseWindow | None:
        company, _ = self.door.houses.now()
        department = company.departments.get(promise.department)
        if department is None:
            return None
        return promise_window(company, department, promise.customer, at)

    def _page(self, promise: PromiseRecord) -> Response:
        company, _ = self.door.houses.now()
        department = company.departments.get(promise.department)
        name = written_name(company, department, promise.language) if department else company.name
        now = moment(self.door.services.clock.now_ms())
        is_open = promise.state is PromiseState.OPEN
        return _html(
            200,
            language=promise.language,
            words=words(promise.language),
            state=promise.state.value,
            department=name,
            company=company.name,
            when=speak_time(promise.language, moment(promise.due_from), now, promise.zone),
            offers=self._offers(promise) if is_open else [],
        )

    def _plain(self, status: int, state: str) -> Response:
        house = self.door.houses.known()
        return _html(
            status,
            language=house.language,
            words=words(house.language),
            state=state,
            company=house.company,
        )


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _html(status: int, **values: object) -> Response:
    nonce = secrets.token_urlsafe(12)
    page = Response(
        render_template("promise.html", nonce=nonce, **values),
        status=status,
        content_type="text/html; charset=utf-8",
    )
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["X-Robots-Tag"] = "noindex"
    page.headers["X-Content-Type-Options"] = "nosniff"
    page.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return page


def register(app: Flask, door: Door) -> None:
    """No session and no signature here: the word in the address is the key."""
    views = PromisePage(door)
    rule = PROMISE + "<token>"
    app.add_url_rule(rule, endpoint="promise.show", view_func=views.show)
    app.add_url_rule(rule, endpoint="promise.change", view_func=views.change, methods=["POST"])
