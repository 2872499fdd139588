"""The core plays whole stories: who is on the line, who is rung, how it ends."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import (
    AttemptOutcome,
    Choice,
    ContactOutcome,
    Ending,
    LegState,
    PromiseState,
    Question,
    Stage,
    TransferState,
)
from telephony.contact.plans import Rung, RungKind, Strategy
from tests.contact.play import LADDER, ROOM, Play, dialled, members, plan


def test_a_caller_is_routed_held_and_joined_by_the_member_who_accepts() -> None:
    play = Play.started()
    play.choose()
    assert play.stands(Stage.SEEKING)
    assert dialled(play) == ["client:ana"]
    ana = play.named("ana")
    play.accept(ana)
    assert play.stands(Stage.SEEKING), "accepted is not joined"
    play.join(ana)
    assert play.stands(Stage.TALKING)
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.RESOLVED
    assert play.named("ana").state is LegState.ENDED
    assert play.contact.deadline is None


def test_a_second_member_is_rung_when_the_first_does_not_answer() -> None:
    play = Play.started()
    play.choose()
    play.tell(ev.LegRang(play.named("ana").id, play.named("ana").call))
    play.pass_ms(20_000)
    assert play.named("ana").outcome is AttemptOutcome.NO_ANSWER
    assert dialled(play) == ["client:ana", "client:ben"]
    play.accept_and_join(play.named("ben"))
    assert play.stands(Stage.TALKING)


def test_ring_time_counts_from_ringing_and_not_from_the_request() -> None:
    play = Play.started()
    play.choose()
    play.pass_ms(60_000)
    assert dialled(play) == ["client:ana"], "queued at Twilio: not skipped"
    assert not play.named("ana").unwanted


def test_a_machine_is_let_go_and_never_joined() -> None:
    play = Play.started()
    play.choose()
    ana = play.named("ana")
    play.tell(ev.LegAnswered(ana.id, ana.call))
    play.tell(ev.MachineHeard(ana.id, ana.call))
    assert play.named("ana").outcome is AttemptOutcome.VOICEMAIL
    assert play.named("ana").state is LegState.ENDED
    assert dialled(play)[-1] == "client:ben"


def test_of_two_who_accept_at_once_one_joins_and_the_other_is_told_kindly() -> None:
    play = Play.started()
    play.plan = plan(strategy=Strategy.ALL)
    play.choose()
    ana, ben = play.named("ana"), play.named("ben")
    play.tell(ev.LegAnswered(ben.id, ben.call))
    play.quietly(ev.LegAccepted(ana.id, ana.call))
    play.quietly(ev.LegAccepted(ben.id, ben.call))
    play.join(ana)
    assert play.stands(Stage.TALKING)
    assert play.named("ben").outcome is AttemptOutcome.BEATEN
    assert play.named("ben").state is not LegState.JOINED
    assert play.named("ben").state is not LegState.ENDED, "the kind sentence is heard to its end"


def test_the_losers_phones_stop_ringing_within_a_second() -> None:
    play = Play.started()
    play.plan = plan(strategy=Strategy.ALL)
    play.choose()
    ana, ben = play.named("ana"), play.named("ben")
    play.tell(ev.LegRang(ben.id, ben.call))
    play.accept(ana)
    play.pass_ms(1_000)
    assert play.named("ben").state is LegState.ENDED


class LateNews(Play):
    """Twilio says yes to the end of a call at once; that it has ended is told later."""

    def perform(self, entry: co.Pending) -> None:
        if isinstance(entry.command, co.EndCall):
            self.quietly(ev.CommandDone(entry.id))
        else:
            super().perform(entry)


def test_a_phone_that_still_rings_for_the_round_before_is_not_dialled_again() -> None:
    """Ana accepts and hangs up at once; the caller wants to wait on before Ben's phone is quiet."""
    play = LateNews.started()
    play.plan = plan(strategy=Strategy.ALL)
    play.choose()
    ana, ben = play.named("ana"), play.named("ben")
    play.tell(ev.LegRang(ben.id, ben.call))
    play.accept(ana)
    play.end(ana)
    play.tell(ev.CustomerChose(Choice.WAIT))
    assert dialled(play) == ["client:ana", "client:ben", "client:ana"]
    play.end(ben)
    assert dialled(play)[3:] == ["client:ben"]


def test_an_agent_who_does_not_come_back_is_not_rung_for_ever() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer()
    play.plan = plan(ladder=(Rung(RungKind.AGENT), *LADDER))
    play.end(play.named("ana"))
    play.candidates = members("ana")
    for name in ("carla", "dan", "ana"):
        play.end(play.named(name), Ending.BUSY)
    assert play.stands(Stage.CHOOSING)
    play.tell(ev.CustomerChose(Choice.NONE))
    assert play.stands(Stage.FAREWELL)


def test_after_a_round_in_vain_the_customer_is_asked_and_may_be_called_back() -> None:
    play = Play.started()
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    assert play.stands(Stage.CHOOSING)
    assert play.customer.state is not LegState.JOINED, "fetched out of the room to be asked"
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    assert play.stands(Stage.FAREWELL)
    assert play.contact.promise is not None
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)
    assert any(isinstance(c, co.ConfirmPromise) for c in play.performed)


def promised() -> Play:
    play = Play.started()
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    play.end(play.customer)
    return play


def test_a_promise_is_kept_department_first_then_the_customer() -> None:
    play = promised()
    play.strike()
    while play.contact.stage is Stage.PROMISED:
        play.strike()
    assert play.stands(Stage.KEEPING)
    ana = play.ringing()[0]
    assert dialled(play)[-1] == "client:ana"
    play.accept_and_join(ana)
    assert dialled(play)[-1] == play.contact.customer
    play.tell(ev.LegRang(play.customer.id, play.customer.call))
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    assert play.stands(Stage.KEEPING)
    play.tell(ev.LegAccepted(play.customer.id, play.customer.call))
    play.join(play.customer)
    assert play.stands(Stage.TALKING)
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.PROMISE_KEPT


def test_a_promise_in_vain_is_put_off_and_becomes_a_ticket_in_the_end() -> None:
    play = promised()
    for _ in range(3):
        while play.contact.stage is Stage.PROMISED:
            play.strike()
        play.accept_and_join(play.ringing()[0])
        play.tell(ev.LegAnswered(play.customer.id, play.customer.call, machine=True))
        play.end(play.customer)
        assert not play.ringing()
    while play.contact.stage is Stage.PROMISED:
        play.strike()
    assert play.contact.outcome is ContactOutcome.TICKETED


def test_a_customer_who_calls_in_redeems_the_promise() -> None:
    play = promised()
    play.tell(ev.CustomerCalled("CA" + "c" * 32, play.contact.customer, "+12025550100", "en"))
    assert play.stands(Stage.SEEKING)
    assert play.contact.promise is not None
    assert play.contact.promise.state is PromiseState.REDEEMED
    play.join(play.customer)
    play.accept_and_join(play.ringing()[0])
    assert play.stands(Stage.TALKING)


def test_a_broken_line_is_called_back_with_the_context() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.transfer()
    play.end(play.customer, Ending.FAILED)
    assert play.stands(Stage.RESTORING)
    assert dialled(play)[-1] == play.contact.customer
    play.accept_and_join(play.named("carla"))
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    play.tell(ev.LegAccepted(play.customer.id, play.customer.call))
    play.join(play.customer)
    assert play.stands(Stage.TRANSFER)
    assert play.contact.transfers[-1].state is TransferState.CONSULTING
    assert play.customer.held


def test_a_line_that_cannot_be_restored_becomes_a_promise() -> None:
    play = Play.started()
    play.talk_with_ana()
    for _ in range(3):
        play.end(play.customer, Ending.FAILED)
    assert play.stands(Stage.PROMISED)
    assert play.named("ana").state is LegState.ENDED


def test_a_customer_who_leaves_while_it_rings_stops_all_phones() -> None:
    play = Play.started()
    play.plan = plan(strategy=Strategy.ALL)
    play.choose()
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.CUSTOMER_LEFT
    assert all(leg.state is LegState.ENDED for leg in play.contact.legs)
    assert play.contact.deadline is None


def test_a_closed_department_offers_a_callback_for_the_next_open_hour() -> None:
    play = Play.started()
    opening = play.now + 36_000_000
    play.tell(ev.DepartmentClosed("returns", "Returns", "en", ("3",), opening))
    assert play.stands(Stage.CHOOSING)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    assert play.contact.promise is not None
    assert play.contact.promise.due_from == opening


def test_overflow_rings_another_department() -> None:
    play = Play.started()
    play.plan = plan(ladder=(Rung(RungKind.OVERFLOW, "support"), *LADDER))
    play.candidates = members("ana")
    play.choose()
    play.candidates = members("eve")
    play.end(play.named("ana"), Ending.NO_ANSWER)
    assert play.contact.hunt is not None
    assert play.contact.hunt.target.value == "support"
    play.accept_and_join(play.named("eve"))
    assert play.stands(Stage.TALKING)


def test_an_agent_who_leaves_first_does_not_end_the_customers_call() -> None:
    play = Play.started()
    play.talk_with_ana()
    play.now += 60_000
    play.end(play.named("ana"))
    assert play.stands(Stage.CHOOSING)
    assert play.contact.question is Question.AGENT_LEFT
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.RESOLVED


def test_no_promise_is_spoken_while_the_ledger_is_away() -> None:
    play = Play.started()
    play.candidates = members("ana")
    play.choose()
    play.ledger = False
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    play.pass_ms(6_000)
    assert play.stands(Stage.SEEKING)
    assert play.contact.promise is None


@pytest.mark.parametrize("told", ["by the room", "by the call"])
def test_a_caller_whom_somebody_left_before_we_heard_that_they_met_gets_hold_music(
    told: str,
) -> None:
    """Ana entered first, met the caller and hung up; the news of the caller's coming is last."""
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    ana = play.named("ana")
    play.accept(ana)
    play.tell(ev.RoomJoined(ana.call, ROOM, 1))
    if told == "by the room":
        play.tell(ev.RoomLeft(ana.call, ROOM, 3))
    play.end(play.named("ana"))
    play.tell(ev.RoomJoined(play.customer.call, ROOM, 2))
    assert play.customer.held
