"""Every operation of the phone network that a REST request can ask for.

Each raises `TwilioError` when Twilio would refuse. They return at once; what they set going
(dials, webhooks, timers) happens on the engine's clock. In the real-time server they must be
called under the engine's lock, which the server does around every handler.
"""

from __future__ import annotations

from typing import Any

from simulator import calls, directory, messages, queues, recordings, room_api
from simulator.engine import Engine
from simulator.world import (
    Application,
    Call,
    CallOptions,
    CallUpdate,
    Conference,
    ConferenceUpdate,
    Key,
    Member,
    Message,
    MessageOptions,
    MessageUpdate,
    Number,
    Participant,
    ParticipantOptions,
    ParticipantUpdate,
    Queue,
    Recording,
)


class Network(Engine):
    """The operations; the state is in `Engine`."""

    # Calls ---------------------------------------------------------------------------------

    def create_call(self, options: CallOptions) -> Call:
        """Queue an outbound call (CPS applies). 21201, 21205, 21210-21219, 20001 …"""
        return calls.create(self, options)

    def fetch_call(self, sid: str) -> Call:
        """One call by sid, or 404."""
        return calls.fetch(self, sid)

    def list_calls(self) -> list[Call]:
        """All calls, newest first (filters and paging are the REST layer's)."""
        return list(reversed(self.calls.values()))

    def update_call(self, sid: str, update: CallUpdate) -> Call:
        """Redirect, cancel or complete. 21220 when the call is not in a state for it."""
        return calls.update(self, sid, update)

    def delete_call(self, sid: str) -> None:
        """Forget a finished call; 20409-like refusal while it lives."""
        calls.delete(self, sid)

    # Conferences ---------------------------------------------------------------------------

    def list_conferences(self) -> list[Conference]:
        """All rooms, newest first."""
        return list(reversed(self.conferences.values()))

    def fetch_conference(self, sid: str) -> Conference:
        """One room by sid, or 404."""
        return room_api.fetch(self, sid)

    def update_conference(self, sid: str, update: ConferenceUpdate) -> Conference:
        """End a room, or announce to everybody in it."""
        return room_api.update_conference(self, sid, update)

    def add_participant(self, conference: str, options: ParticipantOptions) -> Participant:
        """Dial a leg into a room given by CF sid or friendly name (which may create it)."""
        return room_api.add_participant(self, conference, options)

    def list_participants(self, conference_sid: str) -> list[Participant]:
        """Who is in the room or on the way into it (switch ``lagging_lists``: or just left)."""
        return room_api.list_participants(self, conference_sid)

    def fetch_participant(self, conference_sid: str, call_or_label: str) -> Participant:
        """One participant by call sid or label, or 404."""
        return room_api.fetch_participant(self, conference_sid, call_or_label)

    def update_participant(
        self, conference_sid: str, call_or_label: str, update: ParticipantUpdate
    ) -> Participant:
        """Mute, hold, announce, coach, and the flags of one participant."""
        return room_api.update_participant(self, conference_sid, call_or_label, update)

    def remove_participant(self, conference_sid: str, call_or_label: str) -> None:
        """Take a leg out of the room: a REST-added leg ends, a TwiML leg goes on."""
        room_api.remove_participant(self, conference_sid, call_or_label)

    # Queues --------------------------------------------------------------------------------

    def create_queue(self, friendly_name: str, max_size: int = 1000) -> Queue:
        """Make a queue; 20001 or 22003 when the name is missing or taken."""
        return queues.create(self, friendly_name, max_size)

    def list_queues(self) -> list[Queue]:
        """All queues, newest first."""
        return list(reversed(self.queues.values()))

    def fetch_queue(self, sid: str) -> Queue:
        """One queue by sid, or 404."""
        return queues.fetch(self, sid)

    def update_queue(
        self, sid: str, friendly_name: str | None = None, max_size: int | None = None
    ) -> Queue:
        """Rename or resize a queue."""
        return queues.update(self, sid, friendly_name, max_size)

    def delete_queue(self, sid: str) -> None:
        """Delete an empty queue; 22002 when members wait in it."""
        queues.delete(self, sid)

    def average_wait(self, queue: Queue) -> int:
        """Mean wait in seconds of the members now in the queue."""
        return queues.average_wait(self, queue)

    def list_members(self, queue_sid: str) -> list[Member]:
        """Members in order, front first."""
        return list(queues.fetch(self, queue_sid).members.values())

    def fetch_member(self, queue_sid: str, member: str) -> Member:
        """One member by call sid or ``Front``, or 404."""
        return queues.fetch_member(self, queue_sid, member)

    def member_position(self, member: Member) -> int:
        """1 for the front of the queue."""
        return queues.position(self, member)

    def dequeue_member(self, queue_sid: str, member: str, url: str, method: str = "POST") -> Member:
        """Send a waiting call to new TwiML. The Enqueue action fires at once as well."""
        return queues.dequeue(self, queue_sid, member, url, method)

    # Messages ------------------------------------------------------------------------------

    def send_message(self, options: MessageOptions) -> Message:
        """Send a text message: queued, sending, sent, delivered. 21604, 21610, 21211 …"""
        return messages.send(self, options)

    def list_messages(self) -> list[Message]:
        """All messages, newest first."""
        return list(reversed(self.messages.values()))

    def fetch_message(self, sid: str) -> Message:
        """One message by sid, or 404."""
        return messages.fetch(self, sid)

    def update_message(self, sid: str, change: MessageUpdate) -> Message:
        """Redact or cancel it. 20009, 30409."""
        return messages.update(self, sid, change)

    def delete_message(self, sid: str) -> None:
        """Forget a message that is out. 20009 before."""
        messages.delete(self, sid)

    # Directory: numbers, applications, keys --------------------------------------------------

    def create_number(self, phone_number: str, fields: dict[str, Any]) -> Number:
        """Buy a number. ``fields`` are attributes of `Number` (voice_url, …)."""
        return directory.create_number(self, phone_number, fields)

    def list_numbers(self) -> list[Number]:
        """All numbers, newest first."""
        return list(reversed(self.numbers.values()))

    def fetch_number(self, sid: str) -> Number:
        """One number by sid, or 404."""
        return directory.fetch(self, self.numbers, "IncomingPhoneNumbers", sid)

    def update_number(self, sid: str, fields: dict[str, Any]) -> Number:
        """Change attributes of a number."""
        return directory.change(self, self.fetch_number(sid), fields)

    def delete_number(self, sid: str) -> None:
        """Release a number."""
        del self.numbers[self.fetch_number(sid).sid]

    def create_application(self, fields: dict[str, Any]) -> Application:
        """Make a TwiML app. ``fields`` are attributes of `Application`."""
        return directory.create_application(self, fields)

    def list_applications(self) -> list[Application]:
        """All TwiML apps, newest first."""
        return list(reversed(self.applications.values()))

    def fetch_application(self, sid: str) -> Application:
        """One TwiML app by sid, or 404."""
        return directory.fetch(self, self.applications, "Applications", sid)

    def update_application(self, sid: str, fields: dict[str, Any]) -> Application:
        """Change attributes of a TwiML app."""
        return directory.change(self, self.fetch_application(sid), fields)

    def delete_application(self, sid: str) -> None:
        """Delete a TwiML app."""
        del self.applications[self.fetch_application(sid).sid]

    def create_key(self, friendly_name: str = "") -> Key:
        """Make an API key; it is accepted for HTTP Basic like the account's own token."""
        return directory.create_key(self, friendly_name)

    def list_keys(self) -> list[Key]:
        """All API keys, newest first."""
        return list(reversed(self.keys.values()))

    def fetch_key(self, sid: str) -> Key:
        """One API key by sid, or 404."""
        return directory.fetch(self, self.keys, "Keys", sid)

    def update_key(self, sid: str, friendly_name: str) -> Key:
        """Rename an API key."""
        return directory.change(self, self.fetch_key(sid), {"friendly_name": friendly_name})

    def delete_key(self, sid: str) -> None:
        """Revoke an API key."""
        del self.keys[self.fetch_key(sid).sid]

    # Recordings ----------------------------------------------------------------------------

    def list_recordings(self, call_sid: str = "", conference_sid: str = "") -> list[Recording]:
        """Recordings of one call, of one room, or (neither given) of the account."""
        return recordings.listed(self, call_sid, conference_sid)

    def fetch_recording(self, sid: str) -> Recording:
        """One recording by sid, or 404."""
        return recordings.fetch(self, sid)

    def update_recording(self, sid: str, status: str) -> Recording:
        """Pause, resume or stop a running recording (in-progress, paused, stopped)."""
        return recordings.update(self, sid, status)

    def delete_recording(self, sid: str) -> None:
        """Delete a recording."""
        recordings.delete(self, sid)
