"""Customers who are called back and pick up as the receiver leaves: nobody is cut off, and no
promise is lost to a machine.
"""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.documents import Document, document_for
from telephony.contact.model import (
    Ending,
    Leg,
    LegState,
    Promise,
    PromiseState,
    Stage,
)
from telephony.contact.timing import PARTING_MS
from tests.contact import stages
from tests.contact.play import Play, fact, looks


def called() -> tuple[Play, Leg]:
    """The receiver waits in the room, and the customer's phone rings."""
    play = stages.keeping()
    (receiver,) = play.ringing()
    play.accept_and_join(receiver)
    play.tell(ev.LegRang(play.customer.id, play.customer.call))
    return play, receiver


def promise_of(play: Play) -> Promise:
    assert play.contact.promise is not None
    return play.contact.promise


def ended(play: Play) -> list[str]:
    return [each.leg for each in play.performed if isinstance(each, co.EndCall)]


def test_the_promise_stands_until_whoever_answered_has_shown_that_they_are_there() -> None:
    play, receiver = called()
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    play.end(receiver)
    assert play.stands(Stage.SEEKING)
    assert promise_of(play).state is PromiseState.OPEN
    play.accept(play.customer)
    assert promise_of(play).state is PromiseState.REDEEMED


def test_who_answered_and_showed_nothing_was_called_in_vain_and_is_called_again() -> None:
    play, receiver = called()
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    play.end(receiver)
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)
    promise = promise_of(play)
    assert (promise.state, promise.attempts) == (PromiseState.OPEN, 1)
    assert promise.due_from > play.now


def test_a_machine_hears_our_words_to_their_end_and_the_promise_stands() -> None:
    play, receiver = called()
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call, machine=True))
    play.end(receiver)
    assert play.stands(Stage.PROMISED)
    assert (promise_of(play).state, promise_of(play).attempts) == (PromiseState.OPEN, 1)
    assert play.customer.id not in ended(play)
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)


def blink() -> tuple[Play, Leg]:
    """The receiver hung up, the ringing is being called off, and the customer picks up."""
    play, receiver = called()
    play.quietly(ev.LegEnded(receiver.id, receiver.call, Ending.HUNG_UP))
    play.quietly(ev.LegAnswered(play.customer.id, play.customer.call))
    return play, receiver


def test_who_picks_up_as_their_ringing_is_called_off_is_kept_and_somebody_is_sought() -> None:
    play, _ = blink()
    play.work()
    assert play.stands(Stage.SEEKING)
    assert not play.customer.unwanted
    assert play.customer.id not in ended(play)
    assert document_for(play.contact, play.customer) is Document.CONFIRM
    assert play.ringing(), "the department is rung anew"
    assert promise_of(play).state is PromiseState.OPEN
    assert promise_of(play).attempts == 1


def test_who_was_kept_and_shows_that_they_are_there_is_not_called_again() -> None:
    play, _ = blink()
    play.work()
    assert promise_of(play).due_from > play.now, "the try in vain has put it off"
    play.accept(play.customer)
    assert promise_of(play).state is PromiseState.REDEEMED
    play.join(play.customer)
    play.accept_and_join(play.ringing()[0])
    assert play.stands(Stage.TALKING)


def test_who_shows_it_before_the_try_in_vain_is_counted_is_not_called_again_either() -> None:
    play, _ = blink()
    play.quietly(ev.LegAccepted(play.customer.id, play.customer.call))
    assert promise_of(play).state is PromiseState.REDEEMED


def test_who_was_kept_and_shows_nothing_was_called_in_vain_once() -> None:
    play, _ = blink()
    play.work()
    play.end(play.customer)
    assert play.stands(Stage.PROMISED)
    assert (promise_of(play).state, promise_of(play).attempts) == (PromiseState.OPEN, 1)


def test_a_machine_that_picks_up_in_that_blink_hears_our_words_and_nobody_is_sought() -> None:
    play, receiver = called()
    play.quietly(ev.LegEnded(receiver.id, receiver.call, Ending.HUNG_UP))
    play.quietly(ev.LegAnswered(play.customer.id, play.customer.call, machine=True))
    play.work()
    assert play.stands(Stage.PROMISED)
    assert play.customer.id not in ended(play)
    assert document_for(play.contact, play.customer) is Document.CALLBACK_VOICEMAIL
    play.pass_ms(PARTING_MS)
    assert play.customer.state is LegState.ENDED, "the line is not left open for ever"


def test_twilio_may_be_the_first_to_say_that_a_customer_has_answered() -> None:
    play, _ = called()
    play.now += 1
    looks(play, fact(play.customer.call))
    assert play.customer.state is LegState.ANSWERED


def cancelled(*, machine: bool = False) -> Play:
    """The customer cancels by the link, and picks up in the same blink."""
    play, _ = called()
    play.quietly(ev.PromiseCancelled(promise_of(play).id))
    play.quietly(ev.LegAnswered(play.customer.id, play.customer.call, machine=machine))
    return play


def test_who_cancels_the_callback_and_picks_up_hears_why_nobody_is_there() -> None:
    play = cancelled()
    assert document_for(play.contact, play.customer) is Document.CALLBACK_CANCELLED
    play.work()
    assert play.customer.id not in ended(play)
    play.pass_ms(PARTING_MS)
    assert play.customer.state is LegState.ENDED


def test_a_machine_learns_nothing_of_a_callback_that_was_cancelled() -> None:
    play = cancelled(machine=True)
    assert document_for(play.contact, play.customer) is Document.FINISHED


def test_whose_promise_a_newer_contact_keeps_is_told_that_we_will_try_again() -> None:
    play, _ = called()
    play.quietly(ev.PromiseTaken(promise_of(play).id))
    play.quietly(ev.LegAnswered(play.customer.id, play.customer.call))
    assert play.stands(Stage.CLOSED)
    assert document_for(play.contact, play.customer) is Document.CALLBACK_VOICEMAIL


def test_who_picks_up_when_all_is_over_without_a_promise_hears_nothing() -> None:
    play = stages.restoring()
    play.tell(ev.LegRang(play.customer.id, play.customer.call))
    play.quietly(ev.CustomerCalled("CA" + "d" * 32, play.contact.customer, "+12025550100", "en"))
    old = next(leg for leg in play.contact.legs if leg.outbound)
    play.end(play.customer)
    play.quietly(ev.LegAnswered(old.id, old.call))
    assert play.stands(Stage.CLOSED)
    answered = play.contact.leg(old.id)
    assert answered is not None
    assert document_for(play.contact, answered) is Document.FINISHED
