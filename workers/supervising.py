"""Supervisors are guests in a conversation: they go with it, and never keep it company."""

from __future__ import annotations

import logging
from dataclasses import replace

from telephony.bootstrap import Services
from telephony.contact.model import Contact, LegState, Role, Stage
from telephony.errors import NotFound, RecordBroken
from telephony.store.supervised import Supervision
from telephony.twilio import coaching
from telephony.twilio.coaching import Ear
from telephony.twilio.fates import Fate

log = logging.getLogger("warmline.workers")

# A dial takes no longer than this; after it a supervision without a call is a lost try.
DIAL_MS = 30_000
_TALKS = frozenset({Stage.TALKING, Stage.TRANSFER})


def look_after(services: Services) -> int:
    """Let go of supervisors whose conversation is over, and correct those whose agent has changed.

    How many were let go. Without supervisions this is one look into Redis.
    """
    return sum(_look(services, each) for each in services.live.supervised.all())


def _look(services: Services, known: Supervision) -> bool:
    try:
        contact = services.live.load(known.contact).contact
    except (NotFound, RecordBroken):
        return _let_go(services, known)
    if not known.call:
        lost = services.clock.now_ms() - known.since > DIAL_MS
        return _let_go(services, known) if lost else False
    if not _conversation(contact):
        return _let_go(services, known)
    over = coaching.is_over(services.rest, known.call)
    if over.value or over.fate is Fate.GONE:
        services.live.supervised.end(known.contact)
        return False
    if known.mode == "whisper" and not _is_here(contact, known.coached):
        _only_listen(services, known)
    return False


def _conversation(contact: Contact) -> bool:
    return contact.stage in _TALKS and any(
        leg.role is not Role.CUSTOMER and leg.state is LegState.JOINED for leg in contact.legs
    )


def _is_here(contact: Contact, call: str) -> bool:
    leg = contact.leg_of(call)
    return leg is not None and leg.state is LegState.JOINED


def _only_listen(services: Services, known: Supervision) -> None:
    """Whom they whispered to is gone: nobody else may suddenly hear it."""
    told = coaching.change(services.rest, known.room, known.call, Ear("listen", ""))
    if told.fate is Fate.DONE:
        services.live.supervised.put(replace(known, mode="listen"))
    else:
        log.warning("the supervisor of contact %s cannot be muted: %s", known.contact, told.detail)


def _let_go(services: Services, known: Supervision) -> bool:
    if known.call:
        ended = services.rest.end_call(known.call)
        if ended.fate not in {Fate.DONE, Fate.GONE}:
            log.warning("call %s of a supervisor is not ended yet: %s", known.call, ended.detail)
            return False
    services.live.supervised.end(known.contact)
    return True
