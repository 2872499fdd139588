"""Traces that break each of the safety invariants."""

from __future__ import annotations

from tests.verify.stage import (
    ANA,
    BEN,
    DESK,
    MARY,
    NONE,
    OTTO,
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
from warmline.verify import Acknowledged, Facts

BROKEN: dict[str, Case] = {
    # S1
    "the service hangs up on a customer who waits": (
        "S1",
        lambda: waiting().down(30, "mary", "service", "R"),
        NONE,
    ),
    "a call is turned away before it was answered": (
        "S1",
        lambda: (
            Play()
            .line(0, "call.dialled", call="x", **{"from": MARY}, to="+1", direction="inbound")
            .down(1, "x", "service")
        ),
        NONE,
    ),
    "the service hangs up on a customer it called back": (
        "S1",
        lambda: (
            waiting()
            .down(9, "mary", "carrier", "R")
            .dials(10, "back", MARY)
            .answers(12, "back")
            .down(15, "back", "service")
        ),
        NONE,
    ),
    "the customer is told, and nothing was written": (
        "S1",
        lambda: waiting().told(60, "mary").down(66, "mary", "service", "R"),
        Facts(promises=(), tickets=()),
    ),
    "the promise is written only after it was spoken": (
        "S1",
        lambda: waiting().told(49, "mary").down(66, "mary", "service", "R"),
        with_promise(),
    ),
    "the promise that was written is another customer's": (
        "S1",
        lambda: waiting().told(60, "mary").down(66, "mary", "service", "R"),
        with_promise(contact="other", customer=OTTO),
    ),
    # S2
    "ten seconds of silence": (
        "S2",
        lambda: waiting().hears(30, "mary", "silence").hears(40, "mary", "hold"),
        NONE,
    ),
    "silence to the end of the trace": (
        "S2",
        lambda: waiting().hears(30, "mary", "silence").quiet(40),
        NONE,
    ),
    "silence and ringing in turn": (
        "S2",
        lambda: (
            waiting()
            .hears(30, "mary", "silence")
            .hears(36, "mary", "ringback")
            .hears(41, "mary", "prompt")
        ),
        NONE,
    ),
    "nobody answers the customer's call for ten seconds": (
        "S2",
        lambda: (
            Play()
            .line(0, "call.dialled", call="x", **{"from": MARY}, to="+1", direction="inbound")
            .line(0, "hears", call="x", what="ringback", **{"with": []})
            .down(11, "x")
        ),
        NONE,
    ),
    "a customer who is called back answers and hears nothing at all": (
        "S2",
        lambda: (
            waiting()
            .down(9, "mary", "carrier", "R")
            .dials(10, "back", MARY)
            .answers(12, "back")
            .quiet(23)
        ),
        NONE,
    ),
    # S3
    "the agent is hung up while nobody else is there": (
        "S3",
        lambda: talking().down(20, "ana", "service", "R"),
        NONE,
    ),
    "the agent is hung up while the receiver still rings": (
        "S3",
        lambda: talking().dials(19, "ben", BEN).down(20, "ana", "service", "R"),
        NONE,
    ),
    "the agent is hung up when the receiver has answered but is not in the room": (
        "S3",
        lambda: talking().dials(19, "ben", BEN).answers(20, "ben").down(21, "ana", "service", "R"),
        NONE,
    ),
    "the agent is removed while the receiver is on hold": (
        "S3",
        lambda: consulting().holds(29, "ben").down(30, "ana", "service", "R"),
        NONE,
    ),
    "the agent is removed while the receiver is muted": (
        "S3",
        lambda: consulting().mutes(29, "ben").leaves(30, "ana").down(31, "ana", "service"),
        NONE,
    ),
    "the agent is removed and does not come back": (
        "S3",
        lambda: talking().leaves(20, "ana").quiet(31),
        NONE,
    ),
    "the receiver had left two seconds ago": (
        "S3",
        lambda: consulting().down(28, "ben", "self", "R").down(30, "ana", "service", "R"),
        NONE,
    ),
    "a voicemail is joined to the customer": (
        "S3",
        lambda: waiting().dials(5, "desk", DESK).answers(9, "desk", "machine").joins(10, "desk"),
        NONE,
    ),
    "a phone that was only picked up is joined to the customer": (
        "S3",
        lambda: waiting().dials(5, "desk", DESK).answers(9, "desk").joins(10, "desk"),
        NONE,
    ),
    "a phone on which the declining key was pressed is joined": (
        "S3",
        lambda: (
            waiting()
            .dials(5, "desk", DESK)
            .answers(9, "desk")
            .presses(9.5, "desk", "2")
            .joins(10, "desk")
        ),
        NONE,
    ),
    "the room is ended with everybody in it": (
        "S3",
        lambda: (
            talking()
            .line(20, "room.end", room="R", reason="conference-ended-via-api")
            .line(20, "room.leave", room="R", call="mary", reason="conference_ended_via_api")
            .line(20, "room.leave", room="R", call="ana", reason="conference_ended_via_api")
            .down(20, "ana", "service")
        ),
        NONE,
    ),
    # S4
    "a phone that rings is dialled again": (
        "S4",
        lambda: waiting().dials(3, "one", DESK).dials(6, "two", DESK),
        NONE,
    ),
    "the same attempt is dialled again after it was answered": (
        "S4",
        lambda: (
            waiting()
            .dials(3, "one", DESK)
            .named(3.1, "one", "m", "l2")
            .answers(5, "one")
            .dials(6, "two", DESK)
            .named(6.1, "two", "m", "l2")
        ),
        NONE,
    ),
    "two who were rung together are both joined": (
        "S4",
        lambda: (
            waiting()
            .dials(3, "ana", ANA)
            .dials(3, "ben", BEN)
            .answers(5, "ana")
            .answers(5, "ben")
            .joins(6, "ana")
            .joins(7, "ben")
        ),
        NONE,
    ),
    "a loser's phone rings on": (
        "S4",
        lambda: (
            waiting()
            .dials(3, "ana", ANA)
            .dials(3, "ben", BEN)
            .named(3.1, "ben", "m", "l3")
            .answers(5, "ana")
            .joins(6, "ana")
            .down(11.5, "ben", "service")
        ),
        NONE,
    ),
    # S5
    "a contact ends twice": (
        "S5",
        handed_over,
        Facts(contact_outcomes={"m": ("resolved", "customer_left")}),
    ),
    "a transfer ends twice": (
        "S5",
        handed_over,
        Facts(transfer_outcomes={"t1": ("completed", "returned")}, transfer_contacts={"t1": "m"}),
    ),
    "a contact is resolved that nobody ever spoke to": (
        "S5",
        lambda: waiting().down(30, "mary", "self", "R"),
        Facts(contact_outcomes={"m": ("resolved",)}, promises=()),
    ),
    "a transfer is completed without a second human": (
        "S5",
        lambda: talking().down(30, "mary", "self", "R").down(30.2, "ana", "service", "R"),
        Facts(transfer_outcomes={"t1": ("completed",)}, transfer_contacts={"t1": "m"}),
    ),
    "a promise is kept without a call": (
        "S5",
        lambda: talking().down(30, "mary", "self", "R").down(30.2, "ana", "service", "R"),
        Facts(contact_outcomes={"m": ("promise_kept",)}, promises=()),
    ),
    "a contact is ticketed without a ticket": (
        "S5",
        lambda: waiting().down(30, "mary", "self", "R"),
        Facts(contact_outcomes={"m": ("ticketed",)}, tickets=()),
    ),
    "nobody calls back a customer whose line broke while they waited": (
        "S5",
        lambda: waiting().down(30, "mary", "carrier", "R"),
        Facts(contact_outcomes={"m": ("customer_left",)}, promises=(), tickets=()),
    ),
    # S6
    "a promise is spoken that the ledger does not hold": (
        "S6",
        lambda: waiting().told(60, "mary").down(62, "mary", "self", "R"),
        Facts(promises=()),
    ),
    "what was acknowledged is gone": (
        "S6",
        handed_over,
        Facts(acknowledged=(Acknowledged(20.0, "m", "transfer t1", kept=False),)),
    ),
    # S7
    "two customers in one conference": (
        "S7",
        lambda: talking().calls_in(10, "otto", OTTO).joins(11, "otto"),
        NONE,
    ),
    "a receiver of one contact in another's conference": (
        "S7",
        lambda: (
            talking()
            .calls_in(10, "otto", OTTO)
            .named(10.5, "otto", "o")
            .joins(11, "otto", "R2")
            .dials(12, "ben", BEN)
            .named(12.1, "ben", "o", "l2")
            .answers(13, "ben")
            .joins(14, "ben", "R")
        ),
        NONE,
    ),
    "an agent goes from one customer's room to the next": (
        "S7",
        lambda: (
            talking()
            .calls_in(10, "otto", OTTO)
            .joins(11, "otto", "R2")
            .leaves(12, "ana", by="self")
            .joins(12, "ana", "R2")
        ),
        NONE,
    ),
    # S8
    "a member is dialled six seconds after the customer left": (
        "S8",
        lambda: waiting().down(10, "mary", "self", "R").dials(16, "ben", BEN).named(16, "ben", "m"),
        NONE,
    ),
    "a member is dialled for one who left while somebody else calls in": (
        "S8",
        lambda: (
            waiting()
            .down(10, "mary", "self", "R")
            .calls_in(15, "otto", OTTO)
            .dials(16, "ben", BEN)
            .named(16, "ben", "m")
        ),
        NONE,
    ),
    "a member is dialled when there is no customer at all": (
        "S8",
        lambda: waiting().down(10, "mary", "self", "R").dials(16, "ben", BEN),
        NONE,
    ),
    "the department rings on for a customer who left": (
        "S8",
        lambda: (
            waiting()
            .dials(3, "ben", BEN)
            .named(3.1, "ben", "m")
            .down(10, "mary", "self", "R")
            .down(16, "ben", "service")
        ),
        NONE,
    ),
    # S9
    "a customer is called who is on the line": (
        "S9",
        lambda: waiting().dials(30, "back", MARY),
        NONE,
    ),
    "a fourth attempt of three": (
        "S9",
        lambda: kept(1100, 1200, 1300, 1400),
        with_promise(),
    ),
    "the ledger counts more attempts than allowed": (
        "S9",
        lambda: kept(1100),
        with_promise(attempts=4),
    ),
    "a call in the middle of the night": (
        "S9",
        lambda: kept(1100),
        Facts(promises=(promised(),), tickets=(), hours=lambda who, t: t < 1000),
    ),
    "two open promises of one department": (
        "S9",
        lambda: kept(1100),
        Facts(promises=(promised(closed=1200.0, state="kept"), promised(70.0, id="p2"))),
    ),
    # S10
    "a premium number": ("S10", lambda: waiting().dials(3, "x", "+19005550199"), NONE),
    "an emergency number": ("S10", lambda: waiting().dials(3, "x", "911"), NONE),
    "a satellite phone": ("S10", lambda: waiting().dials(3, "x", "+881612345678"), NONE),
    "somebody outside the cast": (
        "S10",
        lambda: Play().cast().calls_in(0, "mary").dials(3, "x", "+12025550177"),
        NONE,
    ),
    "a number that the policy forbids": (
        "S10",
        handed_over,
        Facts(allowed=lambda address: address != BEN),
    ),
}
