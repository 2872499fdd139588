"""Recordings of legs, of rooms and of ``<Record>``: their lives, not their sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import directory
from simulator.callbacks import recording_fields, recording_url, send_status
from simulator.engine import Engine
from simulator.errors import TwilioError
from simulator.twiml import Verb
from simulator.world import Call, Conference, Hook, Recording

if TYPE_CHECKING:
    from simulator.script import Script

MESSAGE_SECONDS = 5.0
MESSAGE = "Hello, please call me back about the last invoice. Something is wrong with it."


def fetch(net: Engine, sid: str) -> Recording:
    """The recording of that sid, or Twilio's 404."""
    return directory.fetch(net, net.recordings, "Recordings", sid)


def listed(net: Engine, call_sid: str, conference_sid: str) -> list[Recording]:
    """Newest first."""
    return [
        r
        for r in reversed(net.recordings.values())
        if (not call_sid or r.call_sid == call_sid)
        and (not conference_sid or r.conference_sid == conference_sid)
    ]


def update(net: Engine, sid: str, status: str) -> Recording:
    """Pause, resume or stop."""
    recording = fetch(net, sid)
    if status not in ("in-progress", "paused", "stopped"):
        raise TwilioError(400, 20001, f"Status cannot be set to {status}")
    if recording.ended is not None:
        raise TwilioError(400, 21220, "Recording is not in-progress. Cannot update.")
    if status == "stopped":
        _complete(net, recording, None)
    else:
        recording.status, recording.updated = status, net.clock.now
    return recording


def delete(net: Engine, sid: str) -> None:
    """Delete it."""
    del net.recordings[fetch(net, sid).sid]


def begin(net: Engine, call: Call, source: str, callback: Hook | None = None) -> Recording:
    """Start recording a leg."""
    recording = Recording(
        net.dice.sid("RE"), call.sid, source=source, created=net.clock.now, updated=net.clock.now
    )
    net.recordings[recording.sid] = recording
    call.recordings.append(recording.sid)
    if callback is not None:
        call.recording_callback = callback
    return recording


def begin_room(net: Engine, room: Conference) -> None:
    """Record a room from the moment two people are bridged; waiting is never recorded."""
    recording = Recording(
        net.dice.sid("RE"),
        "",
        room.sid,
        source="Conference",
        created=net.clock.now,
        updated=net.clock.now,
    )
    net.recordings[recording.sid] = recording
    room.recordings.append(recording.sid)


def close(net: Engine, call: Call) -> None:
    """The leg is down: its recordings are complete."""
    for sid in call.recordings:
        if sid in net.recordings:
            _complete(net, net.recordings[sid], call.recording_callback)


def close_room(net: Engine, room: Conference) -> None:
    """The room is over: its recordings are complete."""
    for sid in room.recordings:
        if sid in net.recordings:
            _complete(net, net.recordings[sid], room.recording_callback)


def _complete(net: Engine, recording: Recording, hook: Hook | None) -> None:
    if recording.ended is not None:
        return
    recording.status, recording.ended = "completed", net.clock.now
    recording.updated = net.clock.now
    if hook is None or (hook.events and "completed" not in hook.events):
        return
    fields = {
        "AccountSid": net.account.sid,
        "CallSid": recording.call_sid,
        "ConferenceSid": recording.conference_sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": recording_url(net, recording.sid),
        "RecordingStatus": "completed",
        "RecordingDuration": str(recording.duration),
        "RecordingChannels": str(recording.channels),
        "RecordingSource": recording.source,
    }
    fields = {name: value for name, value in fields.items() if value}
    send_status(net, hook, "recording-completed", fields, net.calls.get(recording.call_sid))


def record_verb(script: Script, verb: Verb) -> None:
    """``<Record>``: a person speaks for a while, then silence, a key or the limit ends it."""
    net, call = script.net, script.call
    target = script.resolve(verb.get("recordingStatusCallback"))
    wanted = verb.get("recordingStatusCallback") and target
    recording = begin(net, call, "RecordVerb", Hook(target) if wanted and target else None)
    keys = verb.get("finishOnKey", "1234567890*#")

    action, method = verb.get("action") or script.url, verb.get("method", "POST")

    def result(digits: str) -> dict[str, str]:
        _complete(net, recording, call.recording_callback)
        return {**recording_fields(net, [recording.sid]), "Digits": digits}

    def end(digits: str) -> None:
        script.fetch(action, method, result(digits), "record")

    script.on_hangup = lambda: script.notify(action, method, result("hangup"), "record")
    script.on_key = lambda key: end(key) if key in keys else None

    def speak() -> None:
        if recording.ended is None:
            net.trace.write("spoke", call=call.sid, text=MESSAGE)

    net.clock.after(0.5, speak)
    seconds = min(MESSAGE_SECONDS + verb.number("timeout", 5), verb.number("maxLength", 3600))
    script.later(seconds, lambda: end(""))
