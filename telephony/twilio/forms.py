"""Twilio's forms: from raw bytes to frozen values. Nothing else reads Twilio's field names.

Three steps, each stricter than the one before: `pairs_of` splits the body within limits,
`fields_of` makes a dictionary without ambiguity, the readers check every field that they take.
A signature proves only who sent the bytes, not where one field ends and the next begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from telephony.contact.records import Record
from telephony.twilio.signature import Pair

MAX_BYTES = 64 * 1024
MAX_FIELDS = 200

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_CALL = re.compile(r"CA[0-9a-fA-F]{32}")
_ROOM = re.compile(r"CF[0-9a-fA-F]{32}")
_MESSAGE = re.compile(r"[SM]M[0-9a-fA-F]{32}")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_DIGITS = re.compile(r"[0-9*#A-Dw]{0,32}|hangup")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ADDRESS = re.compile(r"(?:client|sips?):[^\s<>\"']{1,200}")

# Digits that networks send instead of a caller who withholds the number (they spell the reason).
WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8566", "+86282452253"})


class BadForm(Exception):
    """The body is not a form that Twilio sends. ``status`` is the HTTP status of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def pairs_of(body: bytes) -> tuple[Pair, ...]:
    """The form's fields in order. Raises BadForm: 413 too long, 400 for everything else.

    What `urllib.parse.parse_qsl` makes of it with blank values kept, in half of the time: most
    fields of Twilio's have nothing in them that is escaped.
    """
    if len(body) > MAX_BYTES:
        raise BadForm(413, "too_long")
    if not body:
        return ()
    try:
        pieces = body.decode("ascii").replace("+", " ").split("&")
        if len(pieces) > MAX_FIELDS:
            raise BadForm(400, "too_many_fields")
        return tuple(
            [
                (name, value) if "%" not in piece else (_plain(name), _plain(value))
                for piece in pieces
                if piece
                for name, _, value in (piece.partition("="),)
            ]
        )
    except UnicodeDecodeError as error:
        raise BadForm(400, "not_utf8") from error


def _plain(escaped: str) -> str:
    """A name or value as it was before it was escaped."""
    return unquote_to_bytes(escaped).decode() if "%" in escaped else escaped


def fields_of(pairs: tuple[Pair, ...]) -> dict[str, str]:
    """The fields by name. One name with two different values has no meaning and is refused."""
    fields = dict(pairs)
    # Pairs that are there twice may only be there twice: then sets of pairs and names are equal.
    if len(fields) != len(pairs) and len(fields) != len(set(pairs)):
        raise BadForm(400, "ambiguous_field")
    text = "".join([*fields, *fields.values()])
    # Nearly everything is printable, which is quicker to find out; some letters are not (U+00A0).
    if not text.isprintable() and _CONTROL.search(text):
        raise BadForm(400, "control_character")
    return fields


def account_of(fields: Mapping[str, str]) -> str:
    """The account that the request is about."""
    return _matching(fields, "AccountSid", _ACCOUNT)


# -- voice documents ----------------------------------------------------------------------------


class VoiceForm(Record):
    """A leg asks what to do next. What was not sent is empty."""

    call: str
    customer: str  # E.164 or an address such as client:ana; '' when withheld
    dialled: str
    inbound: bool
    digits: str
    speech: str
    machine: bool
    left_room: bool  # the leg comes out of a <Dial>


def voice_form(fields: Mapping[str, str]) -> VoiceForm:
    """Read a request for a voice document (twilio.com/docs/voice/twiml). Raises BadForm."""
    direction = fields.get("Direction", "inbound")
    if direction not in {"inbound", "outbound-api", "outbound-dial"}:
        raise BadForm(400, "Direction")
    return VoiceForm(
        call=call_of(fields),
        customer=_address(fields.get("From", "")),
        dialled=_address(fields.get("To", "")),
        inbound=direction == "inbound",
        digits=_optional(fields, "Digits", _DIGITS),
        speech=fields.get("SpeechResult", "")[:500],
        machine=machine_answered(fields),
        left_room="DialCallStatus" in fields,
    )


def call_of(fields: Mapping[str, str]) -> str:
    """The CallSid of the request."""
    return _matching(fields, "CallSid", _CALL)


def machine_answered(fields: Mapping[str, str]) -> bool:
    """Machine detection's advice; ``unknown`` and ``human`` count as a human."""
    return fields.get("AnsweredBy", "").startswith(("machine", "fax"))


def recording_of(fields: Mapping[str, str]) -> tuple[str, int]:
    """Where a recorded message lies and how many seconds it has; ('', 0) for none."""
    url = fields.get("RecordingUrl", "")
    if not url:
        return "", 0
    if not url.startswith(("https://", "http://")) or len(url) > 500:
        raise BadForm(400, "RecordingUrl")
    return url, _count(fields, "RecordingDuration", default=0)


# -- status callbacks ---------------------------------------------------------------------------

CALL_STATUSES = frozenset(
    {
        "queued",
        "initiated",
        "ringing",
        "in-progress",
        "completed",
        "busy",
        "no-answer",
        "failed",
        "canceled",
    }
)
ROOM_EVENTS = frozenset(
    {
        "conference-start",
        "conference-end",
        "participant-join",
        "participant-leave",
        "participant-mute",
        "participant-unmute",
        "participant-hold",
        "participant-unhold",
        "participant-modify",
        "participant-speech-start",
        "participant-speech-stop",
        "announcement-end",
        "announcement-fail",
    }
)
MESSAGE_STATUSES = frozenset(
    {
        "accepted",
        "scheduled",
        "queued",
        "sending",
        "sent",
        "delivered",
        "undelivered",
        "failed",
        "receiving",
        "received",
        "read",
        "partially_delivered",
        "canceled",
    }
)


class CallStatus(Record):
    """Progress of one call (twilio.com/docs/voice/api/call-resource#statuscallbackevent)."""

    call: str
    status: str
    sequence: int
    machine: bool

    @property
    def dedupe(self) -> str:
        return f"{self.call}:{self.status}:{self.sequence}"


class RoomStatus(Record):
    """Something happened in a conference (twilio.com/docs/voice/twiml/conference)."""

    room: str
    name: str  # FriendlyName
    event: str
    sequence: int
    call: str  # '' for what concerns the whole room

    @property
    def dedupe(self) -> str:
        return f"{self.room}:{self.event}:{self.sequence}"


class MachineStatus(Record):
    """The verdict of asynchronous machine detection."""

    call: str
    machine: bool

    @property
    def dedupe(self) -> str:
        return f"{self.call}:machine:{int(self.machine)}"


class MessageStatus(Record):
    message: str
    status: str
    error: str


def call_status(fields: Mapping[str, str]) -> CallStatus:
    return CallStatus(
        call=call_of(fields),
        status=_one_of(fields, "CallStatus", CALL_STATUSES),
        sequence=_count(fields, "SequenceNumber", default=-1),
        machine=machine_answered(fields),
    )


def room_status(fields: Mapping[str, str]) -> RoomStatus:
    event = _one_of(fields, "StatusCallbackEvent", ROOM_EVENTS)
    participant = event.startswith("participant-")
    return RoomStatus(
        room=_matching(fields, "ConferenceSid", _ROOM),
        name=fields.get("FriendlyName", ""),
        event=event,
        sequence=_count(fields, "SequenceNumber"),
        call=call_of(fields) if participant else "",
    )


def machine_status(fields: Mapping[str, str]) -> MachineStatus:
    if not fields.get("AnsweredBy"):
        raise BadForm(400, "AnsweredBy")
    return MachineStatus(call=call_of(fields), machine=machine_answered(fields))


def message_status(fields: Mapping[str, str]) -> MessageStatus:
    return MessageStatus(
        message=_matching(fields, "MessageSid", _MESSAGE),
        status=_one_of(fields, "MessageStatus", MESSAGE_STATUSES),
        error=fields.get("ErrorCode", "")[:10],
    )


# -- single fields ------------------------------------------------------------------------------


def _matching(fields: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = fields.get(name, "")
    if not pattern.fullmatch(value):
        raise BadForm(400, name)
    return value


def _optional(fields: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    return _matching(fields, name, pattern) if fields.get(name) else ""


def _one_of(fields: Mapping[str, str], name: str, known: frozenset[str]) -> str:
    value = fields.get(name, "")
    if value not in known:
        raise BadForm(400, name)
    return value


def _count(fields: Mapping[str, str], name: str, default: int | None = None) -> int:
    text = fields.get(name, "")
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadForm(400, name)
    return int(text)


def _address(text: str) -> str:
    """E.164, client: or sip: as they are; anything else means that the number is withheld."""
    if text in WITHHELD:
        return ""
    return text if _NUMBER.fullmatch(text) or _ADDRESS.fullmatch(text) else ""
