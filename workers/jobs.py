"""The one RQ job: wake a contact. It carries only the contact's id; the contact is the truth.

1. If the contact's moment has come, say so to the core.
2. Take what is ready in the outbox, under a lease.
3. Perform it side by side and fold each result in; repeat while something is ready.

A lost job, a doubled job, a late job changes nothing but time.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
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
from telephony.contact.timing import LEASE_MS
from telephony.errors import NotFound, StoreUnavailable
from telephony.store.ledger import NewTicket, open_ticket
from telephony.store.live import RecordBroken
from workers.hands import Hands
from workers.pacer import moment_of
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
            contact = services.dispatch.apply(contact_id, DeadlinePassed()).contact
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
    turns = {
        pending.id: _turn(hands, contact, pending, now)
        for pending in contact.pending
        if isinstance(pending.command, Dial) and not pending.lease and pending.ready <= now
    }
    # Two workers in the same millisecond must not take each other's commands for their own.
    lease = max([now, *turns.values()]) + _lease_ms(hands) + random.randrange(1000)
    applied = hands.services.dispatch.apply(contact.id, CommandsTaken(hands.worker, lease))
    if applied.verdict is Verdict.STALE:
        return applied.contact
    contact = applied.contact
    tasks: list[Callable[[], Event]] = []
    for pending in contact.pending:
        if pending.lease == lease:
            if turns.get(pending.id, now) > now:
                hands.later(turns[pending.id], partial(_dial_in_turn, hands, contact, pending))
            else:
                tasks.append(partial(perform, hands.services, contact, pending))
    for event in hands.together(tasks):
        contact = told(hands, contact.id, event)
    return contact


def _lease_ms(hands: Hands) -> int:
    # REST takes its time by the wall, however fast the simulated time runs.
    return int(LEASE_MS * max(1.0, hands.services.settings.speed))


def _turn(hands: Hands, contact: Contact, pending: Pending, now: int) -> int:
    assert isinstance(pending.command, Dial)
    services = hands.services
    return moment_of(services.live, services.settings, contact.id, pending, pending.command, now)


def _dial_in_turn(hands: Hands, contact: Contact, pending: Pending) -> None:
    """The dial's turn has come. Whoever is not wanted any more is not rung (S8)."""
    try:
        contact = hands.services.live.load(contact.id).contact
        if not _still_taken(contact, pending):
            return
        assert isinstance(pending.command, Dial)
        leg = contact.leg(pending.command.leg)
        if leg is None or leg.unwanted:
            event: Event = DialRefused(pending.id, leg.id if leg else "", "not wanted any more")
        elif (turn := _turn(hands, contact, pending, hands.now)) > hands.now:
            hands.later(turn, partial(_dial_in_turn, hands, contact, pending))
            return
        else:
            event = perform(hands.services, contact, pending)
        told(hands, contact.id, event)
    except (StoreUnavailable, NotFound, RecordBroken) as error:
        # The lease runs out, and the core looks for the dial.
        log.warning("contact %s: a dial in turn was not told: %s", contact.id, error)


def _still_taken(contact: Contact, pending: Pending) -> bool:
    return any(entry.id == pending.id and entry.lease == pending.lease for entry in contact.pending)


def told(hands: Hands, contact_id: str, event: Event) -> Contact:
    """Fold a result into its contact; while Redis is away, again and again for some seconds."""
    for pause in PAUSES_S:
        try:
            return hands.services.dispatch.apply(contact_id, event).contact
        except StoreUnavailable:
            hands.sleep(pause)
        except machine.Refused as refused:
            # The person's own wish came first, for instance a promise that was cancelled.
            return _given_up(hands, contact_id, event, refused.reason)
    return hands.services.dispatch.apply(contact_id, event).contact


def _given_up(hands: Hands, contact_id: str, event: Event, reason: str) -> Contact:
    command = getattr(event, "command", "")
    failed = CommandFailed(command, Problem.GONE, reason)
    return hands.services.dispatch.apply(contact_id, failed).contact


def _stumble(hands: Hands, contact_id: str) -> None:
    if hands.services.live.stumbled(contact_id) == STUMBLES:
        contact = hands.services.live.load(contact_id).contact
        ticket(hands, contact_id, "stuck", contact)
