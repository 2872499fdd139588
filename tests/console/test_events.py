"""Live events: in order, resumable, and only what one may see."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
import redis
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from console import events, events_api, identity, state
from console.events import (
    BATCH,
    MOST_OF_ONE,
    QUEUE_SIZE,
    Gathered,
    Handful,
    Listener,
    gathering,
    rest,
)
from console.identity import Asker
from telephony.contact import events as ev
from telephony.store import keys
from telephony.store.feed import START
from telephony.store.ledger import IssuedToken, Role, issue_token, revoke_token
from tests.console.house import Actors, House, LivePlay
from tests.console.house import play as begin

LIMIT_S = 10.0


class Stream:
    """One open stream of server-sent events over HTTP, read in a thread of its own."""

    def __init__(self, port: int, issued: IssuedToken, last: str) -> None:
        self.token = issued.token.id
        headers = {"Authorization": f"Bearer {issued.plain}"}
        if last:
            headers["Last-Event-ID"] = last
        self._connection = HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
        self._connection.request("GET", "/api/v1/events", headers=headers)
        self.answer = self._connection.getresponse()
        self.frames: list[dict[str, str]] = []
        self.ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        frame: dict[str, str] = {}
        for line in iter(self.answer.readline, b""):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name or value:
                frame[name] = value
            elif frame:
                self.frames.append(frame)
                frame = {}
        self.ended = True

    def close(self) -> None:
        # The browser is gone: the socket is shut under the reader's hands.
        if not self.ended:
            self.answer.fp.raw._sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]
        self._reader.join(LIMIT_S)
        self._connection.close()

    def contacts(self) -> list[dict[str, Any]]:
        return [json.loads(f["data"]) for f in self.frames if f.get("event") == "contact"]

    def ids(self) -> list[str]:
        return [frame["id"] for frame in self.frames if frame.get("event") == "contact"]


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.01)


def waiting(listener: Listener) -> list[Handful]:
    """What waits in the listener's queue; it is taken out."""
    return [listener.queue.get_nowait() for _ in range(listener.queue.qsize())]


def readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "live-events"]


Listen = Callable[..., Stream]


class Quiet(WSGIRequestHandler):
    def log(self, kind: str, message: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def listen(app: Flask, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Open streams on a real server; afterwards all are closed, and nothing goes on reading."""
    wait_for(lambda: not readers(), "the reader of an earlier test ends")
    monkeypatch.setattr(events_api, "HEARTBEAT_S", 0.1)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    streams: list[Stream] = []

    def start(name: str, last: str = "") -> Stream:
        token = issue_token(house.ledger, name, "test", now=house.clock.now)
        stream = Stream(server.server_port, token, last)
        streams.append(stream)
        wait_for(lambda: stream.frames, "hello")
        return stream

    yield start
    for stream in streams:
        stream.close()
    wait_for(lambda: not readers(), "the reader ends with the last stream")
    server.shutdown()
    server.server_close()
    serving.join(LIMIT_S)


def test_events_arrive_in_order_with_words_and_data(
    listen: Listen, play: LivePlay, house: House
) -> None:
    sam = listen("sam")
    assert sam.answer.headers["Content-Type"].startswith("text/event-stream")
    play.talk_with_ana()
    stored = [entry.id for entry in house.services.live.feed.read()]
    wait_for(lambda: sam.ids() == stored[1:], "all events after the greeting")
    told = sam.contacts()
    assert "Ana accepted." in [each["sentence"] for each in told]
    assert told[-1]["state"] == "talking"
    assert told[-1]["version"] == play.contact.version


def test_a_stream_resumes_after_the_last_event_that_was_seen(
    listen: Listen, play: LivePlay, house: House
) -> None:
    play.choose()
    middle = house.services.live.feed.read()[2].id
    sam = listen("sam", last=middle)
    play.accept_and_join(play.named("ana"))
    wanted = [entry.id for entry in house.services.live.feed.read(middle)]
    wait_for(lambda: len(sam.ids()) >= len(wanted), "the missed and the new events")
    assert sam.ids() == wanted


def test_what_happens_while_a_stream_catches_up_is_told_once(
    app: Flask, house: House, play: LivePlay
) -> None:
    play.choose()
    feed = house.services.live.feed
    middle = feed.read()[2].id
    with app.app_context():
        hub = state.hub()
    joined = hub.join(1)
    assert joined is not None
    listener, start = joined
    play.accept(play.named("ana"))
    wait_for(lambda: listener.passed == feed.last_id(), "the queue has the news")
    hub.leave(listener)
    listener.lost = True
    sam = Asker("sam", "Sam", Role.SUPERVISOR, "client:sam", "", "", None, by_cookie=False)
    frames = events_api._held(hub, listener, sam, middle, start, lambda: True, lambda: None)
    told = [frame.split("\n")[0].removeprefix("id: ") for frame in frames][1:]
    assert told == [entry.id for entry in feed.read(middle)]
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def test_hello_carries_an_id_so_that_nothing_is_missed_before_the_first_event(
    listen: Listen, play: LivePlay, house: House
) -> None:
    sam = listen("sam")
    assert sam.frames[0]["event"] == "hello"
    assert sam.frames[0]["id"] == house.services.live.feed.last_id()


def test_an_agent_hears_only_of_contacts_with_their_own_phone(
    listen: Listen, play: LivePlay, house: House
) -> None:
    ana, ben = listen("ana"), listen("ben")
    play.talk_with_ana()
    other = begin(house, "CA" + "d" * 32, "+12025550177")
    play.tell(ev.RoomHeld(play.customer.call, "CF" + "0" * 32, 99))
    last = house.services.live.feed.last_id()
    wait_for(lambda: last in ana.ids(), "the last event")
    assert {each["contact"] for each in ana.contacts()} == {play.contact.id}
    assert other.contact.id not in {each["contact"] for each in ana.contacts()}
    assert ben.contacts() == []


def test_events_that_are_gone_are_told_so_that_the_page_loads_anew(
    listen: Listen, play: LivePlay, house: House, redis_url: str
) -> None:
    play.choose()
    entries = house.services.live.feed.read()
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        client.xtrim(keys.JOURNAL, maxlen=2, approximate=False)
    sam = listen("sam", last=entries[0].id)
    assert [frame["event"] for frame in sam.frames][:1] == ["reset"]
    later = f"{int(entries[-1].id.split('-')[0]) + 10_000_000}-0"
    assert listen("sam", last=later).frames[0]["event"] == "reset"


def test_a_quiet_stream_beats_and_ends_with_its_session(listen: Listen, house: House) -> None:
    sam = listen("sam")
    # An event and no comment: scripts in a browser do not hear of comments.
    wait_for(lambda: any(frame["event"] == "beat" for frame in sam.frames), "a heartbeat")
    revoke_token(house.ledger, sam.token, now=house.clock.now)
    wait_for(lambda: sam.ended, "the end of the stream")


def test_one_reader_serves_all_streams_and_ends_with_the_last(
    listen: Listen, app: Flask, house: House
) -> None:
    for _ in range(3):
        listen("sam")
    assert len(readers()) == 1


def test_only_the_streams_of_those_who_take_part_are_woken_and_an_event_is_encoded_once(
    app: Flask, house: House, play: LivePlay
) -> None:
    with app.app_context():
        hub = state.hub()

    people = [f"client:other{number}" for number in range(198)] + ["client:ana", "client:ana"]
    listeners = [joined[0] for name in people if (joined := hub.join(200, name))]
    assert len(listeners) == 200
    play.talk_with_ana()
    last = house.services.live.feed.last_id()
    wait_for(lambda: all(each.passed == last for each in listeners), "everybody is up to date")
    assert sum(each.queue.qsize() for each in listeners[:198]) == 0
    first, second = (waiting(each) for each in listeners[198:])
    assert first
    assert all(one is other for one, other in zip(first, second, strict=True))
    told = first[0].told(None, START)
    assert told is first[0].told(None, START), "the words are the same text for all"
    for each in listeners:
        hub.leave(each)
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def test_the_more_happens_for_many_streams_the_longer_events_are_gathered() -> None:
    """A handful wakes every stream that it concerns, so many small ones would starve webhooks."""
    assert gathering(1, 1) == gathering(5, 1) == gathering(1, 12) < 0.025, "a few words go at once"
    assert gathering(5, 1) < gathering(5, 10) < gathering(10, 10) < gathering(40, 10) == 0.15
    assert rest(1) == rest(5) < 0.025
    assert rest(20) < rest(100) == 0.1
    assert rest(BATCH) == 0, "who lags behind does not wait"


def test_whoever_hears_little_hears_it_at_once_beside_streams_that_hear_much(
    app: Flask, house: House, play: LivePlay
) -> None:
    with app.app_context():
        hub = state.hub()
    busy, calm = hub.join(10, "client:ben"), hub.join(10, "client:ana")
    assert busy is not None
    assert calm is not None
    hub._gathered["client:ben"] = Gathered(time.monotonic() + 3600)
    play.talk_with_ana()
    last = house.services.live.feed.last_id()
    wait_for(lambda: calm[0].passed == last, "Ana's stream is up to date")
    assert waiting(calm[0])
    assert busy[0].passed == last, "there is nothing for Ben"
    hub.leave(busy[0])
    hub.leave(calm[0])
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def test_gathered_news_come_when_their_time_has_come_though_nothing_else_happens(
    app: Flask, house: House, play: LivePlay
) -> None:
    with app.app_context():
        hub = state.hub()
    joined = hub.join(10, "client:ana")
    assert joined is not None
    ana = joined[0]
    later = time.monotonic() + 0.5
    hub._gathered["client:ana"] = Gathered(later)
    play.talk_with_ana()
    last = house.services.live.feed.last_id()
    wait_for(lambda: ana.passed == last, "the news")
    assert time.monotonic() >= later
    (handful,) = waiting(ana)
    assert len(handful.news) > 1
    place = handful.news[0].entry.id
    assert ids(handful.told(None, place)) == [each.entry.id for each in handful.news[1:]]
    assert handful.told(None, last) == ""
    hub.leave(ana)
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def test_the_sessions_of_all_streams_are_asked_for_at_once(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        hub = state.hub()
    tokens = [issue_token(house.ledger, "sam", "test", now=house.clock.now) for _ in range(3)]
    joined = [hub.join(10, token=each.plain) for each in tokens]
    listeners = [each[0] for each in joined if each]
    revoke_token(house.ledger, tokens[1].token.id, now=house.clock.now)
    asked = []

    def valid(plains: frozenset[str]) -> set[str]:
        asked.append(plains)
        return identity.still_valid(house.services, plains)

    assert all(hub.welcome(each, valid) for each in listeners), "they were looked at just now"
    assert asked == []
    monkeypatch.setattr(events, "CHECK_S", 0.0)
    assert hub.welcome(listeners[0], valid)
    monkeypatch.setattr(events, "CHECK_S", 3600.0)
    assert not hub.welcome(listeners[1], valid)
    assert hub.welcome(listeners[2], valid)
    assert asked == [frozenset(each.plain for each in tokens)]
    for each in listeners:
        hub.leave(each)
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def test_streams_that_began_together_do_not_end_together() -> None:
    lives = sorted(events_api.life() for _ in range(200))
    assert lives[-1] <= events_api.LONGEST_S
    gaps = [later - earlier for earlier, later in itertools.pairwise(lives)]
    assert lives[-1] - lives[0] > 20
    assert max(gaps) < 5


def test_what_an_agent_may_not_see_is_behind_their_quiet_stream(
    listen: Listen, play: LivePlay, house: House
) -> None:
    ben = listen("ben")
    play.choose()
    play.tell(ev.RoomHeld(play.customer.call, "CF" + "0" * 32, 99))
    last = house.services.live.feed.last_id()
    wait_for(lambda: ben.frames[-1]["id"] == last, "a heartbeat with the newest id")
    assert ben.contacts() == []


def test_a_listener_that_is_too_slow_is_cut_off_and_nobody_else(
    app: Flask, house: House, play: LivePlay
) -> None:
    with app.app_context():
        hub = state.hub()
    joined = (hub.join(10), hub.join(10))
    assert joined[0] is not None
    assert joined[1] is not None
    slow, quick = joined[0][0], joined[1][0]
    for _ in range(QUEUE_SIZE):
        slow.queue.put(Handful(()))
    play.talk_with_ana()
    last = house.services.live.feed.last_id()
    seen: list[str] = []

    def drained() -> bool:
        seen.extend(each.entry.id for handful in waiting(quick) for each in handful.news)
        return last in seen

    wait_for(drained, "the last event")
    assert slow.lost
    assert not quick.lost
    assert len(hub) == 1
    hub.leave(quick)
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def test_a_stream_too_many_is_answered_briefly_and_misses_nothing(
    as_: Actors, house: House, play: LivePlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_api, "MOST_HELD", 0)
    first = as_("sam")("GET", "/events").get_data(as_text=True)
    assert "event: hello" in first
    assert f"retry: {events_api.COME_BACK_MS}\n\n" in first
    last = house.services.live.feed.last_id()
    play.talk_with_ana()
    later = as_("sam")("GET", "/events", Last_Event_ID=last).get_data(as_text=True)
    news = [entry.id for entry in house.services.live.feed.read(last)]
    assert ids(later) == [last, *news, news[-1]]
    hidden = as_("ben")("GET", "/events", Last_Event_ID=last).get_data(as_text=True)
    assert ids(hidden) == [last, news[-1]], "what Ben may not see is behind him all the same"


def test_nobody_holds_the_streams_of_all_the_others(app: Flask, as_: Actors) -> None:
    with app.app_context():
        hub = state.hub()
    held = [hub.join(events_api.MOST_HELD, owner="sam") for _ in range(MOST_OF_ONE)]
    assert None not in held
    told = as_("sam")("GET", "/events").get_data(as_text=True)
    assert f"retry: {events_api.COME_BACK_MS}\n\n" in told, "this window asks again and again"
    others = hub.join(events_api.MOST_HELD, owner="ana")
    assert others is not None
    for joined in (*held, others):
        assert joined is not None
        hub.leave(joined[0])
    again = hub.join(events_api.MOST_HELD, owner="sam")
    assert again is not None
    hub.leave(again[0])
    wait_for(lambda: not readers(), "the reader ends with the last listener")


def ids(stream: str) -> list[str]:
    return [line[4:] for line in stream.splitlines() if line.startswith("id: ")]


def test_a_wrong_last_event_id_is_refused(as_: Actors) -> None:
    wrong = as_("sam")("GET", "/events", Last_Event_ID="x")
    assert (wrong.status_code, wrong.get_json()["reason"]) == (422, "invalid")
