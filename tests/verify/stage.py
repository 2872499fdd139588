"""Traces written by hand: a builder for lines, and one whole story that is right in every way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warmline.verify import Facts, PromiseFact, Report, check
from warmline.verify.ground import Line

MAIN = "+12025550100"
MARY, OTTO = "+12025550191", "+12025550192"
ANA, BEN, CARLA = "client:ana", "client:ben", "client:carla"
DESK = "+12025550112"
TOLD = "It is arranged: Sales will call you back tomorrow at 3 PM."


class Play:
    """Writes a trace. Every method is one thing that happens at `t` seconds."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def line(self, t: float, kind: str, **fields: Any) -> Play:
        self.lines.append({"t": t, "kind": kind, **fields})
        return self

    def calls_in(self, t: float, call: str, who: str = MARY, heard: str = "prompt") -> Play:
        """A phone dials in; the call is answered at once and hears the menu."""
        self.line(t, "call.dialled", call=call, **{"from": who}, to=MAIN, direction="inbound")
        self.line(t, "call.ringing", call=call)
        self.line(t, "hears", call=call, what="ringback", **{"with": []})
        self.line(t, "call.answered", call=call, by="human")
        return self.hears(t, call, heard)

    def dials(self, t: float, call: str, to: str) -> Play:
        direction = "outbound-api"
        self.line(t, "call.dialled", call=call, **{"from": MAIN}, to=to, direction=direction)
        return self.line(t, "call.ringing", call=call)

    def answers(self, t: float, call: str, by: str = "human") -> Play:
        return self.line(t, "call.answered", call=call, by=by)

    def hears(self, t: float, call: str, what: str, *others: str) -> Play:
        return self.line(t, "hears", call=call, what=what, **{"with": list(others)})

    def talk(self, t: float, *calls: str) -> Play:
        """All of these hear each other."""
        for call in calls:
            self.hears(t, call, "people", *(other for other in calls if other != call))
        return self

    def joins(self, t: float, call: str, room: str = "R") -> Play:
        return self.line(t, "room.join", room=room, call=call, label="")

    def leaves(self, t: float, call: str, room: str = "R", by: str = "service") -> Play:
        reason = "participant_updated_via_api" if by == "service" else "participant_hung_up"
        return self.line(t, "room.leave", room=room, call=call, reason=reason)

    def holds(self, t: float, call: str, room: str = "R") -> Play:
        return self.line(t, "room.hold", room=room, call=call)

    def unholds(self, t: float, call: str, room: str = "R") -> Play:
        return self.line(t, "room.unhold", room=room, call=call)

    def mutes(self, t: float, call: str, room: str = "R") -> Play:
        return self.line(t, "room.mute", room=room, call=call)

    def presses(self, t: float, call: str, digits: str = "1") -> Play:
        return self.line(t, "pressed", call=call, digits=digits)

    def speaks(self, t: float, call: str, text: str) -> Play:
        return self.line(t, "spoke", call=call, text=text)

    def told(self, t: float, call: str, text: str = TOLD) -> Play:
        self.hears(t, call, "prompt")
        return self.line(t, "said", call=call, text=text)

    def named(self, t: float, call: str, contact: str, attempt: str = "l1") -> Play:
        """A webhook whose address says whose leg this is."""
        url = f"http://app.example/twilio/status/call?c={contact}&l={attempt}#rc=3"
        return self.line(
            t, "webhook", url=url, event="ringing", status=200, ms=3.0, attempt=1, call=call
        )

    def down(self, t: float, call: str, by: str = "self", room: str = "", status: str = "") -> Play:
        """The call is over; out of `room`, if it is in one. A carrier says "failed", unless told
        otherwise.
        """
        status = status or ("failed" if by == "carrier" else "completed")
        self.line(t, "call.down", call=call, by=by, status=status)
        return self.leaves(t, call, room, by) if room else self

    def fault(self, t: float, name: str = "webhook_lose", subject: str = "") -> Play:
        return self.line(t, "fault", name=name, match="", subject=subject)

    def cast(self, t: float = 0.0, staff: tuple[str, ...] = (ANA, BEN, CARLA, DESK)) -> Play:
        return self.line(t, "cast", customers=[MARY, OTTO], staff=list(staff))

    def healed(self, t: float) -> Play:
        return self.line(t, "healed")

    def rests(self, t: float) -> Play:
        return self.line(t, "rest_time")

    def quiet(self, t: float) -> Play:
        """Nothing of interest happens, and it is now `t`."""
        return self.line(t, "rest", method="GET", path="/", status=200)

    def numbered(self) -> list[Line]:
        return [{"seq": number, **line} for number, line in enumerate(self.lines, 1)]

    def judged(self, facts: Facts | None = None) -> Report:
        return check(self.numbered(), facts or Facts())


def waiting(contact: str = "m") -> Play:
    """Mary called in at 0 and waits in room R with music."""
    return (
        Play()
        .calls_in(0, "mary")
        .named(1, "mary", contact)
        .joins(2, "mary")
        .hears(2, "mary", "hold")
    )


def talking(contact: str = "m") -> Play:
    """Mary talks with Ana from 5 s on."""
    play = waiting(contact).dials(2.1, "ana", ANA).named(2.2, "ana", contact, "l2")
    return play.answers(4, "ana").joins(5, "ana").talk(5, "mary", "ana")


def consulting() -> Play:
    """Mary is on hold from 20 s on; Ana talks with Ben, who accepted, from 25 s on."""
    play = talking().holds(20, "mary").hears(20, "mary", "hold").hears(20, "ana", "silence")
    play.dials(20.5, "ben", BEN).named(20.6, "ben", "m", "l3").answers(24, "ben")
    return play.joins(25, "ben").talk(25, "ana", "ben")


def handed_over() -> Play:
    """The whole of a warm transfer, without a fault."""
    play = consulting().unholds(30, "mary").talk(30, "mary", "ana", "ben")
    play.down(30.5, "ana", "service", "R").talk(30.5, "mary", "ben")
    play.down(60, "mary", "self", "R").hears(60, "ben", "silence")
    return play.down(60.4, "ben", "service", "R").rests(80)


def promised(written: float = 50.0, **changes: Any) -> PromiseFact:
    """A promise to Mary, written at 50 s, due from 1000 to 2000 s."""
    fields: dict[str, Any] = {
        "id": "p1",
        "contact": "m",
        "customer": MARY,
        "department": "sales",
        "written": written,
        "windows": ((1000.0, 2000.0),),
        "max_attempts": 3,
    }
    return PromiseFact(**{**fields, **changes})


def with_promise(**changes: Any) -> Facts:
    """The ledger holds that promise and no ticket."""
    return Facts(promises=(promised(**changes),), tickets=())


def kept(first: float, *more: float) -> Play:
    """Mary was promised a call at 60 s; she is called at these moments and does not answer."""
    play = waiting().leaves(59, "mary").told(60, "mary").down(62, "mary")
    for number, t in enumerate((first, *more)):
        play.dials(t - 5, f"ana{number}", ANA).named(t - 4.9, f"ana{number}", "m", f"l{number}9")
        play.answers(t - 2, f"ana{number}").joins(t - 1, f"ana{number}", "R2")
        play.dials(t, f"back{number}", MARY).named(t + 0.1, f"back{number}", "m", f"l{number}8")
        play.down(t + 20, f"back{number}").down(t + 20.5, f"ana{number}", "service", "R2")
    return play.quiet(5000)


Case = tuple[str, Callable[[], Play], Facts]
NONE = Facts()
