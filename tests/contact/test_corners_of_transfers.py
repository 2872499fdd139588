"""Rare turns of a transfer, and of lines that break in it: the customer is never left alone."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.model import (
    ContactOutcome,
    Ending,
    HuntPurpose,
    HuntState,
    LegState,
    Stage,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.contact.plans import Target, TargetKind
from tests.contact.play import ROOM, Play, fact, looks, members, wanted
from tests.contact.stages import (
    consulting,
    restoring,
    talking,
    transferring,
)


def test_a_line_that_breaks_again_after_it_was_restored_is_restored_again() -> None:
    play = restoring()
    play.tell(ev.LegAccepted(play.customer.id, play.customer.call))
    play.join(play.customer)
    assert play.stands(Stage.TALKING)
    play.transfer()
    play.end(play.customer, Ending.FAILED)
    assert play.stands(Stage.RESTORING)


def test_nothing_is_asked_of_a_transfer_while_the_customers_line_is_lost() -> None:
    play = transferring()
    play.end(play.customer, Ending.FAILED)
    with pytest.raises(Refused, match="customer_line_lost"):
        play.tell(ev.CancelAsked(play.contact.transfers[-1].id))


def test_a_receiver_who_came_and_left_while_the_line_was_lost_is_replaced() -> None:
    play = transferring()
    play.end(play.customer, Ending.FAILED)
    play.accept_and_join(play.named("carla"))
    play.end(play.named("carla"))
    play.tell(ev.LegAccepted(play.customer.id, play.customer.call))
    play.join(play.customer)
    assert play.stands(Stage.TRANSFER)
    assert play.contact.hunt is not None
    assert play.contact.hunt.state is HuntState.RINGING, "rung anew, not waited for in vain"


def test_a_line_that_breaks_at_the_menu_is_a_customer_who_left() -> None:
    play = Play.started()
    play.end(play.customer, Ending.FAILED)
    assert play.contact.outcome is ContactOutcome.CUSTOMER_LEFT


def test_who_leaves_with_a_transfer_open_ends_it_too() -> None:
    play = transferring()
    play.end(play.customer)
    assert play.contact.transfers[-1].outcome is TransferOutcome.CUSTOMER_LEFT


def test_a_transfer_is_not_asked_for_by_somebody_else() -> None:
    target = Target(TargetKind.DEPARTMENT, "billing")
    with pytest.raises(Refused, match="not_on_this_contact"):
        talking().tell(ev.TransferAsked("client:eve", target, TransferMode.WARM))


def test_a_transfer_that_is_over_answers_so_in_every_stage() -> None:
    play = transferring()
    transfer = play.contact.transfers[-1].id
    play.tell(ev.CancelAsked(transfer))
    with pytest.raises(Refused, match="transfer_over"):
        play.tell(ev.CompleteAsked(transfer))
    assert play.stands(Stage.TALKING)


def test_the_receiver_is_freed_when_the_agent_cancels() -> None:
    play = consulting()
    play.tell(ev.CancelAsked(play.contact.transfers[-1].id))
    assert play.named("carla").state is LegState.ENDED
    assert play.contact.transfers[-1].outcome is TransferOutcome.CANCELLED
    assert not play.customer.held


def test_an_agent_who_is_gone_cannot_cancel() -> None:
    play = transferring()
    play.end(play.named("ana"))
    with pytest.raises(Refused, match="agent_gone"):
        play.tell(ev.CancelAsked(play.contact.transfers[-1].id))


def test_a_transfer_that_asks_the_customer_goes_on_without_the_agent() -> None:
    play = transferring()
    play.end(play.named("ana"))
    play.end(play.named("carla"), Ending.BUSY)
    play.end(play.named("dan"), Ending.BUSY)
    assert play.stands(Stage.CHOOSING)
    with pytest.raises(Refused, match="agent_gone"):
        play.tell(ev.CompleteAsked(play.contact.transfers[-1].id))


def test_the_consulted_receiver_hangs_up_and_the_agent_has_the_customer_back() -> None:
    play = consulting()
    play.end(play.named("carla"))
    assert play.contact.transfers[-1].reason == "receiver_left"
    assert play.stands(Stage.TALKING)


def test_an_agent_who_leaves_the_consultation_completes_it() -> None:
    play = consulting()
    play.end(play.named("ana"))
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED


def test_both_leave_the_consultation_and_the_agent_is_rung_back() -> None:
    play = consulting()
    play.candidates = members("ana")
    play.quietly(ev.CompleteAsked(play.contact.transfers[-1].id))
    play.quietly(ev.LegEnded(play.named("ana").id, play.named("ana").call, Ending.HUNG_UP))
    play.end(play.named("carla"))
    assert play.contact.hunt is not None
    assert play.contact.hunt.purpose is HuntPurpose.RETURN


def test_the_agent_is_kept_while_the_receiver_has_stepped_out() -> None:
    play = consulting()
    play.quietly(ev.CompleteAsked(play.contact.transfers[-1].id))
    play.quietly(ev.RoomUnheld(play.customer.call, ROOM, 60))
    assert co.EndCall in wanted(play)
    play.quietly(ev.RoomLeft(play.named("carla").call, ROOM, 61))
    assert co.EndCall not in wanted(play), "nobody else is with the customer (S3)"
    play.sequence = 62
    play.join(play.named("carla"))
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED


def test_the_agent_is_not_let_go_while_the_receiver_is_in_another_room() -> None:
    play = consulting()
    play.quietly(ev.CompleteAsked(play.contact.transfers[-1].id))
    looks(play, fact(play.named("carla").call, "CF-other"))
    assert play.named("carla").room == "CF-other"
    assert co.EndCall not in wanted(play)
    play.tell(ev.RoomUnheld(play.customer.call, ROOM, 60))
    assert play.contact.transfers[-1].state is TransferState.COMPLETING
    looks(play, fact(play.named("carla").call, ROOM))
    play.work()
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED


def test_an_agent_who_stepped_out_too_long_and_is_back_is_kept() -> None:
    play = transferring()
    play.quietly(ev.RoomLeft(play.named("ana").call, ROOM, 60))
    play.now += 11_000
    play.quietly(ev.DeadlinePassed())
    assert co.EndCall not in wanted(play)  # they may be back, and only the news is lost (S3)
    looks(play, fact(play.named("ana").call))
    assert co.EndCall in wanted(play)
    play.quietly(ev.RoomJoined(play.named("ana").call, ROOM, 61))
    assert co.EndCall not in wanted(play)


def test_the_customer_hears_music_while_the_agent_has_stepped_out() -> None:
    play = talking()
    play.leave(play.named("ana"))
    assert play.customer.held
    play.join(play.named("ana"))
    assert not play.customer.held


def test_an_agent_lost_soon_after_a_transfer_is_replaced_by_the_one_before() -> None:
    play = consulting()
    play.tell(ev.CompleteAsked(play.contact.transfers[-1].id))
    play.candidates = members("ana")
    play.end(play.named("carla"))
    assert play.contact.hunt is not None
    assert play.contact.hunt.purpose is HuntPurpose.RETURN


def test_of_two_transfers_each_answers_for_itself() -> None:
    play = transferring()
    first = play.contact.transfers[-1].id
    play.tell(ev.CancelAsked(first))
    second = play.transfer()
    play.tell(ev.CancelAsked(second))
    for transfer in (first, second):
        with pytest.raises(Refused, match="transfer_over"):
            play.tell(ev.SwapAsked(transfer))


def die_letting_go(play: Play) -> None:
    """A worker does what is wanted, takes the end of the agent's call, and dies."""
    for lease in range(play.now + 7_000, play.now + 7_003):
        play.quietly(ev.CommandsTaken("dying", lease))
        for entry in play.contact.pending:
            if entry.lease == lease and not isinstance(entry.command, co.EndCall):
                play.perform(entry)


@pytest.mark.parametrize("rung_back", [False, True], ids=["at once", "rung back meanwhile"])
def test_an_agent_whose_letting_go_died_with_its_worker_stays_when_the_receiver_left(
    rung_back: bool,
) -> None:
    play = consulting()
    play.candidates = members("ana")
    play.quietly(ev.CompleteAsked(play.contact.transfers[-1].id))
    die_letting_go(play)
    agent = play.contact.leg(play.contact.transfers[-1].by)
    assert agent is not None
    assert agent.unwanted
    play.end(play.named("carla"))
    assert play.stands(Stage.TRANSFER)
    if rung_back:
        play.accept(play.named("ana"))
    play.pass_ms(10_000)
    assert play.stands(Stage.TALKING)
    assert play.contact.transfers[-1].outcome is TransferOutcome.RETURNED
    assert co.EndCall(agent.id, agent.call, agent.unwanted) not in play.performed
    kept = play.contact.leg(agent.id)
    assert kept is not None
    assert kept.state is LegState.JOINED
    assert not kept.unwanted
