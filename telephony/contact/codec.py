"""A contact as text and back: JSON, versioned, small (fields at their default are left out).

A field that a newer version added is ignored by an older one and defaulted by the newer, so that
two versions can run side by side during a deploy. Whatever does not fit raises ``Corrupt``.
"""

from __future__ import annotations

from typing import cast

import msgspec

from telephony.contact.events import Event
from telephony.contact.model import Contact

__all__ = ["Corrupt", "decode", "encode", "event_data", "event_text"]

_writer = msgspec.json.Encoder()
_reader = msgspec.json.Decoder(Contact)


class Corrupt(ValueError):
    """A stored contact cannot be read. Set the record aside and open a ticket."""


def encode(contact: Contact) -> bytes:
    """The contact as JSON text in UTF-8."""
    return _writer.encode(contact)


def decode(text: str | bytes) -> Contact:
    """The contact that ``encode`` wrote. Raises Corrupt."""
    try:
        return _reader.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Corrupt(f"stored contact cannot be read: {error}") from error


def event_text(event: Event) -> bytes:
    """The fields of an event as JSON text, for the journal; the kind is the class name."""
    return _writer.encode(event)


def event_data(event: Event) -> dict[str, object]:
    """The same, as the journal's readers see it."""
    return cast(dict[str, object], msgspec.to_builtins(event))
