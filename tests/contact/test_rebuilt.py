"""A contact whose record is lost goes on from what Twilio and the ledger still know (17, 18)."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.codec import decode, encode
from telephony.contact.machine import begin, recover, step
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    Promise,
    PromiseState,
    Role,
    Stage,
    Transfer,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.contact.plans import Target, TargetKind
from telephony.contact.records import replace
from tests.contact.play import ROOM, Play

NOW = 1_800_000_000_000
ID = "0" * 31 + "1"
CUSTOMER = Leg("l1", Role.CUSTOMER, "+12025550199", LegState.JOINED, NOW, call="CA" + ID, room=ROOM)
ANA = Leg("l7", Role.AGENT, "client:ana", LegState.JOINED, NOW, call="CA2", room=ROOM, talked=True)
PROMISE = Promise(f"{ID}.p9", "sales", PromiseState.OPEN, NOW + 60_000, NOW + 120_000)
FOUND = ev.ContactFound(
    customer="+12025550199",
    dialled="+12025550100",
    language="en",
    department="sales",
    department_name="Sales",
    created=NOW - 60_000,
    version=41,
    legs=(CUSTOMER,),
)


def found(**fields: object) -> Contact:
    contact = recover(ID, replace(FOUND, **fields), NOW).contact  # type: ignore[arg-type]
    assert contact.deadline is not None
    assert decode(encode(contact)) == contact
    return contact


def commands(contact: Contact) -> list[type[co.Command]]:
    return [type(entry.command) for entry in contact.pending]


def test_a_customer_alone_in_the_room_is_sought_for_again() -> None:
    contact = found()
    assert contact.stage is Stage.SEEKING
    assert contact.hunt is not None
    assert (contact.hunt.purpose, contact.hunt.target.value) == (HuntPurpose.INBOUND, "sales")
    assert commands(contact) == [co.FindCandidates]


def test_a_held_customer_is_taken_off_hold_to_whoever_is_in_the_room() -> None:
    contact = found(legs=(replace(CUSTOMER, held=True, talked=True), ANA))
    assert contact.stage is Stage.TALKING
    assert commands(contact) == [co.Unhold]


def test_a_customer_at_an_unknown_question_begins_with_the_menu() -> None:
    contact = found(legs=(replace(CUSTOMER, state=LegState.ANSWERED),), department="")
    assert (contact.stage, contact.pending) == (Stage.MENU, ())


def test_an_open_promise_waits_for_its_hour_and_is_kept_then() -> None:
    contact = found(legs=(), promise=PROMISE)
    assert (contact.stage, contact.deadline) == (Stage.PROMISED, PROMISE.due_from)
    later = step(contact, ev.DeadlinePassed(), PROMISE.due_from).contact
    assert later.stage is Stage.KEEPING


def test_a_promise_is_told_while_its_customer_is_on_the_line() -> None:
    assert found(promise=PROMISE).stage is Stage.FAREWELL


def test_what_an_agent_has_promised_for_later_stands_while_the_two_talk() -> None:
    later = replace(PROMISE, by="client:ana", due_from=NOW + 1, due_until=NOW + 2)
    contact = found(legs=(CUSTOMER, ANA), promise=later)
    assert contact.stage is Stage.TALKING
    assert contact.promise == later


def test_a_promise_whose_customer_talks_already_is_closed_as_kept() -> None:
    contact = found(legs=(CUSTOMER, ANA), promise=PROMISE)
    assert contact.stage is Stage.TALKING
    assert commands(contact) == [co.ClosePromise]


def test_nothing_that_the_lost_record_named_is_named_again() -> None:
    contact = found()
    assert contact.version > FOUND.version
    assert all(int(entry.id[1:]) > 100 for entry in contact.pending)


@pytest.mark.parametrize("held", [False, True])
def test_a_receiver_who_is_in_the_room_has_accepted_though_we_forgot_it(held: bool) -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ()))
    play.work()
    ringing = next(leg for leg in play.contact.legs if leg.role is Role.RECEIVER)
    assert ringing.state in {LegState.REQUESTED, LegState.RINGING}
    play.now += 5_000
    fact = ev.LegFact(ringing.call, True, False, ROOM, held)
    contact = step(play.contact, ev.Inspected("", play.now, (fact,)), play.now).contact
    leg = contact.leg(ringing.id)
    assert leg is not None
    assert (leg.state, leg.held, leg.outcome) == (LegState.JOINED, held, AttemptOutcome.ACCEPTED)
    assert contact.hunt is not None
    assert contact.hunt.state is HuntState.WON


def test_a_found_contact_that_is_there_after_all_changes_nothing() -> None:
    called = ev.CustomerCalled("CA" + ID, "+12025550199", "+12025550100", "en")
    contact = begin(ID, called, NOW).contact
    assert step(contact, FOUND, NOW).contact is contact


def test_a_customer_whose_legs_are_forgotten_calls_in_and_redeems_the_promise() -> None:
    contact = found(legs=(), promise=PROMISE)
    call = ev.CustomerCalled("CA" + "c" * 32, "+12025550199", "+12025550100", "en")
    after = step(contact, call, NOW + 1_000).contact
    assert after.stage is Stage.SEEKING
    assert after.promise is not None
    assert after.promise.state is PromiseState.REDEEMED


# -- an open transfer ---------------------------------------------------------------------------

BILLING = Target(TargetKind.DEPARTMENT, "billing", "Billing")
ASKED = Transfer(
    id=f"{ID}.t9",
    mode=TransferMode.WARM,
    target=BILLING,
    by="",
    by_name="Ana",
    by_address="client:ana",
    state=TransferState.HOLDING,
    since=NOW - 30_000,
    requested_at=NOW - 30_000,
    note="invoice 7",
)
CARLA = replace(ANA, id="l12", address="client:carla", call="CA3", name="Carla")
HELD = replace(CUSTOMER, held=True, talked=True)
TALKED = replace(CUSTOMER, talked=True)


def transfer_of(*legs: Leg, mode: TransferMode = TransferMode.WARM) -> Transfer:
    contact = found(legs=legs, transfer=replace(ASKED, mode=mode))
    (transfer,) = contact.transfers
    assert (transfer.id, transfer.note) == (ASKED.id, ASKED.note)
    return transfer


def test_a_customer_on_hold_while_two_of_ours_talk_is_consulted_about() -> None:
    contact = found(legs=(HELD, ANA, CARLA), transfer=ASKED)
    (transfer,) = contact.transfers
    assert contact.stage is Stage.TRANSFER
    assert transfer.state is TransferState.CONSULTING
    assert (transfer.by, transfer.receiver) == ("l7", "l12")
    assert commands(contact) == [], "everybody hears what they should"
    assert contact.waiting_since == ASKED.requested_at
    after = step(contact, ev.CompleteAsked(transfer.id), NOW).contact
    assert commands(after) == [co.Unhold]


@pytest.mark.parametrize(
    ("legs", "mode", "state"),
    [
        ((TALKED, ANA, CARLA), TransferMode.WARM, TransferState.MERGED),
        ((TALKED, ANA, replace(CARLA, held=True)), TransferMode.WARM, TransferState.ASIDE),
        ((HELD, ANA, CARLA), TransferMode.COLD, TransferState.COMPLETING),
    ],
)
def test_who_hears_whom_tells_how_far_a_transfer_had_come(
    legs: tuple[Leg, ...], mode: TransferMode, state: TransferState
) -> None:
    assert transfer_of(*legs, mode=mode).state is state


def test_a_transfer_whose_agent_has_left_is_completed() -> None:
    contact = found(legs=(HELD, CARLA), transfer=ASKED)
    assert commands(contact) == [co.Unhold]
    unheld = ev.RoomUnheld(CUSTOMER.call, ROOM, 99)
    after = step(contact, unheld, NOW).contact
    assert after.stage is Stage.TALKING
    assert after.transfers[-1].outcome is TransferOutcome.COMPLETED


def test_without_a_receiver_in_the_room_the_agent_has_the_customer_again() -> None:
    contact = found(legs=(HELD, ANA), transfer=ASKED)
    assert contact.stage is Stage.TALKING
    assert commands(contact) == [co.Unhold]
    transfer = contact.transfers[-1]
    assert (transfer.outcome, transfer.reason) == (TransferOutcome.RETURNED, "record_lost")


def test_nobody_knows_who_is_the_receiver_among_several() -> None:
    dan = replace(CARLA, id="l13", address="client:dan", call="CA4")
    transfer = transfer_of(HELD, ANA, CARLA, dan)
    assert (transfer.outcome, transfer.reason) == (TransferOutcome.RETURNED, "record_lost")


def test_a_transfer_of_a_customer_who_is_alone_is_over_and_they_are_sought_for_again() -> None:
    contact = found(legs=(HELD,), transfer=ASKED)
    assert contact.stage is Stage.SEEKING
    assert contact.transfers[-1].outcome is TransferOutcome.CANCELLED
