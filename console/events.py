"""Live events: one reader of the journal stream per process, fanned out to every open page.

The reader is a thread that lives as long as anybody listens. Each listener has a queue of its own;
one that cannot keep up is cut off and resumes by Last-Event-ID, so nobody slows down anybody else.
A listener is woken only for what it wants, and an event is put into words and encoded once for all.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from console.timeline import naming, sentence
from console.veil import Veil
from telephony.contact.model import Contact
from telephony.errors import StoreUnavailable
from telephony.store.feed import START, Entry
from telephony.store.live import Live

QUEUE_SIZE = 500
# Streams that one person may hold in one process: more windows at more computers than anybody
# looks at, and few enough that nobody takes the streams of all the others.
MOST_OF_ONE = 12
BLOCK_MS = 1_000
BATCH = 200
PAUSE_S = 0.5
# When much happens, it is read in handfuls. Each costs two trips to Redis and wakes every stream
# that it concerns, however large it is; so after a large one the next is gathered for longer.
GATHER_S = 0.02
LONGEST_GATHER_S = 0.1
LARGE = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    """One event of the journal, and the contact that it belongs to as it is now."""

    entry: Entry
    contact: Contact | None
    _veiled: dict[Veil, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def phones(self) -> frozenset[str]:
        """The phones that have or had a part in the contact."""
        return frozenset(leg.address for leg in self.contact.legs) if self.contact else frozenset()

    def told(self, veil: Veil | None) -> str:
        """What a stream is told of it, behind a veil or without."""
        if veil is None:
            return self.frame
        if veil not in self._veiled:
            self._veiled[veil] = veil.over(self.frame)
        return self._veiled[veil]

    @cached_property
    def frame(self) -> str:
        """What streams are told of it, encoded once for all of them."""
        entry = self.entry
        told = {
            "contact": entry.contact,
            "version": entry.version,
            "at": entry.at,
            "kind": entry.kind,
            "state": entry.stage,
            "outcome": entry.outcome or None,
            "sentence": sentence(entry.kind, entry.data, naming(self.contact)),
            "data": entry.data,
        }
        return frame("contact", entry.id, told)


@dataclass(eq=False)
class Listener:
    """One open stream of `owner`, woken only for contacts in which `phone` has a part; '' hears of
    all.

    `lost` says that its queue ran over, so it must begin again. All news up to the id `passed` are
    in its queue, a handful an item, or are none of its business.
    """

    phone: str
    passed: str
    owner: str = ""
    queue: queue.Queue[list[News]] = field(default_factory=lambda: queue.Queue(QUEUE_SIZE))
    lost: bool = False


class Hub:
    """The listeners of this process."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._reader: threading.Thread | None = None

    def __len__(self) -> int:
        with self._lock:
            return len(self._listeners)

    def join(self, most: int, phone: str = "", owner: str = "") -> tuple[Listener, str] | None:
        """A new listener, and the id after which its news begin; None when there are `most`, or
        when this `owner` (the name of a person) has `MOST_OF_ONE` already.
        """
        with self._lock:
            own = sum(1 for each in self._listeners if owner and each.owner == owner)
            if len(self._listeners) >= most or own >= MOST_OF_ONE:
                return None
            start = self._live.feed.last_id()
            listener = Listener(phone, start, owner)
            self._listeners.add(listener)
            if self._reader is None:
                self._reader = threading.Thread(
                    target=self._read, args=(start,), name="live-events", daemon=True
                )
                self._reader.start()
        return listener, start

    def leave(self, listener: Listener) -> None:
        """Forget a listener; without any, the reader ends by itself."""
        with self._lock:
            self._listeners.discard(listener)

    def missed(self, after: str) -> bool:
        """Whether events after this id may be gone: trimmed, or Redis began anew."""
        first = self._live.feed.read(START, count=1)
        if order(self._live.feed.last_id()) < order(after):
            return True
        return bool(first) and order(first[0].id) > order(after)

    def replay(self, after: str) -> Iterator[News]:
        """What happened after this id until now, oldest first."""
        while True:
            entries = self._live.feed.read(after, count=BATCH)
            yield from self._tell(entries)
            if len(entries) < BATCH:
                return
            after = entries[-1].id

    def _read(self, after: str) -> None:
        while self._wanted():
            try:
                entries = self._live.feed.read(after, count=BATCH, block_ms=BLOCK_MS)
                news = self._tell(entries)
            except StoreUnavailable as error:
                _log.warning("live events are late: %s", error)
                time.sleep(PAUSE_S)
                continue
            except Exception:
                # Without its reader every open page of this process would go silent for good.
                _log.exception("live events stumbled")
                time.sleep(PAUSE_S)
                continue
            if entries:
                after = entries[-1].id
                self._hand_out(news)
                time.sleep(gathering(len(entries)))

    def _wanted(self) -> bool:
        with self._lock:
            if not self._listeners:
                self._reader = None
            return bool(self._listeners)

    def _tell(self, entries: list[Entry]) -> list[News]:
        ids = list(dict.fromkeys(entry.contact for entry in entries))
        contacts = {contact.id: contact for contact in self._live.contacts(ids)}
        return [News(entry, contacts.get(entry.contact)) for entry in entries]

    def _hand_out(self, news: list[News]) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        about: dict[str, list[News]] = {"": news}
        for each in news:
            for phone in each.phones:
                about.setdefault(phone, []).append(each)
        for listener in listeners:
            try:
                if mine := about.get(listener.phone):
                    listener.queue.put_nowait(mine)
                listener.passed = news[-1].entry.id
            except queue.Full:
                listener.lost = True
                self.leave(listener)


def gathering(count: int) -> float:
    """How long (s) events are gathered after a handful of so many; 0 when more are waiting."""
    if count >= BATCH:
        return 0.0
    return min(LONGEST_GATHER_S, GATHER_S * max(1.0, count / LARGE))


def order(event_id: str) -> tuple[int, int]:
    """The place of a stream id, for comparing."""
    ms, _, number = event_id.partition("-")
    return int(ms), int(number or 0)


def frame(name: str, event_id: str, data: dict[str, object]) -> str:
    """One server-sent event."""
    return f"id: {event_id}\nevent: {name}\nretry: 2000\ndata: {json.dumps(data)}\n\n"
