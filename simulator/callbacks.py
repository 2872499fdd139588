"""The fields of requests about calls and rooms, and the sending of status callbacks.

Field tables: https://www.twilio.com/docs/voice/twiml#request-parameters,
https://www.twilio.com/docs/voice/api/call-resource#statuscallback,
https://www.twilio.com/docs/voice/twiml/conference#statuscallbackevent.
"""

from __future__ import annotations

from simulator.engine import Engine
from simulator.transport import Outcome
from simulator.webhooks import Webhook, deliver
from simulator.world import Call, Conference, Hook, Participant

_GEOGRAPHY = {
    f"{side}{place}": ""
    for side in ("Called", "Caller", "From", "To")
    for place in ("City", "State", "Zip", "Country")
}
GROUP = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "participant-speech-start": "speaker",
    "participant-speech-stop": "speaker",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


def call_fields(net: Engine, call: Call) -> dict[str, str]:
    """The standard fields of every request about a call, with its status at this moment."""
    fields = {
        "CallSid": call.sid,
        "AccountSid": net.account.sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status,
        "ApiVersion": "2010-04-01",
        "Direction": call.direction,
        **_GEOGRAPHY,
    }
    for name, value in (
        ("ForwardedFrom", call.forwarded_from),
        ("CallerName", call.caller_name),
        ("ParentCallSid", call.parent_sid),
        ("ApplicationSid", call.application_sid),
    ):
        if value:
            fields[name] = value
    fields.update(call.extra)
    return fields


def send_status(
    net: Engine, hook: Hook, event: str, fields: dict[str, str], call: Call | None = None
) -> None:
    """Post news soon (switches webhook_delay_*); an answer of 4xx or 5xx is alert 15003."""
    sid = call.sid if call else ""
    parties = (call.from_, call.to) if call else ("", "")

    def done(outcome: Outcome, url: str) -> None:
        if outcome.failure or outcome.status >= 400:
            net.alert(16011 if "ConferenceSid" in fields and not call else 15003, sid, url)

    webhook = Webhook(
        event, hook.url, hook.method, tuple(fields.items()), done, parties, answer_matters=False
    )
    delay = net.dice.between(net.switches.webhook_delay_min, net.switches.webhook_delay_max)
    if delay > 0:
        net.clock.after(delay, lambda: deliver(net, webhook))
    else:
        deliver(net, webhook)


def call_progress(net: Engine, call: Call, event: str) -> None:
    """initiated, ringing, answered or completed; numbered even when nobody listens."""
    sequence = call.sequence
    call.sequence += 1
    hook = call.callback
    if hook is None or not hook.url or event not in (hook.events or ("completed",)):
        return
    fields = call_fields(net, call)
    if event == "initiated":
        fields["CallStatus"] = "initiated"
    if net.switches.conference_id_in_call_status and call.room:
        fields["ConferenceSid"] = call.room
    fields["Timestamp"] = net.http_date(net.clock.now) or ""
    fields["CallbackSource"] = "call-progress-events"
    fields["SequenceNumber"] = str(sequence)
    if call.answered_by:
        fields["AnsweredBy"] = call.answered_by
    if event == "completed":
        seconds = call.duration or 0
        fields["CallDuration"] = str(seconds)
        fields["Duration"] = str(-(-seconds // 60))
        if call.direction != "inbound":
            fields["SipResponseCode"] = str(call.sip_code)
        fields.update(recording_fields(net, call.recordings))
    send_status(net, hook, event, fields, call)


def recording_fields(net: Engine, sids: list[str]) -> dict[str, str]:
    """RecordingUrl, RecordingSid and RecordingDuration of the newest recording, if any."""
    if not sids or sids[-1] not in net.recordings:
        return {}
    recording = net.recordings[sids[-1]]
    return {
        "RecordingUrl": recording_url(net, recording.sid),
        "RecordingSid": recording.sid,
        "RecordingDuration": str(recording.duration or 0),
    }


def recording_url(net: Engine, sid: str) -> str:
    """The public address of a recording's media."""
    return f"https://api.twilio.com/2010-04-01/Accounts/{net.account.sid}/Recordings/{sid}"


def participant_fields(participant: Participant) -> dict[str, str]:
    """The participant set of conference events."""
    fields = {
        "CallSid": participant.call_sid,
        "Muted": _flag(participant.muted),
        "Hold": _flag(participant.hold),
        "Coaching": _flag(participant.coaching),
        "EndConferenceOnExit": _flag(participant.end_on_exit),
        "StartConferenceOnEnter": _flag(participant.start_on_enter),
    }
    if participant.label:
        fields["ParticipantLabel"] = participant.label
    return fields


def _flag(value: bool) -> str:
    return "true" if value else "false"


def conference_event(
    net: Engine,
    conference: Conference,
    event: str,
    participant: Participant | None = None,
    **extra: str,
) -> None:
    """Number an event of a room, and post it if the room's first participant asked for it."""
    sequence = conference.sequence + net.switches.conference_sequence_start
    conference.sequence += 1
    hook = conference.callback
    if hook is None or not hook.url or GROUP[event] not in hook.events:
        return
    fields = {
        "ConferenceSid": conference.sid,
        "FriendlyName": conference.friendly_name,
        "AccountSid": net.account.sid,
        "SequenceNumber": str(sequence),
        "Timestamp": net.http_date(net.clock.now) or "",
        "StatusCallbackEvent": event,
    }
    if participant is not None:
        fields.update(participant_fields(participant))
    fields.update(extra)
    send_status(net, hook, event, fields)
