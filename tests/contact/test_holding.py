"""The agent puts the customer on hold, comes back, fails to hold, or is lost meanwhile."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.documents import HoldNews, hold_news
from telephony.contact.edit import Refused
from telephony.contact.machine import Verdict
from telephony.contact.model import (
    ContactOutcome,
    Ending,
    HuntPurpose,
    Stage,
    TransferState,
)
from telephony.contact.timing import HOLD_TRIES, SHORT_TALK_MS
from tests.contact.play import Play
from tests.contact.stages import talking, transferring

HOLD, RESUME = ev.HoldAsked("client:ana"), ev.ResumeAsked("client:ana")


def held() -> Play:
    play = talking()
    play.tell(HOLD)
    assert play.customer.held
    return play


def test_the_customer_hears_music_and_that_the_agent_has_not_left() -> None:
    play = held()
    assert play.stands(Stage.TALKING)
    assert [type(each) for each in play.performed][-1] is co.Hold
    assert hold_news(play.contact, play.customer) is HoldNews.AGENT_HOLDS
    assert play.contact.hold is not None
    assert play.contact.hold.by == play.named("ana").id


def test_the_agent_comes_back_and_the_customer_is_taken_off_hold() -> None:
    play = held()
    play.tell(RESUME)
    assert not play.customer.held
    assert play.contact.hold is None


def test_asking_twice_is_late_and_changes_nothing() -> None:
    play = held()
    assert play.quietly(HOLD).verdict is Verdict.STALE
    play.tell(RESUME)
    assert play.quietly(RESUME).verdict is Verdict.STALE


@pytest.mark.parametrize("event", [ev.HoldAsked("client:ben"), ev.ResumeAsked("client:ben")])
def test_only_who_is_with_the_customer_may_hold_and_resume(event: ev.Event) -> None:
    with pytest.raises(Refused, match="not_on_this_contact"):
        held().tell(event)


@pytest.mark.parametrize("event", [HOLD, RESUME])
def test_a_contact_in_the_middle_of_a_transfer_refuses(event: ev.Event) -> None:
    with pytest.raises(Refused, match="transfer_open"):
        transferring().tell(event)


def test_a_hold_that_twilio_forgets_is_asked_for_again() -> None:
    play = held()
    play.sequence += 1
    play.tell(ev.RoomUnheld(play.customer.call, play.customer.room, play.sequence))
    assert play.customer.held


def test_a_hold_that_does_nothing_is_given_up_and_the_two_go_on_talking() -> None:
    play = talking()
    play.holds = False
    play.tell(HOLD)
    for _ in range(HOLD_TRIES):
        play.strike()
    assert play.contact.hold is None
    assert not [e for e in play.contact.pending if isinstance(e.command, co.Hold)]
    assert play.stands(Stage.TALKING)


def test_a_transfer_from_hold_goes_on_with_the_same_hold_and_taking_back_means_talking() -> None:
    play = held()
    play.performed.clear()
    transfer = play.transfer()
    assert play.contact.hold is None
    assert play.customer.held
    assert play.contact.transfers[-1].state is TransferState.RINGING
    assert not [each for each in play.performed if isinstance(each, co.Hold | co.Unhold)]
    play.tell(ev.CancelAsked(transfer))
    assert not play.customer.held


@pytest.mark.parametrize("after_ms", [1_000, SHORT_TALK_MS + 1_000])
def test_a_customer_whose_agent_is_lost_while_holding_is_led_to_another(after_ms: int) -> None:
    play = held()
    play.now += after_ms
    play.end(play.named("ana"), Ending.FAILED)
    assert play.stands(Stage.SEEKING)
    assert play.contact.hold is None
    assert play.contact.hunt is not None
    assert play.contact.hunt.purpose is HuntPurpose.INBOUND
    assert play.customer.held
    assert hold_news(play.contact, play.customer) is HoldNews.CONNECTING
    (rung,) = play.ringing()
    play.accept_and_join(rung)
    assert not play.customer.held
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.RESOLVED


def test_a_customer_on_hold_who_hangs_up_while_the_next_one_is_sought_was_not_served() -> None:
    play = held()
    play.now += SHORT_TALK_MS + 1_000
    play.end(play.named("ana"))
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.CUSTOMER_LEFT


def test_who_came_by_a_transfer_and_is_lost_while_holding_gives_back_to_the_first_agent() -> None:
    play = transferring()
    carla = play.named("carla")
    play.accept_and_join(carla)
    play.tell(ev.CompleteAsked(play.contact.transfers[-1].id))
    play.tell(ev.HoldAsked("client:carla"))
    play.end(play.named("carla"))
    assert play.contact.hunt is not None
    assert play.contact.hunt.purpose is HuntPurpose.RETURN


def test_a_holder_who_steps_out_for_a_moment_keeps_the_hold() -> None:
    play = held()
    play.leave(play.named("ana"))
    assert play.contact.hold is not None
    play.join(play.named("ana"))
    play.tell(RESUME)
    assert not play.customer.held


def test_a_customer_whose_line_broke_on_hold_comes_back_to_people() -> None:
    play = held()
    play.end(play.customer, Ending.FAILED)
    assert play.stands(Stage.RESTORING)
    assert play.contact.hold is None
    play.accept(play.customer)
    play.join(play.customer)
    assert play.stands(Stage.TALKING)
    assert not play.customer.held
