"""Idempotency-Key: a request sent twice has one effect and is answered twice the same.

The key works at two depths. The event is applied under a mark of the key, so that the effect is
single even when SQL is away; the answer itself is kept in SQL (the IETF draft "The Idempotency-Key
HTTP Header Field").
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable

from flask import Response, request

from console import state
from console.guards import asker
from console.problems import Problem
from telephony.errors import Conflict, StoreUnavailable
from telephony.store import ledger
from telephony.store.ledger import StoredResponse

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_log = logging.getLogger(__name__)


def answer(perform: Callable[[str], Response]) -> Response:
    """Perform the request, or answer as its first copy was answered.

    `perform` gets the mark under which its event must be applied ('' without a key). Only answers
    that mean success are kept: a refusal may be tried again under the same key.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return perform("")
    if not _KEY.fullmatch(key):
        raise Problem(
            422, "invalid", "Idempotency-Key: 1 to 200 visible ASCII characters without spaces."
        )
    who, content = asker().name, _content()
    kept = _kept(who, key, content)
    if kept is not None:
        return _again(kept)
    mark = hashlib.sha256(f"{who} {key} {content}".encode()).hexdigest()[:32]
    return _keep(who, key, content, perform(f"api-{mark}"))


def _content() -> str:
    """What the request asks for; spaces and the order of fields do not matter."""
    body = request.get_json(silent=True) if request.get_data(cache=True) else None
    asked = json.dumps([request.method, request.path, body], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def _kept(who: str, key: str, content: str) -> StoredResponse | None:
    try:
        return ledger.stored_response(state.services().ledger, who, key, content)
    except Conflict as error:
        raise Problem(422, "key_reused") from error
    except StoreUnavailable as error:
        _log.warning("answers kept by key cannot be read: %s", error)
        return None


def _keep(who: str, key: str, content: str, fresh: Response) -> Response:
    services = state.services()
    body = fresh.get_data(as_text=True)
    kept = StoredResponse(fresh.status_code, body)
    try:
        first = ledger.store_response(
            services.ledger, who, key, content, kept, now=services.clock.now_ms()
        )
    except Conflict as error:
        raise Problem(422, "key_reused") from error
    except StoreUnavailable as error:
        _log.warning("an answer was not kept by its key: %s", error)
        return fresh
    fresh.set_data(first.body)
    fresh.status_code = first.status
    return fresh


def _again(kept: StoredResponse) -> Response:
    again = Response(kept.body, kept.status, mimetype="application/json")
    again.headers["Idempotent-Replayed"] = "true"
    found = again.get_json(silent=True)
    if isinstance(found, dict) and "contact" in found and "id" in found:
        again.headers["Location"] = f"/api/v1/transfers/{found['id']}"
    return again
