"""What tests of conferences share: a room, who enters it, and what is told about it."""

from __future__ import annotations

from typing import Any

from simulator.world import Call
from tests.simulator.support import ALICE, BOB, SERVICE, Town, conference

EVENTS = "start end join leave mute hold modify speaker announcement"


def room_of(town: Town) -> str:
    return next(iter(town.net.open_rooms.values()))


def news_of(town: Town, path: str = "/room") -> list[dict[str, str]]:
    return sorted(town.app.asked(path), key=lambda f: int(f["SequenceNumber"]))


def told(town: Town) -> list[str]:
    return [f["StatusCallbackEvent"] for f in news_of(town)]


def enter(town: Town, who: str = ALICE, after: str = "", **attributes: str) -> Call:
    """Somebody dials in and enters the room."""
    inside = conference(statusCallback="/room", statusCallbackEvent=EVENTS, **attributes)[6:-7]
    town.serve(voice=f'<Dial action="/after">{inside}</Dial>', after=after or "<Say>Left</Say>")
    call = town.ring_in(who)
    town.run(1)
    return call


def add(town: Town, to: str = BOB, room: str = "room", **options: Any) -> Call:
    """POST Participants through the SDK."""
    leg = town.client.conferences(room).participants.create(from_=SERVICE, to=to, **options)
    return town.net.calls[leg.call_sid]


def pair(town: Town, **attributes: str) -> tuple[Call, Call]:
    """Alice and Bob talk."""
    alice = enter(town, **attributes)
    town.phone(BOB, answer_after=1.0)
    bob = add(town)
    town.until(lambda: alice.hears == "people")
    return alice, bob
