"""A supervisor's ear in a room: muted, heard by one person only, or by all.

https://www.twilio.com/docs/voice/api/conference-participant-resource: `Muted`, `Coaching` and
`CallSidToCoach`. Whoever coaches hears everybody and is heard by the coached participant alone.
The room must not end with the supervisor, and must not begin with them either.
"""

from __future__ import annotations

from typing import Any

from telephony.twilio.fates import Answer, attempt
from telephony.twilio.rest import Rest

LABEL = "supervisor"
"""Begins the label of such a participant; leg ids of contacts never do."""
RING_S = 30


def dial(rest: Rest, room: str, *, to: str, from_: str, name: str, ear: Ear) -> Answer[str]:
    """Ring the supervisor's phone; who answers is in the room at once. The CallSid."""
    fields = ear.fields()

    def ring() -> str:
        made = rest.client.conferences(room).participants.create(
            from_=from_,
            to=to,
            label=f"{LABEL}-{name}",
            timeout=RING_S,
            beep="false",
            early_media=False,
            start_conference_on_enter=False,
            end_conference_on_exit=False,
            **fields,
        )
        return str(made.call_sid)

    return attempt(ring, creates=True)


def change(rest: Rest, room: str, call: str, ear: Ear) -> Answer[bool]:
    """Who hears the supervisor from now on."""
    participant = rest.client.conferences(room).participants(call)
    return attempt(lambda: bool(participant.update(**ear.fields()).call_sid))


def is_over(rest: Rest, call: str) -> Answer[bool]:
    """Whether the supervisor's call has ended."""
    over = {"completed", "busy", "no-answer", "failed", "canceled"}
    return attempt(lambda: str(rest.client.calls(call).fetch().status) in over)


class Ear:
    """Who hears the supervisor: nobody, the participant `coached`, or everybody."""

    def __init__(self, mode: str, coached: str) -> None:
        self._mode = mode
        self._coached = coached

    def fields(self) -> dict[str, Any]:
        """The fields of the REST request."""
        if self._mode == "whisper":
            return {"muted": False, "coaching": True, "call_sid_to_coach": self._coached}
        return {"muted": self._mode == "listen", "coaching": False}
