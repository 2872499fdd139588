"""People for the demo. Never call this with real customers: everybody knows the password."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from telephony.errors import Conflict
from telephony.store import ledger
from telephony.store.ledger import Ledger, Role
from telephony.store.ledger.passwords import PUBLIC

PASSWORD: Final = "warmline"
PEOPLE: Final = (
    ("ana", "Ana", Role.AGENT),
    ("ben", "Ben", Role.AGENT),
    ("carla", "Carla", Role.AGENT),
    ("sam", "Sam", Role.SUPERVISOR),
    ("ada", "Ada", Role.ADMIN),
)


def demo_users(where: Ledger) -> tuple[str, ...]:
    """Add the people of the demo and return their names; those who are there already stay."""
    now = time.time_ns() // 1_000_000
    where = replace(where, hasher=PUBLIC)
    for name, display, role in PEOPLE:
        try:
            ledger.add_user(where, name, role, PASSWORD, now=now, display=display)
        except Conflict:
            continue
    return tuple(name for name, _, _ in PEOPLE)
