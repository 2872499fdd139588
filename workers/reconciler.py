"""The reconciler: ``python -m workers.reconciler``. Compares what we believe with what Twilio says.

Every contact looks after its own legs (the core asks for an inspection on a beat). This process
finds what belongs to no contact any more: phones of ours that ring or wait for nobody, records
that were set aside. It never ends a customer's call.
"""

from __future__ import annotations

import logging
import sys
import threading
from dataclasses import dataclass, field
from functools import partial

from telephony.bootstrap import Services
from telephony.contact.model import LegState, Role
from telephony.errors import NotFound, StoreUnavailable
from telephony.routing.model import Company
from telephony.store.ledger import NewTicket, open_ticket
from telephony.store.live import RecordBroken
from telephony.twilio.fates import Answer, Fate, attempt
from workers.loop import Turn, run

log = logging.getLogger("warmline.workers")

EVERY_S = 10.0
DAY_MS = 24 * 3600 * 1000
LIVE = ("queued", "ringing", "in-progress")
_MOST = 1000


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call that Twilio says is live. ``outbound``: we dialled it."""

    call: str
    to: str
    outbound: bool


@dataclass
class Watch:
    """What the last look found suspicious. Only what is so twice is acted upon: a call may be
    listed before the contact has heard of it."""

    strays: set[str] = field(default_factory=set)


def make(services: Services) -> Turn:
    """The reconciler's turn."""
    watch = Watch()

    def turn(services: Services, stop: threading.Event) -> float:
        look(services, watch)
        return EVERY_S

    return turn


def look(services: Services, watch: Watch) -> None:
    """One comparison. Raises StoreUnavailable."""
    now = services.clock.now_ms()
    services.live.feed.drop_beats(now - DAY_MS)
    _ticket_broken(services, now)
    answer = live_calls(services)
    if answer.value is None:
        log.warning("Twilio cannot be asked: %s", answer.detail)
        return
    company = services.routing.company()
    strays = {call.call for call in answer.value if _is_stray(services, company, call)}
    for call in strays & watch.strays:
        log.warning("call %s belongs to no open contact and is ended", call)
        services.rest.end_call(call)
    watch.strays = strays


def live_calls(services: Services) -> Answer[list[LiveCall]]:
    """All calls of the account that are live."""
    found: list[LiveCall] = []
    for status in LIVE:
        listed = attempt(partial(_listed, services, status))
        if listed.value is None:
            return Answer(listed.fate, detail=listed.detail)
        found += listed.value
    return Answer(Fate.DONE, found)


def _listed(services: Services, status: str) -> list[LiveCall]:
    calls = services.rest.client.calls.list(status=status, limit=_MOST)
    return [
        LiveCall(str(call.sid), str(call.to), str(call.direction).startswith("outbound"))
        for call in calls
    ]


def _is_stray(services: Services, company: Company, call: LiveCall) -> bool:
    """A phone of our staff, dialled by us, that no contact has any use for."""
    if not call.outbound:
        return False
    owner = services.live.find_call(call.call)
    if owner is None:
        return _is_staff(company, call.to)
    try:
        contact = services.live.load(owner).contact
    except (NotFound, RecordBroken):
        return _is_staff(company, call.to)
    leg = contact.leg_of(call.call)
    if leg is None or leg.role is Role.CUSTOMER:
        return False
    return leg.state is LegState.ENDED


def _is_staff(company: Company, address: str) -> bool:
    return address.startswith(("client:", "sip:")) or any(
        member.address == address
        for department in company.departments.values()
        for member in department.members
    )


def _ticket_broken(services: Services, now: int) -> None:
    for contact_id, why in services.live.broken().items():
        new = NewTicket(f"{contact_id}.corrupt_record", contact_id, "", "", "corrupt_record")
        try:
            open_ticket(services.ledger, new, now=now)
        except StoreUnavailable as error:
            log.error("no ticket for the broken record of %s (%s): %s", contact_id, why, error)


if __name__ == "__main__":
    sys.exit(run("reconciler", make))
