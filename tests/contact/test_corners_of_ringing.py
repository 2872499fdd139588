"""Rare turns of the ringing: who wins and does not come, who is late, who rings next."""

from __future__ import annotations

from telephony.contact import events as ev
from telephony.contact.model import AttemptOutcome, Choice, Ending, HuntState, Stage, TransferMode
from telephony.contact.plans import Rung, RungKind, Target, TargetKind
from tests.contact.play import LADDER, Play, members, plan
from tests.contact.stages import (
    ringing_two,
    talking,
)


def test_a_winner_who_never_reaches_the_room_leaves_the_turn_to_the_next() -> None:
    play = Play.started()
    play.choose()
    play.accept(play.named("ana"))
    play.pass_ms(11_000)
    assert play.named("ana").outcome is AttemptOutcome.LOST
    assert play.ringing()[0].member == "ben"


def test_a_winner_who_came_and_left_before_the_customer_is_replaced() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    play.accept_and_join(play.named("ana"))
    play.end(play.named("ana"))
    assert play.stands(Stage.SEEKING)
    assert play.ringing()


def test_an_accept_after_the_contact_is_over_hears_that_the_customer_is_gone() -> None:
    play = ringing_two()
    ben = play.named("ben")
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.HUNG_UP))
    play.quietly(ev.LegAccepted(ben.id, ben.call))
    assert play.named("ben").outcome is AttemptOutcome.CANCELLED
    assert play.named("ben").parting


def test_a_machine_that_answered_is_noted_as_voicemail_when_it_hangs_up() -> None:
    play = Play.started()
    play.choose()
    ana = play.named("ana")
    play.quietly(ev.LegAnswered(ana.id, ana.call, machine=True))
    play.end(play.named("ana"))
    assert play.named("ana").outcome is AttemptOutcome.VOICEMAIL


def test_who_answers_and_presses_nothing_is_noted_as_not_accepted() -> None:
    play = Play.started()
    play.choose()
    ana = play.named("ana")
    play.tell(ev.LegAnswered(ana.id, ana.call))
    play.pass_ms(31_000)
    assert play.named("ana").outcome is AttemptOutcome.NOT_ACCEPTED


def test_the_next_round_begins_after_the_pause_while_the_agent_waits() -> None:
    play = talking()
    play.candidates = members("carla")
    play.plan = plan(rounds=2)
    target = Target(TargetKind.DEPARTMENT, "billing")
    play.tell(ev.TransferAsked("client:ana", target, TransferMode.WARM))
    play.end(play.named("carla"), Ending.BUSY)
    assert play.contact.hunt is not None
    assert play.contact.hunt.state is HuntState.RESTING
    play.pass_ms(4_000)
    assert not play.ringing()
    play.pass_ms(1_500)
    assert play.ringing()


def test_a_pause_does_not_end_while_the_customers_line_is_lost() -> None:
    play = talking()
    play.candidates = members("carla")
    play.plan = plan(rounds=2)
    target = Target(TargetKind.DEPARTMENT, "billing")
    play.tell(ev.TransferAsked("client:ana", target, TransferMode.WARM))
    play.end(play.named("carla"), Ending.BUSY)
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.FAILED))
    play.now += 10_000
    play.quietly(ev.DeadlinePassed())
    assert not play.ringing()


def test_overflow_does_not_ring_a_department_twice() -> None:
    play = Play.started()
    ladder = (Rung(RungKind.OVERFLOW, "sales"), Rung(RungKind.OVERFLOW, "support"), *LADDER)
    play.plan = plan(ladder=ladder)
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    assert play.contact.hunt is not None
    assert play.contact.hunt.target.value == "support"


def test_the_ladder_of_a_department_without_transfers_skips_the_agent() -> None:
    play = Play.started()
    play.plan = plan(ladder=(Rung(RungKind.AGENT), *LADDER))
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.NONE))
    assert play.stands(Stage.FAREWELL)
