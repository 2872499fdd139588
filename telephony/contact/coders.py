"""Writers and readers of records, each written out once for its class from the types of its fields.

A loop over the fields, asking each time what it is, took most of the time of a webhook. The
generated functions do exactly what one would write by hand for the class: a writer leaves out what
is at its default, a reader takes the fields it knows and checks each one's type.

    def write(record):                          def read(body):
        text = ',"id":' + quote(record.id)          call = body.get("call", "")
        value = record.call                         if type(call) is not str: raise …
        if value: text += ',"call":' + …            return make(id, role, …, call, …)
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from json.encoder import encode_basestring
from typing import Any, cast, get_args, get_origin, get_type_hints

from telephony.contact import commands, events, model, plans
from telephony.contact.commands import Command, Pending
from telephony.contact.model import Hunt, Leg, Promise, Transfer
from telephony.contact.plans import Plan
from telephony.contact.records import maker

Writer = Callable[[Any], str]
Reader = Callable[[Any], Any]


class Corrupt(ValueError):
    """A stored contact cannot be read. Set the record aside and open a ticket."""


KEPT = frozenset({Leg, Hunt, Plan, Transfer, Promise, Pending})
"""Parts of a contact that most steps leave as they are: their text is used again."""

KEPT_MOST = 4_096
_texts: dict[int, tuple[object, str]] = {}


def _kept(write: Writer) -> Writer:
    """The writer, with a memory. Records never change, so the same one has the same text; it is
    held with its text, so that no other can get its identity meanwhile.
    """

    def write_or_recall(record: Any) -> str:
        known = _texts.get(id(record))
        if known is not None and known[0] is record:
            return known[1]
        text = write(record)
        if len(_texts) >= KEPT_MOST:
            _texts.clear()
        _texts[id(record)] = (record, text)
        return text

    return write_or_recall


# -- whole records -------------------------------------------------------------------------------


_writers: dict[type, Writer] = {}
_readers: dict[type, Reader] = {}


def writer(kind: type) -> Writer:
    """The function that makes the JSON text of a record of this class."""
    if kind not in _writers:
        _writers[kind] = _kept(_make_writer(kind)) if kind in KEPT else _make_writer(kind)
    return _writers[kind]


def reader(kind: type) -> Reader:
    """The function that makes a record of this class from parsed JSON. Raises Corrupt, KeyError."""
    if kind not in _readers:
        _readers[kind] = _make_reader(kind)
    return _readers[kind]


def _make_writer(kind: type) -> Writer:
    hints = _hints(kind)
    given: dict[str, Any] = {"quote": encode_basestring}
    lines = ["def write(record):", " text = ''"]
    for place, field in enumerate(fields(kind)):
        given[f"default_{place}"] = field.default
        said = _SAID.get(hints[field.name])
        if said is None:
            given[f"text_{place}"] = _value_writer(hints[field.name])
            said = f"text_{place}(value)"
        lines.append(f" value = record.{field.name}")
        lines.append(f" if {_differs(field, place)}:")
        lines.append(f"""  text += ',"{field.name}":' + {said}""")
    exec("\n".join([*lines, " return '{' + text[1:] + '}'"]), given)
    return cast(Writer, given["write"])


_SAID: dict[Any, str] = {str: "quote(value)", int: "f'{value}'"}
"""How the commonest values are written, without another call."""


def _differs(field: Field[Any], place: int) -> str:
    """The condition under which a value is written; the cheapest one that is right."""
    if field.default is MISSING:
        return "True"
    if field.default is None:
        return "value is not None"
    # Truth is enough where the default is the one empty value of its type.
    return "value" if not field.default else f"value != default_{place}"


def _make_reader(kind: type) -> Reader:
    hints = _hints(kind)
    given: dict[str, Any] = {"make": maker(kind), "Corrupt": Corrupt}
    lines = ["def read(body):", " get = body.get"]
    names = []
    for place, field in enumerate(fields(kind)):
        read = _value_reader(hints[field.name])
        given[f"read_{place}"], given[f"default_{place}"] = read, field.default
        lines += _taking(field, place, isinstance(read, type))
        names.append(f"v{place}")
    exec("\n".join([*lines, f" return make({', '.join(names)})"]), given)
    return cast(Reader, given["read"])


def _taking(field: Field[Any], place: int, scalar: bool) -> list[str]:
    """The lines that take one field out of the body."""
    value, key = f"v{place}", f'"{field.name}"'
    required = field.default is MISSING
    took = f" {value} = body[{key}]" if required else f" {value} = get({key}, default_{place})"
    if scalar:
        wrong = f"""raise Corrupt(f"{field.name}: {{{value}!r}} is of another kind")"""
        return [took, f" if type({value}) is not read_{place}: {wrong}"]
    given = "" if required else f" if {value} is not default_{place}:"
    return [took, f"{given} {value} = read_{place}({value})"]


# -- values by their type ------------------------------------------------------------------------


def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, vars(plans) | vars(model) | vars(commands) | vars(events))


def _value_writer(hint: Any) -> Writer:
    if get_origin(hint) in {types.UnionType, typing.Union}:
        inner = _value_writer(_inner(hint))
        return lambda value: "null" if value is None else inner(value)
    if get_origin(hint) is tuple:
        item = _value_writer(get_args(hint)[0])
        return lambda value: "[" + ",".join([item(each) for each in value]) + "]"
    if hint is Command:
        return lambda value: f'["{type(value).__name__}",{writer(type(value))(value)}]'
    if is_dataclass(hint):
        return writer(cast(type, hint))
    if hint is bool:
        return lambda value: "true" if value else "false"
    # ``str`` would give a word of a StrEnum; numbers are plain integers.
    return int.__repr__ if hint is int else encode_basestring


def _value_reader(hint: Any) -> Reader:
    """How to read a value; for what JSON has itself, its type."""
    if get_origin(hint) in {types.UnionType, typing.Union}:
        inner = _reading(_inner(hint))
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        return _sequence_reader(_reading(get_args(hint)[0]))
    if hint is Command:
        return _read_command
    if is_dataclass(hint):
        return reader(cast(type, hint))
    if issubclass(hint, StrEnum):
        members: dict[str, StrEnum] = {member.value: member for member in hint}
        return members.__getitem__
    return cast(type, hint)


def _sequence_reader(item: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise Corrupt(f"{value!r} is not a list")
        return tuple([item(each) for each in value])

    return read


def _reading(hint: Any) -> Reader:
    """The same, as a function that checks."""
    read = _value_reader(hint)
    if not isinstance(read, type):
        return read

    def check(value: Any) -> Any:
        if type(value) is not read:
            raise Corrupt(f"{value!r} is not {read.__name__}")
        return value

    return check


def _inner(hint: Any) -> Any:
    """What an optional value is when it is not None."""
    (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
    return inner


_COMMANDS = {kind.__name__: kind for kind in vars(commands).values() if isinstance(kind, type)}


def _read_command(body: list[Any]) -> Any:
    name, data = body
    return reader(_COMMANDS[name])(data)
