"""The tables are total, and every one of their cells is visited: what it says is what happens.

``cells.txt`` holds, for every stage and kind of event, what became of an event that suits it. After
a change that is meant, ``python -m tests.contact.test_tables`` writes it anew; read the difference
before it is committed.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from telephony.contact import events as ev
from telephony.contact import machine, transfers
from telephony.contact.edit import Refused
from telephony.contact.legs import APPLY, LEG_NEWS, LEG_TABLE, ROOM_NEWS, News, hear
from telephony.contact.machine import STAGES as FACTS
from telephony.contact.machine import TABLE, step
from telephony.contact.model import Ending, HuntState, Leg, LegState, Role, Stage, TransferState
from telephony.contact.plans import RungKind, Strategy
from telephony.contact.records import replace
from tests.contact.stages import STAGES, consulting, suitable

CELLS = Path(__file__).with_name("cells.txt")


def kinds_of(module: ModuleType, root: type) -> set[type]:
    found = {kind for kind in vars(module).values() if isinstance(kind, type)}
    return {kind for kind in found if issubclass(kind, root) and kind is not root}


def cell(stage: Stage, kind: type[ev.Event]) -> str:
    """What becomes of an event of this kind in this stage, in a word or two."""
    play = STAGES[stage]()
    assert play.contact.stage is stage
    play.now += 1_000
    (event,) = (e for e in suitable(play.contact, play.now) if type(e) is kind)
    try:
        after = step(play.contact, event, play.now)
    except Refused as refused:
        return f"refused: {refused.reason}"
    goal = after.contact.stage
    return str(after.verdict) if goal is stage else f"{after.verdict} -> {goal}"


def cells() -> str:
    lines = []
    for kind in TABLE:
        lines.append(kind.__name__)
        lines += [f"  {stage.value:<10} {cell(stage, kind)}" for stage in Stage]
    return "\n".join(lines) + "\n"


def test_every_kind_of_event_has_a_row_and_every_row_a_cell_for_every_stage() -> None:
    assert set(TABLE) == kinds_of(ev, ev.Event)
    assert all(set(row) == set(Stage) for row in TABLE.values())
    assert set(FACTS) == set(Stage) == set(STAGES)


def test_every_cell_of_the_table_does_what_is_written_down() -> None:
    written = CELLS.read_text(encoding="utf-8").splitlines()
    found = cells().splitlines()
    for old, new in zip(written, found, strict=True):
        assert new == old


@pytest.mark.parametrize("stage", Stage)
def test_what_is_late_in_the_table_changes_nothing(stage: Stage) -> None:
    late = [kind for kind, row in TABLE.items() if row[stage] is machine.late]
    for kind in late:
        assert cell(stage, kind) == "stale"


def test_a_refused_event_leaves_no_trace() -> None:
    play = STAGES[Stage.SEEKING]()
    before = play.contact
    with pytest.raises(Refused, match="no_agent"):
        step(before, next(e for e in suitable(before, play.now) if type(e) is ev.TransferAsked), 0)
    assert play.contact == before


# -- legs --------------------------------------------------------------------------------------


def news_event(news: News, leg: Leg) -> Any:
    made: dict[type[ev.Event], ev.Event] = {
        ev.LegEnded: ev.LegEnded(leg.id, "CA1", Ending.BUSY),
        ev.DialPlaced: ev.DialPlaced("k1", leg.id, "CA1"),
    }
    if news is News.MUSIC:
        return ev.MusicAsked(leg.id)
    room = {news: kind for kind, news in ROOM_NEWS.items()}
    if news in room:
        return room[news]("CA1", "CF1", 7)  # type: ignore[call-arg]
    kind = {news: kind for kind, news in LEG_NEWS.items()}[news]
    return made[kind] if kind in made else kind(leg.id, "CA1")  # type: ignore[call-arg]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", LegState)
@pytest.mark.parametrize("news", News)
def test_every_cell_of_the_legs_table(role: Role, state: LegState, news: News) -> None:
    leg = Leg("l1", role, "client:ana", state, since=5)
    goal = LEG_TABLE[state][news]
    after = hear(leg, news, news_event(news, leg), 9, "CA1")
    unproven = role is not Role.CUSTOMER and state not in {LegState.ACCEPTED, LegState.JOINED}
    if goal is None or (news is News.JOINED and unproven):
        assert after is leg
    else:
        assert after.state is goal
        assert after.since == (5 if goal is state else 9)
        assert after.call == "CA1"


def test_the_legs_tables_are_total() -> None:
    assert set(LEG_TABLE) == set(LegState)
    assert all(set(row) == set(News) for row in LEG_TABLE.values())
    assert set(APPLY) == set(News) == {*LEG_NEWS.values(), *ROOM_NEWS.values(), News.MUSIC}


def test_a_leg_never_goes_back_except_out_of_the_room() -> None:
    order = list(LegState)
    for state, row in LEG_TABLE.items():
        for news, goal in row.items():
            if goal is not None and news is not News.LEFT:
                assert order.index(goal) >= order.index(state)


# -- what agents ask of a transfer -------------------------------------------------------------

ANSWERS: dict[type[ev.Event], dict[TransferState, str]] = {
    ev.CompleteAsked: {
        TransferState.HOLDING: "receiver_not_joined",
        TransferState.RINGING: "receiver_not_joined",
        TransferState.CONSULTING: "-> completing",
        TransferState.ASIDE: "-> completing",
        TransferState.MERGED: "-> completing",
        TransferState.COMPLETING: "-> completing",
        TransferState.DONE: "transfer_over",
    },
    ev.CancelAsked: {
        TransferState.HOLDING: "-> done",
        TransferState.RINGING: "-> done",
        TransferState.CONSULTING: "-> done",
        TransferState.ASIDE: "-> done",
        TransferState.MERGED: "-> done",
        TransferState.COMPLETING: "completing",
        TransferState.DONE: "transfer_over",
    },
    ev.SwapAsked: {
        TransferState.HOLDING: "nobody_to_swap",
        TransferState.RINGING: "nobody_to_swap",
        TransferState.CONSULTING: "-> aside",
        TransferState.ASIDE: "-> consulting",
        TransferState.MERGED: "nobody_to_swap",
        TransferState.COMPLETING: "completing",
        TransferState.DONE: "transfer_over",
    },
    ev.MergeAsked: {
        TransferState.HOLDING: "receiver_not_joined",
        TransferState.RINGING: "receiver_not_joined",
        TransferState.CONSULTING: "-> merged",
        TransferState.ASIDE: "-> merged",
        TransferState.MERGED: "-> merged",
        TransferState.COMPLETING: "completing",
        TransferState.DONE: "transfer_over",
    },
}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("state", TransferState)
def test_every_answer_to_what_an_agent_asks(kind: type[ev.Event], state: TransferState) -> None:
    play = consulting()
    transfer = replace(play.contact.transfers[-1], state=state)
    contact = replace(play.contact, transfers=(transfer,))
    event = kind(transfer.id)  # type: ignore[call-arg]
    try:
        after = transfers.on_ask(contact, event, play.now)  # type: ignore[arg-type]
        answer = f"-> {after.transfers[-1].state}"
    except Refused as refused:
        answer = refused.reason
    assert answer == ANSWERS[kind][state]


def test_the_other_tables_are_total() -> None:
    from telephony.contact import commands, customers, hunting, ladder, outbox, results, seeking
    from workers.perform import PERFORMERS

    asks = set(ANSWERS)
    assert set(transfers.ASKS) == asks
    assert all(set(row) == set(TransferState) for row in transfers.ASKS.values())
    assert set(transfers._PROGRESS) == set(TransferState)
    assert set(seeking._PROGRESS) == set(HuntState)
    assert set(seeking.CLIMB) == set(ladder.POSSIBLE) == set(RungKind)
    assert set(hunting.ORDERS) == set(Strategy)
    assert set(customers.LEFT) == set(Stage)
    every = kinds_of(commands, commands.Command)
    assert every == set(PERFORMERS)
    assert set(outbox.POSTS) | set(results.IN_VAIN) | set(results.HOPELESS) <= every


if __name__ == "__main__":
    CELLS.write_text(cells(), encoding="utf-8")
