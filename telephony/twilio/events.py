"""From Twilio's news to our events: the tables that say what each word of Twilio's means to us."""

from __future__ import annotations

from telephony.contact.events import (
    Event,
    LegAnswered,
    LegEnded,
    LegRang,
    MachineHeard,
    RoomEnded,
    RoomHeld,
    RoomJoined,
    RoomLeft,
    RoomUnheld,
)
from telephony.contact.model import Ending
from telephony.twilio.forms import CallStatus, MachineStatus, RoomStatus

ENDINGS = {
    "completed": Ending.HUNG_UP,
    "busy": Ending.BUSY,
    "no-answer": Ending.NO_ANSWER,
    "failed": Ending.FAILED,
    "canceled": Ending.CANCELLED,
}

_PARTICIPANT = {
    "participant-join": RoomJoined,
    "participant-leave": RoomLeft,
    "participant-hold": RoomHeld,
    "participant-unhold": RoomUnheld,
}


def call_event(news: CallStatus, leg: str) -> Event | None:
    """What a progress callback of our ``leg`` means; None when it means nothing new.

    ``initiated`` only says that the request left Twilio's queue: ring time counts from ringing.
    """
    if news.status == "ringing":
        return LegRang(leg, news.call)
    if news.status == "in-progress":
        return LegAnswered(leg, news.call, news.machine)
    ending = ENDINGS.get(news.status)
    return LegEnded(leg, news.call, ending) if ending is not None else None


def room_event(news: RoomStatus) -> Event | None:
    """What a conference callback means; starts, mutes and announcements mean nothing to us."""
    if news.event == "conference-end":
        return RoomEnded(news.room, news.sequence)
    kind = _PARTICIPANT.get(news.event)
    return kind(news.call, news.room, news.sequence) if kind is not None else None


def machine_event(news: MachineStatus, leg: str) -> Event | None:
    """A machine's greeting is news; a human's is not, because only accepting proves a human."""
    return MachineHeard(leg, news.call) if news.machine else None
