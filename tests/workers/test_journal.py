"""The journal: every event in SQL, each once, whatever happens in between."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import redis

from telephony.contact.events import LegEnded
from telephony.contact.model import (
    Contact,
    ContactOutcome,
    Ending,
    LegState,
    Promise,
    PromiseState,
    Stage,
)
from telephony.contact.records import replace
from telephony.errors import StoreUnavailable
from telephony.store import keys, ledger
from tests.contact.play import Play
from tests.workers.desk import CALL, CUSTOMER, ID, NOW, Desk
from workers import journal
from workers.hands import inline
from workers.jobs import work
from workers.journal import copy, lost, summary_of
from workers.loop import turns


def kinds(desk: Desk) -> list[str]:
    return [entry.kind for entry in ledger.timeline(desk.services.ledger, ID).items]


def a_short_call(desk: Desk) -> None:
    """Ten seconds of waiting, then the customer leaves."""
    customer = desk.seek().customer_leg
    assert customer is not None
    work(inline(desk.services), ID)
    desk.clock.now += 10_000
    desk.services.dispatch.apply(ID, LegEnded(customer.id, CALL, Ending.HUNG_UP))


def test_everything_is_copied_in_order_and_summed_up(desk: Desk) -> None:
    a_short_call(desk)
    assert copy(desk.services) == len(desk.services.live.feed.read())
    told = kinds(desk)
    assert (told[:2], told[-1]) == (["CustomerCalled", "DepartmentChosen"], "LegEnded")
    row = ledger.contact(desk.services.ledger, ID)
    assert (row.customer, row.department, row.outcome) == (CUSTOMER, "billing", "customer_left")
    assert (row.started_at, row.ended_at, row.waited_ms) == (NOW, NOW + 10_000, 10_000)
    assert (row.attempts, row.answered_at, row.state) == (1, None, "closed")
    assert copy(desk.services) == 0


def test_a_batch_that_is_copied_again_after_a_crash_is_there_once(
    desk: Desk, redis_url: str
) -> None:
    a_short_call(desk)
    copy(desk.services)
    once = kinds(desk)
    with redis.Redis.from_url(redis_url) as raw:
        raw.delete(keys.COPIED)
    assert copy(desk.services) == len(once)
    assert kinds(desk) == once


def test_nothing_is_trimmed_that_is_not_in_sql(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    a_short_call(desk)
    count = len(desk.services.live.feed.read())

    def away(*_: object) -> None:
        raise StoreUnavailable("SQL is away")

    with monkeypatch.context() as outage:
        outage.setattr(journal, "append_journal", away)
        outage.setattr(journal, "KEEP", 1)
        with pytest.raises(StoreUnavailable):
            copy(desk.services)
    assert len(desk.services.live.feed.read()) == count
    assert copy(desk.services) == count


def test_the_newest_events_stay_for_the_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEEP", 2)
    a_short_call(desk)
    copy(desk.services)
    left = desk.services.live.feed.read()
    assert len(left) >= 2
    assert left[-1].id == desk.services.live.feed.last_id()


def test_an_outage_is_waited_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    a_short_call(desk)
    stop, outage = threading.Event(), iter(range(2))

    def turn(services: object, _: threading.Event) -> float:
        if next(outage, None) is not None:
            raise StoreUnavailable("SQL is away")
        copy(desk.services)
        stop.set()
        return 0.0

    monkeypatch.setattr("workers.loop.OUTAGE_PAUSE_S", 0.001)
    turns(desk.services, "journal", turn, stop)
    assert kinds(desk)
    assert desk.services.live.feed.beats() == {}


def closed(outcome: ContactOutcome, **changes: Any) -> Contact:
    """A contact whose customer has gone; by themselves unless told otherwise."""
    play = Play.started()
    play.choose()
    leg = changes.pop("leg", {})
    ended = {"state": LegState.ENDED, "ending": Ending.HUNG_UP}
    customer = replace(play.customer, **(ended | leg))
    legs = tuple(customer if each.id == customer.id else each for each in play.contact.legs)
    return replace(play.contact, stage=Stage.CLOSED, outcome=outcome, legs=legs, **changes)


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        (closed(ContactOutcome.CUSTOMER_LEFT), ""),
        (closed(ContactOutcome.RESOLVED, leg={"unwanted": "cancelled"}), ""),
        (closed(ContactOutcome.CUSTOMER_LEFT, leg={"ending": Ending.FAILED}), "line_broke"),
        (closed(ContactOutcome.CUSTOMER_LEFT, leg={"unwanted": "cancelled"}), "ended_by_us"),
        (closed(ContactOutcome.CUSTOMER_LEFT, leg={"unwanted": "lost"}, ticket="t1"), ""),
        (
            closed(
                ContactOutcome.CUSTOMER_LEFT,
                leg={"ending": Ending.FAILED},
                promise=Promise("p1", "sales", PromiseState.OPEN),
            ),
            "",
        ),
        (
            closed(
                ContactOutcome.CUSTOMER_LEFT,
                leg={"ending": Ending.FAILED},
                promise=Promise("p1", "sales", PromiseState.WRITING),
            ),
            "line_broke",
        ),
    ],
)
def test_a_customer_is_lost_when_it_was_not_they_who_ended_it_and_nobody_owes_them_anything(
    contact: Contact, expected: str
) -> None:
    assert lost(contact) == expected


def test_attempts_in_vain_and_the_reason_of_the_end_are_in_the_summary(desk: Desk) -> None:
    play = Play.started()
    play.choose()
    (ringing,) = play.ringing()
    play.end(ringing, Ending.NO_ANSWER)
    play.end(play.customer)
    row = summary_of(desk.services.ledger, play.contact)
    assert (row.attempts, row.unanswered, row.lost) == (2, 1, "")
    assert row.reason == "left_while_seeking"
