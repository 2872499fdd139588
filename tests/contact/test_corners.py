"""Rare turns of a story: each is a way in which a customer could be forgotten, and is not."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.model import Ending, LegState, PromiseState, Stage, TransferMode
from telephony.contact.plans import Rung, RungKind, Target, TargetKind
from telephony.contact.records import replace
from tests.contact.play import LADDER, ROOM, Play, members, plan, wanted
from tests.contact.stages import (
    farewell,
    keeping,
    talking,
)

AGAIN = "CA" + "c" * 32


def test_the_first_webhook_twice_is_one_contact() -> None:
    play = Play.started()
    again = ev.CustomerCalled(play.customer.call, play.contact.customer, "+12025550100", "en")
    assert play.quietly(again).contact is play.contact


def test_the_webhook_of_a_customer_who_called_again_twice_is_one_call() -> None:
    play = keeping()
    again = ev.CustomerCalled(play.customer.call, play.contact.customer, "+12025550100", "en")
    assert play.quietly(again).contact is play.contact


def test_a_second_call_of_the_same_customer_is_another_contact() -> None:
    play = talking()
    with pytest.raises(Refused, match="not_waiting"):
        play.quietly(ev.CustomerCalled(AGAIN, play.contact.customer, "+12025550100", "en"))


def test_a_member_without_a_softphone_is_rung_back_at_their_number() -> None:
    play = talking()
    ana = replace(play.named("ana"), address="+12025550111")
    legs = tuple(ana if leg.id == ana.id else leg for leg in play.contact.legs)
    play.contact = replace(play.contact, legs=legs)
    target = Target(TargetKind.DEPARTMENT, "billing")
    play.plan = plan(ladder=(Rung(RungKind.AGENT), *LADDER))
    play.candidates = members("carla")
    play.tell(ev.TransferAsked("+12025550111", target, TransferMode.WARM))
    play.end(play.named("ana"))
    play.end(play.named("carla"), Ending.BUSY)
    assert play.contact.hunt is not None
    assert play.contact.hunt.target == Target(TargetKind.NUMBER, "+12025550111", "Sales")


def test_who_was_told_and_stays_on_the_line_is_let_go() -> None:
    play = farewell()
    play.pass_ms(61_000)
    assert play.stands(Stage.PROMISED)
    assert play.customer.state is LegState.ENDED
    assert play.contact.promise is not None
    assert play.contact.promise.told


def test_who_could_not_be_told_is_not_cut_off_but_searched_for_again() -> None:
    play = farewell()
    play.quietly(ev.RoomJoined(play.customer.call, ROOM, 70))
    play.now += 61_000
    play.quietly(ev.DeadlinePassed())
    assert play.stands(Stage.SEEKING)
    assert co.EndCall not in wanted(play)
    assert play.contact.promise is not None
    assert play.contact.promise.state is PromiseState.REDEEMED


def test_the_clock_does_not_strike_again_and_again_while_the_line_is_being_ended() -> None:
    play = farewell()
    play.now += 61_000
    play.quietly(ev.DeadlinePassed())
    assert co.EndCall in wanted(play)
    assert play.contact.deadline is not None
    assert play.contact.deadline > play.now


def test_the_clock_does_not_strike_again_and_again_while_twilio_is_asked() -> None:
    play = talking()
    play.now += 20_000
    play.quietly(ev.DeadlinePassed())
    assert co.Inspect in wanted(play)
    assert play.contact.deadline is not None
    assert play.contact.deadline >= play.now + 5_000
