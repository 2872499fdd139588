"""What passes between an HTTP front and the handlers (`simulator.rest`, `simulator.control`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from simulator.network import Network


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One HTTP request, decoded. ``headers`` has lower-case names; pairs keep their order."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


_JSON = "application/json; charset=utf-8"
# Made once: `json.dumps` makes an encoder at every call that asks for anything unusual.
_spelled = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Handler(Protocol):
    """``simulator.rest.app.handle`` has this shape, and is called under the engine's lock."""

    def __call__(self, network: Network, request: ApiRequest, /) -> ApiResponse: ...


def as_json(status: int, value: Any) -> ApiResponse:
    """A JSON answer."""
    return ApiResponse(status, _spelled(value).encode(), {"Content-Type": _JSON})
