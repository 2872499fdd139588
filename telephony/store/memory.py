"""Contacts that this process has read or written last, by the text of their record.

Reading a record is the dearest part of a step, and most webhooks meet a contact exactly as the same
process left it. The text decides, not the version: whatever another process or a restored Redis
has made of the contact is another text, and is read anew. Contacts never change, so they can be
shared.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from telephony.contact.model import Contact

SIZE = 1_000


class Memory:
    """The newest record of each of the contacts that were used last; safe between threads."""

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[bytes, Contact]] = OrderedDict()

    def recall(self, contact_id: str, record: bytes) -> Contact | None:
        """The contact behind exactly this record, if it is remembered."""
        kept = self._kept.get(contact_id)
        return kept[1] if kept is not None and kept[0] == record else None

    def newest(self, contact_id: str) -> Contact | None:
        """The contact as this process knows it; somebody else may have changed it since."""
        kept = self._kept.get(contact_id)
        return kept[1] if kept is not None else None

    def record_of(self, contact: Contact) -> bytes | None:
        """The record behind exactly this contact, if it is remembered."""
        kept = self._kept.get(contact.id)
        return kept[0] if kept is not None and kept[1] is contact else None

    def keep(self, record: bytes, contact: Contact) -> None:
        """Remember what a record says; the contact that was used longest ago is forgotten."""
        with self._lock:
            self._kept[contact.id] = (record, contact)
            self._kept.move_to_end(contact.id)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
