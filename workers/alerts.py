"""Tickets ring until somebody takes them: on the live feed, and by a signed webhook if one is set.

Who receives the webhook checks ``Warmline-Signature: t=SECONDS,v1=HEX``, where HEX is the
HMAC-SHA256 of ``SECONDS.BODY`` under a key of its own (docs/wallboard.md says how to make it), and
answers 2xx within three seconds. Any other answer is asked for again, ever more slowly, for as long
as nobody has taken the ticket.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from dataclasses import dataclass, field, replace

import requests

from telephony.bootstrap import Services
from telephony.store.ledger import TicketRecord, TicketState, list_tickets

log = logging.getLogger("warmline.workers")

SIGNATURE = "Warmline-Signature"
PATIENCE_S = 3.0
PAUSE_MS = 2_000
LONGEST_PAUSE_MS = 60_000
# More open tickets than this at once are an outage; the oldest ring first.
_MOST = 50


@dataclass(frozen=True)
class Ringing:
    """How often a ticket has rung, when it rings again, and when its webhook is tried (ms)."""

    times: int = 0
    again: int = 0
    post_at: int | None = None
    tries: int = 0


@dataclass
class Rung:
    """What this process remembers; after a restart every open ticket rings again."""

    tickets: dict[str, Ringing] = field(default_factory=dict)


def ring(services: Services, rung: Rung) -> None:
    """Ring every ticket that nobody has taken, if its time has come. Raises StoreUnavailable."""
    page = list_tickets(services.ledger, states=(TicketState.OPEN,), limit=_MOST)
    before, rung.tickets = rung.tickets, {}
    for ticket in page.items:
        ringing = before.get(ticket.id, Ringing())
        rung.tickets[ticket.id] = _post(services, ticket, _aloud(services, ticket, ringing))


def _aloud(services: Services, ticket: TicketRecord, ringing: Ringing) -> Ringing:
    now, settings = services.clock.now_ms(), services.settings
    if now < ringing.again:
        return ringing
    times = ringing.times + 1
    log.error("ticket %s waits for a human: %s", ticket.id, ticket.reason)
    services.live.feed.tell_ticket(ticket.contact_id, ticket.id, ticket.reason, times, now)
    post_at = now if settings.alert_url else None
    return Ringing(times, now + settings.alert_again_minutes * 60_000, post_at)


def _post(services: Services, ticket: TicketRecord, ringing: Ringing) -> Ringing:
    now = services.clock.now_ms()
    if ringing.post_at is None or now < ringing.post_at:
        return ringing
    if _delivered(services, ticket, ringing.times, now):
        return replace(ringing, post_at=None, tries=0)
    pause = min(PAUSE_MS * 2**ringing.tries, LONGEST_PAUSE_MS)
    return replace(ringing, post_at=now + pause, tries=min(ringing.tries + 1, 10))


def _delivered(services: Services, ticket: TicketRecord, times: int, now: int) -> bool:
    settings = services.settings
    body = json.dumps(
        {
            "ticket": ticket.id,
            "contact": ticket.contact_id,
            "customer": ticket.customer,
            "department": ticket.department,
            "reason": ticket.reason,
            "opened_at": ticket.created_at,
            "rung": times,
        },
        separators=(",", ":"),
    ).encode()
    headers = {
        "Content-Type": "application/json",
        SIGNATURE: signature(settings.key_for("alert webhook"), now // 1000, body),
    }
    try:
        answer = requests.post(
            settings.alert_url,
            data=body,
            headers=headers,
            timeout=PATIENCE_S,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        log.warning("alert of ticket %s was not delivered: %s", ticket.id, error)
        return False
    if not 200 <= answer.status_code < 300:
        log.warning("alert of ticket %s was answered %s", ticket.id, answer.status_code)
        return False
    return True


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The value of the signature header for a body sent at this time (Unix seconds)."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={digest.hexdigest()}"
