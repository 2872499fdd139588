"""What Twilio says is there, when it is asked or of its own accord, against what we believe."""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.machine import begin, settle
from telephony.contact.model import (
    LegState,
    Role,
    Stage,
)
from tests.contact.play import ROOM, START, Play, fact, looks, wanted
from tests.contact.stages import (
    closed,
    consulting,
    ringing_two,
    talking,
)


def test_a_customer_who_never_reached_the_room_is_led_in_again() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    looks(play, fact(play.customer.call))
    assert co.Redirect in wanted(play)
    play.work()
    assert co.Redirect in wanted(play), "asked for; quiet until it should have helped"


def test_a_customer_whose_join_was_lost_is_found_in_the_room() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    play.accept_and_join(play.named("ana"))
    assert play.stands(Stage.SEEKING)
    looks(play, fact(play.customer.call, ROOM))
    assert play.stands(Stage.TALKING)


def test_a_customer_on_the_way_is_given_the_time_to_arrive() -> None:
    play = talking()
    play.quietly(ev.DocumentAsked(play.customer.id))
    play.now += 60_000
    play.quietly(ev.DocumentAsked(play.customer.id))
    assert play.customer.since == play.now
    assert co.Redirect not in wanted(play)


def test_a_ringing_that_was_not_reported_is_seen() -> None:
    play = Play.started()
    play.choose()
    looks(play, fact(play.named("ana").call, ringing=True))
    assert play.named("ana").state is LegState.RINGING


def test_who_is_not_in_the_room_any_more_has_left_it() -> None:
    play = talking()
    looks(play, fact(play.named("ana").call))
    assert play.named("ana").state is LegState.ACCEPTED


def test_news_younger_than_the_question_wins() -> None:
    play = talking()
    play.quietly(ev.Inspected("none", START - 1, (fact(play.named("ana").call, live=False),)))
    assert play.named("ana").state is LegState.JOINED


def test_an_unwanted_leg_in_the_room_stays_unwanted() -> None:
    play = ringing_two()
    ben = play.named("ben")
    play.quietly(ev.LegAccepted(play.named("ana").id, play.named("ana").call))
    looks(play, fact(ben.call, ROOM))
    assert play.named("ben").unwanted
    assert play.named("ben").state is not LegState.JOINED


def test_a_join_of_an_ended_or_unproven_leg_is_late() -> None:
    play = closed()
    assert play.quietly(ev.RoomJoined(play.named("ana").call, ROOM, 99)).contact is play.contact


def test_the_end_of_a_conference_empties_only_that_room() -> None:
    play = talking()
    play.quietly(ev.RoomEnded("CF-other", 1))
    assert play.named("ana").state is LegState.JOINED
    play.quietly(ev.RoomEnded(ROOM, 99))
    assert play.named("ana").state is LegState.ACCEPTED
    assert play.customer.state is LegState.ACCEPTED


def test_a_contact_may_be_settled_at_any_time() -> None:
    play = consulting()
    assert settle(play.contact, play.now) == play.contact
    assert begin("b", ev.CustomerCalled("CA1", "", "+1", "en"), 0).contact.customer == ""
    assert play.contact.room == f"wl-{play.contact.id}"
    assert {leg.role for leg in play.contact.legs} == set(Role)


def test_a_hold_that_nobody_reported_is_seen() -> None:
    play = talking()
    looks(play, ev.LegFact(play.customer.call, True, False, ROOM, True))
    assert play.customer.held
    assert co.Unhold in wanted(play)
