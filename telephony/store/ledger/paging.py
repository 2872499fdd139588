"""Pages that stay right while rows are added: each ends with a cursor that names its last row."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, Row, Select, tuple_

from telephony.errors import BadInput

T = TypeVar("T")
MAX_LIMIT = 1_000
Key = Sequence[Column[Any]]


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows in order, and the cursor of the next page (None: there is no more)."""

    items: tuple[T, ...]
    next: str | None


def fetch_page(
    conn: Connection,
    query: Select[Any],
    key: Key,
    make: Callable[[Row[Any]], T],
    *,
    cursor: str | None,
    limit: int,
    newest_first: bool = False,
) -> Page[T]:
    """Run `query` in the order of `key` (columns that it selects, unique together), from `cursor`.

    Raises BadInput when the cursor did not come from such a page or the limit is out of range.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput("limit", f"it must be between 1 and {MAX_LIMIT}")
    if cursor is not None:
        last = tuple_(*_decode(cursor, key), types=[column.type for column in key])
        place = tuple_(*key)
        query = query.where(place < last if newest_first else place > last)
    order = [column.desc() if newest_first else column.asc() for column in key]
    rows = conn.execute(query.order_by(*order).limit(limit + 1)).all()
    shown = rows[:limit]
    more = len(rows) > limit
    after = cursor_at([shown[-1]._mapping[column] for column in key]) if more else None
    return Page(tuple(make(row) for row in shown), after)


def cursor_at(values: list[Any]) -> str:
    """The cursor after the row whose key has these values."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _decode(cursor: str, key: Key) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadInput("cursor", "it is not one that a page ended with") from error
    kinds = [column.type.python_type for column in key]
    if (
        not isinstance(values, list)
        or [type(value) for value in values] != kinds
        or any(isinstance(value, int) and abs(value) >= 2**63 for value in values)
    ):
        raise BadInput("cursor", "it is not one that a page ended with")
    return values
