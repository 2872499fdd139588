"""Live events: one reader of the journal stream per process, fanned out to every open page.

The reader is a thread that lives as long as anybody listens. Each listener has a queue of its own;
one that cannot keep up is cut off and resumes by Last-Event-ID, so nobody slows down anybody else.
A listener is woken only for what it wants, and an event is put into words and encoded once for all.

Waking a stream costs a hundred times what the words of one event do, so news for the same phone are
gathered, and the longer the more of them there are and the more streams wait for them. Whoever
hears little hears it at once, however much happens beside it.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Set
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
# How long the reader rests after it has read something, at least and at most: each time costs two
# trips to Redis, so it rests longer when there was much.
REST_S = 0.02
LONGEST_REST_S = 0.1
MUCH = 8
# How long news for one phone are gathered, at least and at most. So many events, or events times
# streams, are still followed by the shortest wait.
GATHER_S = 0.02
LONGEST_GATHER_S = 0.15
LARGE = 16
# How old what is known of the streams' sessions may be; it is asked for all of them at once.
CHECK_S = 2.5

Valid = Callable[[frozenset[str]], Set[str]]
"""Those of some tokens that still open something."""
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


@dataclass(frozen=True)
class Handful:
    """News that are handed out together, oldest first and never none."""

    news: tuple[News, ...]
    _told: dict[Veil | None, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def first(self) -> tuple[int, int]:
        """The place of the oldest."""
        return order(self.news[0].entry.id)

    @property
    def last(self) -> str:
        """The id of the newest."""
        return self.news[-1].entry.id

    def told(self, veil: Veil | None, after: str) -> str:
        """What a stream that has come as far as the id `after` is told; '' when it is ahead."""
        place = order(after)
        if place >= self.first:
            late = [each for each in self.news if order(each.entry.id) > place]
            return "".join(each.told(veil) for each in late)
        if veil not in self._told:
            self._told[veil] = "".join(each.told(veil) for each in self.news)
        return self._told[veil]


@dataclass(eq=False)
class Listener:
    """One open stream of `owner`, woken only for contacts in which `phone` has a part; '' hears of
    all. `token` is what the owner has shown.

    `lost` says that its queue ran over, so it must begin again. All news up to the id `passed` are
    in its queue or are none of its business.
    """

    phone: str
    passed: str
    owner: str = ""
    token: str = ""
    queue: queue.SimpleQueue[Handful] = field(default_factory=queue.SimpleQueue)
    lost: bool = False


@dataclass(eq=False)
class Gathered:
    """News for the streams of one phone that wait until `due` (of the monotonic clock, s)."""

    due: float
    news: list[News] = field(default_factory=list)


class Hub:
    """The listeners of this process."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._reader: threading.Thread | None = None
        self._gathered: dict[str, Gathered] = {}  # the reader's own
        self._checking = threading.Lock()
        self._checked = time.monotonic()
        self._ended: frozenset[str] = frozenset()

    def __len__(self) -> int:
        with self._lock:
            return len(self._listeners)

    def join(
        self, most: int, phone: str = "", owner: str = "", token: str = ""
    ) -> tuple[Listener, str] | None:
        """A new listener, and the id after which its news begin; None when there are `most`, or
        when this `owner` (the name of a person) has `MOST_OF_ONE` already.
        """
        with self._lock:
            own = sum(1 for each in self._listeners if owner and each.owner == owner)
            if len(self._listeners) >= most or own >= MOST_OF_ONE:
                return None
            start = self._live.feed.last_id()
            listener = Listener(phone, start, owner, token)
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

    def welcome(self, listener: Listener, valid: Valid) -> bool:
        """Whether the token of a listener still opens this, as far as is known for `CHECK_S`.

        Whoever finds that to be older asks, for all listeners at once.
        """
        now = time.monotonic()
        if now - self._checked >= CHECK_S and self._checking.acquire(blocking=False):
            try:
                self._checked = now
                with self._lock:
                    tokens = frozenset(each.token for each in self._listeners)
                self._ended = tokens - valid(tokens)
            finally:
                self._checking.release()
        return listener.token not in self._ended

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
                entries = self._live.feed.read(after, count=BATCH, block_ms=self._patience_ms())
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
            after = entries[-1].id if entries else after
            self._hand_out(news, after)
            if entries:
                time.sleep(rest(len(entries)))

    def _patience_ms(self) -> int:
        """How long to wait for something to happen: until gathered news are due."""
        now = time.monotonic()
        waits = [each.due - now for each in self._gathered.values() if each.news]
        return max(1, min(BLOCK_MS, *(int(wait * 1000) for wait in waits))) if waits else BLOCK_MS

    def _wanted(self) -> bool:
        with self._lock:
            if not self._listeners:
                self._reader = None
            return bool(self._listeners)

    def _tell(self, entries: list[Entry]) -> list[News]:
        ids = list(dict.fromkeys(entry.contact for entry in entries))
        contacts = {contact.id: contact for contact in self._live.contacts(ids)}
        return [News(entry, contacts.get(entry.contact)) for entry in entries]

    def _hand_out(self, news: list[News], passed: str) -> None:
        with self._lock:
            streams: dict[str, list[Listener]] = {}
            for listener in self._listeners:
                streams.setdefault(listener.phone, []).append(listener)
        now = time.monotonic()
        for each in news:
            for phone in ("", *each.phones):
                if phone in streams:
                    self._gathered.setdefault(phone, Gathered(now)).news.append(each)
        for phone in [name for name, gathered in self._gathered.items() if gathered.due <= now]:
            self._give(self._gathered.pop(phone).news, phone, streams.get(phone, []), now)
        for phone, listeners in streams.items():
            if phone not in self._gathered or not self._gathered[phone].news:
                for listener in listeners:
                    listener.passed = passed

    def _give(self, news: list[News], phone: str, listeners: list[Listener], now: float) -> None:
        if not news or not listeners:
            return
        handful = Handful(tuple(news))
        for listener in listeners:
            if listener.queue.qsize() < QUEUE_SIZE:
                listener.queue.put(handful)
                listener.passed = handful.last
            else:
                listener.lost = True
                self.leave(listener)
        self._gathered[phone] = Gathered(now + gathering(len(news), len(listeners)))


def rest(count: int) -> float:
    """How long (s) the reader rests after so many events; 0 when more are waiting."""
    return 0.0 if count >= BATCH else min(LONGEST_REST_S, REST_S * max(1.0, count / MUCH))


def gathering(events: int, streams: int) -> float:
    """How long (s) news for a phone are gathered after so many were handed to so many streams."""
    return min(LONGEST_GATHER_S, GATHER_S * max(1.0, events * streams / LARGE))


def order(event_id: str) -> tuple[int, int]:
    """The place of a stream id, for comparing."""
    ms, _, number = event_id.partition("-")
    return int(ms), int(number or 0)


def frame(name: str, event_id: str, data: dict[str, object]) -> str:
    """One server-sent event."""
    return f"id: {event_id}\nevent: {name}\nretry: 2000\ndata: {json.dumps(data)}\n\n"
