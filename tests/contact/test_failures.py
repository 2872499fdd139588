"""Commands that fail: nothing is repeated for ever in silence, and the customer is led on."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact import machine
from telephony.contact.edit import Impossible
from telephony.contact.machine import ready, settle, step
from telephony.contact.model import (
    AttemptOutcome,
    Choice,
    Contact,
    ContactOutcome,
    Ending,
    HuntState,
    LegState,
    PromiseState,
    Stage,
    TransferOutcome,
)
from telephony.contact.records import replace
from telephony.contact.timing import DIAL_TRIES, FIND_AFTER_MS, PLAN_TRIES
from tests.contact.play import ROOM, Play, members, wanted
from tests.contact.stages import choosing, consulting, keeping, promised, restoring, talking


def entry(play: Play, kind: type[co.Command]) -> co.Pending:
    return next(e for e in play.contact.pending if isinstance(e.command, kind))


def fail(play: Play, kind: type[co.Command], problem: ev.Problem, times: int = 1) -> None:
    for _ in range(times):
        found = entry(play, kind)
        play.now = max(play.now, found.ready)
        play.quietly(ev.CommandFailed(found.id, problem))


def dialling() -> Play:
    """A dial waits for a worker."""
    play = Play.started()
    play.candidates = members("ana")
    play.quietly(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    found = entry(play, co.FindCandidates)
    assert isinstance(found.command, co.FindCandidates)
    assert ready(play.contact, play.now)
    answer = ev.CandidatesFound(found.id, found.command.hunt, play.plan, play.candidates)
    play.quietly(answer)
    return play


# -- dials -------------------------------------------------------------------------------------


def test_a_dial_that_did_not_happen_is_tried_some_times_and_then_over() -> None:
    play = dialling()
    fail(play, co.Dial, ev.Problem.TEMPORARY, DIAL_TRIES)
    assert play.named("ana").state is LegState.REQUESTED
    fail(play, co.Dial, ev.Problem.TEMPORARY)
    assert play.named("ana").outcome is AttemptOutcome.FAILED


def test_a_dial_that_is_refused_is_over_at_once() -> None:
    play = dialling()
    fail(play, co.Dial, ev.Problem.REFUSED)
    assert play.named("ana").outcome is AttemptOutcome.REFUSED


@pytest.mark.parametrize("busy", [True, False])
def test_a_dial_that_policy_refuses_says_why(busy: bool) -> None:
    play = dialling()
    play.quietly(ev.DialRefused(entry(play, co.Dial).id, play.named("ana").id, "no", busy))
    outcome = AttemptOutcome.BUSY_ELSEWHERE if busy else AttemptOutcome.REFUSED
    assert play.named("ana").outcome is outcome


def test_a_dial_of_unknown_fate_is_looked_for_and_never_repeated() -> None:
    play = dialling()
    fail(play, co.Dial, ev.Problem.UNKNOWN)
    found = entry(play, co.FindDial)
    assert found.ready == play.now + FIND_AFTER_MS
    assert play.named("ana").strange
    fail(play, co.FindDial, ev.Problem.TEMPORARY)
    fail(play, co.FindDial, ev.Problem.GONE)
    assert play.named("ana").outcome is AttemptOutcome.FAILED
    assert co.Dial not in wanted(play)


def test_a_dial_that_is_found_is_adopted() -> None:
    play = dialling()
    fail(play, co.Dial, ev.Problem.UNKNOWN)
    found = entry(play, co.FindDial)
    play.quietly(ev.DialPlaced(found.id, play.named("ana").id, "CA77"))
    assert play.named("ana").call == "CA77"
    assert not play.named("ana").strange


def test_a_worker_that_dies_with_a_dial_leaves_it_to_be_looked_for() -> None:
    play = dialling()
    lease = play.now + 10_000
    play.quietly(ev.CommandsTaken("w", lease))
    play.now = lease
    play.quietly(ev.DeadlinePassed())
    assert wanted(play) == {co.FindDial}


def test_a_worker_that_dies_with_another_command_leaves_it_to_be_repeated() -> None:
    play = Play.started()
    play.quietly(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    lease = play.now + 10_000
    play.quietly(ev.CommandsTaken("w", lease))
    play.now = lease
    play.quietly(ev.CommandsTaken("w2", lease + 10_000))
    assert entry(play, co.FindCandidates).tries == 1


def test_a_dial_that_a_callback_has_told_of_is_not_made_again() -> None:
    play = dialling()
    fail(play, co.Dial, ev.Problem.TEMPORARY)
    play.quietly(ev.LegRang(play.named("ana").id, "CA77"))
    assert co.Dial not in wanted(play)
    assert play.named("ana").call == "CA77"


def test_a_dial_that_rings_already_cannot_be_refused_any_more() -> None:
    play = dialling()
    play.quietly(ev.LegRang(play.named("ana").id, "CA77"))
    play.quietly(ev.DialRefused("late", play.named("ana").id, "no"))
    assert play.named("ana").state is LegState.RINGING


def test_the_fate_of_a_dial_that_rings_already_is_not_looked_for() -> None:
    play = dialling()
    play.quietly(ev.LegRang(play.named("ana").id, "CA77"))
    taken = co.Pending("k90", f"dial:{play.named('ana').id}", dial_of(play), play.now)
    play.contact = replace(play.contact, pending=(taken,))
    fail(play, co.Dial, ev.Problem.UNKNOWN)
    assert wanted(play) == set()


def dial_of(play: Play) -> co.Dial:
    leg = play.named("ana")
    return co.Dial(leg.id, leg.address, "", 20_000, customer=False, urgent=True)


def test_a_dial_that_no_worker_has_made_is_forgotten_when_the_customer_leaves() -> None:
    play = dialling()
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.HUNG_UP))
    assert wanted(play) == set()
    assert play.contact.deadline is None


def test_a_dial_that_a_worker_is_making_is_ended_when_it_is_there() -> None:
    play = dialling()
    play.quietly(ev.CommandsTaken("w", play.now + 10_000))
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.HUNG_UP))
    play.quietly(ev.DialPlaced(entry(play, co.Dial).id, play.named("ana").id, "CA77"))
    assert wanted(play) == {co.EndCall}


def test_a_search_for_a_dial_that_never_answers_does_not_stop_the_hunt() -> None:
    play = dialling()
    fail(play, co.Dial, ev.Problem.UNKNOWN)
    play.now += 121_000
    play.quietly(ev.DeadlinePassed())
    assert play.named("ana").unwanted
    assert play.stands(Stage.CHOOSING)


# -- looking up whom to ring -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "times"), [(ev.Problem.REFUSED, 1), (ev.Problem.TEMPORARY, PLAN_TRIES)]
)
def test_when_nobody_can_say_whom_to_ring_the_ladder_is_climbed(
    problem: ev.Problem, times: int
) -> None:
    play = Play.started()
    play.quietly(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    fail(play, co.FindCandidates, problem, times)
    assert play.stands(Stage.PROMISING)
    assert play.contact.ticket_reason == "nobody_on_duty"


# -- hold --------------------------------------------------------------------------------------


def alone() -> Play:
    """The customer has talked and is alone in the room now; a hold is wanted."""
    play = talking()
    play.candidates = members("ben")
    play.quietly(ev.LegEnded(play.named("ana").id, play.named("ana").call, Ending.HUNG_UP))
    assert co.Hold in wanted(play)
    return play


def test_a_customer_alone_who_cannot_be_held_is_led_out_and_in_again() -> None:
    play = alone()
    fail(play, co.Hold, ev.Problem.TEMPORARY, 3)
    assert play.customer.deaf
    assert co.Redirect in wanted(play)
    play.quietly(ev.DocumentAsked(play.customer.id))
    play.sequence = 90
    play.join(play.customer)
    assert not play.customer.deaf
    assert co.Hold not in wanted(play), "alone since they came in: the waiting music plays"


def test_a_hold_that_fails_while_somebody_is_there_to_talk_with_is_only_repeated() -> None:
    play = talking()
    play.transfer()
    play.quietly(ev.RoomUnheld(play.customer.call, ROOM, 80))
    fail(play, co.Hold, ev.Problem.TEMPORARY, 4)
    assert not play.customer.deaf
    assert co.Hold in wanted(play)


def test_a_customer_who_cannot_be_taken_off_hold_is_led_out_and_in_again() -> None:
    play = consulting()
    play.quietly(ev.CompleteAsked(play.contact.transfers[-1].id))
    fail(play, co.Unhold, ev.Problem.REFUSED, 3)
    assert co.Redirect in wanted(play)
    play.work()
    play.sequence = 90
    play.join(play.customer)
    assert play.contact.transfers[-1].outcome is TransferOutcome.COMPLETED


def test_a_receiver_who_cannot_be_held_is_tried_again() -> None:
    play = consulting()
    play.quietly(ev.SwapAsked(play.contact.transfers[-1].id))
    fail(play, co.Hold, ev.Problem.TEMPORARY, 3)
    assert co.Hold in wanted(play)
    assert not play.named("carla").deaf


def test_a_hold_that_is_read_back_late_only_corrects_what_is_known() -> None:
    play = talking()
    play.quietly(ev.HoldRead("late", play.customer.id, True))
    assert co.Unhold in wanted(play)


def test_what_is_gone_is_looked_at_and_not_hammered() -> None:
    play = alone()
    fail(play, co.Hold, ev.Problem.GONE)
    assert co.Inspect in wanted(play)
    assert entry(play, co.Hold).ready > play.now


def test_a_call_that_is_gone_has_ended() -> None:
    play = talking()
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.HUNG_UP))
    fail(play, co.EndCall, ev.Problem.GONE)
    assert play.named("ana").state is LegState.ENDED
    assert play.contact.deadline is None


# -- promises and tickets ----------------------------------------------------------------------


def writing() -> Play:
    play = choosing()
    play.quietly(ev.CustomerChose(Choice.CALLBACK))
    return play


def test_a_promise_given_up_is_taken_back_should_it_be_in_the_ledger_after_all() -> None:
    play = writing()
    assert play.contact.promise is not None
    name = play.contact.promise.id
    fail(play, co.WritePromise, ev.Problem.TEMPORARY, 3)
    assert play.stands(Stage.SEEKING)
    close = entry(play, co.ClosePromise).command
    assert close == co.ClosePromise(name, "cancelled")


def test_a_promise_written_too_late_is_taken_back_once() -> None:
    play = writing()
    assert play.contact.promise is not None
    written = ev.PromiseWritten("k1", play.contact.promise.id, 1, 2, 3)
    fail(play, co.WritePromise, ev.Problem.TEMPORARY, 3)
    play.quietly(written)
    play.quietly(written)
    assert [type(e.command) for e in play.contact.pending].count(co.ClosePromise) == 1


def test_a_promise_written_twice_stays() -> None:
    play = writing()
    play.work()
    assert play.contact.promise is not None
    play.quietly(ev.PromiseWritten("k1", play.contact.promise.id, 1, 2, 3))
    assert co.ClosePromise not in wanted(play)


def test_a_promise_written_while_a_ticket_is_being_opened_is_not_ours() -> None:
    play = choosing()
    play.tell(ev.CustomerChose(Choice.MESSAGE))
    play.quietly(ev.MessageRecorded("https://example.org/r", 3))
    play.quietly(ev.PromiseWritten("k1", "other", 1, 2, 3))
    assert play.contact.promise is None


def test_a_customer_who_may_never_be_called_back_gets_a_human_instead() -> None:
    play = writing()
    fail(play, co.WritePromise, ev.Problem.REFUSED)
    play.work()
    assert play.stands(Stage.FAREWELL)
    assert play.contact.ticket


def test_a_customer_who_hung_up_waiting_for_a_promise_is_still_promised_one() -> None:
    play = writing()
    play.ledger = False
    play.quietly(ev.LegEnded(play.customer.id, play.customer.call, Ending.HUNG_UP))
    fail(play, co.WritePromise, ev.Problem.TEMPORARY, 5)
    assert wanted(play) == {co.WritePromise}
    play.ledger = True
    play.strike()
    assert play.stands(Stage.PROMISED)


def test_a_promise_that_the_ledger_does_not_know_becomes_a_ticket() -> None:
    play = keeping()
    play.quietly(ev.LegDeclined(play.ringing()[0].id, play.ringing()[0].call))
    fail(play, co.CountAttempt, ev.Problem.REFUSED)
    play.work()
    assert play.contact.outcome is ContactOutcome.TICKETED
    assert play.contact.promise is not None
    assert play.contact.promise.state is PromiseState.TICKETED


@pytest.mark.parametrize("problem", [ev.Problem.REFUSED, ev.Problem.GONE])
def test_a_message_that_can_never_be_sent_is_not_tried_for_ever(problem: ev.Problem) -> None:
    play = writing()
    found = entry(play, co.WritePromise)
    assert play.contact.promise is not None
    play.quietly(ev.PromiseWritten(found.id, play.contact.promise.id, 1, 2, 3))
    fail(play, co.ConfirmPromise, problem)
    assert co.ConfirmPromise not in wanted(play)


def test_an_attempt_that_cannot_be_counted_now_is_counted_later() -> None:
    play = keeping()
    play.quietly(ev.LegDeclined(play.ringing()[0].id, play.ringing()[0].call))
    fail(play, co.CountAttempt, ev.Problem.TEMPORARY, 6)
    assert co.CountAttempt in wanted(play)
    assert entry(play, co.CountAttempt).ready <= play.now + 10_000


def test_who_calls_in_while_a_ticket_is_being_opened_is_served_and_needs_none() -> None:
    play = promised()
    assert play.contact.promise is not None
    used = replace(play.contact.promise, attempts=3)
    play.contact = settle(replace(play.contact, promise=used), play.now)
    assert co.OpenTicket in wanted(play)
    play.quietly(ev.CustomerCalled("CA" + "c" * 32, play.contact.customer, "+12025550100", "en"))
    assert play.stands(Stage.SEEKING)
    assert co.OpenTicket not in wanted(play)


# -- what is late ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        ev.CommandDone("none"),
        ev.CommandFailed("none", ev.Problem.TEMPORARY),
        ev.CandidatesFound("none", "h99", None, ()),
        ev.RoomJoined("CA-nobody", ROOM, 1),
        ev.DocumentAsked("l99"),
        ev.LegEnded("l99", "CA1", Ending.HUNG_UP),
    ],
)
def test_results_and_news_of_what_nobody_knows_are_late(event: ev.Event) -> None:
    play = talking()
    assert play.quietly(event).contact == step(play.contact, event, play.now).contact


def test_rules_that_undo_each_other_are_a_bug_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def restless(contact: Contact, now: int) -> Contact:
        return replace(contact, serial=contact.serial + 1)

    monkeypatch.setattr(machine, "RULES", (restless,))
    with pytest.raises(Impossible, match="do not come to rest"):
        step(talking().contact, ev.DeadlinePassed(), 0)


def test_a_contact_whose_line_is_lost_twice_while_nobody_is_there_is_promised() -> None:
    play = restoring()
    play.end(play.customer, Ending.NO_ANSWER)
    play.end(play.customer, Ending.NO_ANSWER)
    assert play.stands(Stage.PROMISED)
    assert play.contact.hunt is not None
    assert play.contact.hunt.state is not HuntState.RINGING
