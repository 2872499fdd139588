"""Rare turns of a story: each is a way in which a customer could be forgotten, and is not."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.machine import begin, settle
from telephony.contact.model import (
    AttemptOutcome,
    Choice,
    ContactOutcome,
    Ending,
    HuntPurpose,
    HuntState,
    LegState,
    PromiseState,
    Question,
    Role,
    Stage,
    Target,
    TargetKind,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.contact.plans import Rung, RungKind, Strategy
from telephony.contact.records import replace
from tests.contact.play import LADDER, ROOM, START, Play, members, plan
from tests.contact.stages import (
    choosing,
    closed,
    consulting,
    farewell,
    keeping,
    promised,
    recording,
    restoring,
    talking,
    transferring,
)

AGAIN = "CA" + "c" * 32


def wanted(play: Play) -> set[type[co.Command]]:
    return {type(entry.command) for entry in play.contact.pending}


def looks(play: Play, *facts: ev.LegFact) -> None:
    """Twilio is asked, and answers this."""
    play.now += 20_000
    play.quietly(ev.Inspected("none", play.now - 1, facts))


def fact(call: str, room: str = "", **more: bool) -> ev.LegFact:
    return ev.LegFact(call, more.get("live", True), more.get("ringing", False), room, False)


# -- the beginning -----------------------------------------------------------------------------


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


# -- questions ---------------------------------------------------------------------------------


def withheld() -> Play:
    play = Play.started(customer="")
    play.tell(ev.DepartmentClosed("sales", "Sales", "en", ("1",), 0))
    return play


def test_a_withheld_number_at_a_closed_door_is_led_to_a_message_and_never_stuck() -> None:
    play = withheld()
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    assert play.stands(Stage.RECORDING)
    play.pass_ms(201_000)
    assert play.stands(Stage.FAREWELL)
    assert play.contact.ticket_reason == "no_message"


def test_a_silent_caller_at_a_closed_door_is_called_back() -> None:
    play = Play.started()
    play.tell(ev.DepartmentClosed("sales", "Sales", "en", ("1",), 0))
    play.tell(ev.CustomerChose(Choice.MESSAGE))
    play.pass_ms(201_000)
    assert play.stands(Stage.FAREWELL)
    assert play.contact.promise is not None


def test_who_leaves_no_message_is_searched_for_again() -> None:
    play = Play.started()
    play.plan = plan(rounds=2)
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.MESSAGE))
    assert play.contact.hunt is not None
    assert play.contact.hunt.state is HuntState.CANCELLED
    play.pass_ms(200_000)
    assert play.stands(Stage.SEEKING)
    assert play.ringing()


def test_who_hangs_up_while_recording_and_left_nothing_has_left() -> None:
    play = recording()
    play.end(play.customer)
    assert play.stands(Stage.RECORDING)
    play.pass_ms(11_000)
    assert play.contact.outcome is ContactOutcome.CUSTOMER_LEFT
    assert play.contact.reason == "left_without_message"


def test_a_message_reported_after_the_hangup_becomes_a_ticket() -> None:
    play = recording()
    play.end(play.customer)
    play.tell(ev.MessageRecorded("https://example.org/r", 3))
    assert play.contact.outcome is ContactOutcome.TICKETED


def test_who_keeps_waiting_between_two_rounds_is_rung_for_in_the_next() -> None:
    play = Play.started()
    play.plan = plan(rounds=2)
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.WAIT))
    assert play.contact.hunt is not None
    assert play.contact.hunt.round == 2


def test_who_keeps_waiting_after_the_last_round_begins_with_the_first_department_again() -> None:
    play = Play.started()
    play.plan = plan(ladder=(Rung(RungKind.OVERFLOW, "support"), *LADDER))
    play.candidates = members("ana")
    play.choose()
    for _ in range(2):
        play.end(play.named("ana"), Ending.BUSY)
    assert play.stands(Stage.CHOOSING)
    play.tell(ev.CustomerChose(Choice.WAIT))
    assert play.contact.hunt is not None
    assert play.contact.hunt.target.value == "sales"


def test_who_waits_for_one_person_keeps_waiting_for_that_person() -> None:
    play = talking()
    play.candidates = members("eve")
    target = Target(TargetKind.AGENT, "eve")
    play.tell(ev.TransferAsked("client:ana", target, TransferMode.COLD))
    play.end(play.named("ana"))
    play.end(play.named("eve"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.WAIT))
    assert play.contact.hunt is not None
    assert play.contact.hunt.target.value == "eve"


def test_a_customer_may_choose_the_agent_who_passed_them_on() -> None:
    play = transferring()
    play.plan = plan(ladder=LADDER, target="ana")
    play.candidates = members("ana")
    play.end(play.named("ana"))
    play.end(play.named("carla"), Ending.BUSY)
    play.end(play.named("dan"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.AGENT))
    assert play.contact.hunt is not None
    assert play.contact.hunt.purpose is HuntPurpose.RETURN
    play.accept_and_join(play.named("ana"))
    play.join(play.customer)
    assert play.contact.transfers[-1].outcome is TransferOutcome.RETURNED
    assert play.stands(Stage.TALKING)


def test_who_stays_after_the_agent_left_is_connected_again() -> None:
    play = talking()
    play.now += 60_000
    play.end(play.named("ana"))
    assert play.contact.question is Question.AGENT_LEFT
    play.tell(ev.CustomerChose(Choice.WAIT))
    assert play.stands(Stage.SEEKING)
    assert play.ringing()


def test_a_question_without_any_search_begins_one() -> None:
    play = choosing()
    play.contact = replace(play.contact, hunt=None)
    play.tell(ev.CustomerChose(Choice.WAIT))
    assert play.ringing()


def test_a_ladder_may_lead_to_a_message() -> None:
    play = Play.started()
    play.plan = plan(ladder=(Rung(RungKind.MESSAGE),))
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.NONE))
    assert play.stands(Stage.RECORDING)


def test_a_withheld_number_skips_the_callback_on_the_ladder() -> None:
    play = Play.started(customer="")
    play.candidates = members("ana")
    play.choose()
    play.end(play.named("ana"), Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.NONE))
    assert play.contact.ticket_reason == "no_answer"
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.TICKETED


# -- goodbye -----------------------------------------------------------------------------------


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


# -- promises ----------------------------------------------------------------------------------


def test_a_promise_may_be_cancelled_while_we_ring_for_it() -> None:
    play = keeping()
    assert play.contact.promise is not None
    play.tell(ev.PromiseCancelled(play.contact.promise.id))
    assert play.contact.outcome is ContactOutcome.RESOLVED
    assert not play.ringing()


def test_a_promise_is_not_cancelled_any_more_once_the_customer_has_answered() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    assert play.contact.promise is not None
    with pytest.raises(Refused, match="not_waiting_for_a_callback"):
        play.tell(ev.PromiseCancelled(play.contact.promise.id))


def test_somebody_elses_promise_is_not_cancelled() -> None:
    with pytest.raises(Refused, match="no_such_promise"):
        promised().tell(ev.PromiseCancelled("other"))


def test_somebody_elses_promise_is_not_moved() -> None:
    play = promised()
    before = play.contact.promise
    play.tell(ev.PromiseMoved("other", 1, 2, 0))
    assert play.contact.promise == before


def test_a_receiver_who_leaves_before_the_customer_answers_calls_the_ringing_off() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    customer = play.customer
    play.end(play.named("ana"))
    assert play.contact.leg(customer.id).unwanted  # type: ignore[union-attr]
    assert play.stands(Stage.PROMISED)
    assert any(isinstance(done, co.CountAttempt) for done in play.performed), "one of the tries"


def test_a_receiver_who_leaves_as_the_customer_answers_does_not_leave_them_alone() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    play.end(play.named("ana"))
    assert play.stands(Stage.SEEKING)
    assert play.contact.promise is not None
    assert play.contact.promise.state is PromiseState.REDEEMED


def test_a_receiver_who_only_stepped_out_is_waited_for_and_then_replaced() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    play.leave(play.named("ana"))
    assert play.stands(Stage.KEEPING)
    play.pass_ms(11_000)
    assert play.customer.unwanted or play.customer.state is LegState.ENDED


def test_a_customer_who_answers_our_call_at_the_last_moment_is_kept() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    play.now += 31_000
    play.quietly(ev.DeadlinePassed())
    assert co.EndCall in wanted(play)
    play.quietly(ev.LegAccepted(play.customer.id, play.customer.call))
    assert co.EndCall not in wanted(play)
    play.join(play.customer)
    assert play.stands(Stage.TALKING)


def test_a_key_never_lets_a_customer_go() -> None:
    play = farewell()
    play.quietly(ev.LegDeclined(play.customer.id, play.customer.call))
    assert co.EndCall not in wanted(play)


def test_a_promise_overflows_into_another_department() -> None:
    play = promised()
    play.plan = plan(ladder=(Rung(RungKind.OVERFLOW, "support"), *LADDER))
    while play.contact.stage is Stage.PROMISED:
        play.strike()
    play.end(play.ringing()[0], Ending.BUSY)
    assert play.stands(Stage.KEEPING)
    assert play.contact.hunt is not None
    assert play.contact.hunt.target.value == "support"


# -- lost lines --------------------------------------------------------------------------------


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


# -- transfers ---------------------------------------------------------------------------------


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


# -- several receivers -------------------------------------------------------------------------


def ringing_two() -> Play:
    play = Play.started()
    play.plan = plan(strategy=Strategy.ALL)
    play.choose()
    return play


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


# -- what Twilio says --------------------------------------------------------------------------


def test_a_customer_who_never_reached_the_room_is_led_in_again() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    looks(play, fact(play.customer.call))
    assert co.Redirect in wanted(play)
    play.work()
    assert co.Redirect in wanted(play), "asked for; quiet until it should have helped"


def test_a_customer_whose_join_was_lost_is_found_in_the_room() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    play.accept_and_join(play.named("ana"))
    assert play.stands(Stage.SEEKING)
    looks(play, fact(play.customer.call, ROOM))
    assert play.stands(Stage.TALKING)


def test_a_customer_on_the_way_is_given_the_time_to_arrive() -> None:
    play = talking()
    play.quietly(ev.DocumentAsked(play.customer.id))
    play.now += 60_000
    play.quietly(ev.DocumentAsked(play.customer.id))
    assert play.customer.since == play.now
    assert co.Redirect not in wanted(play)


def test_a_ringing_that_was_not_reported_is_seen() -> None:
    play = Play.started()
    play.choose()
    looks(play, fact(play.named("ana").call, ringing=True))
    assert play.named("ana").state is LegState.RINGING


def test_who_is_not_in_the_room_any_more_has_left_it() -> None:
    play = talking()
    looks(play, fact(play.named("ana").call))
    assert play.named("ana").state is LegState.ACCEPTED


def test_news_younger_than_the_question_wins() -> None:
    play = talking()
    play.quietly(ev.Inspected("none", START - 1, (fact(play.named("ana").call, live=False),)))
    assert play.named("ana").state is LegState.JOINED


def test_an_unwanted_leg_in_the_room_stays_unwanted() -> None:
    play = ringing_two()
    ben = play.named("ben")
    play.quietly(ev.LegAccepted(play.named("ana").id, play.named("ana").call))
    looks(play, fact(ben.call, ROOM))
    assert play.named("ben").unwanted
    assert play.named("ben").state is not LegState.JOINED


def test_a_join_of_an_ended_or_unproven_leg_is_late() -> None:
    play = closed()
    assert play.quietly(ev.RoomJoined(play.named("ana").call, ROOM, 99)).contact is play.contact


def test_the_end_of_a_conference_empties_only_that_room() -> None:
    play = talking()
    play.quietly(ev.RoomEnded("CF-other", 1))
    assert play.named("ana").state is LegState.JOINED
    play.quietly(ev.RoomEnded(ROOM, 99))
    assert play.named("ana").state is LegState.ACCEPTED
    assert play.customer.state is LegState.ACCEPTED


def test_a_contact_may_be_settled_at_any_time() -> None:
    play = consulting()
    assert settle(play.contact, play.now) == play.contact
    assert begin("b", ev.CustomerCalled("CA1", "", "+1", "en"), 0).contact.customer == ""
    assert play.contact.room == f"wl-{play.contact.id}"
    assert {leg.role for leg in play.contact.legs} == set(Role)


def test_a_hold_that_nobody_reported_is_seen() -> None:
    play = talking()
    looks(play, ev.LegFact(play.customer.call, True, False, ROOM, True))
    assert play.customer.held
    assert co.Unhold in wanted(play)


def test_of_two_transfers_each_answers_for_itself() -> None:
    play = transferring()
    first = play.contact.transfers[-1].id
    play.tell(ev.CancelAsked(first))
    second = play.transfer()
    play.tell(ev.CancelAsked(second))
    for transfer in (first, second):
        with pytest.raises(Refused, match="transfer_over"):
            play.tell(ev.SwapAsked(transfer))


def test_a_receiver_who_leaves_while_nobody_is_being_called_is_only_replaced() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    called_off = replace(play.customer, outcome=AttemptOutcome.CANCELLED, unwanted="cancelled")
    legs = tuple(called_off if leg.id == called_off.id else leg for leg in play.contact.legs)
    ana = play.named("ana")
    gone = ev.LegEnded(ana.id, ana.call, Ending.HUNG_UP)
    play.contact = replace(play.contact, legs=legs)
    play.quietly(gone)
    assert play.stands(Stage.KEEPING)
    assert co.FindCandidates in wanted(play)
