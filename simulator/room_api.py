"""The Conferences and Participants resources.

Rules: https://www.twilio.com/docs/voice/api/conference-participant-resource.
"""

from __future__ import annotations

import re
from dataclasses import replace

from simulator import addresses, calls, faults, room_audio, rooms
from simulator.callbacks import conference_event
from simulator.directory import path_of
from simulator.engine import Engine
from simulator.errors import TwilioError, not_found
from simulator.labels import API_DUPLICATE, API_INVALID, label_problem
from simulator.world import (
    Conference,
    ConferenceUpdate,
    Hook,
    Participant,
    ParticipantOptions,
    ParticipantUpdate,
)

_SID = re.compile(r"CF[0-9a-fA-F]{32}")


def fetch(net: Engine, sid: str) -> Conference:
    """The room of that sid, or Twilio's 404."""
    room = net.conferences.get(sid)
    if room is None:
        raise not_found(path_of(net, "Conferences", sid))
    return room


def _gone(net: Engine, room: Conference) -> TwilioError:
    """A change to a completed room; its HTTP shape is undocumented (switch)."""
    if net.switches.ended_room_status == 400:
        return TwilioError(400, 16022, f"Conference {room.sid} does not exist or is completed")
    return not_found(path_of(net, "Conferences", room.sid))


def update_conference(net: Engine, sid: str, change: ConferenceUpdate) -> Conference:
    """End the room, or announce to all in it."""
    room = fetch(net, sid)
    if change.status not in ("", "completed"):
        raise TwilioError(400, 20001, f"Status cannot be set to {change.status}")
    if room.status == "completed":
        raise _gone(net, room)
    if change.announce_url is not None:
        room_audio.announce(net, room, None, change.announce_url, change.announce_method)
    if change.status:
        rooms.end(net, room, "conference-ended-via-api", None)
    return room


# Participants --------------------------------------------------------------------------------


def list_participants(net: Engine, conference_sid: str) -> list[Participant]:
    """Only who is active or connecting, and for a lagging moment who just left."""
    room = fetch(net, conference_sid)
    return [*room.participants.values(), *room.leaving.values()]


def fetch_participant(net: Engine, conference_sid: str, key: str) -> Participant:
    """By call sid or by label."""
    room = fetch(net, conference_sid)
    found = room.participants.get(key)
    if found is None:
        found = next((p for p in room.participants.values() if p.label and p.label == key), None)
    if found is None:
        raise not_found(path_of(net, f"Conferences/{conference_sid}/Participants", key))
    return found


def add_participant(net: Engine, conference: str, options: ParticipantOptions) -> Participant:
    """Dial a leg into a room. By friendly name the room is made if need be, by sid it must be."""
    addresses.check(net, options.from_, options.to)
    room = _room_for(net, conference)
    _check(room, options)
    room = room or rooms.open_room(net, conference)
    call = calls.new(net, options.from_, options.to, "outbound-api")
    call.callback = options.status_callback
    call.ring_timeout = options.timeout + net.switches.ring_buffer
    call.time_limit = options.time_limit
    call.record, call.recording_callback = options.record, options.recording_callback
    if options.machine_detection is not None:
        call.machine_detection = replace(options.machine_detection, blocking=False)
    participant = Participant(
        call.sid,
        room.sid,
        label=options.label,
        muted=options.muted,
        coaching=options.coaching,
        call_sid_to_coach=options.call_sid_to_coach,
        start_on_enter=options.start_on_enter,
        end_on_exit=options.end_on_exit,
        early_media=options.early_media,
        status="queued",
        created=net.clock.now,
        updated=net.clock.now,
        wait_url=options.wait_url,
        wait_method=options.wait_method,
    )
    _decide(room, options)
    room.participants[call.sid] = participant
    call.room = room.sid
    calls.schedule(net, call)
    participant.queue_time = call.queue_time
    return participant


def _decide(room: Conference, options: ParticipantOptions) -> None:
    hook = options.conference_callback
    if hook is not None and not hook.events:
        hook = Hook(hook.url, hook.method, ("start", "end"))
    if not room.callback_decided:
        room.max_participants = options.max_participants
        room.record = options.conference_record
        room.recording_callback = options.recording_callback
    rooms.decide(room, hook)


def _room_for(net: Engine, conference: str) -> Conference | None:
    if not _SID.fullmatch(conference):
        sid = net.open_rooms.get(conference)
        return net.conferences[sid] if sid else None
    room = fetch(net, conference)
    if room.status == "completed":
        raise _gone(net, room)
    return room


def _check(room: Conference | None, options: ParticipantOptions) -> None:
    if not 5 <= options.timeout <= 600:
        raise TwilioError(400, 21208, "Timeout must be between 5 and 600 seconds")
    problem = label_problem(room, options.label, API_INVALID, API_DUPLICATE)
    if problem == API_INVALID:
        raise TwilioError(400, problem, f"Participant label {options.label!r} is not valid")
    if problem:
        raise TwilioError(
            400, problem, f"Participant label {options.label!r} is in use in this conference"
        )
    if room is not None and len(room.participants) >= room.max_participants:
        raise TwilioError(400, 16020, "Conference is full")
    if options.coaching:
        _check_coach(room, options.call_sid_to_coach)


def _check_coach(room: Conference | None, sid: str | None) -> None:
    if not sid:
        raise TwilioError(400, 20001, "Coaching needs CallSidToCoach")
    coached = room.participants.get(sid) if room else None
    if coached is None or not coached.joined:
        raise TwilioError(400, 16028, f"{sid} is not in this conference")
    if coached.hold:
        raise TwilioError(400, 16027, f"{sid} is on hold")


def remove_participant(net: Engine, conference_sid: str, key: str) -> None:
    """DELETE: a leg still on its way is called off, a leg in the room leaves it."""
    participant = fetch_participant(net, conference_sid, key)
    call = net.calls[participant.call_sid]
    if not participant.joined:
        calls.finish(net, call, "canceled", "service", 487)
        return
    if not net.switches.removed_leg_continues and call.script is not None:
        call.script.pending = None
    rooms.step_out(net, call, kicked=True)


def update_participant(
    net: Engine, conference_sid: str, key: str, change: ParticipantUpdate
) -> Participant:
    """Mute, hold, announce, coach, flags.

    While a participant is held, a new EndConferenceOnExit is echoed and has no effect, unless
    the same request takes it off hold.
    """
    participant = fetch_participant(net, conference_sid, key)
    room = net.conferences[conference_sid]
    if change.coaching:
        _check_coach(room, change.call_sid_to_coach or participant.call_sid_to_coach)
    if change.hold is not None and _hold_ignored(net, participant):
        return replace(participant, hold=change.hold)
    participant.updated = net.clock.now
    echoed = change.end_on_exit
    was_held = participant.hold
    if change.hold is not None:
        _hold(net, room, participant, change)
    if was_held and participant.hold:
        change = replace(change, end_on_exit=None)
    _mute(net, room, participant, change)
    _modify(net, room, participant, change)
    if change.announce_url is not None:
        url, method = change.announce_url, change.announce_method
        room_audio.announce(net, room, participant, url, method)
    return participant if echoed is None else replace(participant, end_on_exit=echoed)


def _hold_ignored(net: Engine, participant: Participant) -> bool:
    subject = f"{participant.call_sid} {participant.label}"
    return faults.strike(net, {"hold_ignored"}, subject) is not None


def _hold(
    net: Engine, room: Conference, participant: Participant, change: ParticipantUpdate
) -> None:
    again = participant.hold == change.hold
    if change.hold:
        if not again or change.hold_url not in (None, participant.hold_url):
            room_audio.hold(net, room, participant, change.hold_url or "", change.hold_method)
    elif not again:
        room_audio.unhold(net, room, participant)
    if again and not net.switches.repeated_hold_event:
        return
    kind = "hold" if change.hold else "unhold"
    if not again:
        net.trace.write(f"room.{kind}", room=room.sid, call=participant.call_sid)
    conference_event(net, room, f"participant-{kind}", participant)


def _mute(
    net: Engine, room: Conference, participant: Participant, change: ParticipantUpdate
) -> None:
    if change.muted is None or change.muted == participant.muted:
        return
    participant.muted = change.muted
    kind = "mute" if change.muted else "unmute"
    net.trace.write(f"room.{kind}", room=room.sid, call=participant.call_sid)
    conference_event(net, room, f"participant-{kind}", participant)
    net.touch(*room.participants)


def _modify(
    net: Engine, room: Conference, participant: Participant, change: ParticipantUpdate
) -> None:
    """BeepOnExit, EndConferenceOnExit, Coaching and WaitUrl: one participant-modify for all."""
    wished = {
        "beep_on_exit": change.beep_on_exit,
        "end_on_exit": change.end_on_exit,
        "coaching": change.coaching,
        "call_sid_to_coach": change.call_sid_to_coach,
        "wait_url": change.wait_url,
    }
    changed = False
    for name, value in wished.items():
        if value is not None and getattr(participant, name) != value:
            setattr(participant, name, value)
            changed = True
    if not changed:
        return
    if change.wait_url is not None:
        participant.wait_method = change.wait_method
        if room.status == "init" and participant.joined and not participant.hold:
            room_audio.quiet(participant)
            room_audio.wait(net, room, participant)
    if change.coaching is False:
        participant.call_sid_to_coach = ""
    net.trace.write("room.modify", room=room.sid, call=participant.call_sid)
    conference_event(net, room, "participant-modify", participant)
    net.touch(*room.participants)
