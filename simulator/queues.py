"""Waiting lines: ``<Enqueue>``, ``<Leave>``, ``<Dial><Queue>`` and the Queues resource.

Rules: https://www.twilio.com/docs/voice/twiml/enqueue and .../twiml/queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator import calls, directory
from simulator import script as scripts
from simulator.clock import Timer
from simulator.engine import Engine
from simulator.errors import TwilioError, not_found
from simulator.twiml import Verb
from simulator.world import Call, Entry, Member, Queue

if TYPE_CHECKING:
    from simulator.script import Script

LOOP_PAUSE = 1.0
MOST = 5000


@dataclass(slots=True)
class Server:
    """A leg that dialled a queue: waiting for its next member, or bridged to one."""

    script: Script
    verb: Verb
    noun: Verb
    queue_sid: str
    timer: Timer | None = None
    member: str = ""
    member_script: Script | None = None
    enqueued: float = 0.0
    bridged_at: float | None = None


# The Queues resource -------------------------------------------------------------------------


def create(net: Engine, friendly_name: str, max_size: int) -> Queue:
    """Make a queue under a name nobody has."""
    _check_name(net, friendly_name, None)
    queue = Queue(net.dice.sid("QU"), friendly_name, _size(max_size), net.clock.now, net.clock.now)
    net.queues[queue.sid] = queue
    return queue


def _check_name(net: Engine, name: str, own: Queue | None) -> None:
    if not name or len(name) > 64:
        raise TwilioError(400, 20001, "FriendlyName must have 1 to 64 characters")
    if named(net, name) not in (None, own):
        raise TwilioError(400, 22003, f"A queue is already called {name}")


def _size(size: int) -> int:
    if not 1 <= size <= MOST:
        raise TwilioError(400, 20001, f"MaxSize must be between 1 and {MOST}")
    return size


def named(net: Engine, name: str) -> Queue | None:
    """The queue of that friendly name."""
    return next((q for q in net.queues.values() if q.friendly_name == name), None)


def fetch(net: Engine, sid: str) -> Queue:
    """The queue of that sid, or Twilio's 404."""
    return directory.fetch(net, net.queues, "Queues", sid)


def update(net: Engine, sid: str, friendly_name: str | None, max_size: int | None) -> Queue:
    """Rename or resize; a refused wish changes nothing."""
    queue = fetch(net, sid)
    if max_size is not None:
        _size(max_size)
    if friendly_name is not None:
        _check_name(net, friendly_name, queue)
        queue.friendly_name = friendly_name
    queue.max_size = max_size or queue.max_size
    queue.updated = net.clock.now
    return queue


def delete(net: Engine, sid: str) -> None:
    """Only an empty queue can go."""
    if fetch(net, sid).members:
        raise TwilioError(400, 22002, f"Queue {sid} is not empty")
    del net.queues[sid]


def average_wait(net: Engine, queue: Queue) -> int:
    """Mean seconds waited so far by those now in the queue."""
    waits = [net.clock.now - m.enqueued for m in queue.members.values()]
    return round(sum(waits) / len(waits)) if waits else 0


def fetch_member(net: Engine, queue_sid: str, key: str) -> Member:
    """By call sid, or the one at the ``Front``."""
    queue = fetch(net, queue_sid)
    member = next(iter(queue.members.values()), None) if key == "Front" else queue.members.get(key)
    if member is None:
        raise not_found(directory.path_of(net, f"Queues/{queue_sid}/Members", key))
    return member


def position(net: Engine, member: Member) -> int:
    """1 at the front."""
    return list(net.queues[member.queue_sid].members).index(member.call_sid) + 1


def member_of(net: Engine, call: Call) -> Member | None:
    """The call's place in a queue, if it waits in one."""
    queue = net.queues.get(call.queue)
    return queue.members.get(call.sid) if queue else None


def dequeue(net: Engine, queue_sid: str, key: str, url: str, method: str) -> Member:
    """POST to a member: the waiting call runs the TwiML at ``url``; its action fires as well."""
    member = fetch_member(net, queue_sid, key)
    if not url:
        raise TwilioError(400, 20001, "Url is required")
    call = net.calls[member.call_sid]
    net.clock.after(calls.REDIRECT_DELAY, lambda: calls.redirect(net, call, Entry(url, method)))
    return member


# Waiting -------------------------------------------------------------------------------------


def enqueue(script: Script, verb: Verb) -> None:
    """``<Enqueue>``: wait in line; the queue is made on demand."""
    net, call = script.net, script.call
    name = verb.text[:64]
    if not name:
        net.alert(12200, call.sid, script.url)
        script.next()
        return
    most = min(MOST, int(verb.number("maxQueueSize", 1000)) or 1000)
    queue = named(net, name) or create(net, name, most)
    script.pending = verb
    if len(queue.members) >= queue.max_size:
        _go_on(script, queue, "queue-full", 0.0)
        return
    member = Member(call.sid, queue.sid, net.clock.now)
    empty = verb.has("waitUrl") and not verb.get("waitUrl")
    member.silent = empty and net.switches.silent_empty_wait
    queue.members[call.sid] = member
    call.queue = queue.sid
    net.trace.write("queue.join", queue=queue.sid, call=call.sid)
    net.touch(call.sid)
    if verb.get("waitUrl"):
        target = script.resolve(verb.get("waitUrl")) or ""
        _wait(net, member, Entry(target, verb.get("waitUrlMethod", "POST")))
    idle = (s for s in net.servers.values() if not s.member and s.queue_sid == queue.sid)
    server = next(idle, None)
    if server is not None:
        _serve(net, server)


def _wait(net: Engine, member: Member, entry: Entry) -> None:
    """Play the waitUrl; unlike a conference's it begins again by itself."""
    call = net.calls[member.call_sid]
    begun = net.clock.now

    def again() -> None:
        if member_of(net, call) is member:
            _wait(net, member, entry)

    def done(why: str) -> None:
        if why == "ended":
            pause = LOOP_PAUSE if net.clock.now - begun < LOOP_PAUSE else 0.0
            net.clock.after(pause, again)
        elif why == "hangup":
            calls.finish(net, call, "completed", "service")
        elif call.script is not None:
            queue = net.queues[member.queue_sid]
            _remove(net, queue, call)
            result = "leave" if why == "leave" else "error"
            _go_on(call.script, queue, result, net.clock.now - member.enqueued)

    member.background = scripts.Script(
        net, call, "queue", done, event="wait", entry=entry, extra=lambda: _place(net, member)
    )
    member.background.start()


def _place(net: Engine, member: Member) -> dict[str, str]:
    queue = net.queues[member.queue_sid]
    if member.call_sid not in queue.members:
        return {}
    return {
        "QueuePosition": str(position(net, member)),
        "QueueSid": queue.sid,
        "QueueTime": str(round(net.clock.now - member.enqueued)),
        "AvgQueueTime": str(average_wait(net, queue)),
        "CurrentQueueSize": str(len(queue.members)),
        "MaxQueueSize": str(queue.max_size),
    }


def _remove(net: Engine, queue: Queue, call: Call) -> Member | None:
    member = queue.members.pop(call.sid, None)
    call.queue = ""
    if member is not None:
        if member.background is not None:
            member.background.stop()
        net.trace.write("queue.leave", queue=queue.sid, call=call.sid)
        net.touch(call.sid)
    return member


def _result(queue: Queue, result: str, waited: float) -> dict[str, str]:
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(round(waited))}


def _go_on(script: Script, queue: Queue, result: str, waited: float) -> None:
    """The Enqueue is over: its action, or the next verb."""
    verb, script.pending = script.pending, None
    if verb is not None:
        script.action(verb, _result(queue, result, waited), "enqueue")


def _notify(script: Script | None, queue: Queue, result: str, waited: float) -> None:
    verb = script.pending if script is not None else None
    if script is not None and verb is not None and verb.has("action"):
        fields = _result(queue, result, waited)
        script.notify(verb.get("action"), verb.get("method", "POST"), fields, "enqueue")


# Serving -------------------------------------------------------------------------------------


def dial(script: Script, verb: Verb, noun: Verb) -> None:
    """``<Dial><Queue>``: bridge to the one at the front, or wait for the next to come."""
    net, call = script.net, script.call
    queue = named(net, noun.text) or create(net, noun.text, 1000)
    server = Server(script, verb, noun, queue.sid)
    net.servers[call.sid] = server
    net.touch(call.sid)
    seconds = verb.number("timeout", 30)
    server.timer = net.clock.after(seconds, lambda: _served(net, server, "no-answer"))
    _serve(net, server)


def _serve(net: Engine, server: Server) -> None:
    queue = net.queues[server.queue_sid]
    front = next(iter(queue.members.values()), None)
    if front is None:
        return
    call = net.calls[front.call_sid]
    if server.timer is not None:
        server.timer.cancel()
    server.member, server.member_script, server.enqueued = call.sid, call.script, front.enqueued
    _remove(net, queue, call)
    net.served[call.sid] = server
    if not server.noun.get("url"):
        _bridge(net, server)
        return
    target = server.script.resolve(server.noun.get("url")) or ""
    fields = {**_result(queue, "", net.clock.now - front.enqueued)}
    fields["DequeingCallSid"] = server.script.call.sid
    call.script = scripts.Script(
        net,
        call,
        "whisper",
        lambda why: _bridge(net, server) if why == "ended" else _served(net, server, "completed"),
        event="whisper",
        entry=Entry(target, server.noun.get("method", "POST")),
    )
    call.script.start(fields)


def _bridge(net: Engine, server: Server) -> None:
    caller, member = server.script.call, net.calls[server.member]
    member.script = server.member_script
    caller.peer, member.peer = member.sid, caller.sid
    server.bridged_at = net.clock.now
    net.trace.write("bridge", call=caller.sid, peer=member.sid)
    net.touch(caller.sid, member.sid)
    limit = server.verb.number("timeLimit", 14400)
    server.timer = net.clock.after(limit, lambda: _served(net, server, "completed"))


def _part(net: Engine, server: Server) -> bool:
    """Take server and member apart; False when that was done before."""
    if net.servers.pop(server.script.call.sid, None) is None:
        return False
    if server.timer is not None:
        server.timer.cancel()
    server.script.call.peer = ""
    net.touch(server.script.call.sid)
    if server.member:
        net.served.pop(server.member, None)
        net.calls[server.member].peer = ""
        net.touch(server.member)
    return True


def _served(net: Engine, server: Server, status: str) -> None:
    """The bridge (or the wait for a member) is over; both legs go on with their documents."""
    if not _part(net, server):
        return
    _member_goes_on(net, server)
    server.script.pending = None
    server.script.action(server.verb, _dial_result(net, server, status), "dial")


def _dial_result(net: Engine, server: Server, status: str) -> dict[str, str]:
    fields = {
        "DialCallStatus": status,
        "DialBridged": "false" if server.bridged_at is None else "true",
    }
    if server.member:
        seconds = net.clock.now - (server.bridged_at or net.clock.now)
        fields.update({"DialCallSid": server.member, "DialCallDuration": str(round(seconds))})
    return fields


def _member_goes_on(net: Engine, server: Server) -> None:
    if not server.member:
        return
    call = net.calls[server.member]
    script = server.member_script
    if not call.live or script is None or not script.alive:
        return
    call.script = script
    _go_on(script, net.queues[server.queue_sid], "bridged", _waited(net, server))


def _waited(net: Engine, server: Server) -> float:
    return (server.bridged_at or net.clock.now) - server.enqueued


def depart(net: Engine, call: Call, script: Script | None, result: str) -> None:
    """The leg goes away (hangup) or elsewhere (redirected) while it waits, serves or is served."""
    member = member_of(net, call)
    if member is not None:
        queue = net.queues[member.queue_sid]
        _remove(net, queue, call)
        _notify(script, queue, result, net.clock.now - member.enqueued)
    serving = net.servers.get(call.sid)
    if serving is not None and _part(net, serving):
        _member_goes_on(net, serving)
        if serving.verb.has("action"):
            serving.script.notify(
                serving.verb.get("action"),
                serving.verb.get("method", "POST"),
                _dial_result(net, serving, "completed"),
                "dial",
            )
    served = net.served.get(call.sid)
    if served is not None and _part(net, served):
        gone = "redirected-from-bridged" if result == "redirected" else result
        _notify(served.member_script, net.queues[served.queue_sid], gone, _waited(net, served))
        served.script.pending = None
        status = _dial_result(net, served, "completed")
        served.script.action(served.verb, status, "dial")
