"""The blueprint that all routes of the JSON API hang on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from apiflask import APIBlueprint

from console.problems import MEDIA_TYPE
from console.reasons import explain

PREFIX = "/api/v1"
_View = TypeVar("_View", bound=Callable[..., Any])

api = APIBlueprint("api", __name__, url_prefix=PREFIX)

_STATUS_WORDS = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    409: "conflict",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}
_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problems(*statuses: int, stream: str = "", empty: str = "") -> Callable[[_View], _View]:
    """Document which errors a route may answer with, and a `stream` or an `empty` answer."""
    responses: dict[int | str, Any] = {
        status: {"description": explain(_STATUS_WORDS[status]).title, "content": _CONTENT}
        for status in statuses
    }
    if stream:
        content = {"text/event-stream": {"schema": {"type": "string"}}}
        responses[200] = {"description": stream, "content": content}
    if empty:
        responses[204] = {"description": empty}

    def document(view: _View) -> _View:
        return api.doc(responses=responses)(view)

    return document
