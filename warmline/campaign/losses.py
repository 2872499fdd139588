"""What the store loses at a moment that a plan names: one record, or everything."""

from __future__ import annotations

from telephony.store import keys
from warmline.campaign.faults import Planned
from warmline.campaign.system import System
from workers import journal

UNREADABLE = b'1 {"format":1,"id":'
HEALED_S = 150.0
"""For so long history is compared with what is live: longer than a contact counts as young."""


def befall(system: System, planned: Planned) -> bool:
    """Lose it, without asking anybody. False: there is nothing that could be lost now."""
    if system.gate.away("sql_down") or system.gate.away("sql_locked"):
        return False  # Both stores at once is a disaster of another kind.
    # The journal follows within a second; a world copies it only now and then.
    while journal.copy(system.services):
        pass
    system.compared_until = system.world.now + HEALED_S
    return _corrupt(system, planned.stage) if planned.name == "record_corrupt" else _empty(system)


def _corrupt(system: System, stage: str) -> bool:
    """The record of one open contact is cut off in the middle."""
    there = system.standing(stage)
    if not there:
        return False
    system.gate.record("record_corrupt", there[0], [system.stage_of(there[0])])
    system.house.line.ask("SET", keys.contact(there[0]), UNREADABLE)
    return True


def _empty(system: System) -> bool:
    """Redis comes back without its data."""
    system.gate.record("redis_emptied", "", system.open_stages())
    # The scripts stay: sending them again is redis-py's matter and has tests of its own.
    system.house.line.ask("FLUSHDB")
    return True
