"""What goes over the wire: form fields, a parsed request, answers, errors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.api import ApiRequest, ApiResponse, as_json
from simulator.errors import TwilioError

Json = dict[str, Any]


class Fields(Mapping[str, str]):
    """The fields of a form or query string; a name may come several times.

    Looking a name up gives its last value.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        return self._values[name][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value given under `name`, in order; empty if it was not sent."""
        return tuple(self._values.get(name, ()))

    def pairs(self) -> list[tuple[str, str]]:
        """All fields as (name, value) pairs."""
        return [(name, value) for name, values in self._values.items() for value in values]


@dataclass(frozen=True, slots=True)
class Request:
    """One REST request as the resources read it."""

    path: str
    query: Fields
    form: Fields


def read(request: ApiRequest) -> Request:
    """The request with its query and form as `Fields`."""
    return Request(
        path=request.path,
        query=Fields(request.query),
        form=Fields(request.form),
    )


def ok(body: Json) -> ApiResponse:
    """200 with a resource."""
    return as_json(200, body)


def created(body: Json) -> ApiResponse:
    """201 with the resource just made."""
    return as_json(201, body)


def no_content() -> ApiResponse:
    """204, the answer to every successful DELETE."""
    return ApiResponse(204)


def error_answer(error: TwilioError) -> ApiResponse:
    """An error as the 2010 API writes it: code, message, more_info, status."""
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.http_status,
    }
    answer = as_json(error.http_status, body)
    if error.http_status != 401:
        return answer
    challenge = {**answer.headers, "WWW-Authenticate": 'Basic realm="Twilio API"'}
    return ApiResponse(answer.status, answer.body, challenge)


def basic_auth(request: ApiRequest) -> tuple[str, str] | None:
    """User and password of the Authorization header (RFC 7617), or None."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, _, password = text.partition(":")
    return user, password
