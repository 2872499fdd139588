"""When a dial may start: all workers together start no more calls than the account allows.

Twilio starts one call a second by default and silently queues the rest
(https://www.twilio.com/docs/glossary/cps), so whoever is dialled last rings late. We decide the
order ourselves: a customer who waits on the line comes first, a promise next.
"""

from __future__ import annotations

import math

from telephony.contact.commands import Dial, Pending
from telephony.settings import Settings
from telephony.store.live import Live

# A promise that has been put off for this long counts as urgent, so that nobody is forgotten (L5).
PATIENCE_MS = 20_000


def moment_of(
    live: Live, settings: Settings, contact_id: str, pending: Pending, dial: Dial, now: int
) -> int:
    """When this dial may start (ms); later than ``now``: ask again then. Raises StoreUnavailable.

    Asking twice for the same try of the same command gives the same moment.
    """
    urgent = dial.urgent or now - pending.ready > PATIENCE_MS
    gap_ms = math.ceil(1000 / settings.calls_per_second)
    return live.turns.reserve(now, gap_ms, name_of(contact_id, pending), urgent=urgent)


def name_of(contact_id: str, pending: Pending) -> str:
    """What this try of this dial is called among the workers."""
    return f"{contact_id} {pending.id} {pending.tries}"
