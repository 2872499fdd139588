"""Legs to ``app:AP…``: the far end is a TwiML application instead of a phone.

The leg that was dialled and the application's own inbound call are twins: the application's
first verb answers the leg, and the end of one is the end of the other.
"""

from __future__ import annotations

from simulator import calls, inbound
from simulator.engine import Engine
from simulator.world import Call


def ring(net: Engine, call: Call) -> None:
    """The application is called, with the address's parameters as fields."""
    address = call.to.partition("?")[0]
    twin = inbound.place(net, call.from_, address, call.custom)
    call.twin, twin.twin = twin.sid, call.sid


def picked_up(net: Engine, twin: Call) -> None:
    """The application's document needed the line: the dialled leg is answered."""
    calls.answer(net, net.calls[twin.twin])


def part(net: Engine, call: Call) -> None:
    """One end is down, so the other goes down too."""
    other = net.calls[call.twin]
    if other.live:
        calls.finish(net, other, "completed" if other.answered else "no-answer", "service")
