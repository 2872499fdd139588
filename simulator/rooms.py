"""Conferences: who is in, who waits, when a room starts and ends.

Rules: https://www.twilio.com/docs/voice/twiml/conference and the participant resource page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import calls, recordings, room_audio
from simulator.callbacks import conference_event, recording_fields
from simulator.engine import Engine
from simulator.labels import TWIML_DUPLICATE, TWIML_INVALID, label_problem
from simulator.twiml import Verb
from simulator.world import Call, Conference, Hook, Participant

if TYPE_CHECKING:
    from simulator.script import Script

ENDED_BY_LEAVING = {
    (True, False): "participant-with-end-conference-on-exit-left",
    (True, True): "participant-with-end-conference-on-exit-kicked",
    (False, False): "last-participant-left",
    (False, True): "last-participant-kicked",
}
_ATTRIBUTES = {
    "muted": (13230, {"true", "false"}),
    "endConferenceOnExit": (13231, {"true", "false"}),
    "startConferenceOnEnter": (13232, {"true", "false"}),
    "waitMethod": (13234, {"get", "post"}),
    "beep": (13235, {"true", "false", "onenter", "onexit"}),
    "trim": (13239, {"trim-silence", "do-not-trim"}),
}


def open_room(net: Engine, name: str) -> Conference:
    """The active room of that name, made now if there is none."""
    sid = net.open_rooms.get(name)
    if sid is not None:
        return net.conferences[sid]
    room = Conference(net.dice.sid("CF"), name[:128], created=net.clock.now, updated=net.clock.now)
    net.conferences[room.sid] = room
    net.open_rooms[name] = room.sid
    return room


def joined(room: Conference) -> list[Participant]:
    """The participants whose leg is really in the room."""
    return [p for p in room.participants.values() if p.joined]


# Entering by TwiML ---------------------------------------------------------------------------


def enter(script: Script, verb: Verb, noun: Verb) -> None:
    """``<Dial><Conference>``."""
    net, call = script.net, script.call
    _check_attributes(script, noun)
    label = noun.get("participantLabel")
    if not noun.text:
        net.alert(13237, call.sid, script.url)
        _go_on(script, verb, "failed")
        return
    sid = net.open_rooms.get(noun.text)
    room = net.conferences[sid] if sid else None
    problem = label_problem(room, label, TWIML_INVALID, TWIML_DUPLICATE)
    if problem:
        net.alert(problem, call.sid, script.url)
        script.pending = None
        script.next()
        return
    problem = _cannot_enter(room, noun)
    if problem:
        net.alert(problem, call.sid, script.url)
        _go_on(script, verb, "failed")
        return
    calls.pick_up(net, call)
    _settle_in(script, verb, noun, open_room(net, noun.text))


def _check_attributes(script: Script, noun: Verb) -> None:
    """Alert for every attribute value Twilio does not know; the default is then used."""
    for name, (code, values) in _ATTRIBUTES.items():
        if noun.has(name) and noun.get(name).lower() not in values:
            script.net.alert(code, script.call.sid, script.url)


def _cannot_enter(room: Conference | None, noun: Verb) -> int:
    """16020 when the room is full, 13240 when the one to coach is not connected in it."""
    coach = noun.get("coach")
    if coach and (room is None or coach not in {p.call_sid for p in joined(room)}):
        return 13240
    full = room is not None and len(room.participants) >= room.max_participants
    return 16020 if full else 0


def _settle_in(script: Script, verb: Verb, noun: Verb, room: Conference) -> None:
    net, call = script.net, script.call
    wait_url = noun.get("waitUrl") if noun.has("waitUrl") else None
    if wait_url:
        wait_url = script.resolve(wait_url)
    participant = Participant(
        call.sid,
        room.sid,
        label=noun.get("participantLabel"),
        muted=noun.flag("muted", False),
        coaching=bool(noun.get("coach")),
        call_sid_to_coach=noun.get("coach"),
        start_on_enter=noun.flag("startConferenceOnEnter", True),
        end_on_exit=noun.flag("endConferenceOnExit", False),
        wait_url=wait_url,
        wait_method=noun.get("waitMethod", "POST" if noun.has("waitUrl") else "GET").upper(),
        created=net.clock.now,
        updated=net.clock.now,
    )
    room.participants[call.sid] = participant
    call.room = room.sid
    events = tuple(noun.get("statusCallbackEvent").split())
    url = script.resolve(noun.get("statusCallback")) if noun.get("statusCallback") else None
    method = noun.get("statusCallbackMethod", "POST").upper()
    if not room.callback_decided:
        room.record = noun.get("record", room.record)
        target = script.resolve(noun.get("recordingStatusCallback"))
        if target and noun.get("recordingStatusCallback"):
            kept = tuple(noun.get("recordingStatusCallbackEvent").split())
            room.recording_callback = Hook(target, "POST", kept)
    decide(room, Hook(url, method, events) if url else None)
    limit = int(noun.number("maxParticipants", 250))
    room.max_participants = min(room.max_participants, limit) if 2 <= limit <= 250 else 250
    if verb.flag("hangupOnStar", False):
        script.on_key = lambda key: step_out(net, call) if key == "*" else None
    script.later(verb.number("timeLimit", 14400), lambda: step_out(net, call))
    join(net, room, participant)


def decide(room: Conference, hook: Hook | None) -> None:
    """The first participant decides where the room's events go; later wishes are ignored."""
    if not room.callback_decided:
        room.callback_decided, room.callback = True, hook


def join(net: Engine, room: Conference, participant: Participant) -> None:
    """The leg is in the room now."""
    participant.joined, participant.status = True, "connected"
    net.trace.write("room.join", room=room.sid, call=participant.call_sid, label=participant.label)
    if not participant.join_announced:
        conference_event(net, room, "participant-join", participant)
    _maybe_start(net, room)
    if participant.hold:
        room_audio.hold(net, room, participant, participant.hold_url, "GET")
    elif room.status == "init":
        room_audio.wait(net, room, participant)
    elif room.waiting_again:
        room.waiting_again = False
        for other in joined(room):
            if not other.hold:
                room_audio.quiet(other)
    net.touch(*room.participants)


def _maybe_start(net: Engine, room: Conference) -> None:
    """At least two in the room, and one of them may start it."""
    inside = joined(room)
    if room.status != "init" or len(inside) < 2 or not any(p.start_on_enter for p in inside):
        return
    start(net, room)


def start(net: Engine, room: Conference) -> None:
    """The room begins: waiting music ends, people hear one another."""
    if room.status != "init":
        return
    room.status, room.updated = "in-progress", net.clock.now
    for participant in joined(room):
        if not participant.hold:
            room_audio.quiet(participant)
    conference_event(net, room, "conference-start")
    if room.record in ("record-from-start", "true"):
        recordings.begin_room(net, room)


# News from legs that are on their way in -----------------------------------------------------


def spoke(net: Engine, call: Call, seconds: float) -> None:
    """Somebody in a room talks: participant-speech-start, and -stop when the sentence ends."""
    room = net.conferences.get(call.room)
    participant = room.participants.get(call.sid) if room else None
    if room is None or participant is None or participant.hold or participant.muted:
        return
    conference_event(net, room, "participant-speech-start", participant)

    def stop() -> None:
        if call.sid in room.participants:
            conference_event(net, room, "participant-speech-stop", participant)

    net.clock.after(seconds, stop)


def leg_changed(net: Engine, call: Call, status: str) -> None:
    """A REST-added leg is connecting or ringing; early media may show it in the room already."""
    room = net.conferences.get(call.room)
    participant = room.participants.get(call.sid) if room else None
    if room is None or participant is None or participant.joined:
        return
    participant.status, participant.updated = status, net.clock.now
    if status != "ringing" or not participant.early_media:
        return
    net.touch(*room.participants)
    if net.switches.early_media_join:
        participant.join_announced = True
        conference_event(net, room, "participant-join", participant)
    if net.switches.early_media_start and joined(room):
        start(net, room)


def connected(net: Engine, call: Call) -> None:
    """A REST-added leg was answered: it joins."""
    room = net.conferences.get(call.room)
    if room is not None and call.sid in room.participants and call.live:
        join(net, room, room.participants[call.sid])


# Leaving -------------------------------------------------------------------------------------


def depart(net: Engine, call: Call, reason: str, kicked: bool = False) -> None:
    """The leg is out of the room; the room ends with its last or its deciding participant."""
    room = net.conferences[call.room]
    call.room = ""
    participant = room.participants.pop(call.sid, None)
    if participant is None:
        return
    room_audio.quiet(participant)
    if participant.announcement is not None:
        participant.announcement.stop()
    if participant.joined:
        net.trace.write("room.leave", room=room.sid, call=call.sid, reason=reason)
    else:
        reason = "participant_add_failed"
    _linger(net, room, participant)
    net.touch(call.sid, *room.participants)
    unheard = call.live and call.answered is None
    decisive = participant.joined and participant.end_on_exit
    over = room.status != "completed" and (decisive or not room.participants)
    why = ENDED_BY_LEAVING[decisive, kicked]
    if over and net.switches.end_before_leave:
        end(net, room, why, participant)
    conference_event(
        net,
        room,
        "participant-leave",
        participant,
        ParticipantCallStatus="canceled" if unheard else call.status,
        ReasonParticipantLeft=reason,
    )
    if over:
        end(net, room, why, participant)
    elif net.switches.restart_wait_music and room.status == "in-progress":
        _wait_again(net, room)


def _wait_again(net: Engine, room: Conference) -> None:
    """One is left of a started room: wait music begins again (switch ``restart_wait_music``)."""
    inside = joined(room)
    if len(inside) == 1:
        room.waiting_again = True
        if not inside[0].hold:
            room_audio.wait(net, room, inside[0])


def _linger(net: Engine, room: Conference, participant: Participant) -> None:
    """Lists may lag: who left can still be seen for a moment (switch ``lagging_lists``)."""
    seconds = net.switches.lagging_lists
    if seconds > 0 and participant.joined:
        room.leaving[participant.call_sid] = participant

        def forget() -> None:
            room.leaving.pop(participant.call_sid, None)

        net.clock.after(seconds, forget)


def step_out(net: Engine, call: Call, status: str = "answered", kicked: bool = False) -> None:
    """The leg leaves the room but lives: TwiML goes on, a REST-added leg has none and ends."""
    kick = "participant_updated_via_api" if kicked else "participant_hung_up"
    _leave(net, call, kick, kicked)
    _after_room(net, call, status)


def _leave(net: Engine, call: Call, reason: str, kicked: bool) -> None:
    if call.room:
        depart(net, call, reason, kicked)


def _after_room(net: Engine, call: Call, status: str = "answered") -> None:
    script = call.script
    if not call.live or call.room:
        return
    if script is not None and script.pending is not None:
        _go_on(script, script.pending, status)
    elif call.answered is None:
        calls.finish(net, call, "canceled", "service", 487)
    else:
        calls.finish(net, call, "completed", "service")


def _go_on(script: Script, verb: Verb, status: str) -> None:
    script.pending = None
    script.action(verb, action_fields(script, verb, status), "dial")


def action_fields(script: Script, verb: Verb, status: str = "answered") -> dict[str, str]:
    """After a conference the action gets no DialCallSid and no DialCallDuration."""
    fields = {
        "DialCallStatus": status,
        "DialBridged": "true" if status == "answered" else "false",
    }
    if verb.get("record", "do-not-record") not in ("do-not-record", "false", ""):
        fields.update(recording_fields(script.net, script.call.recordings))
    return fields


def notify_action(script: Script) -> None:
    """The leg is gone or was redirected: the action is still requested, its answer ignored."""
    verb = script.pending
    if verb is not None and verb.has("action"):
        fields = action_fields(script, verb)
        script.notify(verb.get("action"), verb.get("method", "POST"), fields, "dial")


def end(net: Engine, room: Conference, reason: str, ending: Participant | None) -> None:
    """The room is over: everybody drops out of it, and then it says why."""
    if room.status == "completed":
        return
    room.status, room.updated = "completed", net.clock.now
    room.reason_conference_ended = reason
    room.call_sid_ending_conference = ending.call_sid if ending else None
    net.open_rooms.pop(room.friendly_name, None)
    net.trace.write("room.end", room=room.sid, reason=reason)
    recordings.close_room(net, room)
    if room.announcement is not None:
        room.announcement.stop()
    by_api = reason == "conference-ended-via-api"
    why = "conference_ended_via_api" if by_api else "moderator_ended_conference"
    others = [net.calls[sid] for sid in room.participants]
    for call in others:
        _leave(net, call, why, False)
    extra = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
    if ending is not None:
        extra["CallSidEndingConference"] = ending.call_sid
        if ending.label:
            extra["ParticipantLabelEndingConference"] = ending.label
    conference_event(net, room, "conference-end", None, **extra)
    for call in others:
        _after_room(net, call)
