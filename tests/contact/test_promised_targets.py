"""A callback is kept by whom it was promised, whatever happens on the way: another department than
the customer chose at first, or one person.
"""

from __future__ import annotations

import pytest

from telephony.contact import events as ev
from telephony.contact.model import (
    Choice,
    Ending,
    HuntPurpose,
    LegState,
    PromiseState,
    Stage,
    TransferMode,
)
from telephony.contact.plans import Target, TargetKind
from telephony.contact.records import replace
from telephony.contact.timing import LEDGER_TRIES, SHORT_TALK_MS
from tests.contact.play import Play, members
from tests.contact.stages import talking, transferring

BILLING = ev.CallbackAsked("client:ana", "billing")
BEN = ev.CallbackAsked("client:ana", "billing", agent="ben")
WHO = [(BILLING, (TargetKind.DEPARTMENT, "billing")), (BEN, (TargetKind.AGENT, "ben"))]
both = pytest.mark.parametrize(("asked", "who"), WHO, ids=["department", "person"])


def promised(asked: ev.CallbackAsked) -> Play:
    """Ana of sales has promised a callback, and the talk is over."""
    play = talking()
    play.tell(asked)
    play.end(play.customer)
    play.candidates = members("ben")
    return play


def keeping(asked: ev.CallbackAsked) -> Play:
    play = promised(asked)
    while play.stands(Stage.PROMISED):
        play.strike()
    assert play.stands(Stage.KEEPING)
    return play


def sought(play: Play) -> tuple[TargetKind, str]:
    hunt = play.contact.hunt
    assert hunt is not None
    return hunt.target.kind, hunt.target.value


def calls_again(play: Play) -> None:
    play.tell(ev.CustomerCalled("CA" + "b" * 32, "+12025550199", "+12025550100", "en"))


@both
def test_a_receiver_who_leaves_before_the_customer_is_rung_is_sought_again(
    asked: ev.CallbackAsked, who: tuple[TargetKind, str]
) -> None:
    play = keeping(asked)
    (ben,) = play.ringing()
    play.accept_and_join(ben)
    rung = play.customer
    play.contact = replace(
        play.contact, legs=tuple(leg for leg in play.contact.legs if leg.id != rung.id)
    )
    play.end(ben)
    assert play.stands(Stage.KEEPING)
    assert sought(play) == who


@both
def test_a_receiver_who_leaves_as_the_customer_answers_is_sought_again(
    asked: ev.CallbackAsked, who: tuple[TargetKind, str]
) -> None:
    play = keeping(asked)
    (ben,) = play.ringing()
    play.accept_and_join(ben)
    play.accept(play.customer)
    play.end(ben)
    assert play.stands(Stage.SEEKING)
    assert sought(play) == who


@both
def test_a_customer_who_calls_in_is_led_to_whom_they_were_promised(
    asked: ev.CallbackAsked, who: tuple[TargetKind, str]
) -> None:
    play = promised(asked)
    calls_again(play)
    assert play.stands(Stage.SEEKING)
    assert sought(play) == who


@both
def test_a_customer_who_redials_while_the_promise_is_written_is_led_there_too(
    asked: ev.CallbackAsked, who: tuple[TargetKind, str]
) -> None:
    play = talking()
    play.quietly(asked)
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.HUNG_UP))
    assert play.stands(Stage.PROMISING)
    calls_again(play)
    assert play.stands(Stage.SEEKING)
    assert sought(play) == who


def test_when_the_person_is_away_the_department_that_promised_helps_who_calls_in() -> None:
    play = promised(BEN)
    calls_again(play)
    play.candidates = members("carla")
    play.end(play.named("ben"), Ending.NO_ANSWER)
    assert play.stands(Stage.SEEKING), "they are asked nothing before the department was tried"
    assert sought(play) == (TargetKind.DEPARTMENT, "billing")
    (carla,) = play.ringing()
    play.accept_and_join(carla)
    play.join(play.customer)
    assert play.stands(Stage.TALKING)


def test_a_customer_who_could_not_be_told_waits_for_the_department_of_the_promise() -> None:
    play = transferring()
    play.end(play.named("ana"))
    while play.stands(Stage.TRANSFER):
        (rung,) = play.ringing()
        play.end(rung, Ending.NO_ANSWER)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    assert play.stands(Stage.FAREWELL)
    play.join(play.customer)
    deaf = replace(play.customer, state=LegState.JOINED)
    play.contact = replace(
        play.contact,
        legs=tuple(deaf if leg.id == deaf.id else leg for leg in play.contact.legs),
        since=play.now - 3_600_000,
    )
    play.quietly(ev.DeadlinePassed())
    assert play.stands(Stage.SEEKING)
    assert sought(play) == (TargetKind.DEPARTMENT, "billing")


def test_while_the_ledger_is_away_the_department_is_sought_that_would_have_called() -> None:
    play = transferring()
    play.end(play.named("ana"))
    play.ledger = False
    while play.stands(Stage.TRANSFER):
        (rung,) = play.ringing()
        play.end(rung, Ending.NO_ANSWER)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    for _ in range(LEDGER_TRIES):
        play.strike()
    assert not play.stands(Stage.PROMISING)
    assert sought(play) == (TargetKind.DEPARTMENT, "billing")


@pytest.mark.parametrize("late", [0, SHORT_TALK_MS], ids=["at once", "after a talk"])
def test_who_is_left_by_the_one_who_called_back_is_led_to_the_same_again(late: int) -> None:
    """Not to the department of their first call, and not to the agent who had passed them on."""
    play = transferring()
    play.tell(ev.CancelAsked(play.contact.transfers[-1].id))
    play.tell(BILLING)
    play.end(play.customer)
    play.candidates = members("carla")
    while play.stands(Stage.PROMISED):
        play.strike()
    (carla,) = play.ringing()
    play.accept_and_join(carla)
    play.accept(play.customer)
    play.join(play.customer)
    assert play.stands(Stage.TALKING)
    play.pass_ms(late)
    play.end(carla)
    if late:
        assert play.stands(Stage.CHOOSING)
        play.tell(ev.CustomerChose(Choice.WAIT))
    assert play.stands(Stage.SEEKING)
    assert sought(play) == (TargetKind.DEPARTMENT, "billing")
    assert play.contact.hunt is not None
    assert play.contact.hunt.purpose is HuntPurpose.INBOUND


def test_who_then_asks_for_a_callback_gets_it_from_the_same_department() -> None:
    play = promised(BILLING)
    calls_again(play)
    play.join(play.customer)
    play.end(play.named("ben"), Ending.NO_ANSWER)
    assert play.stands(Stage.CHOOSING)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    promise = play.contact.promise
    assert promise is not None
    assert (promise.state, promise.department) == (PromiseState.OPEN, "billing")


def test_the_other_department_is_not_named_like_the_one_that_was_chosen() -> None:
    play = promised(BILLING)
    play.plan = None
    play.quietly(ev.CustomerCalled("CA" + "b" * 32, "+12025550199", "+12025550100", "en"))
    assert play.contact.hunt is not None
    assert play.contact.hunt.target == Target(TargetKind.DEPARTMENT, "billing", "")


def test_who_asks_for_a_callback_after_a_persons_call_gets_it_from_their_department() -> None:
    play = keeping(BEN)
    (ben,) = play.ringing()
    play.accept_and_join(ben)
    play.accept(play.customer)
    play.join(play.customer)
    play.pass_ms(SHORT_TALK_MS)
    play.end(ben)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    promise = play.contact.promise
    assert promise is not None
    assert (promise.state, promise.department) == (PromiseState.OPEN, "billing")


def test_who_waits_for_a_person_in_vain_is_called_back_by_the_department_they_chose() -> None:
    play = talking()
    play.candidates = members("dan")
    dan = Target(TargetKind.AGENT, "dan", "Dan")
    play.tell(ev.TransferAsked("client:ana", dan, TransferMode.WARM, ""))
    play.end(play.named("ana"))
    (rung,) = play.ringing()
    play.end(rung, Ending.NO_ANSWER)
    assert play.stands(Stage.CHOOSING)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    promise = play.contact.promise
    assert promise is not None
    assert promise.department == "sales"
