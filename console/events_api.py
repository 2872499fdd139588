"""GET /api/v1/events: server-sent events, resumable by Last-Event-ID.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import queue
import random
import re
import time
from collections.abc import Callable, Iterator
from functools import partial

from flask import Response, request

from console import guards, identity, state
from console.blueprint import api, problems
from console.events import Hub, Listener, frame, order
from console.guards import asker
from console.identity import Asker
from console.problems import Problem
from console.veil import Veil, veil_for
from telephony.store.feed import START
from telephony.store.ledger import Role

HEARTBEAT_S = 5.0
# A stream ends after this time and the browser opens another: no thread is held for ever, and a
# server that is told to stop waits no longer than this for its open answers.
LONGEST_S = 60.0
# After a restart everybody comes back at once; their streams must not end together ever after.
_SHARE_OF_LONGEST = (0.5, 1.0)
# A stream that stays open holds one of the server's 256 threads, and Twilio's webhooks need the
# rest. Whoever comes when so many are open, or with more windows than one person may have, gets
# what has happened and is asked to come back at once, which costs more than holding them
# (docs/performance.md). So every window goes on showing what happens; to let the oldest one go
# instead would have it come back and push out the next one, for ever.
MOST_HELD = 200
COME_BACK_MS = 1_000
Covers = Callable[[], Veil | None]
"""Asked for each handful of news, because the policy may change while a stream is open."""
_EVENT_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


@api.get("/events")
@problems(401, 422, 503, stream="Events named hello, contact, beat and reset.")
def live_events() -> Response:
    """What happens, as it happens.

    `hello` comes first, then one `contact` for every step of a contact that you may see. `reset`
    means that some were missed: load what you show anew; `beat`, that nothing has happened for a
    while. The header Last-Event-ID resumes.
    """
    after = request.headers.get("Last-Event-ID", "")
    if after and not _EVENT_ID.fullmatch(after):
        raise Problem(422, "invalid", "Last-Event-ID: it is not the id of an event.")
    hub = state.hub()
    veil = partial(veil_for, state.services(), asker().role)
    joined = hub.join(MOST_HELD, _only(asker()), asker().name, asker().plain)
    if joined is None:
        return _answer(_brief(hub, asker(), after, state.services().live.feed.last_id(), veil))
    listener, start = joined
    # The stream outlives the request, maybe in another thread: it gets all that it needs.
    services = state.services()
    valid = partial(identity.still_valid, services)
    welcome = partial(hub.welcome, listener, valid)
    answer = _answer(_held(hub, listener, asker(), after, start, welcome, veil))
    answer.call_on_close(lambda: hub.leave(listener))
    return answer


def _answer(stream: Iterator[str]) -> Response:
    answer = Response(stream, mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _brief(hub: Hub, who: Asker, after: str, start: str, veil: Covers) -> Iterator[str]:
    """What has happened since, and no more; the browser comes back by itself."""
    last = start
    for place, told in _caught_up(hub, who, after, start, veil):
        last = place
        yield from (told,) if told else ()
    yield f"id: {last}\nretry: {COME_BACK_MS}\n\n"


def _held(
    hub: Hub,
    listener: Listener,
    who: Asker,
    after: str,
    start: str,
    welcome: Callable[[], bool],
    veil: Covers,
) -> Iterator[str]:
    last = START
    for place, told in _caught_up(hub, who, after, start, veil):
        last = place
        yield from (told,) if told else ()
    yield from _listen(listener, last, welcome, veil)


def _caught_up(
    hub: Hub, who: Asker, after: str, start: str, veil: Covers
) -> Iterator[tuple[str, str]]:
    """Frames that bring the browser up to now, each with the id of the last event that was read."""
    if after and hub.missed(after):
        why = "Some events are gone; load what is shown again."
        yield start, frame("reset", start, {"why": why})
        after = ""
    yield after or start, frame("hello", after or start, {"role": who.role.value})
    phone = _only(who)
    for news in hub.replay(after) if after else ():
        mine = not phone or phone in news.phones
        yield news.entry.id, news.told(veil()) if mine else ""


def _listen(
    listener: Listener, last: str, welcome: Callable[[], bool], veil: Covers
) -> Iterator[str]:
    end = time.monotonic() + life()
    checked = time.monotonic()
    while time.monotonic() < end and not (listener.lost and listener.queue.empty()):
        passed = listener.passed
        try:
            handful = listener.queue.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            # The id moves on past what this person may not see, so that a return is short.
            last = max(last, passed, key=order)
            yield frame("beat", last, {})
        else:
            if told := handful.told(veil(), last):
                last = handful.last
                yield told
        if time.monotonic() - checked >= HEARTBEAT_S:
            checked = time.monotonic()
            if not welcome():
                return


def life() -> float:
    """How long (s) a stream is held, another time for each; never longer than `LONGEST_S`."""
    return LONGEST_S * random.uniform(*_SHARE_OF_LONGEST)


def _only(who: Asker) -> str:
    """The phone whose contacts this person hears of; '' for all contacts."""
    return "" if guards.RANK[who.role] > guards.RANK[Role.AGENT] else who.identity
