"""A contact as text and back: JSON, versioned, small (fields at their default are left out).

A field that a newer version added is ignored by an older one and defaulted by the newer, so that
two
versions can run side by side during a deploy. Whatever does not fit raises ``Corrupt``.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, cast, get_args, get_origin, get_type_hints

from telephony.contact import commands, events, model
from telephony.contact.commands import Command
from telephony.contact.events import Event
from telephony.contact.model import Contact

FORMAT = 1

Encoder = Callable[[Any], Any]
Decoder = Callable[[Any], Any]


class Corrupt(ValueError):
    """A stored contact cannot be read. Set the record aside and open a ticket."""


def encode(contact: Contact) -> str:
    """The contact as JSON text."""
    body = _record(Contact)[0](contact)
    body["format"] = FORMAT
    return _WRITER.encode(body)


# A contact is a tree, so nobody need look for circles.
_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


def decode(text: str | bytes) -> Contact:
    """The contact that ``encode`` wrote. Raises Corrupt."""
    try:
        body = json.loads(text)
        if body["format"] != FORMAT:
            raise Corrupt(f"contact format {body['format']!r} is not {FORMAT}")
        return cast(Contact, _record(Contact)[1](body))
    except Corrupt:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Corrupt(f"stored contact cannot be read: {error!r}") from error


def event_data(event: Event) -> dict[str, object]:
    """The fields of an event for the journal; the kind is the class name."""
    return cast(dict[str, object], _record(type(event))[0](event))


_PLANS: dict[type, tuple[Encoder, Decoder]] = {}


def _record(cls: type) -> tuple[Encoder, Decoder]:
    """The coder of a dataclass, made once."""
    if cls not in _PLANS:
        _PLANS[cls] = _make_record(cls)
    return _PLANS[cls]


def _make_record(cls: type) -> tuple[Encoder, Decoder]:
    hints = get_type_hints(cls, vars(model) | vars(commands) | vars(events))
    coders = {field.name: _coder(hints[field.name]) for field in fields(cls)}
    plan = [(field.name, field.default, coders[field.name][0]) for field in fields(cls)]
    decoders = {name: decoder for name, (_, decoder) in coders.items()}

    def encode_record(value: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, default, encoder in plan:
            item = getattr(value, name)
            if item is not default and item != default:
                out[name] = item if encoder is _same else encoder(item)
        return out

    def decode_record(body: dict[str, Any]) -> Any:
        given: dict[str, Any] = {}
        for name, value in body.items():
            decoder = decoders.get(name)
            if decoder is not None:
                given[name] = decoder(value)
        # A missing field without a default is a TypeError, which ``decode`` reports.
        return cls(**given)

    return encode_record, decode_record


def _same(value: Any) -> Any:
    return value


def _scalar(kind: type) -> Decoder:
    def decode_scalar(value: Any) -> Any:
        if type(value) is not kind:
            raise Corrupt(f"{value!r} is not {kind.__name__}")
        return value

    return decode_scalar


def _coder(hint: Any) -> tuple[Encoder, Decoder]:
    if get_origin(hint) in {types.UnionType, typing.Union}:
        return _optional(hint)
    if get_origin(hint) is tuple:
        return _sequence(hint)
    if hint is Command:
        return _tagged()
    if is_dataclass(hint):
        return _record(cast(type, hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        members: dict[str, StrEnum] = {member.value: member for member in hint}
        return _same, members.__getitem__
    return _same, _scalar(hint)


def _optional(hint: Any) -> tuple[Encoder, Decoder]:
    (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
    encoder, decoder = _coder(inner)
    return (
        lambda value: None if value is None else encoder(value),
        lambda value: None if value is None else decoder(value),
    )


def _sequence(hint: Any) -> tuple[Encoder, Decoder]:
    encoder, decoder = _coder(get_args(hint)[0])
    return (
        lambda value: [encoder(item) for item in value],
        lambda value: tuple(decoder(item) for item in value),
    )


_COMMANDS = {kind.__name__: kind for kind in vars(commands).values() if isinstance(kind, type)}


def _tagged() -> tuple[Encoder, Decoder]:
    def encode_tagged(value: Command) -> list[Any]:
        return [type(value).__name__, _record(type(value))[0](value)]

    def decode_tagged(body: list[Any]) -> Any:
        name, data = body
        return _record(_COMMANDS[name])[1](data)

    return encode_tagged, decode_tagged
