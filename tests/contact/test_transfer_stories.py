"""The core plays whole transfers: who hears whom at each step, and where it ends."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.model import (
    Choice,
    Ending,
    LegState,
    Stage,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from tests.contact.play import Play, dialled, members


def test_a_warm_transfer_holds_rings_consults_and_completes() -> None:
    play = Play.started()
    play.talk_with_ana()
    transfer = play.transfer()
    assert play.customer.held
    assert dialled(play)[-1] == "client:carla"
    with pytest.raises(Refused, match="receiver_not_joined"):
        play.tell(ev.CompleteAsked(transfer))
    play.accept_and_join(play.named("carla"))
    assert play.contact.transfers[-1].state is TransferState.CONSULTING
    assert play.customer.held
    play.tell(ev.CompleteAsked(transfer))
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED
    assert not play.customer.held
    assert play.named("ana").state is LegState.ENDED
    assert play.stands(Stage.TALKING)


def test_the_agent_is_let_go_only_after_the_customer_hears_the_receiver() -> None:
    play = Play.started()
    play.talk_with_ana()
    transfer = play.transfer()
    play.accept_and_join(play.named("carla"))
    play.performed.clear()
    play.tell(ev.CompleteAsked(transfer))
    kinds = [type(command) for command in play.performed]
    assert kinds == [co.Unhold, co.EndCall]


def test_nobody_answers_and_the_customer_returns_to_the_agent() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer()
    play.end(play.named("carla"), Ending.NO_ANSWER)
    play.end(play.named("dan"), Ending.BUSY)
    assert play.contact.transfers[-1].outcome is TransferOutcome.RETURNED
    assert play.contact.transfers[-1].reason == "no_answer"
    assert play.stands(Stage.TALKING)
    assert not play.customer.held


def test_the_next_transfer_begins_its_own_hunt_after_one_that_nobody_answered() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer()
    play.end(play.named("carla"), Ending.NO_ANSWER)
    play.end(play.named("dan"), Ending.BUSY)
    assert play.stands(Stage.TALKING)
    play.transfer()
    assert play.contact.transfers[-1].outcome is None
    assert play.customer.held
    play.accept_and_join(play.named("carla"))
    assert play.contact.transfers[-1].state is TransferState.CONSULTING


def test_the_agents_browser_dies_while_it_rings_and_the_receiver_takes_over() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer()
    play.end(play.named("ana"))
    assert play.stands(Stage.TRANSFER)
    assert play.customer.held
    play.accept_and_join(play.named("carla"))
    assert play.stands(Stage.TALKING)
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED
    assert not play.customer.held


def test_the_receiver_hangs_up_at_completion_and_the_customer_is_back_with_an_agent() -> None:
    play = Play.started()
    play.talk_with_ana()
    transfer = play.transfer()
    carla = play.named("carla")
    play.accept_and_join(carla)
    play.quietly(ev.CompleteAsked(transfer))
    play.end(play.named("carla"))
    assert play.contact.transfers[-1].outcome is TransferOutcome.RETURNED
    assert play.stands(Stage.TALKING)
    assert play.named("ana").state is LegState.JOINED


def test_a_receiver_lost_right_after_completion_brings_the_agent_back() -> None:
    play = Play.started()
    play.talk_with_ana()
    transfer = play.transfer()
    play.accept_and_join(play.named("carla"))
    play.tell(ev.CompleteAsked(transfer))
    play.candidates = members("ana")
    play.end(play.named("carla"))
    assert play.stands(Stage.SEEKING)
    assert play.customer.held, "alone in the room: music, not silence"
    assert dialled(play)[-1] == "client:ana"


def test_swap_and_merge() -> None:
    play = Play.started()
    play.talk_with_ana()
    transfer = play.transfer()
    play.accept_and_join(play.named("carla"))
    play.tell(ev.SwapAsked(transfer))
    assert (play.customer.held, play.named("carla").held) == (False, True)
    play.tell(ev.SwapAsked(transfer))
    assert (play.customer.held, play.named("carla").held) == (True, False)
    play.tell(ev.MergeAsked(transfer))
    assert (play.customer.held, play.named("carla").held) == (False, False)
    play.tell(ev.CompleteAsked(transfer))
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED


def test_a_cold_transfer_completes_as_soon_as_the_receiver_is_there() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer(TransferMode.COLD)
    play.accept_and_join(play.named("carla"))
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED
    assert play.named("ana").state is LegState.ENDED


def test_cold_and_nobody_answers_becomes_a_promise() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer(TransferMode.COLD)
    play.end(play.named("ana"))
    play.end(play.named("carla"), Ending.NO_ANSWER)
    play.end(play.named("dan"), Ending.NO_ANSWER)
    assert play.stands(Stage.CHOOSING)
    play.tell(ev.CustomerChose(Choice.NONE))
    assert play.stands(Stage.FAREWELL)
    assert play.contact.transfers[-1].outcome is TransferOutcome.PROMISED


def test_a_hold_that_does_nothing_gives_the_customer_back_to_the_agent() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.holds = False
    play.transfer()
    play.pass_ms(10_000)
    assert play.contact.transfers[-1].outcome is TransferOutcome.RETURNED
    assert play.contact.transfers[-1].reason == "hold_failed"
