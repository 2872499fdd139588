"""What the customer is asked, and every answer to it: each leads on, to somebody."""

from __future__ import annotations

from telephony.contact import events as ev
from telephony.contact.model import (
    Choice,
    ContactOutcome,
    Ending,
    HuntPurpose,
    HuntState,
    Question,
    Stage,
    TransferMode,
    TransferOutcome,
)
from telephony.contact.plans import Rung, RungKind, Target, TargetKind
from telephony.contact.records import replace
from tests.contact.play import LADDER, Play, members, plan
from tests.contact.stages import (
    choosing,
    recording,
    talking,
    transferring,
)


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
