"""``<Dial>`` to numbers, clients and SIP addresses (https://www.twilio.com/docs/voice/twiml/dial).

Rooms and queues, its other nouns, are in `rooms` and `queues`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from simulator import addresses, calls, queues, recordings, rooms
from simulator import script as scripts
from simulator.callbacks import recording_fields
from simulator.clock import Timer
from simulator.engine import Engine
from simulator.twiml import Verb
from simulator.world import Call, Entry, Hook, MachineDetection

if TYPE_CHECKING:
    from simulator.script import Script

MOST_AT_ONCE = 10


@dataclass(slots=True)
class Dial:
    """One ``<Dial>`` under way on a parent leg."""

    script: Script
    verb: Verb
    waiting: list[Verb]
    ringing: list[str] = field(default_factory=list)
    bridged: str = ""
    whispering: str = ""
    bridged_at: float = 0.0
    last_child: str = ""
    last_status: str = "no-answer"
    timer: Timer | None = None
    done: bool = False

    @property
    def parent(self) -> Call:
        return self.script.call


def start(script: Script, verb: Verb) -> None:
    """Begin a Dial, whatever its noun."""
    script.pending = verb
    noun = verb.children[0] if verb.children else None
    if noun is not None and noun.name == "Conference":
        rooms.enter(script, verb, noun)
        return
    if noun is not None and noun.name == "Queue":
        queues.dial(script, verb, noun)
        return
    targets = list(verb.children)
    if verb.text and not targets:
        targets = [Verb("Number", text=verb.text)]
    dial = Dial(script, verb, targets[:MOST_AT_ONCE])
    script.call.dial = dial
    script.net.touch(script.call.sid)
    if verb.flag("hangupOnStar", False):
        script.on_key = lambda key: _star(script.net, dial, key)
    if not dial.waiting:
        end(script.net, dial, "failed")
        return
    _ring_next(script.net, dial)


def _star(net: Engine, dial: Dial, key: str) -> None:
    if key == "*":
        end(net, dial, "completed" if dial.bridged else "canceled")


def _ring_next(net: Engine, dial: Dial) -> None:
    """Ring everybody at once, or with ``sequential`` the next in line."""
    sequential = dial.verb.flag("sequential", False)
    batch = dial.waiting[:1] if sequential else dial.waiting
    dial.waiting = dial.waiting[len(batch) :]
    dial.timer = net.clock.after(dial.verb.number("timeout", 30), lambda: _unanswered(net, dial))
    for noun in batch:
        if not dial.done:
            _ring_one(net, dial, noun)


def _address(noun: Verb) -> str:
    """Where a noun rings; a Client's Parameters become the address's query string."""
    if noun.name == "Client":
        identity = next((c.text for c in noun.children if c.name == "Identity"), noun.text)
        given = {c.get("name"): c.get("value") for c in noun.children if c.name == "Parameter"}
        return f"client:{identity}" + (f"?{urlencode(given)}" if given else "")
    return noun.text


def _ring_one(net: Engine, dial: Dial, noun: Verb) -> None:
    parent, to = dial.parent, _address(noun)
    caller = dial.verb.get("callerId") or parent.from_
    code = _refusal(net, parent, caller, to)
    if code:
        net.alert(code, parent.sid, dial.script.url)
        dial.last_status = "failed"
        _settle(net, dial)
        return
    child = calls.new(net, caller, to, "outbound-dial")
    child.parent_sid, child.dialled_by = parent.sid, dial
    child.ring_timeout = 600.0
    child.callback = _hook(dial, noun, "statusCallback")
    if noun.has("machineDetection"):
        hook = _hook(dial, noun, "amdStatusCallback")
        child.machine_detection = MachineDetection(
            noun.get("machineDetection"), noun.number("machineDetectionTimeout", 30), False, hook
        )
    if noun.has("url"):
        target = dial.script.resolve(noun.get("url"))
        child.entry = Entry(target or "", noun.get("method", "POST"))
    dial.ringing.append(child.sid)
    net.clock.after(0.0, lambda: calls.begin(net, child))


def _refusal(net: Engine, parent: Call, caller: str, to: str) -> int:
    """13223 for a number that cannot be dialled, 13214 for a callerId that may not be used."""
    if not addresses.callable_(to):
        return 13223
    if not addresses.is_phone(to) or not net.switches.strict_numbers:
        return 0
    own = caller in (parent.from_, parent.to) or net.number_for(caller) is not None
    return 0 if own and addresses.is_phone(caller) else 13214


def _hook(dial: Dial, noun: Verb, attribute: str) -> Hook | None:
    if not noun.get(attribute):
        return None
    target = dial.script.resolve(noun.get(attribute))
    events = tuple(noun.get(f"{attribute}Event").split())
    method = noun.get(f"{attribute}Method", "POST").upper()
    return Hook(target, method, events) if target else None


# News from the dialled legs ------------------------------------------------------------------


def answered(net: Engine, dial: Dial, child: Call) -> None:
    """The first to answer wins, the others stop ringing; a whisper runs before the bridge."""
    if dial.done or not child.live:
        return
    dial.whispering, dial.last_child = child.sid, child.sid
    if dial.timer is not None:
        dial.timer.cancel()
    dial.waiting.clear()
    dial.ringing.remove(child.sid)
    _silence(net, dial)
    net.touch(dial.parent.sid)
    if not child.entry.url:
        _bridge(net, dial, child)
        return

    def whispered(why: str) -> None:
        if why == "ended":
            _bridge(net, dial, child)
        else:
            calls.finish(net, child, "completed", "service")

    child.script = scripts.Script(
        net, child, "whisper", whispered, event="whisper", entry=child.entry
    )
    child.script.start()


def _records(verb: Verb) -> bool:
    return verb.get("record", "do-not-record") not in ("do-not-record", "false", "")


def _silence(net: Engine, dial: Dial) -> None:
    """Call off every leg that still rings."""
    ringing, dial.ringing = dial.ringing, []
    for sid in ringing:
        net.calls[sid].dialled_by = None
        calls.finish(net, net.calls[sid], "canceled", "service", 487)


def _bridge(net: Engine, dial: Dial, child: Call) -> None:
    child.script = None
    if dial.done or not child.live:
        return
    parent = dial.parent
    calls.pick_up(net, parent)
    dial.bridged, dial.whispering, dial.bridged_at = child.sid, "", net.clock.now
    parent.peer, child.peer = child.sid, parent.sid
    net.trace.write("bridge", call=parent.sid, peer=child.sid)
    net.touch(parent.sid, child.sid)
    if _records(dial.verb):
        recordings.begin(net, parent, "DialVerb", _hook(dial, dial.verb, "recordingStatusCallback"))
    limit = dial.verb.number("timeLimit", 14400)
    dial.timer = net.clock.after(limit, lambda: end(net, dial, "completed"))


def _unanswered(net: Engine, dial: Dial) -> None:
    """The Dial's time-out: whoever rings stops, and the next in line is tried."""
    dial.last_status = "no-answer"
    ringing, dial.ringing = dial.ringing, []
    for sid in ringing:
        dial.last_child = sid
        net.calls[sid].dialled_by = None
        calls.finish(net, net.calls[sid], "no-answer", "self", 487)
    _settle(net, dial)


def _settle(net: Engine, dial: Dial) -> None:
    """When nobody rings any more, go on to the next in line or end the Dial."""
    if dial.done or dial.ringing or dial.bridged or dial.whispering:
        return
    if dial.timer is not None:
        dial.timer.cancel()
    if dial.waiting:
        _ring_next(net, dial)
    else:
        end(net, dial, dial.last_status)


def child_gone(net: Engine, dial: Dial, child: Call) -> None:
    """A dialled leg is down, or was redirected away."""
    if dial.done:
        return
    dial.last_child = child.sid
    if child.sid == dial.bridged:
        end(net, dial, "completed")
        return
    if child.sid == dial.whispering:
        dial.whispering = ""
        end(net, dial, "no-answer" if child.status == "no-answer" else "completed")
        return
    if child.sid in dial.ringing:
        dial.ringing.remove(child.sid)
    dial.last_status = child.status
    _settle(net, dial)


# The end -------------------------------------------------------------------------------------


def end(net: Engine, dial: Dial, status: str) -> None:
    """The Dial is over and its parent goes on: to the action, or to the next verb."""
    if _close(net, dial):
        dial.script.pending = None
        dial.script.action(dial.verb, result(net, dial, status), "dial")


def _close(net: Engine, dial: Dial) -> bool:
    if dial.done:
        return False
    dial.done = True
    if dial.timer is not None:
        dial.timer.cancel()
    dial.parent.dial = None
    dial.script.on_key = None
    dial.waiting.clear()
    _silence(net, dial)
    for sid in (dial.bridged, dial.whispering):
        if sid:
            child = net.calls[sid]
            child.peer = dial.parent.peer = ""
            if child.dialled_by is dial:
                child.dialled_by = None
                calls.finish(net, child, "completed", "service")
    net.touch(dial.parent.sid)
    return True


def result(net: Engine, dial: Dial, status: str) -> dict[str, str]:
    """The fields a Dial's action gets besides the standard ones."""
    fields = {"DialCallStatus": status, "DialBridged": "true" if dial.bridged else "false"}
    child = net.calls.get(dial.last_child)
    if child is not None:
        fields["DialCallSid"] = child.sid
        seconds = net.clock.now - dial.bridged_at if dial.bridged else 0
        fields["DialCallDuration"] = str(round(seconds))
    if _records(dial.verb):
        recordings.close(net, dial.parent)
        fields.update(recording_fields(net, dial.parent.recordings))
    return fields


def depart(net: Engine, call: Call, script: Script | None) -> None:
    """The leg goes away: as a parent its children go down, as a child the parent is told.

    The action of a parent's Dial is still requested, and what it answers is ignored.
    """
    dial = call.dial
    if dial is not None and _close(net, dial) and dial.verb.has("action") and script is not None:
        status = "completed" if dial.bridged else "canceled"
        script.notify(
            dial.verb.get("action"),
            dial.verb.get("method", "POST"),
            result(net, dial, status),
            "dial",
        )
    parent, call.dialled_by = call.dialled_by, None
    if parent is not None:
        call.peer = parent.parent.peer = ""
        child_gone(net, parent, call)
