"""The short forms in which spans, rungs and destinations stand in a routing file.

`09:00-17:00`, `agent` or `{overflow: support}`, `operator` or `{department: billing}`. Each form
is read by one function and written by one, side by side, so that export and import agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, SerializerFunctionWrapHandler

from telephony.contact.plans import Rung, RungKind

DAY_MINUTES = 24 * 60
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, in minutes since local midnight; an end past midnight exceeds 1440."""

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end if self.end <= DAY_MINUTES else self.end - DAY_MINUTES
        return f"{self.start // 60:02}:{self.start % 60:02}-{end // 60:02}:{end % 60:02}"


def _read_span(value: Any) -> Any:
    if isinstance(value, Span):
        return value
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be a span of hours such as 09:00-17:00 or 22:00-06:00")
    from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if end > DAY_MINUTES:
        raise ValueError("must not end after 24:00; write 22:00-06:00 to go past midnight")
    if start == end:
        raise ValueError("begins when it ends; the whole day is 00:00-24:00")
    return Span(start, end if end > start else end + DAY_MINUTES)


SpanForm = Annotated[Span, BeforeValidator(_read_span), PlainSerializer(str)]


@dataclass(frozen=True)
class Destination:
    """Where a number or a key leads; `name` is the department, menu or language."""

    kind: Literal["department", "menu", "language", "repeat", "operator"]
    name: str = ""


_NAMED = ("department", "menu", "language")
_UNNAMED = ("repeat", "operator")


def _read_destination(value: Any) -> Any:
    if isinstance(value, Destination):
        return value
    kind, name = _word_or_pair(value)
    if kind in _UNNAMED and not name:
        return Destination(kind)  # type: ignore[arg-type]  # the line above compared it
    if kind in _NAMED and name:
        return Destination(kind, name)  # type: ignore[arg-type]
    raise ValueError("must be repeat, operator, {department: KEY}, {menu: KEY} or {language: CODE}")


def _write_destination(value: Destination) -> Any:
    return {value.kind: value.name} if value.name else value.kind


DestinationForm = Annotated[
    Destination, BeforeValidator(_read_destination), PlainSerializer(_write_destination)
]


def _read_rung(value: Any) -> Any:
    if isinstance(value, Rung):
        return value
    kind, name = _word_or_pair(value)
    known = set(RungKind)
    if kind in known and bool(name) == (kind == RungKind.OVERFLOW):
        return Rung(RungKind(kind), name)
    raise ValueError("must be agent, callback, message, ticket or {overflow: DEPARTMENT}")


def _write_rung(value: Rung) -> Any:
    return {str(value.kind): value.department} if value.department else str(value.kind)


RungForm = Annotated[Rung, BeforeValidator(_read_rung), PlainSerializer(_write_rung)]


def _word_or_pair(value: Any) -> tuple[str, str]:
    """`word` as (word, "") and `{word: name}` as (word, name); ("", "") for anything else."""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, Mapping) and len(value) == 1:
        ((word, name),) = value.items()
        if isinstance(word, str) and isinstance(name, str):
            return word, name
    return "", ""


def _name_entries(value: Any) -> Any:
    """Tell each entry of a mapping its own key, which the file gives only once."""
    if not isinstance(value, Mapping):
        return value
    named: dict[Any, Any] = {}
    for key, entry in value.items():
        if isinstance(entry, Mapping) and "key" not in entry:
            named[key] = {**entry, "key": key}
        elif isinstance(entry, Mapping):
            raise ValueError(f"{key}: the key stands before the colon; remove 'key' inside")
        else:
            named[key] = entry
    return named


keyed = BeforeValidator(_name_entries)


def read_yes(value: Any) -> Any:
    """`true` stands for an entry without details, `false` for none."""
    if value is True or value == "true":
        return {}
    return None if value is False or value == "false" else value


def write_yes(value: Any, write: SerializerFunctionWrapHandler) -> Any:
    """The opposite of `read_yes`."""
    written = write(value)
    return True if written == {} else written
