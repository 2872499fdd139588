"""What a room plays to one leg or to all: wait, hold and announcement documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import rooms
from simulator import script as scripts
from simulator.callbacks import conference_event, participant_fields
from simulator.engine import Engine
from simulator.world import Call, Conference, Entry, Participant

if TYPE_CHECKING:
    from simulator.script import Script


def quiet(participant: Participant) -> None:
    """End the participant's wait or hold document."""
    if participant.background is not None:
        participant.background.stop()
        participant.background = None


def _document(
    net: Engine, room: Conference, call: Call, event: str, entry: Entry
) -> tuple[Script, list[str]]:
    """A background script, and a list that receives why it ended."""
    why: list[str] = []
    script = scripts.Script(
        net,
        call,
        "room",
        why.append,
        event=event,
        entry=entry,
        extra=lambda: {"ConferenceSid": room.sid, "FriendlyName": room.friendly_name},
    )
    return script, why


def wait(net: Engine, room: Conference, participant: Participant) -> None:
    """Play the waitUrl. If its first request fails, the leg drops through the room."""
    if not participant.wait_url:
        return
    call = net.calls[participant.call_sid]
    entry = Entry(participant.wait_url, participant.wait_method)
    script, _ = _document(net, room, call, "wait", entry)

    def done(why: str) -> None:
        if why == "failed" and not script.ran and participant.background is script:
            rooms.step_out(net, call, "failed")

    script.done = done
    participant.background = script
    script.start()


def hold(net: Engine, room: Conference, participant: Participant, url: str, method: str) -> None:
    """Put on hold: hears the hold document (or Twilio's music), and nobody."""
    quiet(participant)
    participant.hold, participant.hold_url = True, url
    if url and participant.joined:
        call = net.calls[participant.call_sid]
        participant.background, _ = _document(net, room, call, "hold", Entry(url, method))
        participant.background.start()
    net.touch(*room.participants)


def unhold(net: Engine, room: Conference, participant: Participant) -> None:
    """Take off hold: back among the others, or back to waiting if the room has not started."""
    quiet(participant)
    participant.hold = False
    if room.status == "init":
        wait(net, room, participant)
    net.touch(*room.participants)


def announce(
    net: Engine, room: Conference, participant: Participant | None, url: str, method: str
) -> None:
    """Play a document to one participant, or to the whole room."""
    inside = rooms.joined(room)
    first = participant or (inside[0] if inside else None)
    if first is None:
        return

    def reached() -> list[str]:
        return [first.call_sid] if participant else [p.call_sid for p in rooms.joined(room)]

    script, _ = _document(net, room, net.calls[first.call_sid], "announce", Entry(url, method))
    script.audience = reached

    def done(why: str) -> None:
        extra = participant_fields(participant) if participant else {}
        extra["AnnounceUrl"] = url
        if why == "failed":
            extra["ReasonAnnouncementFailed"] = "the document could not be fetched or executed"
        event = "announcement-fail" if why == "failed" else "announcement-end"
        conference_event(net, room, event, None, **extra)
        net.touch(*room.participants)

    script.done = done
    owner = participant or room
    if owner.announcement is not None:
        owner.announcement.stop()
    owner.announcement = script
    script.start()
