"""News for those who wait: announced over the music when it changes, and again now and then.

A hold document plays for a long time, so that an outage of ours is not heard; what is new since it
began is pushed here. Nothing depends on it but honesty: when it fails, the music goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from telephony.bootstrap import Services
from telephony.contact.documents import HoldNews, hold_news
from telephony.contact.model import Contact, Leg, LegState, Stage
from telephony.twilio.fates import Fate
from telephony.twilio.urls import Urls

log = logging.getLogger("warmline.workers")

AGAIN_MS = 90_000
WAITING = (Stage.SEEKING, Stage.TALKING, Stage.TRANSFER, Stage.RESTORING, Stage.KEEPING)
_OVER = frozenset({Fate.DONE, Fate.GONE, Fate.REFUSED})

Listener = tuple[str, str]
"""A contact's id and a leg's."""


@dataclass
class Told:
    """What each listener heard last, and when (ms). Their hold document told the first news."""

    last: dict[Listener, tuple[HoldNews, int]] = field(default_factory=dict)


def tell(services: Services, told: Told) -> int:
    """Announce what is new; how many were told. Raises StoreUnavailable."""
    now, urls = services.clock.now_ms(), Urls(services.settings.public_url)
    heard: dict[Listener, tuple[HoldNews, int]] = {}
    count, quiet = 0, False
    for contact, leg in _listeners(services):
        who, news = (contact.id, leg.id), hold_news(contact, leg)
        last, at = heard[who] = told.last.get(who, (news, now))
        if quiet or news is HoldNews.PLAIN or (news is last and now - at < AGAIN_MS):
            continue
        answer = services.rest.announce(leg.room, leg.call, urls.news(*who))
        if answer.fate in _OVER:
            heard[who] = (news, now)
            count += 1
        else:
            # Twilio is in trouble: the others would only wait for the same answer.
            log.warning("news for %s is late: %s", contact.id, answer.detail)
            quiet = True
    told.last = heard
    return count


def _listeners(services: Services) -> Iterator[tuple[Contact, Leg]]:
    """Everybody who hears music in a room."""
    for contact in services.live.open_contacts(WAITING):
        here = [leg for leg in contact.legs if leg.state is LegState.JOINED and leg.room]
        for leg in here:
            if leg.held or len(here) == 1:
                yield contact, leg
