"""Traces for the rules to which planted bugs led: the ones broken, the others just inside."""

from __future__ import annotations

from tests.verify.stage import (
    ANA,
    BEN,
    DESK,
    MARY,
    NONE,
    Case,
    Play,
    consulting,
    talking,
    waiting,
    with_promise,
)
from warmline.verify import Facts, TransferFact

ANAS_CALL = "/2010-04-01/Accounts/AC1/Calls/ana.json"
MESSAGE = "This is Harbor Supplies. We tried to call you, and we will try again."


def _called_back(by: str = "machine") -> Play:
    play = waiting().down(9, "mary", "carrier", "R").dials(10, "back", MARY)
    return play.named(10.1, "back", "m", "l9").answers(12, "back", by)


def _accepting() -> Play:
    """The desk is asked to take the customer, and presses 1 at 10 s."""
    play = waiting().dials(4, "desk", DESK).named(4.1, "desk", "m", "l2").answers(8, "desk")
    return play.presses(10, "desk")


def _letting_go(customer_held: bool) -> Play:
    """Ben has accepted; Ana is let go, with the customer on hold or not."""
    play = consulting() if customer_held else consulting().unholds(29, "mary")
    return play.down(30, "ana", "service", "R").quiet(60)


def _calling_first(served: bool = True, anew: bool = False) -> Play:
    """Mary was promised a call; she calls in before, is served (and promised one anew), and is
    called back at 1100 s.
    """
    play = waiting().leaves(59, "mary").told(60, "mary").down(62, "mary")
    play.calls_in(100, "again").named(100, "again", "m", "l5").joins(101, "again", "R2")
    if served:
        play.dials(101, "ana", ANA).named(101.1, "ana", "m", "l6")
        play.answers(103, "ana").joins(104, "ana", "R2").talk(104, "again", "ana")
        play.down(180, "ana", "self", "R2")
    if anew:
        play.leaves(181, "again", "R2").told(182, "again")
    play.down(190, "again", "self", "" if anew else "R2")
    return play.dials(1100, "back", MARY).named(1100.1, "back", "m", "l8").quiet(1150)


def _asked(**changes: float) -> Facts:
    return Facts(transfers=(TransferFact("t1", "m", **{"asked": 20.0, **changes}),))


def _ended_in_vain(times: int) -> Play:
    play = talking()
    for number in range(times):
        play.line(20 + 4 * number, "rest", method="POST", path=ANAS_CALL, status=404)
    return play


def _cancelled(quiet: float) -> Play:
    """Ana asked for Ben at 20 s and took the customer back at 26 s; his phone is quiet then."""
    play = talking().holds(20, "mary").dials(21, "ben", BEN).named(21.1, "ben", "m", "l3")
    return play.unholds(26, "mary").down(quiet, "ben", "service").quiet(60)


def _left_by_ana(reason: str) -> Play:
    play = consulting().unholds(29, "mary").talk(29, "mary", "ana", "ben")
    play.down(30, "ana", "self", "R").line(30, "room.end", room="R", reason=reason)
    return play.leaves(30, "mary").joins(31, "mary", "R2").joins(31, "ben", "R2").quiet(40)


LED_TO: dict[str, Case] = {
    "the phone of a cancelled transfer rings on": (
        "S4",
        lambda: _cancelled(32),
        _asked(ended=26.0),
    ),
    "whoever leaves ends the conference": (
        "S3",
        lambda: _left_by_ana("participant-with-end-conference-on-exit-left"),
        NONE,
    ),
    "a phone rings for ever": (
        "L2",
        lambda: waiting().dials(4, "ben", BEN).named(4, "ben", "m", "l2").quiet(305),
        NONE,
    ),
    "a call is ended again and again that is over": ("L3", lambda: _ended_in_vain(4), NONE),
    "a voicemail is given no message": (
        "S1",
        lambda: _called_back().told(13, "back", "Press 1.").down(42, "back", "service"),
        NONE,
    ),
    "the agent is let go while the customer is on hold": ("S3", lambda: _letting_go(True), NONE),
    "who accepted is asked again": (
        "L2",
        lambda: _accepting().told(11, "desk", "Press 1.").quiet(26),
        NONE,
    ),
    "who accepted after the faults is asked again": (
        "L2",
        lambda: (
            waiting()
            .fault(3)
            .healed(5)
            .dials(6, "ben", BEN)
            .named(6.1, "ben", "m", "l2")
            .answers(8, "ben")
            .presses(10, "ben")
            .quiet(26)
        ),
        NONE,
    ),
    "a voicemail is led to somebody": (
        "S9",
        lambda: _called_back().joins(18, "back", "R2").quiet(40),
        NONE,
    ),
    "who called in first is called back as well": ("S9", _calling_first, with_promise()),
    "nobody rings for a transfer": ("L2", lambda: talking().quiet(60), _asked()),
    "a transfer is over too late, and nobody rang": (
        "L2",
        lambda: talking().quiet(90),
        _asked(ended=51.0),
    ),
}

INSIDE: dict[str, Case] = {
    "the phone of a cancelled transfer is quiet in time": (
        "S4",
        lambda: _cancelled(30.5),
        _asked(ended=26.0),
    ),
    "the last one leaves the conference": (
        "S3",
        lambda: _left_by_ana("last-participant-left"),
        NONE,
    ),
    "a call is ended twice that is over": ("L3", lambda: _ended_in_vain(2), NONE),
    "a voicemail is given our message": (
        "S1",
        lambda: _called_back().told(14, "back", MESSAGE).down(20, "back", "service"),
        NONE,
    ),
    "a voicemail hangs up by itself": ("S1", lambda: _called_back().down(42, "back"), NONE),
    "a fault struck while a voicemail listened": (
        "S1",
        lambda: _called_back().fault(20).down(42, "back", "service"),
        NONE,
    ),
    "the agent is let go when the customer hears the receiver": (
        "S3",
        lambda: _letting_go(False),
        NONE,
    ),
    "Twilio did not end the hold, and said that it had": (
        "S3",
        lambda: (
            consulting()
            .fault(29, "hold_ignored")
            .down(30, "ana", "service", "R")
            .unholds(33, "mary")
            .quiet(60)
        ),
        NONE,
    ),
    "a receiver is freed while the customer is on hold": (
        "S3",
        lambda: consulting().down(30, "ben", "service", "R").quiet(35),
        NONE,
    ),
    "who accepted is led in": ("L2", lambda: _accepting().joins(11, "desk").quiet(40), NONE),
    "who accepted too late is told so": (
        "L2",
        lambda: (
            _accepting().told(11, "desk", "A colleague was quicker.").down(16, "desk").quiet(40)
        ),
        NONE,
    ),
    "an accept is lost while faults last": (
        "L2",
        lambda: (
            waiting()
            .fault(3)
            .dials(4, "desk", DESK)
            .named(4.1, "desk", "m", "l2")
            .answers(8, "desk")
            .presses(10, "desk")
            .quiet(40)
        ),
        NONE,
    ),
    "somebody takes the call from their voicemail": (
        "S9",
        lambda: _called_back().presses(17, "back").joins(18, "back", "R2").quiet(40),
        NONE,
    ),
    "who called in first and reached nobody is called back": (
        "S9",
        lambda: _calling_first(served=False),
        with_promise(),
    ),
    "who called in first is promised a call again": (
        "S9",
        lambda: _calling_first(anew=True),
        with_promise(),
    ),
    "somebody rings for a transfer": ("L2", consulting, _asked()),
    "a transfer is given back at once": ("L2", lambda: talking().quiet(60), _asked(ended=21.0)),
    "a fault struck before a transfer": (
        "L2",
        lambda: talking().fault(19).quiet(60),
        _asked(),
    ),
}
