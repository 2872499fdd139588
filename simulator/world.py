"""Plain state of the simulated network: what Twilio would show, and a little of what it hides.

Times are simulated seconds since the network began. ``None`` means "not yet" or "not given".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.clock import Timer
    from simulator.dialing import Dial
    from simulator.phones import Handset
    from simulator.script import Script

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Hook:
    """Where news goes: a URL, a method and the events asked for (empty: the page's default)."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a call's TwiML comes from: a URL, or a document given in the request itself."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"


@dataclass(slots=True)
class Account:
    sid: str
    auth_token: str
    friendly_name: str = "Simulated account"
    created: float = 0.0


@dataclass(slots=True)
class Number:
    """An IncomingPhoneNumber."""

    sid: str
    phone_number: str
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    voice_application_sid: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    voice_caller_id_lookup: bool = False
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_application_sid: str = ""
    created: float = 0.0
    updated: float = 0.0


@dataclass(slots=True)
class Application:
    """A TwiML app: what a softphone's ``Device.connect`` reaches."""

    sid: str
    friendly_name: str = ""
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    voice_caller_id_lookup: bool = False
    sms_url: str = ""
    sms_method: str = "POST"
    sms_fallback_url: str = ""
    sms_fallback_method: str = "POST"
    sms_status_callback: str = ""
    message_status_callback: str = ""
    created: float = 0.0
    updated: float = 0.0


@dataclass(frozen=True, slots=True)
class MachineDetection:
    """Answering machine detection as asked for: ``Enable`` or ``DetectMessageEnd``."""

    mode: str = "Enable"
    timeout: float = 30.0
    blocking: bool = True
    callback: Hook | None = None


@dataclass(frozen=True, slots=True)
class CallOptions:
    """POST /Calls. ``from_``/``to`` may be empty: the network then answers 21213 or 21201."""

    to: str
    from_: str
    entry: Entry = Entry()
    application_sid: str = ""
    status_callback: Hook | None = None
    timeout: float = 60.0
    time_limit: float | None = None
    send_digits: str = ""
    record: bool = False
    recording_callback: Hook | None = None
    machine_detection: MachineDetection | None = None
    caller_id: str = ""


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """POST /Calls/{Sid}. ``entry`` redirects; ``status`` is completed or canceled."""

    status: str = ""
    entry: Entry | None = None
    status_callback: Hook | None = None
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class ParticipantOptions:
    """POST /Conferences/{…}/Participants. ``wait_url``: None is Twilio's music, '' silence."""

    to: str
    from_: str
    label: str = ""
    timeout: float = 60.0
    time_limit: float | None = None
    status_callback: Hook | None = None
    muted: bool = False
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = None
    wait_method: str = "POST"
    early_media: bool = True
    max_participants: int = 250
    coaching: bool = False
    call_sid_to_coach: str = ""
    conference_callback: Hook | None = None
    conference_record: str = "do-not-record"
    recording_callback: Hook | None = None
    record: bool = False
    machine_detection: MachineDetection | None = None
    caller_id: str = ""


@dataclass(frozen=True, slots=True)
class ParticipantUpdate:
    """POST /Conferences/{Sid}/Participants/{CallSid or label}; None means "not given"."""

    muted: bool | None = None
    hold: bool | None = None
    hold_url: str | None = None
    hold_method: str = "GET"
    announce_url: str | None = None
    announce_method: str = "POST"
    wait_url: str | None = None
    wait_method: str = "POST"
    beep_on_exit: bool | None = None
    end_on_exit: bool | None = None
    coaching: bool | None = None
    call_sid_to_coach: str | None = None


@dataclass(frozen=True, slots=True)
class ConferenceUpdate:
    """POST /Conferences/{Sid}; the only status is ``completed``."""

    status: str = ""
    announce_url: str | None = None
    announce_method: str = "POST"


@dataclass(frozen=True, slots=True)
class MessageOptions:
    """POST /Messages."""

    to: str
    from_: str = ""
    body: str = ""
    messaging_service_sid: str = ""
    status_callback: Hook | None = None
    media_urls: tuple[str, ...] = ()
    send_at: str = ""


@dataclass(frozen=True, slots=True)
class MessageUpdate:
    """POST /Messages/{Sid}. None: the parameter was not sent."""

    body: str | None = None
    status: str | None = None


@dataclass(slots=True)
class Call:
    """One leg. ``sequence`` numbers its progress callbacks from 0, in the order of events."""

    sid: str
    from_: str
    to: str
    direction: str
    status: str = "queued"
    created: float = 0.0
    updated: float = 0.0
    started: float | None = None
    answered: float | None = None
    ended: float | None = None
    parent_sid: str = ""
    number_sid: str = ""
    application_sid: str = ""
    queue_time: int = 0
    answered_by: str = ""
    caller_name: str = ""
    forwarded_from: str = ""
    sip_code: int = 200
    extra: dict[str, str] = field(default_factory=dict)
    entry: Entry = Entry()
    callback: Hook | None = None
    time_limit: float | None = None
    ring_timeout: float = 60.0
    machine_detection: MachineDetection | None = None
    record: bool = False
    recording_callback: Hook | None = None
    sequence: int = 0
    room: str = ""
    queue: str = ""
    peer: str = ""
    twin: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    said: str = ""
    hears: str = ""
    talks_with: tuple[str, ...] = ()
    answered_kind: str = ""
    script: Script | None = field(default=None, repr=False)
    dial: Dial | None = field(default=None, repr=False)
    dialled_by: Dial | None = field(default=None, repr=False)
    handset: Handset | None = field(default=None, repr=False)
    ring_timer: Timer | None = field(default=None, repr=False)
    limit_timer: Timer | None = field(default=None, repr=False)
    recordings: list[str] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether the call has not reached a final status."""
        return self.status not in FINAL

    @property
    def duration(self) -> int | None:
        """Whole seconds connected, or None while the call lasts."""
        if self.ended is None:
            return None
        return 0 if self.answered is None else round(self.ended - self.answered)


@dataclass(slots=True)
class Participant:
    """A leg in a room, or on its way into one (``status`` queued, connecting, ringing)."""

    call_sid: str
    conference_sid: str
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    call_sid_to_coach: str = ""
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep_on_exit: bool = True
    early_media: bool = False
    status: str = "connected"
    queue_time: int | None = None
    created: float = 0.0
    updated: float = 0.0
    wait_url: str | None = None
    wait_method: str = "POST"
    joined: bool = False
    join_announced: bool = False
    hold_url: str = ""
    background: Script | None = field(default=None, repr=False)
    announcement: Script | None = field(default=None, repr=False)


@dataclass(slots=True)
class Conference:
    """A room. ``participants`` is ordered by arrival; it is empty once the room is completed."""

    sid: str
    friendly_name: str
    status: str = "init"
    region: str = "us1"
    reason_conference_ended: str | None = None
    call_sid_ending_conference: str | None = None
    created: float = 0.0
    updated: float = 0.0
    participants: dict[str, Participant] = field(default_factory=dict)
    leaving: dict[str, Participant] = field(default_factory=dict)
    callback: Hook | None = None
    callback_decided: bool = False
    max_participants: int = 250
    record: str = "do-not-record"
    recording_callback: Hook | None = None
    sequence: int = 0
    waiting_again: bool = False
    announcement: Script | None = field(default=None, repr=False)
    recordings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """A call waiting in a queue. `silent`: hears nothing where others hear Twilio's music."""

    call_sid: str
    queue_sid: str
    enqueued: float = 0.0
    silent: bool = False
    background: Script | None = field(default=None, repr=False)


@dataclass(slots=True)
class Queue:
    """A waiting line made by ``<Enqueue>`` or by POST /Queues."""

    sid: str
    friendly_name: str
    max_size: int = 1000
    created: float = 0.0
    updated: float = 0.0
    members: dict[str, Member] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """A text message. ``error_code`` is set when it ended failed or undelivered."""

    sid: str
    to: str
    from_: str
    body: str
    status: str = "queued"
    direction: str = "outbound-api"
    messaging_service_sid: str = ""
    callback: Hook | None = None
    num_media: int = 0
    error_code: int | None = None
    error_message: str | None = None
    created: float = 0.0
    sent: float | None = None
    updated: float = 0.0

    @property
    def num_segments(self) -> int:
        """How many 153-character segments the body takes."""
        return max(1, -(-len(self.body) // 153))


@dataclass(slots=True)
class Recording:
    """A recording of a leg or a room; ``status`` in-progress, paused, completed or absent."""

    sid: str
    call_sid: str
    conference_sid: str = ""
    status: str = "in-progress"
    source: str = "RecordVerb"
    channels: int = 1
    created: float = 0.0
    updated: float = 0.0
    ended: float | None = None

    @property
    def duration(self) -> int | None:
        """Whole seconds recorded, or None while it runs."""
        return None if self.ended is None else round(self.ended - self.created)


@dataclass(slots=True)
class Key:
    """A REST API key; the secret is shown only in the answer that creates it."""

    sid: str
    secret: str
    friendly_name: str = ""
    created: float = 0.0
    updated: float = 0.0
