"""GET /api/v1/events: server-sent events, resumable by Last-Event-ID.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import json
import queue
import re
import time
from collections.abc import Callable, Iterator
from functools import partial

from flask import Response, request

from console import guards, identity, state
from console.blueprint import api, problems
from console.events import Hub, Listener, News, order
from console.guards import asker
from console.identity import Asker
from console.problems import Problem
from telephony.store.ledger import Role

HEARTBEAT_S = 15.0
# A stream ends after this time and the browser opens another: no thread is held for ever.
LONGEST_S = 600.0
MOST_STREAMS = 200
_EVENT_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


@api.get("/events")
@problems(401, 422, 503, stream="Events named hello, contact and reset.")
def live_events() -> Response:
    """What happens, as it happens.

    `hello` comes first, then one `contact` for every step of a contact that you may see. `reset`
    means that some were missed: load what you show anew. The header Last-Event-ID resumes.
    """
    after = request.headers.get("Last-Event-ID", "")
    if after and not _EVENT_ID.fullmatch(after):
        raise Problem(422, "invalid", "Last-Event-ID: it is not the id of an event.")
    hub = state.hub()
    joined = hub.join(MOST_STREAMS)
    if joined is None:
        raise Problem(503, "too_many_streams", headers={"Retry-After": "5"})
    listener, start = joined
    # The stream outlives the request, maybe in another thread: it gets all that it needs.
    who, services = asker(), state.services()
    still_valid = partial(identity.still_valid, services, who)
    stream = _stream(hub, listener, who, after, start, still_valid)
    answer = Response(stream, mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(lambda: hub.leave(listener))
    return answer


def _stream(
    hub: Hub,
    listener: Listener,
    who: Asker,
    after: str,
    start: str,
    still_valid: Callable[[], bool],
) -> Iterator[str]:
    if after and hub.missed(after):
        yield _event("reset", start, {"why": "Some events are gone; load the page's data again."})
        after = ""
    yield _event("hello", after or start, {"name": who.name, "role": who.role.value})
    last = order(after or start)
    for news in hub.replay(after) if after else ():
        last = order(news.entry.id)
        yield from _told(who, news)
    yield from _listen(listener, who, last, still_valid)


def _listen(
    listener: Listener, who: Asker, last: tuple[int, int], still_valid: Callable[[], bool]
) -> Iterator[str]:
    end = time.monotonic() + LONGEST_S
    checked = time.monotonic()
    while time.monotonic() < end and not (listener.lost and listener.queue.empty()):
        try:
            news = listener.queue.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            yield ": still here\n\n"
        else:
            if order(news.entry.id) > last:
                yield from _told(who, news)
        if time.monotonic() - checked >= HEARTBEAT_S:
            checked = time.monotonic()
            if not still_valid():
                return


def _told(who: Asker, news: News) -> Iterator[str]:
    entry = news.entry
    if guards.RANK[who.role] <= guards.RANK[Role.AGENT] and who.identity not in news.phones:
        return
    yield _event(
        "contact",
        entry.id,
        {
            "contact": entry.contact,
            "version": entry.version,
            "at": entry.at,
            "kind": entry.kind,
            "state": entry.stage,
            "outcome": entry.outcome or None,
            "sentence": news.sentence,
            "data": entry.data,
        },
    )


def _event(name: str, event_id: str, data: dict[str, object]) -> str:
    return f"id: {event_id}\nevent: {name}\nretry: 2000\ndata: {json.dumps(data)}\n\n"
