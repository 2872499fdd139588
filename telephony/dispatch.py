"""The one way in: load the contact, let the core step, commit; on conflict, again.

Everything that happens to a contact goes through `Dispatch.apply`: webhooks, people at the pages,
results of commands, the clock. It returns what the contact has become.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from telephony.contact import machine
from telephony.contact.events import ContactFound, CustomerCalled, Event
from telephony.contact.machine import Verdict
from telephony.contact.model import Contact
from telephony.contact.records import Record, replace
from telephony.errors import Conflict, NotFound
from telephony.store.live import Found, Live, Loaded, Overtaken

# Every lost race means that somebody else has won one, so this many in a row means a bug.
TRIES = 20


class Applied(Record):
    """The contact after the event. STALE: it was late or a repetition, and changed nothing."""

    contact: Contact
    verdict: Verdict


class Dispatch:
    """Folds events into the contacts of one live store."""

    def __init__(self, live: Live, now: Callable[[], int]) -> None:
        self._live = live
        self._now = now

    def apply(self, contact_id: str, event: Event, *, dedupe: str = "") -> Applied:
        """Fold one event into one contact; two round trips when nobody else is at it, and one
        when the contact is as this process knows it.

        `dedupe` marks the event: the same mark again changes nothing. Raises NotFound,
        StoreUnavailable (it may have happened: repeat it), RecordBroken, Conflict after
        `TRIES` lost races, and what the core raises: machine.Refused, machine.Impossible.
        """
        loaded = None
        known = self._live.recall(contact_id)
        if known is not None:
            ahead = self._ahead(known, event, dedupe=dedupe)
            if isinstance(ahead, Applied):
                return ahead
            loaded = ahead
        if loaded is None:
            loaded = self._live.load(contact_id, dedupe)
        return self.apply_to(loaded, event, dedupe=dedupe)

    def apply_to(self, loaded: Loaded, event: Event, *, dedupe: str = "") -> Applied:
        """`apply` to a contact that was loaded a moment ago with this mark: a trip less."""
        contact_id = loaded.contact.id
        for _ in range(TRIES):
            if loaded.seen:
                return Applied(loaded.contact, Verdict.STALE)
            outcome = self._step(loaded.contact, event, dedupe=dedupe)
            if isinstance(outcome, Applied):
                return outcome
            # Somebody else was first, and what they have made of it came with the answer.
            loaded = outcome or self._live.load(contact_id, dedupe)
        raise Conflict(f"Contact {contact_id} changed {TRIES} times while an event was applied.")

    def go_on(self, contact: Contact, event: Event) -> Applied:
        """`apply` for a worker that has the contact at hand and stays at work on it.

        One round trip when nobody else is at it, and no wake-up job: whoever calls this looks
        at the outbox next. Should they die, the clock wakes the contact. Raises as `apply` does.
        """
        ahead = self._ahead(contact, event, at_work=True)
        if isinstance(ahead, Applied):
            return ahead
        return self.apply_to(ahead or self._live.load(contact.id), event)

    def _ahead(
        self, known: Contact, event: Event, *, dedupe: str = "", at_work: bool = False
    ) -> Applied | Loaded | None:
        """Step a contact that may have changed since, and let the commit find out.

        Not applied: the contact as it is now, if the commit has brought it. Only the newest contact
        can say that an event is late or cannot be.
        """
        try:
            outcome = self._step(known, event, dedupe=dedupe, at_work=at_work)
        except (machine.Refused, machine.Impossible):
            return None
        if isinstance(outcome, Applied) and outcome.verdict is Verdict.STALE:
            return None
        return outcome

    def _step(
        self, contact: Contact, event: Event, *, dedupe: str = "", at_work: bool = False
    ) -> Applied | Loaded | None:
        """Step and commit; what is there instead (None: nothing) when somebody else was first."""
        now = self._now()
        step = machine.step(contact, event, now)
        if step.contact.version == contact.version:
            return Applied(contact, step.verdict)
        try:
            self._live.commit(contact, step.contact, event, now, dedupe=dedupe, at_work=at_work)
        except Overtaken as overtaken:
            return overtaken.loaded
        return Applied(step.contact, step.verdict)

    def begin(self, event: CustomerCalled, *, dedupe: str = "") -> Applied:
        """A customer dialled in: the contact that knows this call (a repeated webhook), else the
        one that expects this customer (an open promise, a lost line), else a new one.

        Raises as `apply` does, NotFound excepted.
        """
        contact_id = contact_id_of(event.call)
        known = self._live.find(event.call, event.customer, dedupe)
        for expected in (known.by_call, known.expected_by):
            if expected and expected != contact_id:
                applied = self._join(known, expected, event, dedupe)
                if applied is not None:
                    return applied
        if known.by_call:
            with suppress(NotFound):  # The index has outlived the record: the call begins anew.
                loaded = self._loaded(known, contact_id, dedupe)
                return self.apply_to(loaded, event, dedupe=dedupe)
        if known.department:
            event = replace(event, language=known.language, earlier=known.department)
        now = self._now()
        first = machine.begin(contact_id, event, now)
        try:
            self._live.commit(None, first.contact, event, now, dedupe=dedupe)
        except Conflict:
            # The same webhook twice at once: the other one has begun the contact.
            return self.apply(contact_id, event, dedupe=dedupe)
        return Applied(first.contact, first.verdict)

    def recover(self, contact_id: str, found: ContactFound) -> Applied:
        """Begin again a contact whose record is lost. Raises Conflict when there is a record."""
        now = self._now()
        step = machine.recover(contact_id, found, now)
        self._live.commit(None, step.contact, found, now)
        return Applied(step.contact, step.verdict)

    def _join(
        self, known: Found, contact_id: str, event: CustomerCalled, dedupe: str
    ) -> Applied | None:
        try:
            loaded = self._loaded(known, contact_id, dedupe)
            applied = self.apply_to(loaded, event, dedupe=dedupe)
        except (NotFound, machine.Refused):
            return None  # It is gone, or expects nobody any more: the call begins a new contact.
        return applied if applied.contact.leg_of(event.call) else None

    def _loaded(self, known: Found, contact_id: str, dedupe: str) -> Loaded:
        loaded = known.loaded
        if loaded is not None and loaded.contact.id == contact_id:
            return loaded
        return self._live.load(contact_id, dedupe)


def contact_id_of(call: str) -> str:
    """The id of the contact that begins with this CallSid; a repeated webhook finds the same."""
    return call[2:].lower()
