"""Traces that come as near to breaking a rule as is allowed."""

from __future__ import annotations

from tests.verify.stage import (
    ANA,
    BEN,
    CARLA,
    DESK,
    MARY,
    NONE,
    Case,
    Play,
    consulting,
    handed_over,
    kept,
    promised,
    talking,
    waiting,
    with_promise,
)
from warmline.verify import Acknowledged, Facts, Overdue, TicketFact

ALLOWED: dict[str, Case] = {
    "a whole warm transfer": (
        "all",
        handed_over,
        Facts(
            promises=(),
            tickets=(),
            contact_outcomes={"m": ("resolved",)},
            transfer_outcomes={"t1": ("completed",)},
            transfer_contacts={"t1": "m"},
            overdue=(Overdue("m", 40.0, 49.0),),
            acknowledged=(Acknowledged(20.0, "m", "transfer t1", kept=True),),
            open_calls=frozenset(),
            allowed=lambda address: True,
        ),
    ),
    # S1
    "the customer hangs up": ("S1", lambda: waiting().down(30, "mary", "self", "R"), NONE),
    "the carrier loses the line": ("S1", lambda: waiting().down(30, "mary", "carrier", "R"), NONE),
    "the customer is told first": (
        "S1",
        lambda: waiting().told(60, "mary").down(66, "mary", "service", "R"),
        with_promise(),
    ),
    "the customer is told in Spanish, and a ticket was opened": (
        "S1",
        lambda: (
            waiting()
            .told(60, "mary", "Gracias. Su mensaje quedó guardado y avisaremos a Ventas.")
            .down(66, "mary", "service", "R")
        ),
        Facts(promises=(), tickets=(TicketFact("x", "m", MARY, 59.0),)),
    ),
    "a callback that rings is called off": (
        "S1",
        lambda: (
            waiting()
            .down(9, "mary", "carrier", "R")
            .dials(10, "back", MARY)
            .down(15, "back", "service")
        ),
        NONE,
    ),
    # S2
    "nearly ten seconds of silence": (
        "S2",
        lambda: waiting().hears(30, "mary", "silence").hears(39.9, "mary", "hold").quiet(60),
        NONE,
    ),
    "silence twice, with a word in between": (
        "S2",
        lambda: (
            waiting()
            .hears(30, "mary", "silence")
            .hears(36, "mary", "prompt")
            .hears(38, "mary", "silence")
            .hears(44, "mary", "hold")
        ),
        NONE,
    ),
    "the customer speaks a message into the silence": (
        "S2",
        lambda: (
            waiting()
            .hears(30, "mary", "silence")
            .speaks(31, "mary", "I would like to know where my order is, please call me back." * 3)
            .hears(48, "mary", "prompt")
        ),
        NONE,
    ),
    "a voicemail hears silence for long": (
        "S2",
        lambda: (
            waiting()
            .down(9, "mary", "carrier", "R")
            .dials(10, "back", MARY)
            .answers(12, "back", "machine")
            .hears(12, "back", "silence")
            .down(40, "back", "service")
        ),
        NONE,
    ),
    "an agent hears silence for long": (
        "S2",
        lambda: talking().hears(20, "ana", "silence").quiet(60),
        NONE,
    ),
    # S3
    "the agent goes after the receiver is there": ("S3", handed_over, NONE),
    "the agent is taken out and led back in": (
        "S3",
        lambda: talking().leaves(20, "ana").joins(22, "ana").quiet(60),
        NONE,
    ),
    "who never spoke with the customer is let go, and the search goes on": (
        "S3",
        lambda: (
            waiting()
            .dials(5, "ben", BEN)
            .answers(6, "ben")
            .joins(7, "ben")
            .down(17, "ben", "service", "R")
        ),
        NONE,
    ),
    "the agent hangs up": ("S3", lambda: talking().down(20, "ana", "self", "R"), NONE),
    "the agent is freed after the customer left": (
        "S3",
        lambda: talking().down(20, "mary", "self", "R").down(20.5, "ana", "service", "R"),
        NONE,
    ),
    "the receiver is let go, the agent stays": (
        "S3",
        lambda: consulting().down(30, "ben", "service", "R").quiet(40),
        NONE,
    ),
    "the receiver hangs up as the agent is being removed": (
        "S3",
        lambda: consulting().down(29.5, "ben", "self", "R").down(30, "ana", "service", "R"),
        NONE,
    ),
    "a phone on which the key was pressed is joined": (
        "S3",
        lambda: (
            waiting()
            .dials(5, "desk", DESK)
            .answers(9, "desk")
            .presses(9.5, "desk")
            .joins(10, "desk")
        ),
        NONE,
    ),
    "a phone into which yes was said is joined": (
        "S3",
        lambda: (
            waiting()
            .dials(5, "desk", DESK)
            .answers(9, "desk")
            .speaks(9.5, "desk", "yes")
            .joins(10, "desk")
        ),
        NONE,
    ),
    # S4
    "a phone is dialled again after it stopped ringing": (
        "S4",
        lambda: waiting().dials(3, "one", DESK).down(6, "one").dials(6, "two", DESK),
        NONE,
    ),
    "a receiver joins the agent": ("S4", consulting, NONE),
    "a second receiver takes the place of one who left": (
        "S4",
        lambda: (
            waiting()
            .dials(3, "ana", ANA)
            .dials(3, "ben", BEN)
            .answers(5, "ana")
            .answers(5, "ben")
            .joins(6, "ana")
            .down(7, "ana", "self", "R")
            .joins(8, "ben")
        ),
        NONE,
    ),
    "the loser's phone stops within five seconds": (
        "S4",
        lambda: (
            waiting()
            .dials(3, "ana", ANA)
            .dials(3, "ben", BEN)
            .named(3.1, "ben", "m", "l3")
            .answers(5, "ana")
            .joins(6, "ana")
            .down(10.9, "ben", "service")
            .quiet(60)
        ),
        NONE,
    ),
    "the news of the winner was lost on the way": (
        "S4",
        lambda: (
            waiting()
            .dials(3, "ana", ANA)
            .dials(3, "ben", BEN)
            .named(3.1, "ben", "m", "l3")
            .answers(5, "ana")
            .fault(5.9, subject="participant-join http://app.example/twilio/status/room?c=m")
            .joins(6, "ana")
            .down(30, "ben", "service")
            .quiet(60)
        ),
        NONE,
    ),
    # S7
    "the same customer calls again and enters their own conference": (
        "S7",
        lambda: (
            talking()
            .down(10, "mary", "carrier", "R")
            .calls_in(12, "again")
            .joins(13, "again")
            .talk(13, "again", "ana")
        ),
        NONE,
    ),
    "the receiver's addresses name the contact before the customer's do": (
        "S7",
        lambda: (
            Play()
            .calls_in(0, "mary")
            .dials(2, "ana", ANA)
            .named(2.1, "ana", "m", "l2")
            .answers(3, "ana")
            .joins(4, "ana")
            .joins(5, "mary")
            .talk(5, "mary", "ana")
        ),
        NONE,
    ),
    # S8
    "a dial that was on its way when the customer left": (
        "S8",
        lambda: (
            waiting()
            .down(10, "mary", "self", "R")
            .dials(12, "ben", BEN)
            .named(12, "ben", "m")
            .down(13, "ben", "service")
        ),
        NONE,
    ),
    "a dial for a customer who called in again and hears that they are expected": (
        "S8",
        lambda: (
            waiting()
            .down(10, "mary", "self", "R")
            .calls_in(30, "again")
            .dials(31, "ben", BEN)
            .named(31, "ben", "m")
            .down(34, "again", "self")
            .down(35, "ben", "service")
        ),
        NONE,
    ),
    "a dial that keeps a promise": ("S8", lambda: kept(1100), with_promise()),
    "a dial after the customer's line broke": (
        "S8",
        lambda: (
            waiting().down(10, "mary", "carrier", "R").dials(30, "ben", BEN).named(30, "ben", "m")
        ),
        NONE,
    ),
    # S9
    "three attempts of three": ("S9", lambda: kept(1100, 1200, 1300), with_promise()),
    "the customer calls in the very moment in which they are called": (
        "S9",
        lambda: (
            waiting()
            .down(9, "mary", "carrier", "R")
            .calls_in(11.5, "again")
            .dials(12, "back", MARY)
            .down(13, "back", "service")
            .hears(20, "again", "hold")
        ),
        NONE,
    ),
    "two promises of one department, one after the other": (
        "S9",
        lambda: kept(1100),
        Facts(
            promises=(
                promised(closed=69.0, state="redeemed"),
                promised(70.0, id="p2", state="cancelled", closed=4000.0),
            )
        ),
    ),
    # S10
    "everybody of the cast": (
        "S10",
        lambda: Play().cast().calls_in(0, "mary").dials(3, "x", CARLA).dials(4, "y", DESK),
        NONE,
    ),
    # L2
    "a department rings for long": (
        "L2",
        lambda: waiting().dials(100, "ben", BEN).quiet(300),
        NONE,
    ),
    "agent and receiver consult for long": ("L2", lambda: consulting().quiet(500), NONE),
    "the customer answers a question": (
        "L2",
        lambda: waiting().hears(60, "mary", "prompt").presses(70, "mary", "1").quiet(180),
        NONE,
    ),
    # L1, L3, L4
    "a customer whose line broke before anybody was sought for them": (
        "S5",
        lambda: Play().calls_in(0, "mary").named(1, "mary", "m").down(3, "mary", "carrier"),
        Facts(contact_outcomes={"m": ("customer_left",)}, promises=(), tickets=()),
    ),
    "a customer whose line broke, and whose carrier calls it a goodbye": (
        "S5",
        lambda: waiting().down(30, "mary", "carrier", "R", status="completed"),
        Facts(contact_outcomes={"m": ("customer_left",)}, promises=(), tickets=()),
    ),
    "a customer whose line broke, who was called back and did not pick up": (
        "S5",
        lambda: (
            waiting()
            .down(30, "mary", "carrier", "R")
            .dials(31, "again", MARY)
            .named(31.1, "again", "m", "l9")
            .down(60, "again", "carrier")
        ),
        Facts(contact_outcomes={"m": ("customer_left",)}, promises=(), tickets=()),
    ),
    "two people still talk at rest": ("L4", lambda: talking().rests(20), NONE),
    "an open promise whose hour has not come": (
        "L1",
        lambda: waiting().told(60, "mary").down(62, "mary", "self", "R").rests(100),
        Facts(promises=(promised(),), contact_outcomes={"m": ()}),
    ),
    "faults still strike": (
        "L3",
        lambda: talking().fault(19).down(20, "mary", "self", "R").quiet(51),
        NONE,
    ),
    "a receiver of a promise waits for the customer to answer": (
        "L3",
        lambda: kept(1100),
        with_promise(),
    ),
    # L5
    "a promise is tried in its last minute of grace": ("L5", lambda: kept(2055), with_promise()),
    "a promise is cancelled before its hour": (
        "L5",
        lambda: waiting().told(60, "mary").down(62, "mary", "self", "R").quiet(3000),
        with_promise(state="cancelled", closed=500.0),
    ),
    "a promise becomes a ticket": (
        "L5",
        lambda: waiting().told(60, "mary").down(62, "mary", "self", "R").quiet(3000),
        Facts(promises=(promised(),), tickets=(TicketFact("x", "m", MARY, 900.0),)),
    ),
}
