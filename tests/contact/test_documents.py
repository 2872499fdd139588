"""What a leg hears follows from the state alone: one case for every stage, role and question."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.contact import events as ev
from telephony.contact.documents import (
    CONFIRM_TRIES,
    Document,
    HoldNews,
    choices_of,
    document_for,
    hold_news,
)
from telephony.contact.model import (
    AttemptOutcome,
    Ending,
    HuntPurpose,
    LegState,
    Question,
    Role,
    Stage,
)
from telephony.contact.plans import Rung, RungKind, Target, TargetKind
from telephony.contact.records import replace
from telephony.contact.seeking import begin_hunt
from tests.contact.play import LADDER, Play, plan
from tests.contact.stages import STAGES, choosing, consulting, keeping, restoring, transferring

CUSTOMER_HEARS = {
    Stage.MENU: Document.MENU,
    Stage.SEEKING: Document.ROOM,
    Stage.CHOOSING: Document.CHOICE,
    Stage.RECORDING: Document.RECORD,
    Stage.PROMISING: Document.ONE_MOMENT,
    Stage.TALKING: Document.ROOM,
    Stage.TRANSFER: Document.ROOM,
    Stage.RESTORING: Document.ROOM,
    Stage.FAREWELL: Document.PROMISE_TOLD,
    Stage.PROMISED: Document.PROMISE_TOLD,
    Stage.KEEPING: Document.ROOM,
    Stage.CLOSED: Document.FINISHED,
}


@pytest.mark.parametrize("stage", Stage)
def test_the_customer_hears_what_the_stage_says(stage: Stage) -> None:
    contact = STAGES[stage]().contact
    assert contact.customer_leg is not None
    leg = replace(contact.customer_leg, state=LegState.ACCEPTED)
    assert document_for(contact, leg) is CUSTOMER_HEARS[stage]


def test_a_line_that_is_over_hears_nothing_more() -> None:
    contact = STAGES[Stage.PROMISED]().contact
    assert contact.customer_leg is not None
    assert document_for(contact, contact.customer_leg) is Document.FINISHED


def test_a_customer_who_is_called_back_is_asked_first_and_a_machine_hears_a_message() -> None:
    play = keeping()
    play.accept_and_join(play.ringing()[0])
    play.tell(ev.LegAnswered(play.customer.id, play.customer.call))
    assert document_for(play.contact, play.customer) is Document.CONFIRM
    for _ in range(CONFIRM_TRIES + 1):
        play.tell(ev.LegMispressed(play.customer.id, play.customer.call))
    assert document_for(play.contact, play.customer) is Document.CALLBACK_VOICEMAIL


def test_who_has_a_ticket_hears_of_a_person_who_will_act() -> None:
    play = choosing()
    contact = replace(play.contact, stage=Stage.FAREWELL, ticket="t1")
    assert document_for(contact, play.customer) is Document.TICKET_TOLD


@pytest.mark.parametrize(
    ("outcome", "document"),
    [
        (AttemptOutcome.BEATEN, Document.BEATEN),
        (AttemptOutcome.DECLINED, Document.DECLINED),
        (AttemptOutcome.CANCELLED, Document.CUSTOMER_GONE),
    ],
)
def test_who_is_let_go_hears_why(outcome: AttemptOutcome, document: Document) -> None:
    play = STAGES[Stage.SEEKING]()
    leg = replace(play.named("ana"), outcome=outcome, unwanted=outcome.value)
    assert document_for(play.contact, leg) is document


def test_a_receiver_is_whispered_to_until_they_accept_and_then_led_into_the_room() -> None:
    play = STAGES[Stage.SEEKING]()
    ana = play.named("ana")
    assert document_for(play.contact, ana) is Document.WHISPER
    assert document_for(play.contact, replace(ana, state=LegState.ACCEPTED)) is Document.ROOM
    assert document_for(play.contact, replace(ana, unwanted="voicemail")) is Document.FINISHED
    closed = replace(play.contact, stage=Stage.CLOSED)
    assert document_for(closed, ana) is Document.FINISHED


def keys(play: Play, **changes: Any) -> list[str]:
    return [choice for _, choice in choices_of(replace(play.contact, **changes))]


def test_the_choices_offered_depend_on_the_question() -> None:
    play = choosing()
    assert keys(play) == ["wait", "callback", "message"]
    assert keys(play, question=Question.CLOSED) == ["callback", "message"]
    assert keys(play, question=Question.AGENT_LEFT) == ["wait", "callback"]


def test_whose_number_is_withheld_is_not_offered_a_callback() -> None:
    play = choosing()
    assert keys(play, customer="") == ["wait", "message"]
    assert keys(play, customer="", question=Question.CLOSED) == ["message"]
    assert keys(play, customer="", question=Question.AGENT_LEFT) == ["wait"]


def test_the_agent_is_offered_when_there_is_one_and_the_ladder_knows_them() -> None:
    play = transferring()
    assert play.contact.hunt is not None
    hunt = replace(play.contact.hunt, plan=plan(ladder=(Rung(RungKind.AGENT), *LADDER)))
    assert keys(play, hunt=hunt)[-1] == "agent"
    assert keys(play, hunt=None)[-1] == "message"


def news(play: Play, role: Role = Role.CUSTOMER) -> HoldNews:
    leg = next(leg for leg in reversed(play.contact.legs) if leg.role is role)
    return hold_news(play.contact, leg)


def test_hold_news_tells_the_truth_of_the_moment() -> None:
    assert news(STAGES[Stage.SEEKING]()) is HoldNews.CONNECTING
    assert news(STAGES[Stage.TALKING]()) is HoldNews.PLAIN
    assert news(transferring()) is HoldNews.AGENT_SEEKS
    assert news(consulting()) is HoldNews.CONSULTING
    assert news(restoring(), Role.AGENT) is HoldNews.LINE_LOST
    assert news(keeping(), Role.RECEIVER) is HoldNews.CALLING_CUSTOMER
    assert news(STAGES[Stage.TALKING](), Role.AGENT) is HoldNews.PLAIN


def test_hold_news_says_that_the_agent_is_gone_or_comes_back() -> None:
    play = transferring()
    play.end(play.named("ana"), Ending.HUNG_UP)
    assert news(play) is HoldNews.CONNECTING
    target = Target(TargetKind.AGENT, "ana")
    play.contact = begin_hunt(play.contact, HuntPurpose.RETURN, target, play.now)
    assert news(play) is HoldNews.RETURNING
