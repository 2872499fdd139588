"""Random walks over the core: whatever happens, in whatever order, nobody is forgotten.

Hypothesis chooses events without regard for what is plausible: late news, doubled news, news of
calls that never were. The core may answer stale or refused; it may never break.
"""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.model import (
    Choice,
    Contact,
    Ending,
    Leg,
    LegState,
    Role,
    Stage,
    TransferMode,
)
from telephony.contact.plans import Target, TargetKind
from tests.contact.play import ROOM, Play

ACTIONS = st.lists(
    st.tuples(st.integers(0, 26), st.integers(0, 7), st.booleans()), min_size=5, max_size=60
)


def some_leg(contact: Contact, pick: int) -> Leg:
    return contact.legs[pick % len(contact.legs)]


def act(play: Play, action: int, pick: int, quiet: bool) -> None:
    """One arbitrary thing happens."""
    leg = some_leg(play.contact, pick)
    call = leg.call or "CA" + "f" * 32
    transfer = play.contact.transfers[-1].id if play.contact.transfers else "none"
    promise = play.contact.promise.id if play.contact.promise else "none"
    target = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    play.sequence += 1
    sequence = play.sequence if quiet else play.sequence // 2
    again = "CA" + f"{pick:032x}"
    endings = (Ending.HUNG_UP, Ending.FAILED, Ending.BUSY, Ending.NO_ANSWER)
    event: ev.Event = (
        ev.DepartmentChosen("sales", "Sales", "en", ("1",)),
        ev.DepartmentClosed("sales", "Sales", "en", ("1",), play.now + 60_000),
        ev.CustomerChose(tuple(Choice)[pick % 5]),
        ev.MessageRecorded("https://example.org/r", 3),
        ev.DocumentAsked(leg.id),
        ev.LegRang(leg.id, call),
        ev.LegAnswered(leg.id, call, machine=quiet),
        ev.LegAccepted(leg.id, call),
        ev.LegDeclined(leg.id, call),
        ev.LegMispressed(leg.id, call),
        ev.MachineHeard(leg.id, call),
        ev.LegEnded(leg.id, call, endings[pick % 4]),
        ev.RoomJoined(call, ROOM, sequence),
        ev.RoomLeft(call, ROOM, sequence),
        ev.RoomHeld(call, ROOM, sequence),
        ev.RoomUnheld(call, ROOM, sequence),
        ev.RoomEnded(ROOM, sequence),
        ev.TransferAsked(leg.address, target, TransferMode.WARM if quiet else TransferMode.COLD),
        ev.CompleteAsked(transfer),
        ev.CancelAsked(transfer),
        ev.SwapAsked(transfer) if quiet else ev.MergeAsked(transfer),
        ev.CustomerCalled(again, play.contact.customer, "+12025550100", "en"),
        ev.PromiseCancelled(promise),
        ev.HoldAsked(leg.address),
        ev.ResumeAsked(leg.address),
        ev.CallbackAsked(leg.address, "sales", "ben" if quiet else ""),
        ev.DeadlinePassed(),
    )[action]
    with contextlib.suppress(Refused):
        play.quietly(event)


def check(contact: Contact, was: Contact) -> None:
    """What must hold after every step."""
    rest = all(leg.state is LegState.ENDED for leg in contact.legs) and not contact.pending
    assert contact.deadline is not None or (contact.stage is Stage.CLOSED and rest)
    if was.outcome is not None:
        assert contact.outcome is was.outcome, "one final outcome"
    for before, after in zip(was.transfers, contact.transfers, strict=False):
        assert before.outcome is None or after.outcome is before.outcome, "one final outcome"
    customers = [leg for leg in contact.legs if leg.role is Role.CUSTOMER]
    ending = {c.command.leg for c in contact.pending if isinstance(c.command, co.EndCall)}
    told = contact.promise is not None or contact.ticket or contact.stage is Stage.CLOSED
    for leg in customers:
        assert leg.id not in ending or told or leg.outbound or leg is not customers[-1]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTIONS, st.booleans(), st.booleans())
def test_whatever_happens_nobody_is_forgotten(
    actions: list[tuple[int, int, bool]], ledger: bool, holds: bool
) -> None:
    play = Play.started()
    play.ledger, play.holds = ledger, holds
    for action, pick, quiet in actions:
        was = play.contact
        act(play, action, pick, quiet)
        check(play.contact, was)
        if quiet:
            play.work()
            check(play.contact, was)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTIONS)
def test_once_all_is_quiet_every_contact_comes_to_an_end(
    actions: list[tuple[int, int, bool]],
) -> None:
    """Liveness (L1): every line goes down, nobody acts any more, only the clock strikes."""
    play = Play.started()
    for action, pick, quiet in actions:
        act(play, action, pick, quiet)
        if quiet:
            play.work()
    for _ in range(400):
        if play.contact.stage is Stage.CLOSED and play.contact.deadline is None:
            break
        for leg in play.contact.legs:
            if leg.call and leg.state is not LegState.ENDED:
                play.tell(ev.LegEnded(leg.id, leg.call, Ending.NO_ANSWER))
        play.work()
        if play.contact.deadline is not None:
            play.strike()
    assert play.contact.outcome is not None
    assert play.contact.deadline is None
    assert all(t.outcome is not None for t in play.contact.transfers)
