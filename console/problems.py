"""Errors as problem details (RFC 9457): what went wrong, a typed reason, and what to do next.

Every error of the API passes through here, so that a program finds the same seven fields whether
it misspelt a path, sent broken JSON or asked for what cannot be. `reason` is the stable word.
"""

from __future__ import annotations

import logging

from apiflask import APIBlueprint
from apiflask.exceptions import HTTPError
from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException

from console.reasons import explain
from telephony import errors
from telephony.contact.edit import Refused

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)

_BY_STATUS = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}


class Problem(Exception):
    """An answer that is an error. `reason` decides the title and the usual next step."""

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str = "",
        *,
        what_to_do: str = "",
        fields: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or reason)
        self.status = status
        self.reason = reason
        self.detail = detail or explain(reason).meaning
        self.what_to_do = what_to_do or explain(reason).what_to_do
        self.fields = fields or {}
        self.headers = headers or {}


def respond(problem: Problem) -> Response:
    """The problem as an HTTP answer."""
    body: dict[str, object] = {
        "type": f"/api/v1/reasons#{problem.reason}",
        "title": explain(problem.reason).title,
        "status": problem.status,
        "detail": problem.detail,
        "reason": problem.reason,
        "what_to_do": problem.what_to_do,
    }
    if problem.fields:
        body["fields"] = problem.fields
    answer = Response(json.dumps(body), problem.status, content_type=MEDIA_TYPE)
    answer.headers.update(problem.headers)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def as_problem(error: Exception) -> Problem:
    """What any error means for the one who asked. A bug becomes a 500 and is logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPError):
        return _of_validation(error)
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, Refused):
        return Problem(409, error.reason)
    if isinstance(error, errors.WarmlineError):
        return _of_warmline(error)
    _log.exception("the request failed", exc_info=error)
    return Problem(500, "internal_error")


def _of_warmline(error: errors.WarmlineError) -> Problem:
    text, advice = str(error), error.what_to_do
    match error:
        case errors.Refused():
            return Problem(409, error.reason, text, what_to_do=advice)
        case errors.NotFound():
            return Problem(404, "not_found", text, what_to_do=advice)
        case errors.Conflict():
            return Problem(409, "conflict", text, what_to_do=advice)
        case errors.BadInput():
            fields = {error.field: [error.problem]}
            return Problem(422, "invalid", text, what_to_do=advice, fields=fields)
        case errors.StoreUnavailable():
            # The text may name hosts; it belongs in the log, not in the answer.
            _log.warning("a store is unavailable: %s", error)
            return Problem(503, "unavailable", headers={"Retry-After": "2"})
    _log.error("the request failed: %s", error)
    return Problem(500, "internal_error")


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    headers = {name: value for name, value in error.get_headers() if name in kept}
    return Problem(status, _BY_STATUS.get(status, "bad_request"), headers=headers)


def _of_validation(error: HTTPError) -> Problem:
    detail = error.detail if isinstance(error.detail, dict) else {}
    fields: dict[str, list[str]] = {}
    for found in detail.values():
        fields |= found
    where = ", ".join(sorted("the whole" if name == "_schema" else name for name in fields))
    return Problem(422, "invalid", f"Some values cannot be used: {where}.", fields=fields)


def install(blueprint: APIBlueprint, prefix: str) -> None:
    """Turn every error below `prefix` into a problem, unknown paths and methods included."""

    def unmatched() -> Response | None:
        # Paths that fit no rule belong to no blueprint, so its error handlers never see them.
        missed = request.routing_exception
        if missed is None or not request.path.startswith(prefix + "/"):
            return None
        # A redirect to the right spelling of a path is an HTTPException with a code below 400.
        if missed.code is not None and missed.code < 400:
            return None
        return respond(as_problem(missed))

    blueprint.before_app_request(unmatched)
    blueprint.register_error_handler(Exception, lambda error: respond(as_problem(error)))


def defaults(app: Flask) -> None:
    """What APIFlask's decorators look up in the configuration of the app that they run in."""
    app.config.setdefault("VALIDATION_ERROR_STATUS_CODE", 422)
    app.config.setdefault("VALIDATION_ERROR_DESCRIPTION", "Validation error")
    app.config.setdefault("BASE_RESPONSE_SCHEMA", None)
    app.config.setdefault("BASE_RESPONSE_DATA_KEY", "data")
