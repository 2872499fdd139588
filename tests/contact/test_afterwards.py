"""What comes when the contact had gone on: a second call, a late recording, a promise elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.customers import awaits
from telephony.contact.edit import Refused
from telephony.contact.machine import ready
from telephony.contact.model import (
    ContactOutcome,
    Ending,
    LegState,
    PromiseState,
    Stage,
)
from telephony.contact.records import replace
from telephony.contact.timing import RECORDING_GRACE_MS, WATCH_MS
from tests.contact.play import Play, members, plan
from tests.contact.stages import (
    farewell,
    keeping,
    promised,
    promising,
    recording,
    restoring,
    talking,
)

AGAIN = "CA" + "c" * 32
URL = "https://api.twilio.com/recordings/RE1"


def calls_again(play: Play) -> ev.CustomerCalled:
    return ev.CustomerCalled(AGAIN, play.contact.customer, play.contact.dialled, "en")


def pending(play: Play, kind: type[co.Command]) -> list[co.Command]:
    return [entry.command for entry in play.contact.pending if isinstance(entry.command, kind)]


# -- a second call before the first one is known to be over -------------------------------------


def test_who_redials_during_the_farewell_redeems_the_promise_they_were_told_of() -> None:
    play = farewell()
    told = play.customer
    play.tell(calls_again(play))
    assert play.stands(Stage.SEEKING)
    assert play.customer.call == AGAIN
    assert play.contact.promise is not None
    assert play.contact.promise.state is PromiseState.REDEEMED
    assert co.ClosePromise(play.contact.promise.id, "redeemed") in play.performed
    # The old call ends by itself, and that is not the customer's leaving.
    assert not play.contact.leg(told.id).unwanted  # type: ignore[union-attr]
    play.end(told)
    assert play.stands(Stage.SEEKING)
    assert play.quietly(calls_again(play)).contact is play.contact


def test_who_redials_while_a_promise_is_being_written_is_not_promised_anything() -> None:
    play = promising()
    lease = play.now + 7_000
    taken = play.quietly(ev.CommandsTaken("w", lease)).contact
    (write,) = (e for e in taken.pending if isinstance(e.command, co.WritePromise))
    assert isinstance(write.command, co.WritePromise)
    play.quietly(calls_again(play))
    assert play.stands(Stage.SEEKING)
    assert play.contact.promise is None
    due = play.now + 300_000
    play.tell(ev.PromiseWritten(write.id, write.command.promise, due, due + 900_000, 3))
    assert co.ClosePromise(write.command.promise, "cancelled") in play.performed
    assert play.contact.promise is None


def test_the_first_call_again_is_no_second_one() -> None:
    play = promising()
    first = ev.CustomerCalled(play.customer.call, play.contact.customer, "+12025550100", "en")
    assert play.quietly(first).contact is play.contact


@pytest.mark.parametrize(
    ("stage", "expected"),
    [(promised, True), (keeping, True), (restoring, True), (farewell, True), (recording, False)],
)
def test_a_new_call_belongs_to_the_contact_that_waits_for_it(
    stage: Callable[[], Play], expected: bool
) -> None:
    assert awaits(stage().contact) is expected


def test_who_left_a_message_and_calls_again_begins_anew_and_the_message_stays() -> None:
    play = recording()
    play.quietly(ev.MessageRecorded(URL, 7))
    assert play.stands(Stage.PROMISING)
    with pytest.raises(Refused, match="not_waiting"):
        play.quietly(calls_again(play))
    play.work()
    assert play.stands(Stage.FAREWELL)
    with pytest.raises(Refused, match="not_waiting"):
        play.quietly(calls_again(play))


# -- a promise that a newer contact keeps -------------------------------------------------------


def test_a_promise_that_a_newer_contact_keeps_is_not_kept_by_the_older_one() -> None:
    play = promised()
    assert play.contact.promise is not None
    promise = play.contact.promise.id
    assert play.quietly(ev.PromiseTaken("another")).contact is play.contact
    play.performed.clear()
    play.tell(ev.PromiseTaken(promise))
    assert (play.contact.outcome, play.contact.reason) == (
        ContactOutcome.RESOLVED,
        "promise_taken_over",
    )
    assert play.performed == [], "the ledger has it, under another contact"


def test_a_promise_that_is_being_kept_at_this_moment_is_kept_here() -> None:
    play = keeping()
    assert play.contact.promise is not None
    for leg in play.ringing():
        play.accept_and_join(leg)
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    assert play.customer.state is LegState.ANSWERED
    taken = ev.PromiseTaken(play.contact.promise.id)
    assert play.quietly(taken).contact is play.contact


def test_a_promise_that_becomes_a_ticket_is_not_taken() -> None:
    play = promised()
    assert play.contact.promise is not None
    taken = ev.PromiseTaken(play.contact.promise.id)
    play.contact = replace(play.contact, ticket_reason="promise_attempts_used_up")
    assert play.quietly(taken).contact.stage is Stage.PROMISED


# -- a recording that is reported late ----------------------------------------------------------


def left_while_recording() -> Play:
    play = recording()
    play.end(play.customer)
    play.pass_ms(RECORDING_GRACE_MS + 1)
    assert play.contact.outcome is ContactOutcome.CUSTOMER_LEFT
    return play


def test_a_message_that_is_reported_when_all_is_over_still_reaches_a_human() -> None:
    play = left_while_recording()
    play.now += 60_000
    play.quietly(ev.MessageRecorded(URL, 7))
    assert play.contact.message_url == URL
    (ticket,) = pending(play, co.OpenTicket)
    assert ready(play.contact, play.now)
    assert play.contact.deadline is not None, "a worker that dies is noticed"
    play.work()
    assert isinstance(ticket, co.OpenTicket)
    assert play.contact.ticket == ticket.ticket
    assert play.contact.outcome is ContactOutcome.CUSTOMER_LEFT
    assert play.contact.deadline is None
    assert play.quietly(ev.MessageRecorded(URL + "2", 7)).contact is play.contact


def test_silence_that_is_reported_late_is_no_message() -> None:
    play = left_while_recording()
    assert play.quietly(ev.MessageRecorded("", 0)).contact is play.contact
    assert play.quietly(ev.TicketOpened("none", "t1")).contact is play.contact


def test_whose_line_broke_before_a_message_is_called_back() -> None:
    play = recording()
    play.end(play.customer, Ending.FAILED)
    play.pass_ms(RECORDING_GRACE_MS + 1)
    assert play.contact.stage is Stage.RESTORING
    back = play.customer
    assert back.outbound
    assert play.contact.resume is Stage.SEEKING


def test_a_message_that_comes_though_the_line_broke_is_enough() -> None:
    play = recording()
    play.end(play.customer, Ending.FAILED)
    play.tell(ev.MessageRecorded(URL, 7))
    play.pass_ms(RECORDING_GRACE_MS + 1)
    assert play.contact.message_url == URL
    assert play.contact.outcome is ContactOutcome.TICKETED


# -- the lease of a dial ------------------------------------------------------------------------


def test_what_is_taken_with_a_dial_that_waits_is_not_bound_for_as_long() -> None:
    play = Play.started()
    play.quietly(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    (lookup,) = play.quietly(ev.CommandsTaken("w", play.now + 60_000)).contact.pending
    assert isinstance(lookup.command, co.FindCandidates)
    play.now += WATCH_MS
    found = ev.CandidatesFound(lookup.id, lookup.command.hunt, plan(), members("ana"), "")
    play.quietly(found)
    short, long = play.now + 7_000, play.now + 60_000
    entries = play.quietly(ev.CommandsTaken("w", short, long)).contact.pending
    assert {type(entry.command): entry.lease for entry in entries} == {
        co.Dial: long,
        co.Inspect: short,
    }


def test_what_fills_a_silence_is_taken_for_the_shortest_time() -> None:
    play = talking()
    play.quietly(ev.LegEnded(play.named("ana").id, play.named("ana").call, Ending.HUNG_UP))
    taken = ev.CommandsTaken("w", play.now + 7_000, audible_lease=play.now + 4_000)
    leases = {type(e.command): e.lease for e in play.quietly(taken).contact.pending}
    assert leases == {co.Hold: play.now + 4_000, co.FindCandidates: play.now + 7_000}
