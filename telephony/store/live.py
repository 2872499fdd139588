"""The contacts that are alive, in Redis. Every step of a contact is one transaction here.

Writing: `load`, let the core step, `commit`; when somebody else was first, `Conflict` is raised
and nothing was written. Reading: the pages ask for open contacts, claims and lateness.

Errors: StoreUnavailable when Redis does not answer in time (a commit may then have happened: load
again and look), NotFound, Conflict, and RecordBroken for a record that was set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from telephony.contact import machine
from telephony.contact.codec import Corrupt, decode
from telephony.contact.events import Event
from telephony.contact.model import Contact, LegState, Stage
from telephony.contact.records import Record
from telephony.errors import Conflict, NotFound, RecordBroken
from telephony.store import keys
from telephony.store.changes import Commit, changes_of, claim_of, record_of, rq_time
from telephony.store.connection import Client, QuickScript, connect, guarded, script
from telephony.store.feed import Feed
from telephony.store.floor import Floor
from telephony.store.memory import Memory
from telephony.store.supervised import Supervised
from telephony.store.turns import Turns

# A wake-up that nobody has worked on after this time is sent again (ms of wall time).
REARM_MS = 5_000
JOB_SECONDS = 60
STUMBLE_S = 600
# The clock does not lengthen a queue that is longer than this.
QUEUE_ENOUGH = 200
_BATCH = 500


class Loaded(Record):
    """A contact as it stands, and whether the event with the given mark was applied before."""

    contact: Contact
    seen: bool


class Overtaken(Conflict):
    """Nothing was written: the contact is not what it was, or the event was applied before.

    ``loaded`` is what is there instead, so that nobody need ask for it; None: no record at all.
    """

    def __init__(self, contact_id: str, loaded: Loaded | None) -> None:
        super().__init__(f"Contact {contact_id} has changed meanwhile.")
        self.loaded = loaded


class Found(Record):
    """What is known of a call and its caller; contact ids, '' where there is none.

    ``loaded`` is the first of the two that exists. ``language`` and ``department`` (its key) are
    those of the customer's last contact, '' when there was none in the last weeks.
    """

    by_call: str
    expected_by: str
    loaded: Loaded | None
    language: str = ""
    department: str = ""


class Moved(Record):
    """How many contacts were sent to the workers, and the next moment (ms; None when none)."""

    count: int
    next_due: int | None


class Live:
    """The live contacts behind one Redis. Share one in a process; threads may use it together."""

    def __init__(self, client: Client, *, speed: float = 1.0) -> None:
        self._redis = client
        self._memory = Memory()
        self._rearm_ms = int(REARM_MS * speed)
        self._commit = QuickScript(client, "enqueue", "commit")
        self._find = QuickScript(client, "find")
        self._due = script(client, "enqueue", "due")
        self._claim = script(client, "claim")
        self._postpone = script(client, "postpone")

    @classmethod
    def at(cls, url: str, *, speed: float = 1.0) -> Live:
        """The live store at an address; nothing is asked of it yet."""
        return cls(connect(url), speed=speed)

    @cached_property
    def floor(self) -> Floor:
        """Who is there: presence, idle times, calls today, turns."""
        return Floor(self._redis)

    @cached_property
    def feed(self) -> Feed:
        """What happened: the stream of events; and who says that they work."""
        return Feed(self._redis)

    @cached_property
    def supervised(self) -> Supervised:
        """Which supervisor is in which contact's room."""
        return Supervised(self._redis)

    @cached_property
    def turns(self) -> Turns:
        """When each dial may start, and who makes it."""
        return Turns(self._redis)

    def ping(self) -> None:
        """Return when Redis answers; raise StoreUnavailable when it does not."""
        with guarded(self._redis):
            self._redis.ping()

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    # -- contacts ---------------------------------------------------------------------------

    def load(self, contact_id: str, dedupe: str = "") -> Loaded:
        """The contact, and whether ``dedupe`` was seen: one round trip. Raises NotFound."""
        wanted = [("GET", keys.contact(contact_id))]
        if dedupe:
            wanted.append(("EXISTS", keys.seen(dedupe)))
        with guarded(self._redis):
            record, *seen = self._redis.exchange(*wanted)
        if record is None:
            raise NotFound(f"There is no contact {contact_id}.")
        return Loaded(self._remembering(contact_id, record), bool(seen and seen[0]))

    def load_by_call(self, call: str, dedupe: str = "") -> Loaded:
        """`load` for the contact that a CallSid belongs to. Raises NotFound."""
        found = self.find(call, "", dedupe)
        if found.loaded is None:
            raise NotFound(f"No contact has the call {call}.")
        return found.loaded

    def commit(
        self,
        old: Contact | None,
        new: Contact,
        event: Event,
        now: int,
        *,
        dedupe: str = "",
        at_work: bool = False,
    ) -> None:
        """Store the step from ``old`` (None: a new contact) to ``new``; one round trip.

        When something in the outbox is ready, a wake-up job is queued with it, unless
        ``at_work`` says that the caller sees to it.
        Raises Overtaken when the record is not that of ``old``, or has ``dedupe`` applied.
        """
        ready = machine.ready(new, now)
        record = record_of(new)
        step = Commit(old, new, record, event, now, ready, at_work, self._rearm_ms, dedupe)
        words: list[str | bytes | int] = [self._record_behind(old), *_JOB_WORDS]
        for change in changes_of(step):
            words.append(len(change))
            words += change
        names = [keys.contact(new.id), keys.QUEUE, keys.QUEUES, keys.CLAIMS, keys.seen(dedupe)]
        with guarded(self._redis):
            instead = self._commit(keys=names, args=words)
        if instead:
            raise Overtaken(new.id, self._instead(new.id, *instead))
        self._memory.keep(record, new)

    def _record_behind(self, old: Contact | None) -> bytes:
        """The text that must be in Redis for a step from ``old``. The whole text, because after a
        crash of Redis a version may have been given out twice.
        """
        if old is None:
            return b""
        return self._memory.record_of(old) or record_of(old)

    def _instead(self, contact_id: str, record: bytes, seen: int) -> Loaded | None:
        if not record:
            return None
        return Loaded(self._remembering(contact_id, record), bool(seen))

    def recall(self, contact_id: str) -> Contact | None:
        """The contact as this process read or wrote it last, without asking Redis. It may have
        changed since: good only for a step whose commit will tell.
        """
        return self._memory.newest(contact_id)

    def find(self, call: str, customer: str, dedupe: str = "") -> Found:
        """Which contact knows this call, and which expects this customer; one round trip."""
        names = [
            keys.call(call),
            keys.customer(customer),
            keys.seen(dedupe),
            keys.known(customer),
        ]
        with guarded(self._redis):
            by_call, expected, record, seen, known = self._find(keys=names, args=[keys.contact("")])
        by_call, expected_by = _text(by_call), _text(expected) if customer else ""
        first = by_call or expected_by
        loaded = Loaded(self._read(first, record), bool(dedupe and seen)) if record else None
        language, _, department = (_text(known) if customer else "").partition(" ")
        return Found(by_call, expected_by, loaded if first else None, language, department)

    def find_call(self, call: str) -> str | None:
        """The contact that a CallSid belongs to."""
        with guarded(self._redis):
            return _text(self._redis.get(keys.call(call))) or None

    def stages(self) -> dict[str, Stage]:
        """The id of every contact that is not closed, and its stage."""
        with guarded(self._redis):
            found: dict[bytes, bytes] = self._redis.hgetall(keys.OPEN)  # type: ignore[assignment]
        return {_text(name): Stage(_text(stage)) for name, stage in found.items()}

    def open_contacts(self, stages: Iterable[Stage] = ()) -> Iterator[Contact]:
        """Contacts that are not closed, or those in the given stages, read in batches."""
        wanted = frozenset(stages)
        ids = iter([name for name, stage in self.stages().items() if not wanted or stage in wanted])
        while batch := list(islice(ids, _BATCH)):
            yield from self.contacts(batch)

    def contacts(self, contact_ids: list[str]) -> list[Contact]:
        """Those of the given contacts that exist; a broken record is set aside and left out."""
        if not contact_ids:
            return []
        with guarded(self._redis):
            records: list[Any] = self._redis.mget([keys.contact(name) for name in contact_ids])
        found = []
        for name, record in zip(contact_ids, records, strict=True):
            if record is not None:
                try:
                    found.append(self._read(name, record))
                except RecordBroken:
                    continue  # It is counted in `broken`, and a ticket is opened from there.
        return found

    def forget(self, contact_id: str) -> None:
        """Drop the indexes of a contact that does not exist any more."""
        with guarded(self._redis), self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(keys.DUE, contact_id)
            pipe.zrem(keys.MOVED, contact_id)
            pipe.hdel(keys.OPEN, contact_id)
            pipe.execute()

    def missing(self, contact_ids: Iterable[str]) -> set[str]:
        """Those of the given contacts that have no record."""
        ids = list(dict.fromkeys(contact_ids))
        with guarded(self._redis), self._redis.pipeline(transaction=False) as pipe:
            for name in ids:
                pipe.exists(keys.contact(name))
            return {name for name, there in zip(ids, pipe.execute(), strict=True) if not there}

    def ask_for(self, contact_id: str) -> None:
        """Note that Twilio asked for a contact without a record; the reconciler rebuilds it."""
        with guarded(self._redis):
            self._redis.sadd(keys.LOST, contact_id)

    def asked_for(self) -> set[str]:
        """The contacts that were noted by `ask_for` since the last time."""
        with guarded(self._redis), self._redis.pipeline(transaction=True) as pipe:
            pipe.smembers(keys.LOST)
            pipe.delete(keys.LOST)
            return {_text(name) for name in pipe.execute()[0]}

    def broken(self) -> dict[str, str]:
        """Contacts whose record was set aside, and why."""
        with guarded(self._redis):
            found: dict[bytes, bytes] = self._redis.hgetall(keys.BROKEN)  # type: ignore[assignment]
        return {_text(name): _text(why) for name, why in found.items()}

    def _read(self, contact_id: str, record: bytes) -> Contact:
        remembered = self._memory.recall(contact_id, record)
        if remembered is not None:
            return remembered
        _, _, body = record.partition(b" ")
        try:
            return decode(body)
        except Corrupt as error:
            self._set_aside(contact_id, str(error))
            raise RecordBroken(contact_id, str(error)) from error

    def _remembering(self, contact_id: str, record: bytes) -> Contact:
        contact = self._read(contact_id, record)
        self._memory.keep(record, contact)
        return contact

    def _set_aside(self, contact_id: str, why: str) -> None:
        with guarded(self._redis), self._redis.pipeline(transaction=True) as pipe:
            pipe.copy(keys.contact(contact_id), keys.corrupt(contact_id), replace=True)
            pipe.delete(keys.contact(contact_id))
            pipe.zrem(keys.DUE, contact_id)
            pipe.zrem(keys.MOVED, contact_id)
            pipe.hdel(keys.OPEN, contact_id)
            pipe.hset(keys.BROKEN, contact_id, why[:500])
            pipe.execute()

    # -- members ----------------------------------------------------------------------------

    def claim_member(self, address: str, contact_id: str, leg_id: str) -> bool:
        """Claim a member before dialling them; False when they ring or talk for another contact.

        A claim counts only while that contact really has this leg alive. So a claim that was left
        behind never keeps a member from ringing, and no time-out is involved.
        """
        stale = ""
        while True:
            words = [address, claim_of(contact_id, leg_id), contact_id, stale]
            with guarded(self._redis):
                holder = _text(self._claim(keys=[keys.CLAIMS], args=words))
            if not holder:
                return True
            if self._alive(holder):
                return False
            stale = holder

    def claims(self) -> dict[str, str]:
        """Address of every member who rings or talks -> the contact id (a hint, for the pages)."""
        with guarded(self._redis):
            found: dict[bytes, bytes] = self._redis.hgetall(keys.CLAIMS)  # type: ignore[assignment]
        return {_text(name): _text(claim).partition(" ")[0] for name, claim in found.items()}

    def _alive(self, claim: str) -> bool:
        contact_id, _, leg_id = claim.partition(" ")
        try:
            leg = self.load(contact_id).contact.leg(leg_id)
        except (NotFound, RecordBroken):
            return False
        return leg is not None and leg.state is not LegState.ENDED

    # -- time -------------------------------------------------------------------------------

    def due(self, now: int, limit: int = 100) -> Moved:
        """Send contacts whose moment has come to the workers; never early, safe with several."""
        again = now + self._rearm_ms
        words: list[str | int] = [now, again, limit, QUEUE_ENOUGH, *_JOB_WORDS, rq_time()]
        with guarded(self._redis):
            count, following = self._due(
                keys=[keys.DUE, keys.MOVED, keys.QUEUE, keys.QUEUES, keys.TURNS], args=words
            )
        return Moved(int(count), int(following) if following else None)

    def postpone(self, moments: Sequence[tuple[str, int, int]]) -> int:
        """Put off moments: contact id, the moment that was read, the later one. A moment that has
        changed meanwhile stays. How many were put off.
        """
        words = [word for moment in moments for word in moment]
        with guarded(self._redis):
            return int(self._postpone(keys=[keys.DUE], args=words))

    def oldest_overdue(self, now: int) -> int:
        """How late (ms) the latest moment is that nobody has worked on; 0 when none is late."""
        with guarded(self._redis), self._redis.pipeline(transaction=False) as pipe:
            pipe.zrange(keys.DUE, 0, 0, withscores=True)
            pipe.zrange(keys.MOVED, 0, 0, withscores=True)
            found = [pair for part in pipe.execute() for pair in part]
        return max([0, *(now - int(score) for _, score in found)])

    def stumbled(self, contact_id: str) -> int:
        """Count a wake-up that failed; how many did within the last minutes."""
        with guarded(self._redis), self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(keys.stumbles(contact_id))
            pipe.expire(keys.stumbles(contact_id), STUMBLE_S)
            return int(pipe.execute()[0])

    # -- routing ----------------------------------------------------------------------------

    def keep_routing(self, number: int, document: str) -> None:
        """Keep a copy of the published routing for the time when SQL is away."""
        with guarded(self._redis):
            self._redis.set(keys.ROUTING, f"{number} {document}")

    def kept_routing(self) -> tuple[int, str] | None:
        """Number and document of the routing that was published last, as far as is known here."""
        with guarded(self._redis):
            kept = _text(self._redis.get(keys.ROUTING))
        number, _, document = kept.partition(" ")
        return (int(number), document) if kept else None


_JOB_WORDS = (keys.JOB, keys.WAKE_FUNCTION, keys.QUEUE_NAME, JOB_SECONDS)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
