"""The Participant resource.

https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.amd import machine_detection, participant_warnings
from simulator.rest.base import by_text, path
from simulator.rest.calls import EVENTS as CALL_EVENTS
from simulator.rest.paging import page_of
from simulator.rest.params import (
    BAD_TIMEOUT,
    CONFERENCE_SID,
    Params,
    callback,
    recording_callback,
)
from simulator.rest.problems import bad_parameter, method_not_allowed
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Participant, ParticipantOptions, ParticipantUpdate

BEEPS = ("true", "false", "onEnter", "onExit")
ROOM_EVENTS = (
    "start",
    "end",
    "join",
    "leave",
    "mute",
    "hold",
    "modify",
    "speaker",
    "announcement",
)
RECORD = {
    "true": "record-from-start",
    "false": "do-not-record",
    "record-from-start": "record-from-start",
    "do-not-record": "do-not-record",
}
FLAG_WORDS = ("true", "false")
LONGEST_NAME = 128


def create(network: Network, request: Request, conference: str) -> ApiResponse:
    """POST /Conferences/{Sid or FriendlyName}/Participants.json"""
    if len(conference) > LONGEST_NAME:
        raise bad_parameter("FriendlyName", f"is longer than {LONGEST_NAME} characters")
    params = Params(request.form)
    participant = network.add_participant(conference, _options(params))
    for code in participant_warnings(params):
        network.alert(code, participant.call_sid, request.path)
    body = view(network, participant)
    # Only the answer to the create carries queue_time (milliseconds, as text).
    return created({**body, "queue_time": str(participant.queue_time or 0)})


def fetch(network: Network, request: Request, conference: str, call: str) -> ApiResponse:
    """GET /Conferences/{Sid}/Participants/{CallSid or label}.json"""
    return ok(view(network, network.fetch_participant(conference, call)))


def listing(network: Network, request: Request, conference: str) -> ApiResponse:
    """GET /Conferences/{Sid}/Participants.json, filtered by Muted, Hold, Coaching."""
    if not CONFERENCE_SID.match(conference):
        # Under a friendly name Twilio routes only POST.
        raise method_not_allowed()
    query = request.query
    for name in ("Muted", "Hold", "Coaching"):
        Params(query).choice(name, FLAG_WORDS)
    people = network.list_participants(conference)
    people = by_text(people, query, "Muted", lambda p: str(p.muted).lower())
    people = by_text(people, query, "Hold", lambda p: str(p.hold).lower())
    people = by_text(people, query, "Coaching", lambda p: str(p.coaching).lower())
    return page_of(
        request, "participants", people, lambda p: view(network, p), lambda p: p.call_sid
    )


def update(network: Network, request: Request, conference: str, call: str) -> ApiResponse:
    """POST /Conferences/{Sid}/Participants/{CallSid or label}.json"""
    params = Params(request.form)
    muted = params.text("Muted")
    changes = ParticipantUpdate(
        # Anything other than true is read as false (OpenAPI: updateParticipant, Muted).
        muted=None if muted is None else muted.lower() == "true",
        hold=params.flag("Hold"),
        hold_url=params.url("HoldUrl", empty=True),
        hold_method=params.method("HoldMethod") or "GET",
        announce_url=params.url("AnnounceUrl"),
        announce_method=params.method("AnnounceMethod") or "POST",
        wait_url=params.url("WaitUrl", empty=True),
        wait_method=params.method("WaitMethod") or "POST",
        beep_on_exit=params.flag("BeepOnExit"),
        end_on_exit=params.flag("EndConferenceOnExit"),
        coaching=params.flag("Coaching"),
        call_sid_to_coach=params.text("CallSidToCoach"),
    )
    return ok(view(network, network.update_participant(conference, call, changes)))


def delete(network: Network, request: Request, conference: str, call: str) -> ApiResponse:
    """DELETE /Conferences/{Sid}/Participants/{CallSid or label}.json"""
    network.remove_participant(conference, call)
    return no_content()


def view(network: Network, participant: Participant) -> Json:
    """The Participant resource as JSON."""
    return {
        "account_sid": network.account.sid,
        "call_sid": participant.call_sid,
        "label": participant.label or None,
        "conference_sid": participant.conference_sid,
        "call_sid_to_coach": participant.call_sid_to_coach or None,
        "coaching": participant.coaching,
        "date_created": network.http_date(participant.created),
        "date_updated": network.http_date(participant.updated or participant.created),
        "end_conference_on_exit": participant.end_on_exit,
        "muted": participant.muted,
        "hold": participant.hold,
        "status": participant.status,
        "start_conference_on_enter": participant.start_on_enter,
        "queue_time": None,
        "uri": path(
            network,
            "Conferences",
            participant.conference_sid,
            "Participants",
            participant.call_sid,
        ),
    }


def _options(params: Params) -> ParticipantOptions:
    limit = params.number("TimeLimit", 1)
    return ParticipantOptions(
        to=params.text("To") or "",
        from_=params.text("From") or "",
        label=params.text("Label") or "",
        timeout=float(params.number("Timeout", 5, 600, BAD_TIMEOUT) or 60),
        time_limit=None if limit is None else float(limit),
        status_callback=callback(params, "StatusCallback", CALL_EVENTS),
        muted=params.flag("Muted") or False,
        beep=params.choice("Beep", BEEPS) or "true",
        start_on_enter=_default(params.flag("StartConferenceOnEnter"), True),
        end_on_exit=params.flag("EndConferenceOnExit") or False,
        wait_url=params.url("WaitUrl", empty=True),
        wait_method=params.method("WaitMethod") or "POST",
        early_media=_default(params.flag("EarlyMedia"), True),
        max_participants=params.number("MaxParticipants", 2, 250) or 250,
        coaching=params.flag("Coaching") or False,
        call_sid_to_coach=params.text("CallSidToCoach") or "",
        conference_callback=callback(params, "ConferenceStatusCallback", ROOM_EVENTS),
        conference_record=RECORD[params.choice("ConferenceRecord", RECORD) or "false"],
        recording_callback=recording_callback(params, "RecordingStatusCallback"),
        record=params.flag("Record") or False,
        machine_detection=machine_detection(params, participant=True),
        caller_id=params.text("CallerId") or "",
    )


def _default(value: bool | None, default: bool) -> bool:
    return default if value is None else value
