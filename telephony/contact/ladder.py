"""What to try when nobody answered in any round: the rungs of the ladder, one after the other.

To add a rung: one member of ``RungKind``, one row in ``POSSIBLE``, one handler in seeking.py's
``CLIMB``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telephony.contact.model import Contact, Hunt, HuntPurpose
from telephony.contact.plans import Rung, RungKind

LAST_RUNG = Rung(RungKind.TICKET)


@dataclass(frozen=True, slots=True)
class Climb:
    """The next rung that is possible, and how many rungs of the ladder are used up with it."""

    rung: Rung
    used: int


def _overflow(contact: Contact, hunt: Hunt, rung: Rung) -> bool:
    return rung.department not in hunt.visited


def _agent(contact: Contact, hunt: Hunt, rung: Rung) -> bool:
    return bool(contact.transfers) and hunt.purpose is not HuntPurpose.RETURN


def _callback(contact: Contact, hunt: Hunt, rung: Rung) -> bool:
    return bool(contact.customer)


def _always(contact: Contact, hunt: Hunt, rung: Rung) -> bool:
    return True


POSSIBLE: dict[RungKind, Callable[[Contact, Hunt, Rung], bool]] = {
    RungKind.OVERFLOW: _overflow,
    RungKind.AGENT: _agent,
    RungKind.CALLBACK: _callback,
    RungKind.MESSAGE: _always,
    RungKind.TICKET: _always,
}


def climb(contact: Contact, hunt: Hunt) -> Climb:
    """The next possible rung above ``hunt.rung``. A ladder never ends in nothing: the last is a
    ticket.
    """
    ladder = hunt.plan.ladder if hunt.plan is not None else ()
    for place in range(hunt.rung, len(ladder)):
        rung = ladder[place]
        if POSSIBLE[rung.kind](contact, hunt, rung):
            return Climb(rung, place + 1)
    return Climb(LAST_RUNG, len(ladder))
