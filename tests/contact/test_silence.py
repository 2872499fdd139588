"""A customer who is left alone in the room gets music, whatever news of it was lost (S2, S3)."""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.machine import Verdict
from telephony.contact.model import AttemptOutcome, Ending, LegState
from telephony.contact.outbox import AUDIBLE
from telephony.contact.timing import ARRIVE_MS, BACKOFF_AUDIBLE_MS, ECHO_MS, WATCH_MS
from tests.contact.play import ROOM, Play
from tests.contact.stages import seeking, talking


def kinds(play: Play) -> set[type[co.Command]]:
    return {type(entry.command) for entry in play.contact.pending}


def fact(call: str, room: str = "", held: bool = False, live: bool = True) -> ev.LegFact:
    return ev.LegFact(call, live, False, room, held)


def accepted(play: Play) -> Play:
    """Ana has accepted, and nothing was heard of her in the room."""
    play.accept(play.named("ana"))
    return play


# -- an agent who is gone before any news of the room -------------------------------------------


def test_an_agent_whose_end_overtakes_the_news_of_the_room_leaves_no_silence() -> None:
    play = accepted(seeking())
    ana = play.named("ana")
    play.now += 700
    play.end(ana)
    assert play.named("ana").outcome is AttemptOutcome.LOST
    assert play.customer.held
    assert play.quietly(ev.RoomJoined(ana.call, ROOM, 7)).contact.leg(ana.id) is not None
    assert play.named("ana").room == ROOM
    play.quietly(ev.RoomLeft(ana.call, "CF-other", 8))
    assert play.named("ana").room == ROOM


def test_who_was_lost_before_the_customer_came_leaves_the_waiting_music_alone() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    accepted(play)
    play.end(play.named("ana"))
    play.now += 15_000
    play.join(play.customer)
    assert not play.customer.held


def test_an_agent_who_leaves_before_the_customer_was_heard_of_is_reason_to_ask_at_once() -> None:
    play = Play.started()
    play.tell(ev.DepartmentChosen("sales", "Sales", "en", ("1",)))
    accepted(play)
    play.join(play.named("ana"))
    play.now += 3_000
    play.quietly(ev.LegEnded(play.named("ana").id, play.named("ana").call, Ending.HUNG_UP))
    assert co.Inspect in kinds(play)
    asked, play.now = play.now, play.now + 300
    play.tell(ev.Inspected("none", asked + 1, (fact(play.customer.call, ROOM),)))
    assert play.customer.state is LegState.JOINED
    assert play.customer.held


# -- an agent whose arrival was not reported ----------------------------------------------------


def test_an_agent_of_whose_arrival_nothing_is_heard_is_asked_for_and_not_hung_up() -> None:
    play = accepted(seeking())
    ana = play.named("ana")
    play.now += ARRIVE_MS
    play.quietly(ev.DeadlinePassed())
    assert co.Inspect in kinds(play)
    play.now += WATCH_MS
    play.quietly(ev.DeadlinePassed())
    assert co.EndCall not in kinds(play)
    facts = (fact(ana.call, ROOM), fact(play.customer.call, ROOM))
    play.tell(ev.Inspected("none", play.now - 1, facts))
    assert play.stands(play.contact.stage.TALKING)


def test_an_agent_who_twilio_says_never_arrived_leaves_the_turn_to_the_next() -> None:
    play = accepted(seeking())
    ana = play.named("ana")
    play.now += ARRIVE_MS + 1
    play.quietly(ev.Inspected("none", play.now - 1, (fact(ana.call),)))
    assert co.EndCall not in kinds(play)
    play.now += 5_000
    play.quietly(ev.DeadlinePassed())
    assert co.EndCall in kinds(play)


# -- holds that nobody hears of -----------------------------------------------------------------


def left_alone() -> Play:
    """Ana left; REST says that the customer is on hold, and no news of it came."""
    play = talking()
    play.echoes = False
    play.leave(play.named("ana"))
    assert play.customer.held
    assert play.customer.unheard == play.now
    return play


def test_a_hold_without_an_echo_is_not_trusted_and_the_customer_is_fetched() -> None:
    play = left_alone()
    play.now += ECHO_MS
    play.quietly(ev.DeadlinePassed())
    assert co.Redirect in kinds(play)
    play.work()
    assert play.customer.state is LegState.ACCEPTED
    assert not play.customer.unheard


def test_a_hold_whose_music_was_asked_for_stays_a_hold() -> None:
    play = left_alone()
    play.quietly(ev.MusicAsked(play.customer.id))
    play.now += ECHO_MS
    play.quietly(ev.DeadlinePassed())
    assert co.Redirect not in kinds(play)


def test_the_news_of_a_hold_does_not_prove_that_its_music_plays() -> None:
    play = left_alone()
    play.quietly(ev.RoomHeld(play.customer.call, ROOM, 50))
    play.now += ECHO_MS
    play.quietly(ev.DeadlinePassed())
    assert co.Redirect in kinds(play)


def test_the_music_may_be_asked_for_before_twilio_says_that_it_holds() -> None:
    play = talking()
    play.quietly(ev.RoomLeft(play.named("ana").call, ROOM, 60))
    taken = play.quietly(ev.CommandsTaken("w", play.now + 7_000)).contact
    (hold,) = (e for e in taken.pending if isinstance(e.command, co.Hold))
    play.quietly(ev.MusicAsked(play.customer.id))
    play.quietly(ev.HoldRead(hold.id, play.customer.id, held=True))
    assert play.customer.held
    assert not play.customer.unheard
    assert not kinds(play) & set(AUDIBLE)


def test_a_hold_of_which_only_the_room_told_is_not_trusted_either() -> None:
    play = talking()
    play.quietly(ev.RoomHeld(play.customer.call, ROOM, 60))
    assert play.customer.held
    assert play.customer.unheard == play.now


def test_music_for_somebody_who_is_in_no_room_or_unknown_means_nothing() -> None:
    play = seeking()
    ana = play.ringing()[0]
    for leg in (ana.id, "l99"):
        assert play.quietly(ev.MusicAsked(leg)).verdict is Verdict.STALE


def test_a_silent_hold_in_company_is_renewed_and_nobody_is_fetched_out_of_it() -> None:
    """Fetched back they would hear the others in private."""
    play = left_alone()
    play.join(play.named("ana"))
    play.transfer()
    assert play.customer.held
    play.now += ECHO_MS
    play.quietly(ev.DeadlinePassed())
    assert co.Redirect not in kinds(play)
    assert co.Unhold in kinds(play)
    play.echoes = True
    play.work()
    held = [type(each) for each in play.performed if isinstance(each, co.Hold | co.Unhold)]
    assert held[-2:] == [co.Unhold, co.Hold]
    assert play.customer.held
    assert not play.customer.unheard


def test_who_is_seen_to_be_alone_though_no_news_came_is_fetched_and_not_held() -> None:
    """Our addresses may be away, and a hold's music with them; a redirect has a fallback."""
    play = talking()
    play.now += WATCH_MS
    facts = (fact(play.customer.call, ROOM), fact(play.named("ana").call, live=False))
    play.quietly(ev.Inspected("none", play.now - 1, facts))
    assert co.Redirect in kinds(play)
    assert co.Hold not in kinds(play)


def test_nobody_is_fetched_when_the_customer_is_gone_with_the_agent() -> None:
    play = talking()
    play.now += WATCH_MS
    gone = tuple(fact(leg.call, live=False) for leg in play.contact.legs)
    play.quietly(ev.Inspected("none", play.now - 1, gone))
    assert co.Redirect not in kinds(play)


def test_what_somebody_hears_is_tried_again_soon() -> None:
    play = talking()
    play.quietly(ev.RoomLeft(play.named("ana").call, ROOM, 60))
    for _ in range(6):
        lease = play.now + 7_000
        taken = play.quietly(ev.CommandsTaken("w", lease)).contact
        (audible,) = (e for e in taken.pending if isinstance(e.command, AUDIBLE))
        play.quietly(ev.CommandFailed(audible.id, ev.Problem.TEMPORARY, "503"))
        (after,) = (e for e in play.contact.pending if isinstance(e.command, AUDIBLE))
        assert after.ready <= play.now + BACKOFF_AUDIBLE_MS * 1.2
        play.now = after.ready


# -- an unhold that did nothing -----------------------------------------------------------------


def taken_back_without_echo() -> Play:
    """Ana cancelled; REST says that the customer is off hold, and no news of it came."""
    play = talking()
    transfer = play.transfer()
    assert play.customer.held
    play.echoes = False
    play.tell(ev.CancelAsked(transfer))
    assert not play.customer.held
    assert play.customer.unheard == play.now
    return play


def test_an_unhold_without_an_echo_is_asked_for_and_repeated() -> None:
    play = taken_back_without_echo()
    play.now += ECHO_MS
    play.quietly(ev.DeadlinePassed())
    assert co.Inspect in kinds(play)
    facts = (fact(play.customer.call, ROOM, held=True), fact(play.named("ana").call, ROOM))
    play.quietly(ev.Inspected("none", play.now, facts))
    assert co.Unhold in kinds(play)


def test_an_unhold_without_an_echo_that_was_done_is_asked_for_once() -> None:
    play = taken_back_without_echo()
    play.now += ECHO_MS
    facts = (fact(play.customer.call, ROOM), fact(play.named("ana").call, ROOM))
    play.tell(ev.Inspected("none", play.now, facts))
    play.now += ECHO_MS
    play.quietly(ev.DeadlinePassed())
    assert kinds(play) & {co.Inspect, co.Unhold} == set()
