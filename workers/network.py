"""What Twilio says is there, in bulk: all live calls, all running rooms, who is in a room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from telephony.bootstrap import Services
from telephony.twilio.fates import Answer, Fate, attempt

ROOM_PREFIX = "wl-"
_CALLS = ("queued", "ringing", "in-progress")
_ROOMS = ("init", "in-progress")
_MOST = 50_000  # in pages of 1,000


@dataclass(frozen=True, slots=True)
class LiveCall:
    """One call that Twilio says is live. ``outbound``: we dialled it."""

    call: str
    to: str
    outbound: bool
    from_: str = ""
    ringing: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """One participant who is connected to a room; ``label`` is our leg id."""

    call: str
    label: str
    held: bool


@dataclass(frozen=True, slots=True)
class Network:
    """One look at the account. ``rooms``: contact id -> ConferenceSid. ``whole``: nothing was cut
    off."""

    calls: Mapping[str, LiveCall]
    rooms: Mapping[str, str]
    whole: bool


def look_at(services: Services) -> Answer[Network]:
    """All live calls and running rooms of ours: five requests, however many there are."""
    calls: dict[str, LiveCall] = {}
    rooms: dict[str, str] = {}
    whole = True
    for status in _CALLS:
        listed = attempt(partial(_calls, services, status))
        if listed.value is None:
            return Answer(listed.fate, detail=listed.detail)
        whole = whole and len(listed.value) < _MOST
        calls |= {call.call: call for call in listed.value}
    for status in _ROOMS:
        found = attempt(partial(_rooms, services, status))
        if found.value is None:
            return Answer(found.fate, detail=found.detail)
        whole = whole and len(found.value) < _MOST
        rooms |= found.value
    return Answer(Fate.DONE, Network(calls, rooms, whole))


def present_in(services: Services, room: str) -> Answer[tuple[Present, ...]]:
    """Who is connected to the room with this sid."""
    return attempt(partial(_participants, services, room))


def _calls(services: Services, status: str) -> list[LiveCall]:
    return [
        _call(call)
        for call in services.rest.client.calls.list(status=status, limit=_MOST, page_size=1000)
    ]


def _call(call: Any) -> LiveCall:
    return LiveCall(
        call=str(call.sid),
        to=str(call.to),
        outbound=str(call.direction).startswith("outbound"),
        from_=str(call._from),
        ringing=call.status in {"queued", "ringing"},
    )


def _rooms(services: Services, status: str) -> dict[str, str]:
    listed = services.rest.client.conferences.list(status=status, limit=_MOST, page_size=1000)
    return {
        str(room.friendly_name).removeprefix(ROOM_PREFIX): str(room.sid)
        for room in listed
        if str(room.friendly_name).startswith(ROOM_PREFIX)
    }


def _participants(services: Services, room: str) -> tuple[Present, ...]:
    listed = services.rest.client.conferences(room).participants.list(limit=_MOST, page_size=1000)
    return tuple(
        Present(str(one.call_sid), str(one.label or ""), bool(one.hold))
        for one in listed
        if one.status == "connected"
    )
