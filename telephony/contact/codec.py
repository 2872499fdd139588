"""A contact as text and back: JSON, versioned, small (fields at their default are left out).

A field that a newer version added is ignored by an older one and defaulted by the newer, so that
two versions can run side by side during a deploy. Whatever does not fit raises ``Corrupt``.
"""

from __future__ import annotations

import json
from typing import cast

from telephony.contact.coders import Corrupt, reader, writer
from telephony.contact.events import Event
from telephony.contact.model import Contact

__all__ = ["FORMAT", "Corrupt", "decode", "encode", "event_data", "event_text"]

FORMAT = 1
_END = f',"format":{FORMAT}}}'


def encode(contact: Contact) -> str:
    """The contact as JSON text."""
    return writer(Contact)(contact)[:-1] + _END


def decode(text: str | bytes) -> Contact:
    """The contact that ``encode`` wrote. Raises Corrupt."""
    try:
        body = json.loads(text)
        if body["format"] != FORMAT:
            raise Corrupt(f"contact format {body['format']!r} is not {FORMAT}")
        return cast(Contact, reader(Contact)(body))
    except Corrupt:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Corrupt(f"stored contact cannot be read: {error!r}") from error


def event_text(event: Event) -> str:
    """The fields of an event as JSON text, for the journal; the kind is the class name."""
    return writer(type(event))(event)


def event_data(event: Event) -> dict[str, object]:
    """The same, as the journal's readers see it."""
    return cast(dict[str, object], json.loads(event_text(event)))
