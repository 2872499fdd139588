"""The reconciler: ``python -m workers.reconciler``. Compares what we believe with what Twilio says.

Every contact looks after its own legs on a beat; this process looks at the whole account:

* a contact that believes in a call or room that is not there, or does not know one that is, is told
  what Twilio says (a lost webhook heals here),
* a contact whose record is lost is rebuilt, its promise too; what cannot be rebuilt gets a ticket,
* a phone of ours that rings or waits for nobody is let go. A customer's call is never ended.

It also tells those who wait what is new, and rings tickets until somebody takes them.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from telephony.bootstrap import Services
from telephony.comfort import comfort
from telephony.contact.events import Inspected
from telephony.contact.model import Contact, Leg, LegState, Role
from telephony.contact.outbox import AUDIBLE
from telephony.errors import NotFound, RecordBroken, StoreUnavailable
from telephony.routing.members import is_staff
from telephony.store.ledger import NewTicket, open_ticket
from workers import alerts, jobs, news, supervising
from workers.hands import inline
from workers.loop import Turn, run
from workers.network import LiveCall, Network, look_at
from workers.rebuild import close_lost, rebuild, rebuild_promises
from workers.watch import spare

log = logging.getLogger("warmline.workers")

# Half of what a customer may hear nothing (S2): when no news reaches us, this look has to see it.
LOOK_S = 5.0
NEWS_S = 1.0
ASKED_S = 1.0
ALERTS_S = 5.0
LATE_S = 2.0
UNDONE_MS = 1_500
LATE_MS = 2_000
# Simulated time may run faster than the wall; more often than this is of no use.
SHORTEST_S = 0.1
DAY_MS = 24 * 3600 * 1000
# A contact this young may not be in Redis and SQL alike yet.
YOUNG_MS = 60_000


@dataclass
class Watch:
    """What the last look found suspicious. Only what is so twice is acted upon: a call may be
    listed before the contact has heard of it."""

    strays: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


@dataclass
class Report:
    """What one comparison found and did, by contact id or CallSid."""

    reachable: bool = True
    differed: list[str] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    promises: int = 0
    given_up: int = 0
    ended: list[str] = field(default_factory=list)
    unrebuilt: list[str] = field(default_factory=list)


@dataclass
class Beat:
    """Something done every so many simulated seconds."""

    every_s: float
    act: Callable[[], object]
    due: float = 0.0


def make(services: Services) -> Turn:
    """The reconciler's turn: whatever is due."""
    watch, told, rung = Watch(), news.Told(), alerts.Rung()
    beats = [
        Beat(ASKED_S, lambda: look_for_asked(services, watch)),
        # By the wall: a machine that is late anyway must not look all the time.
        Beat(LATE_S * services.settings.speed, lambda: look_if_late(services, watch)),
        Beat(NEWS_S, lambda: news.tell(services, told)),
        Beat(NEWS_S, lambda: supervising.look_after(services)),
        Beat(LOOK_S, lambda: look(services, watch)),
        Beat(ALERTS_S, lambda: alerts.ring(services, rung)),
    ]
    speed = services.settings.speed

    def turn(services: Services, stop: threading.Event) -> float:
        for beat in beats:
            if beat.due <= time.monotonic():
                beat.due = time.monotonic() + max(SHORTEST_S, beat.every_s / speed)
                beat.act()
        return max(0.01, min(beat.due for beat in beats) - time.monotonic())

    return turn


def look_for_asked(services: Services, watch: Watch) -> None:
    """Rebuild at once what Twilio asked for and nobody knows."""
    asked = services.live.asked_for()
    if asked:
        look(services, watch, asked)


def look_if_late(services: Services, watch: Watch) -> None:
    """Moments pile up: most of them are watches, and one look answers those all at once."""
    if services.live.oldest_overdue(services.clock.now_ms()) > LATE_MS:
        look(services, watch)


def look(services: Services, watch: Watch, asked: set[str] | None = None) -> Report:
    """One comparison of everything; contacts in ``asked`` are rebuilt at once. Raises
    StoreUnavailable: Redis is away."""
    now, report = services.clock.now_ms(), Report()
    services.live.feed.drop_beats(now - DAY_MS)
    _ticket_broken(services, now)
    answer = look_at(services)
    if answer.value is None:
        log.warning("Twilio cannot be asked: %s", answer.detail)
        report.reachable = False
        return report
    network = answer.value
    contacts = list(services.live.open_contacts())
    _stand_in(services, contacts, now)
    lost = _lost(services, watch, network, asked or set())
    _end_strays(services, watch, network, contacts, report, at_once=bool(lost))
    _tell_differences(services, network, contacts, report)
    for contact_id in sorted(lost):
        done = rebuild(services, network, contact_id)
        (report.rebuilt if done else report.unrebuilt).append(contact_id)
    _heal_from_ledger(services, network, now, report)
    return report


def _lost(services: Services, watch: Watch, network: Network, asked: set[str]) -> set[str]:
    """Contacts that Twilio knows and we do not."""
    callers = {call.call[2:] for call in network.calls.values() if not call.outbound}
    missing = services.live.missing({*network.rooms, *callers, *asked})
    # A call that has just come in may not have reached us yet; who waits in a room has.
    unowned = {name for name in missing & callers if services.live.find_call(f"CA{name}") is None}
    sure = {name for name in missing if name in network.rooms or name in asked}
    sure |= unowned & watch.unknown
    watch.unknown = unowned
    return sure


# -- calls and rooms against contacts -----------------------------------------------------------


def _tell_differences(
    services: Services, network: Network, contacts: list[Contact], report: Report
) -> None:
    if not network.whole:
        return
    agreeing = []
    for contact in contacts:
        if not differs(contact, network):
            agreeing.append(contact)
        else:
            asked_at = services.clock.now_ms()
            calls = tuple(leg.call for leg in _known_legs(contact))
            answer = services.rest.inspect(contact.room, calls)
            if answer.value is not None:
                _tell(services, contact, Inspected("", asked_at, answer.value))
                report.differed.append(contact.id)
    spare(services, agreeing, services.clock.now_ms())


def _tell(services: Services, contact: Contact, event: Inspected) -> None:
    try:
        services.dispatch.apply(contact.id, event)
    except (NotFound, RecordBroken) as error:
        log.warning("contact %s went away while it was compared: %s", contact.id, error)
    except StoreUnavailable as error:
        # Nobody can be told that the last agent has left; their customer gets music all the same.
        log.warning("contact %s cannot be told what was found: %s", contact.id, error)
        comfort(services, contact.id)


def differs(contact: Contact, network: Network) -> bool:
    """Whether the contact and Twilio disagree about a call, or about there being a room."""
    legs = _known_legs(contact)
    if any(leg.call not in network.calls for leg in legs):
        return True
    ringing = {LegState.ANSWERED, LegState.ACCEPTED, LegState.JOINED}
    if any(network.calls[leg.call].ringing and leg.state in ringing for leg in legs):
        return False  # The list lags behind our news.
    in_room = any(leg.state is LegState.JOINED for leg in legs)
    return in_room != (contact.id in network.rooms)


def _known_legs(contact: Contact) -> list[Leg]:
    return [leg for leg in contact.legs if leg.call and leg.state is not LegState.ENDED]


def _end_strays(
    services: Services,
    watch: Watch,
    network: Network,
    contacts: list[Contact],
    report: Report,
    *,
    at_once: bool,
) -> None:
    """Let go of staff whom nobody has any use for: seen twice, or ringing for a lost contact."""
    strays = {call.call for call in network.calls.values() if _is_stray(services, contacts, call)}
    orphans = {call for call in strays if at_once and network.calls[call].ringing}
    for call in sorted((strays & watch.strays) | orphans):
        log.warning("call %s belongs to no open contact and is ended", call)
        services.rest.end_call(call)
        report.ended.append(call)
    watch.strays = strays


def _is_stray(services: Services, contacts: list[Contact], call: LiveCall) -> bool:
    """A phone of our staff, dialled by us, that no contact has any use for."""
    if not call.outbound:
        return False
    owner = services.live.find_call(call.call)
    staff = is_staff(services.routing.company(), call.to)
    if owner is None:
        return staff and not any(_dials(contact, call.to) for contact in contacts)
    try:
        contact = services.live.load(owner).contact
    except (NotFound, RecordBroken):
        return staff
    leg = contact.leg_of(call.call)
    if leg is None or leg.role is Role.CUSTOMER:
        return False
    return leg.state is LegState.ENDED


def _dials(contact: Contact, address: str) -> bool:
    """Whether the contact has dialled this address and does not know the call yet: it adopts it."""
    return any(
        leg.address == address and not leg.call and leg.state is LegState.REQUESTED
        for leg in contact.legs
    )


def _stand_in(services: Services, contacts: list[Contact], now: int) -> None:
    """All workers may be away: what a customer hears does not wait for them (S2)."""
    for contact in contacts:
        waits = any(
            isinstance(entry.command, AUDIBLE) and not entry.lease and entry.ready < now - UNDONE_MS
            for entry in contact.pending
        )
        if waits:
            jobs.work(inline(services), contact.id)


# -- the ledger ---------------------------------------------------------------------------------


def _heal_from_ledger(services: Services, network: Network, now: int, report: Report) -> None:
    try:
        report.promises = rebuild_promises(services)
        if network.whole:
            report.given_up = close_lost(services, network, before=now - YOUNG_MS)
    except StoreUnavailable as error:
        log.warning("promises and history cannot be compared: %s", error)


def _ticket_broken(services: Services, now: int) -> None:
    for contact_id, why in services.live.broken().items():
        new = NewTicket(f"{contact_id}.corrupt_record", contact_id, "", "", "corrupt_record")
        try:
            open_ticket(services.ledger, new, now=now)
        except StoreUnavailable as error:
            log.error("no ticket for the broken record of %s (%s): %s", contact_id, why, error)


if __name__ == "__main__":
    sys.exit(run("reconciler", make))
