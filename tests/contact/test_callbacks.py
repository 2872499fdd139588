"""An agent promises a callback while the two talk: written first, kept when the talk is over."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.edit import Refused
from telephony.contact.machine import Verdict
from telephony.contact.model import (
    Choice,
    ContactOutcome,
    Ending,
    HuntPurpose,
    Promise,
    PromiseState,
    Stage,
    TransferOutcome,
)
from telephony.contact.plans import Target, TargetKind
from telephony.contact.timing import LEDGER_TRIES, SHORT_TALK_MS
from tests.contact.play import Play, members
from tests.contact.stages import talking, transferring

ASKED = ev.CallbackAsked("client:ana", "billing", note="invoice 7")


def promised(event: ev.CallbackAsked = ASKED) -> Play:
    play = talking()
    play.tell(event)
    assert play.stands(Stage.TALKING)
    return play


def promise_of(play: Play) -> Promise:
    assert play.contact.promise is not None
    return play.contact.promise


def until_due(play: Play) -> None:
    for _ in range(40):
        if not play.stands(Stage.PROMISED):
            return
        play.strike()
    raise AssertionError("the promise is never kept")


def test_the_ledger_has_it_first_the_message_goes_out_and_the_two_talk_on() -> None:
    play = promised()
    promise = promise_of(play)
    assert (promise.state, promise.department, promise.note) == (
        PromiseState.OPEN,
        "billing",
        "invoice 7",
    )
    assert promise.told
    kinds = [type(each) for each in play.performed]
    assert kinds.index(co.WritePromise) < kinds.index(co.ConfirmPromise)
    assert co.Redirect not in kinds, "nobody is fetched out of the room"


def test_it_is_written_not_before_the_moment_that_the_customer_wished() -> None:
    wish = ev.CallbackAsked("client:ana", "sales", not_before=1_900_000_000_000)
    play = promised(wish)
    (written,) = [each for each in play.performed if isinstance(each, co.WritePromise)]
    assert written.not_before == wish.not_before
    assert promise_of(play).due_from == wish.not_before


def test_it_is_kept_after_the_talk_department_first_and_the_customer_then() -> None:
    play = promised()
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)
    assert play.named("ana").unwanted, "the agent is let go"
    until_due(play)
    assert play.stands(Stage.KEEPING)
    assert play.contact.hunt is not None
    assert play.contact.hunt.target == Target(TargetKind.DEPARTMENT, "billing", "Sales")
    assert play.contact.hunt.purpose is HuntPurpose.PROMISE
    (rung,) = play.ringing()
    play.accept_and_join(rung)
    play.accept(play.customer)
    play.join(play.customer)
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.PROMISE_KEPT


def test_a_person_who_is_to_call_is_rung_first_and_the_department_when_they_are_away() -> None:
    play = promised(ev.CallbackAsked("client:ana", "billing", agent="ben"))
    play.end(play.customer)
    play.candidates = members("ben")
    until_due(play)
    assert play.contact.hunt is not None
    assert play.contact.hunt.target.kind is TargetKind.AGENT
    assert play.contact.hunt.target.value == "ben"
    play.candidates = members("carla")
    (ben,) = play.ringing()
    play.end(ben, Ending.NO_ANSWER)
    assert play.stands(Stage.KEEPING)
    assert play.contact.hunt.target.value == "billing"
    (carla,) = play.ringing()
    assert carla.member == "carla"


def test_the_customer_is_not_called_while_they_talk_however_long() -> None:
    play = promised()
    play.pass_ms(3_600_000)
    assert play.stands(Stage.TALKING)
    assert not [each for each in play.performed if isinstance(each, co.Dial) and each.customer]


def test_one_promise_at_a_time() -> None:
    play = promised()
    with pytest.raises(Refused, match="promise_open"):
        play.tell(ASKED)


def test_who_withholds_their_number_cannot_be_called_back() -> None:
    play = Play.started(customer="")
    play.talk_with_ana()
    with pytest.raises(Refused, match="number_withheld"):
        play.tell(ASKED)


def test_only_who_is_with_the_customer_promises() -> None:
    with pytest.raises(Refused, match="not_on_this_contact"):
        talking().tell(ev.CallbackAsked("client:ben", "sales"))
    with pytest.raises(Refused, match="transfer_open"):
        transferring().tell(ASKED)


def test_while_the_ledger_is_away_the_talk_goes_on_and_the_writing_is_tried_for_ever() -> None:
    play = talking()
    play.ledger = False
    play.tell(ASKED)
    for _ in range(LEDGER_TRIES + 2):
        play.strike()
    assert play.stands(Stage.TALKING)
    assert promise_of(play).state is PromiseState.WRITING
    play.end(play.customer)
    assert play.stands(Stage.PROMISING)
    play.ledger = True
    play.pass_ms(20_000)
    assert play.stands(Stage.PROMISED)


def test_where_no_hour_is_allowed_the_agent_hears_no_and_the_talk_goes_on() -> None:
    play = talking()
    play.quietly(ASKED)
    (entry,) = play.contact.pending
    play.tell(ev.CommandFailed(entry.id, ev.Problem.REFUSED, "no hour"))
    assert promise_of(play).state is PromiseState.CANCELLED
    assert play.stands(Stage.TALKING)
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.RESOLVED


def test_it_is_moved_and_cancelled_while_the_two_still_talk() -> None:
    play = promised()
    due = promise_of(play).due_from + 86_400_000
    play.tell(ev.PromiseMoved(promise_of(play).id, due, due + 900_000, 0))
    assert promise_of(play).due_from == due
    play.tell(ev.PromiseCancelled(promise_of(play).id))
    assert promise_of(play).state is PromiseState.CANCELLED
    with pytest.raises(Refused, match="not_waiting_for_a_callback"):
        play.tell(ev.PromiseCancelled(promise_of(play).id))
    with pytest.raises(Refused, match="no_such_promise"):
        play.tell(ev.PromiseCancelled("another"))
    play.end(play.customer)
    assert play.contact.outcome is ContactOutcome.RESOLVED


def test_a_transfer_and_whatever_follows_leave_the_promise_standing() -> None:
    play = promised()
    play.transfer()
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)
    assert play.contact.transfers[-1].outcome is TransferOutcome.CUSTOMER_LEFT
    assert promise_of(play).department == "billing"


def test_a_customer_who_then_wants_a_callback_is_told_of_the_one_that_stands() -> None:
    play = promised()
    play.now += SHORT_TALK_MS + 1_000
    play.end(play.named("ana"))
    assert play.stands(Stage.CHOOSING)
    before = promise_of(play)
    play.tell(ev.CustomerChose(Choice.CALLBACK))
    assert play.stands(Stage.FAREWELL)
    assert promise_of(play) == before
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)


def test_a_ticket_takes_the_place_of_a_promise_that_is_still_being_written() -> None:
    play = talking()
    play.ledger = False
    play.tell(ASKED)
    play.now += SHORT_TALK_MS + 1_000
    play.end(play.named("ana"))
    play.tell(ev.CustomerChose(Choice.NONE))
    play.end(play.ringing()[0], Ending.BUSY)
    while play.ringing():
        play.end(play.ringing()[0], Ending.BUSY)
    play.tell(ev.CustomerChose(Choice.MESSAGE))
    play.tell(ev.MessageRecorded("https://example.org/r", 3))
    assert play.stands(Stage.FAREWELL)
    assert play.contact.promise is None
    written = ev.PromiseWritten("late", f"{play.contact.id}.p9", play.now, play.now + 1, 3)
    play.tell(written)
    assert [each for each in play.performed if isinstance(each, co.ClosePromise)]


def test_a_repeated_answer_of_the_ledger_is_late() -> None:
    play = promised()
    promise = promise_of(play)
    again = ev.PromiseWritten("", promise.id, promise.due_from, promise.due_until, 3)
    assert play.quietly(again).verdict is Verdict.STALE


def test_a_promise_that_a_newer_contact_keeps_is_over_and_the_two_talk_on() -> None:
    play = promised()
    play.tell(ev.PromiseTaken(promise_of(play).id))
    assert play.stands(Stage.TALKING)
    assert promise_of(play).state is PromiseState.REDEEMED
