"""Spares the workers the watch over contacts that agree with Twilio anyway.

Every live contact asks for an inspection on a beat. One look of the reconciler compares all of them
at once, so whoever agrees is put off, and is inspected singly only now and then. When very many
moments come at once (after an outage nearly all of them are watches), this is what keeps them few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from telephony.bootstrap import Services
from telephony.contact.model import Contact, LegState
from telephony.contact.timing import WATCH_MS

# The bulk look does not see who is on hold, so everybody is inspected singly within this time.
LONGEST_MS = 3 * WATCH_MS
_SETTLED = frozenset({LegState.JOINED, LegState.ENDED})
_BATCH = 500

PutOff = tuple[str, int, int]
"""A contact's id, its moment as it was read, and the later one (ms)."""


def spare(services: Services, agreeing: Iterable[Contact], now: int) -> int:
    """Put off the watch over contacts that were just seen to agree; how many. Raises
    StoreUnavailable."""
    wanted: Iterator[PutOff] = (
        found for contact in agreeing if (found := put_off(contact, now)) is not None
    )
    count = 0
    while batch := list(islice(wanted, _BATCH)):
        count += services.live.postpone(batch)
    return count


def put_off(contact: Contact, now: int) -> PutOff | None:
    """How far the next moment of a contact may be put off; None unless it is a mere watch."""
    timer = min(contact.timers, key=lambda timer: timer.due, default=None)
    if timer is None or timer.name != "watch" or contact.pending:
        return None
    if any(leg.state not in _SETTLED for leg in contact.legs):
        return None
    others = [other.due for other in contact.timers if other is not timer]
    later = min([now + WATCH_MS, contact.looked + LONGEST_MS, *others])
    return (contact.id, timer.due, later) if later > max(now, timer.due) else None
