"""Lists in pages, as Twilio's 2010 API gives them.

Every list carries `first_page_uri`, `next_page_uri`, `previous_page_uri`, `uri`, `page`,
`page_size`, `start`, `end` and one key with the records.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from simulator.api import ApiResponse
from simulator.rest.problems import bad_parameter
from simulator.rest.wire import Json, Request, ok

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000
PAGING_NAMES = ("Page", "PageSize", "PageToken")

T = TypeVar("T")


def page_of(
    request: Request,
    key: str,
    records: Sequence[T],
    render: Callable[[T], Json],
    identify: Callable[[T], str],
) -> ApiResponse:
    """Answer with the page of `records` that the query asks for.

    A PageToken names the record next to the page (after it: `PA…`, before it: `PB…`), so that
    records created between two requests neither repeat nor hide one.
    """
    token = request.query.get("PageToken")
    size = _number(request, "PageSize", DEFAULT_SIZE, 1, LARGEST_SIZE)
    number = _number(request, "Page", 0, 0, 10**9)
    begin = _begin(token, records, identify, number, size)
    shown = records[begin : begin + size]
    start = number * size
    following = begin + size < len(records)
    uri = _uri(request, size)
    first = uri(0, None)
    body: Json = {
        "first_page_uri": first,
        "end": start + len(shown) - 1 if shown else 0,
        "previous_page_uri": (
            uri(number - 1, f"PB{identify(shown[0])}") if number > 0 and shown else None
        ),
        "uri": first if number == 0 and token is None else uri(number, token),
        "page_size": size,
        "start": start if shown else 0,
        "next_page_uri": uri(number + 1, f"PA{identify(shown[-1])}") if following else None,
        "page": number,
        key: [render(record) for record in shown],
    }
    return ok(body)


def _begin(
    token: str | None,
    records: Sequence[T],
    identify: Callable[[T], str],
    number: int,
    size: int,
) -> int:
    fallback = number * size
    if token is None:
        return fallback
    if token[:2] not in ("PA", "PB"):
        raise bad_parameter("PageToken", "is not a token that a list gave out")
    position = next((i for i, item in enumerate(records) if identify(item) == token[2:]), None)
    if position is None:
        return fallback
    return position + 1 if token.startswith("PA") else max(0, position - size)


def _uri(request: Request, size: int) -> Callable[[int, str | None], str]:
    kept = [(name, value) for name, value in request.query.pairs() if name not in PAGING_NAMES]

    def uri(number: int, token: str | None) -> str:
        fields = [*kept, ("PageSize", str(size)), ("Page", str(number))]
        if token is not None:
            fields.append(("PageToken", token))
        return f"{request.path}?{urlencode(fields)}"

    return uri


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    value = request.query.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        raise bad_parameter(name, f"must be a whole number from {least} to {most}")
    return int(value)
