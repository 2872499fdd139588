"""Contacts that this process has read or written last, by the text of their record.

Reading a record is the dearest part of a step, and most webhooks meet a contact exactly as the same
process left it. The text decides, not the version: whatever another process or a restored Redis
has made of the contact is another text, and is read anew. Contacts never change, so they can be
shared.
"""

from __future__ import annotations

from telephony.contact.model import Contact

SIZE = 1_000

Kept = tuple[bytes, Contact]


class Memory:
    """The newest record of each of the contacts that were used last: at least ``size`` of them.

    Two generations: when the young one is full, it becomes the old one, and what nobody has used
    since is forgotten with the one before. So nothing is sorted and threads need no lock.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._young: dict[str, Kept] = {}
        self._old: dict[str, Kept] = {}

    def recall(self, contact_id: str, record: bytes) -> Contact | None:
        """The contact behind exactly this record, if it is remembered."""
        kept = self._find(contact_id)
        return kept[1] if kept is not None and kept[0] == record else None

    def newest(self, contact_id: str) -> Contact | None:
        """The contact as this process knows it; somebody else may have changed it since."""
        kept = self._find(contact_id)
        return kept[1] if kept is not None else None

    def record_of(self, contact: Contact) -> bytes | None:
        """The record behind exactly this contact, if it is remembered."""
        kept = self._find(contact.id)
        return kept[0] if kept is not None and kept[1] is contact else None

    def keep(self, record: bytes, contact: Contact) -> None:
        """Remember what a record says."""
        young = self._young
        young[contact.id] = (record, contact)
        if len(young) > self._size:
            self._old, self._young = young, {}

    def _find(self, contact_id: str) -> Kept | None:
        # The old generation first: were it the other way round, the young one could move there
        # between the two looks.
        old = self._old
        return self._young.get(contact_id) or old.get(contact_id)
