"""What each phone hears and with whom it can speak, computed from the state of the network.

``what`` is the best thing heard: a document's speech (prompt), people, waiting or hold audio
(hold), a ringing tone (ringback) or nothing (silence). Voicemail is not people. ``with`` lists
the legs that hear this one and are heard by it.
"""

from __future__ import annotations

from simulator.engine import Engine
from simulator.queues import member_of
from simulator.script import Script
from simulator.world import Call, Conference, Participant

Heard = tuple[str, tuple[str, ...]]
SILENCE: Heard = ("silence", ())
RINGBACK: Heard = ("ringback", ())


def settle(net: Engine) -> None:
    """Write a ``hears`` line for every touched call whose hearing changed."""
    while net.touched:
        touched, net.touched = net.touched, {}
        for sid in touched:
            call = net.calls.get(sid)
            if call is None or not call.live:
                continue
            heard = now_hears(net, call)
            if heard is not None and heard != (call.hears, call.talks_with):
                call.hears, call.talks_with = heard
                net.trace.write("hears", call=sid, what=heard[0], **{"with": list(heard[1])})


def now_hears(net: Engine, call: Call) -> Heard | None:
    """What this phone hears, or None while nobody holds it to an ear."""
    if call.answered is None:
        return RINGBACK if call.direction == "inbound" else None
    room = net.conferences.get(call.room)
    if room is not None and call.sid in room.participants:
        return _in_room(net, room, room.participants[call.sid])
    if call.peer:
        return _bridged(net, call)
    member = member_of(net, call)
    if member is not None:
        if member.background is None:
            return SILENCE if member.silent else ("hold", ())
        return _document(member.background, "hold")
    if call.dial is not None:
        return _dialling(call)
    if call.sid in net.servers:
        return RINGBACK
    return _document(call.script, "prompt")


def _document(script: Script | None, music: str) -> Heard:
    """Speech is a prompt; music is what the kind of document makes of it."""
    audio = script.audio if script is not None else ""
    return {"speech": ("prompt", ()), "music": (music, ())}.get(audio, SILENCE)


def _dialling(call: Call) -> Heard:
    """Ringing while the Dial rings; during a whisper only with answerOnBridge."""
    dial = call.dial
    if dial is None:
        return SILENCE
    late = dial.verb.flag("answerOnBridge", False)
    return RINGBACK if not dial.whispering or late else SILENCE


def _bridged(net: Engine, call: Call) -> Heard:
    peer = net.calls[call.peer]
    return SILENCE if peer.answered_kind == "machine" else ("people", (peer.sid,))


def _in_room(net: Engine, room: Conference, me: Participant) -> Heard:
    others = _conversation(net, room, me)
    if _spoken_to(room, me):
        return ("prompt", others[1])
    if me.hold:
        return _background(me, default_music=not me.hold_url)
    if others[0]:
        return ("people", others[1])
    if room.status == "init" or room.waiting_again:
        return _background(me, default_music=me.wait_url is None)
    ringing = any(p.early_media and p.status == "ringing" for p in room.participants.values())
    return RINGBACK if ringing else SILENCE


def _spoken_to(room: Conference, me: Participant) -> bool:
    return any(s is not None and s.audio for s in (me.announcement, room.announcement))


def _background(me: Participant, default_music: bool) -> Heard:
    if me.background is None:
        return ("hold", ()) if default_music else SILENCE
    return _document(me.background, "hold")


def _conversation(
    net: Engine, room: Conference, me: Participant
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom ``me`` hears, and who of them hears ``me`` too."""
    if room.status != "in-progress" or me.hold or not me.joined:
        return (), ()
    heard, mutual = [], []
    for other in room.participants.values():
        if other is me or not other.joined or other.hold or _machine(net, other):
            continue
        if _reaches(other, me):
            heard.append(other.call_sid)
            if _reaches(me, other):
                mutual.append(other.call_sid)
    return tuple(heard), tuple(mutual)


def _reaches(speaker: Participant, listener: Participant) -> bool:
    """A muted voice reaches nobody, a coach's only the one coached."""
    if speaker.muted:
        return False
    return not speaker.coaching or speaker.call_sid_to_coach == listener.call_sid


def _machine(net: Engine, participant: Participant) -> bool:
    return net.calls[participant.call_sid].answered_kind == "machine"
