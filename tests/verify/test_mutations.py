"""A clean trace that is altered in one place is no longer clean: the checker looks everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.stage import ANA, BEN, DESK, MAIN, Play
from warmline.verify import check
from warmline.verify.ground import Line

Lines = list[Line]
QUICK = settings(max_examples=60, deadline=None)


def _transfer(n: int, t: float, ring: float, talk: float) -> Lines:
    """Customer number n has a warm transfer from `t` on; nobody else has these phones."""
    mary, ana, ben, room = f"mary{n}", f"ana{n}", f"ben{n}", f"R{n}"
    who, agent, receiver = f"+1202555{n:04d}", f"{ANA}{n}", f"{BEN}{n}"
    play = Play().calls_in(t, mary, who).named(t + 1, mary, f"m{n}")
    play.joins(t + 2, mary, room).hears(t + 2, mary, "hold")
    play.dials(t + 3, ana, agent).named(t + 3.1, ana, f"m{n}", "l2").answers(t + 3 + ring, ana)
    t += 4 + ring
    play.joins(t, ana, room).talk(t, mary, ana)
    t += talk
    play.holds(t, mary, room).hears(t, mary, "hold")
    play.dials(t + 0.5, ben, receiver).named(t + 0.6, ben, f"m{n}", "l3").answers(t + ring, ben)
    t += ring + 1
    play.joins(t, ben, room).talk(t, ana, ben)
    t += talk
    play.unholds(t, mary, room).talk(t, mary, ana, ben).down(t + 0.3, ana, "service", room)
    t += talk
    return play.down(t, mary, "self", room).down(t + 0.5, ben, "service", room).lines


@st.composite
def clean(draw: st.DrawFn) -> Lines:
    """Up to four transfers that overlap in time, then rest."""
    seconds = st.floats(1, 30)
    everything: Lines = []
    for n in range(draw(st.integers(1, 4))):
        everything += _transfer(n, draw(seconds), draw(seconds), draw(seconds))
    everything.sort(key=lambda line: line["t"])
    return [*everything, {"t": everything[-1]["t"] + 40, "kind": "rest_time"}]


def _judge(lines: Lines) -> set[str]:
    ordered = sorted(lines, key=lambda line: line["t"])
    report = check({"seq": n, **line} for n, line in enumerate(ordered, 1))
    return {each.invariant for each in report.violations}


def _where(lines: Lines, **fields: Any) -> int:
    return next(n for n, x in enumerate(lines) if fields.items() <= x.items())


def _without(lines: Lines, **fields: Any) -> Lines:
    n = _where(lines, **fields)
    return lines[:n] + lines[n + 1 :]


def _with(lines: Lines, change: dict[str, Any], **fields: Any) -> Lines:
    n = _where(lines, **fields)
    return [*lines[:n], {**lines[n], **change}, *lines[n + 1 :]]


def _agent_let_go(lines: Lines) -> float:
    t: float = lines[_where(lines, kind="call.down", call="ana0")]["t"]
    return t


def _rings_in(lines: Lines, t: float, address: str) -> Lines:
    dialled = {"from": MAIN, "to": address, "direction": "outbound-api"}
    return [*lines, {"t": t, "kind": "call.dialled", "call": "more", **dialled}]


Mutation = Callable[[Lines], Lines]
MUTATIONS: dict[str, tuple[str, Mutation]] = {
    "the service hangs up on the customer": (
        "S1",
        lambda x: _with(x, {"by": "service"}, kind="call.down", call="mary0"),
    ),
    "the receiver never joined": (
        "S3",
        lambda x: _without(x, kind="room.join", call="ben0"),
    ),
    "the receiver's phone was answered by a machine": (
        "S3",
        lambda x: _with(x, {"by": "machine"}, kind="call.answered", call="ben0"),
    ),
    "the receiver is on hold when the agent goes": (
        "S3",
        lambda x: [
            *x,
            {"t": _agent_let_go(x) - 0.1, "kind": "room.hold", "room": "R0", "call": "ben0"},
        ],
    ),
    "the receiver picked up a desk phone and pressed nothing": (
        "S3",
        lambda x: _with(x, {"to": DESK}, kind="call.dialled", call="ben0"),
    ),
    "the ringing receiver is dialled a second time": (
        "S4",
        lambda x: _rings_in(
            x, x[_where(x, kind="call.dialled", call="ben0")]["t"] + 0.1, f"{BEN}0"
        ),
    ),
    "the customer enters a stranger's conference": (
        "S7",
        lambda x: [*x, *_stranger(x)],
    ),
    "a member is dialled long after everybody left": (
        "S8",
        lambda x: _rings_in(x, x[-1]["t"] - 10, "client:zoe"),
    ),
    "the customer who talks is called": (
        "S9",
        lambda x: _rings_in(x, _agent_let_go(x), "+12025550000"),
    ),
    "the receiver has a premium number": (
        "S10",
        lambda x: _with(x, {"to": "+19005550100"}, kind="call.dialled", call="ben0"),
    ),
    "the receiver's call never ended": (
        "L4",
        lambda x: _without(x, kind="call.down", call="ben0"),
    ),
    "the customer's call never ended": (
        "L1",
        lambda x: [*_without(x, kind="call.down", call="mary0"), *_on_hold_again(x)],
    ),
}


def _stranger(lines: Lines) -> Lines:
    """Somebody else's call, put into the room of the first customer."""
    play = Play().calls_in(0.5, "otto", "+12025559999")
    return play.joins(_agent_let_go(lines), "otto", "R0").down(lines[-1]["t"], "otto").lines


def _on_hold_again(lines: Lines) -> Lines:
    at = lines[_where(lines, kind="call.down", call="ben0")]["t"]
    return Play().hears(at, "mary0", "hold").lines


@QUICK
@given(clean())
def test_transfers_that_overlap_are_clean(lines: Lines) -> None:
    assert _judge(lines) == set()


@pytest.mark.parametrize("name", MUTATIONS)
@settings(max_examples=25, deadline=None)
@given(lines=clean())
def test_one_altered_line_is_noticed(name: str, lines: Lines) -> None:
    invariant, mutate = MUTATIONS[name]
    assert invariant in _judge(mutate(lines))


@QUICK
@given(lines=clean(), gap=st.floats(10.1, 60))
def test_silence_is_noticed_wherever_it_falls(lines: Lines, gap: float) -> None:
    end = lines[_where(lines, kind="call.down", call="mary0")]
    talk = [x for x in lines if x["kind"] == "hears" and x.get("call") == "mary0"][-1]
    stretched = [
        {**x, "t": x["t"] + gap + 30} if x["t"] >= end["t"] else x
        for x in _with(lines, {"what": "silence", "with": []}, **talk)
    ]
    assert "S2" in _judge(stretched)
