"""Promises, messages and tickets, performed: the ledger comes first."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import (
    Promise,
    PromiseState,
    Stage,
)
from telephony.contact.records import replace
from telephony.errors import StoreUnavailable
from telephony.store import ledger
from telephony.twilio.fates import Fate
from tests.workers.desk import CUSTOMER, ID, NOW, Desk, do
from workers.perform import perform

PROMISE = f"{ID}.p1"


def promised(desk: Desk, attempts: int = 0) -> Promise:
    """A contact whose promise is written."""
    written = do(desk, co.WritePromise(PROMISE, "billing", 0))
    assert isinstance(written, ev.PromiseWritten)
    promise = Promise(
        written.promise,
        "billing",
        PromiseState.OPEN,
        written.due_from,
        written.due_until,
        attempts,
        written.max_attempts,
    )
    desk.put(desk.contact(), promise=promise)
    return promise


def test_a_promise_is_in_the_ledger_before_it_is_told(desk: Desk) -> None:
    desk.begin()
    promise = promised(desk)
    there = ledger.promise(desk.services.ledger, PROMISE)
    assert (there.due_from, there.due_until) == (promise.due_from, promise.due_until)
    assert there.due_from == NOW
    assert (there.customer, there.contact_id) == (CUSTOMER, ID)
    token = ledger.promise_token(desk.services.settings.key_for("promise link"), PROMISE)
    assert ledger.promise_by_token(desk.services.ledger, token).id == PROMISE


def test_a_newer_contact_of_the_customer_takes_the_promise_over(desk: Desk) -> None:
    desk.begin()
    newer = desk.begin("CA" + "0" * 31 + "9")
    promised(desk)
    desk.put(desk.contact(), stage=Stage.PROMISED)
    command = co.WritePromise(f"{newer.id}.p1", "billing", 0)
    for _ in range(2):
        event = perform(desk.services, newer, desk.pending(command))
        assert isinstance(event, ev.PromiseWritten)
        assert event.promise == PROMISE
        assert ledger.promise(desk.services.ledger, PROMISE).contact_id == newer.id
        older = desk.contact(ID)
        assert (older.stage, older.reason) == (Stage.CLOSED, "promise_taken_over")


def test_a_promise_for_a_closed_department_waits_for_its_next_hour(desk: Desk) -> None:
    desk.begin()
    next_open = NOW + 20 * 3_600_000  # 8 in the morning; customers are called from 9 on
    event = do(desk, co.WritePromise(PROMISE, "billing", next_open))
    assert isinstance(event, ev.PromiseWritten)
    assert event.due_from == NOW + 21 * 3_600_000


def test_a_customer_who_may_never_be_called_is_promised_nothing(desk: Desk) -> None:
    contact = desk.begin()
    desk.put(contact, customer="+442079460000")
    event = do(desk, co.WritePromise(PROMISE, "billing", 0))
    assert isinstance(event, ev.CommandFailed)
    assert event.problem is ev.Problem.REFUSED


def test_nothing_is_promised_while_the_ledger_is_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.begin()

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("SQL is away")

    monkeypatch.setattr(ledger, "write_promise", away)
    event = do(desk, co.WritePromise(PROMISE, "billing", 0))
    assert event == ev.CommandFailed("k99", ev.Problem.TEMPORARY, "SQL is away")


def test_a_try_in_vain_is_counted_once_and_the_next_is_put_off(desk: Desk) -> None:
    desk.begin()
    promised(desk)
    retry = desk.services.routing.company().promises.retry_minutes * 60_000
    for _ in range(2):
        event = do(desk, co.CountAttempt(PROMISE))
        assert isinstance(event, ev.PromiseMoved)
        assert (event.attempts, event.due_from, event.command) == (1, NOW + retry, "k99")
    assert ledger.promise(desk.services.ledger, PROMISE).attempts == 1


def test_the_last_try_is_told_as_the_last(desk: Desk) -> None:
    desk.begin()
    promise = promised(desk)
    for attempts in range(promise.max_attempts + 1):
        desk.put(desk.contact(), promise=replace(promise, attempts=attempts))
        event = do(desk, co.CountAttempt(PROMISE))
    assert isinstance(event, ev.PromiseMoved)
    assert event.attempts == promise.max_attempts


def test_a_promise_that_was_cancelled_meanwhile_is_told_as_cancelled(desk: Desk) -> None:
    desk.begin()
    promised(desk)
    do(desk, co.ClosePromise(PROMISE, "cancelled"))
    assert do(desk, co.CountAttempt(PROMISE)) == ev.PromiseCancelled(PROMISE)


def test_a_promise_stays_as_it_ended_first(desk: Desk) -> None:
    desk.begin()
    promised(desk)
    assert do(desk, co.ClosePromise(PROMISE, "kept")) == ev.CommandDone("k99")
    assert do(desk, co.ClosePromise(PROMISE, "cancelled")) == ev.CommandDone("k99")
    assert ledger.promise(desk.services.ledger, PROMISE).state is ledger.PromiseState.KEPT


def test_the_customer_gets_the_link_that_moves_the_promise(desk: Desk) -> None:
    desk.begin()
    promise = promised(desk)
    assert do(desk, co.ConfirmPromise(PROMISE, promise.due_from)) == ev.CommandDone("k99")
    ((to, body, sender),) = desk.rest.of("message")
    assert (to, sender) == (CUSTOMER, "+12025550100")
    token = ledger.promise_token(desk.services.settings.key_for("promise link"), PROMISE)
    assert f"https://calls.example.com/p/{token}" in body
    assert "Harbor Supplies" in body


@pytest.mark.parametrize(("fate", "again"), [(Fate.UNKNOWN, False), (Fate.TEMPORARY, True)])
def test_a_message_that_may_have_been_sent_is_not_sent_again(
    desk: Desk, fate: Fate, again: bool
) -> None:
    desk.begin()
    promise = promised(desk)
    desk.rest.fate = fate
    event = do(desk, co.ConfirmPromise(PROMISE, promise.due_from))
    assert isinstance(event, ev.CommandFailed) is again


def test_a_ticket_is_opened_once(desk: Desk) -> None:
    desk.begin()
    for _ in range(2):
        assert do(desk, co.OpenTicket("t1", "no_answer")) == ev.TicketOpened("k99", "t1")
    (opened,) = ledger.list_tickets(desk.services.ledger).items
    assert (opened.contact_id, opened.customer, opened.reason) == (ID, CUSTOMER, "no_answer")
