"""Where the console finds things: contacts, the company, presence."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from telephony.contact.model import Contact
from telephony.errors import NotFound, RecordBroken
from telephony.routing.model import Company, Member
from telephony.store.floor import Presence, Present

if TYPE_CHECKING:
    from telephony.bootstrap import Services

_CONTACT_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def contact(services: Services, contact_id: str) -> Contact | None:
    """A live contact, or one that ended less than a day ago."""
    if not _CONTACT_ID.fullmatch(contact_id):
        return None
    try:
        return services.live.load(contact_id).contact
    except (NotFound, RecordBroken):
        return None


def company(services: Services) -> Company:
    """The routing that is published now."""
    return services.routing.company()


def department_names(services: Services) -> Mapping[str, str]:
    """What departments are called on screens, by key. A contact itself knows only the word that
    was spoken to the customer, in the customer's language.
    """
    return {key: each.name for key, each in company(services).departments.items()}


def moment(ms: int) -> datetime:
    """A moment that knows its time zone."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def softphone(identity: str) -> str:
    """The name under which a softphone registers at Twilio: the address without `client:`."""
    return identity.removeprefix("client:")


def contacts_of_phone(services: Services, address: str) -> list[str]:
    """The contacts that this phone rings or talks for now."""
    claims = services.live.claims()
    return [claims[address]] if address in claims else []


def free(member: Member, present: Mapping[str, Present], busy: Container[str]) -> bool:
    """Whether a member could be rung now. Plain telephones say nothing of themselves."""
    if not member.enabled or member.address in busy:
        return False
    if not member.address.startswith("client:"):
        return True
    found = present.get(softphone(member.address))
    return found is None or found.state is Presence.AVAILABLE
