"""What the campaign taught the simulator and the checker."""

from __future__ import annotations

from warmline.verify import check
from warmline.verify.ground import Line

AGENT, CUSTOMER = "CA" + "a" * 32, "CA" + "c" * 32


def trace(*lines: Line) -> list[Line]:
    return [{"seq": n, **line} for n, line in enumerate(lines, 1)]


def test_whose_an_inbound_call_is_may_be_told_after_the_room_was_entered() -> None:
    """A number that leads straight to a department names the contact only in the room's news."""
    room = "CF" + "0" * 32
    url = "https://x/twilio/status/{}?c=" + "c" * 32
    lines = trace(
        {"t": 0.0, "kind": "cast", "customers": ["+12025550150"], "staff": ["client:ana"]},
        {"t": 0.0, "kind": "call.dialled", "call": CUSTOMER, "from": "+12025550150",
         "to": "+12025550101", "direction": "inbound"},
        {"t": 1.0, "kind": "call.dialled", "call": AGENT, "from": "+12025550101",
         "to": "client:ana", "direction": "outbound-api"},
        {"t": 1.1, "kind": "webhook", "url": url.format("call") + "&l=l2", "event": "ringing",
         "status": 204, "ms": 1.0, "attempt": 1, "call": AGENT},
        {"t": 2.0, "kind": "call.answered", "call": AGENT, "by": "human"},
        {"t": 2.0, "kind": "room.join", "room": room, "call": AGENT, "label": "l2"},
        {"t": 2.5, "kind": "room.join", "room": room, "call": CUSTOMER, "label": "l1"},
        {"t": 2.6, "kind": "webhook", "url": url.format("room"), "event": "participant-join",
         "status": 204, "ms": 1.0, "attempt": 1, "call": CUSTOMER},
    )  # fmt: skip
    assert check(lines).violations == ()
