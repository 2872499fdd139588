"""The one RQ job: wake a contact. It carries only the contact's id; the contact is the truth.

1. If the contact's moment has come, say so to the core.
2. Take what is ready in the outbox, under a lease.
3. Perform it side by side and fold each result in; repeat while something is ready. A dial whose
   turn at the account's pace comes later stays taken; the clock wakes its contact for it.

A lost job, a doubled job, a late job changes nothing but time.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from functools import partial

from telephony.contact import machine
from telephony.contact.commands import Dial, Pending
from telephony.contact.events import (
    CommandFailed,
    CommandsTaken,
    DeadlinePassed,
    DialRefused,
    Event,
    Problem,
)
from telephony.contact.machine import Verdict
from telephony.contact.model import Contact
from telephony.contact.timing import AUDIBLE_LEASE_MS, LEASE_MS
from telephony.errors import NotFound, RecordBroken, StoreUnavailable
from telephony.store.ledger import NewTicket, open_ticket
from workers.hands import Hands
from workers.pacer import moment_of, name_of
from workers.perform import perform

log = logging.getLogger("warmline.workers")

# One wake-up works on one contact for at most so many rounds; the clock wakes it again.
ROUNDS = 20
# A result must reach the contact even while Redis restarts; afterwards the lease heals it.
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.5, 2.0, 2.0, 2.0)
STUMBLES = 3

_hands: Hands | None = None


def use(hands: Hands) -> None:
    """Give this process what its jobs work with; once, before the first job."""
    global _hands
    _hands = hands


def wake(contact_id: str) -> None:
    """The RQ job. A wake-up that keeps failing becomes a ticket, and nobody is cut off."""
    assert _hands is not None, "the worker has not been given its hands"
    try:
        work(_hands, contact_id)
    except StoreUnavailable:
        raise
    except Exception:
        _stumble(_hands, contact_id)
        raise


def work(hands: Hands, contact_id: str) -> None:
    """Do everything that can be done for a contact now."""
    services = hands.services
    try:
        contact = services.live.load(contact_id).contact
        if contact.deadline is not None and contact.deadline <= hands.now:
            contact = services.dispatch.go_on(contact, DeadlinePassed()).contact
        contact = _make_dials_in_turn(hands, contact)
        for _ in range(ROUNDS):
            if not _something_to_take(contact, hands.now):
                return
            contact = _round(hands, contact)
    except NotFound:
        services.live.forget(contact_id)
    except RecordBroken as error:
        log.error("%s", error)
        ticket(hands, contact_id, "corrupt_record")


def ticket(hands: Hands, contact_id: str, reason: str, contact: Contact | None = None) -> None:
    """A human must look after a contact that the machine cannot handle; one ticket a reason."""
    new = NewTicket(
        id=f"{contact_id}.{reason}",
        contact_id=contact_id,
        customer=contact.customer if contact else "",
        department=contact.department if contact else "",
        reason=reason,
    )
    open_ticket(hands.services.ledger, new, now=hands.now)


def _something_to_take(contact: Contact, now: int) -> bool:
    # Taking also frees what a worker that died has left under its lease.
    left = any(pending.lease and pending.lease <= now for pending in contact.pending)
    return left or machine.ready(contact, now)


def _round(hands: Hands, contact: Contact) -> Contact:
    now = hands.now
    turns = [
        _turn(hands, contact, entry, now)
        for entry in contact.pending
        if isinstance(entry.command, Dial) and not entry.lease and entry.ready <= now
    ]
    # Two workers in the same millisecond must not take each other's commands for their own.
    mark = random.randrange(1000)
    lease = now + _lease_ms(hands, LEASE_MS) + mark
    dial_lease = max([now, *turns]) + lease - now
    audible_lease = now + _lease_ms(hands, AUDIBLE_LEASE_MS) + mark
    event = CommandsTaken(hands.worker, lease, dial_lease, audible_lease)
    applied = hands.services.dispatch.go_on(contact, event)
    if applied.verdict is Verdict.STALE:
        return applied.contact
    contact = applied.contact
    leases = {lease, dial_lease, audible_lease}
    taken = [entry for entry in contact.pending if entry.lease in leases]
    others = [entry for entry in taken if not isinstance(entry.command, Dial)]
    return _do(hands, contact, [*others, *_whose_turn_it_is(hands, contact, taken)])


def _make_dials_in_turn(hands: Hands, contact: Contact) -> Contact:
    """Dials that were taken earlier, by any worker, and whose turn may have come."""
    now = hands.now
    waiting = [entry for entry in contact.pending if entry.lease > now]
    return _do(hands, contact, _whose_turn_it_is(hands, contact, waiting))


def _whose_turn_it_is(hands: Hands, contact: Contact, taken: Sequence[Pending]) -> list[Pending]:
    """The dials that may start now. For the others the clock wakes the contact in time."""
    turns, now = hands.services.live.turns, hands.now
    mine = []
    for entry in taken:
        if not isinstance(entry.command, Dial):
            continue
        moment = _turn(hands, contact, entry, now)
        if moment > now:
            turns.wait(contact.id, entry.id, moment)
        elif turns.take(name_of(contact.id, entry)):
            mine.append(entry)
    return mine


def _do(hands: Hands, contact: Contact, entries: Sequence[Pending]) -> Contact:
    for event in hands.together([partial(_perform, hands, contact, entry) for entry in entries]):
        contact = told(hands, contact, event)
    return contact


def _perform(hands: Hands, contact: Contact, entry: Pending) -> Event:
    if isinstance(entry.command, Dial):
        leg = contact.leg(entry.command.leg)
        if leg is None or leg.unwanted:
            # Whoever is not wanted any more is not rung (S8).
            return DialRefused(entry.id, entry.command.leg, "not wanted any more")
    return perform(hands.services, contact, entry)


def _lease_ms(hands: Hands, least: int) -> int:
    # REST takes its time by the wall, however fast the simulated time runs.
    return int(least * max(1.0, hands.services.settings.speed))


def _turn(hands: Hands, contact: Contact, pending: Pending, now: int) -> int:
    assert isinstance(pending.command, Dial)
    services = hands.services
    return moment_of(services.live, services.settings, contact.id, pending, pending.command, now)


def told(hands: Hands, contact: Contact, event: Event) -> Contact:
    """Fold a result into its contact; while Redis is away, again and again for some seconds."""
    dispatch = hands.services.dispatch
    try:
        return dispatch.go_on(contact, event).contact
    except StoreUnavailable:
        return _told_later(hands, contact.id, event)
    except machine.Refused as refused:
        # Somebody's wish came first, for instance a promise that was cancelled by its link.
        command = getattr(event, "command", "")
        failed = CommandFailed(command, Problem.GONE, refused.reason)
        return dispatch.apply(contact.id, failed).contact


def _told_later(hands: Hands, contact_id: str, event: Event) -> Contact:
    for pause in PAUSES_S:
        hands.sleep(pause)
        try:
            return hands.services.dispatch.apply(contact_id, event).contact
        except StoreUnavailable as error:
            log.warning("contact %s: %s is not told yet: %s", contact_id, type(event), error)
    return hands.services.dispatch.apply(contact_id, event).contact


def _stumble(hands: Hands, contact_id: str) -> None:
    if hands.services.live.stumbled(contact_id) == STUMBLES:
        contact = hands.services.live.load(contact_id).contact
        ticket(hands, contact_id, "stuck", contact)
