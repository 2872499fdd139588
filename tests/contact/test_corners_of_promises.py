"""Rare turns on the way to a callback: nobody who was promised one is forgotten."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.model import (
    AttemptOutcome,
    ContactOutcome,
    Ending,
    LegState,
    PromiseState,
    Stage,
)
from telephony.contact.plans import Rung, RungKind
from telephony.contact.records import replace
from tests.contact.play import LADDER, plan, wanted
from tests.contact.stages import (
    farewell,
    keeping,
    promised,
)


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
    assert play.contact.promise.state is PromiseState.OPEN, "until they show that they are there"


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
