"""Legs that are dialled into a conference by REST: when they join, and when they never do."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rooms import add, enter, news_of, pair, told
from tests.simulator.support import BOB, HOST, Town


def test_a_rest_leg_joins_only_when_it_is_answered() -> None:
    """fact: §2.4 a ringing leg is listed, and is no proof that anybody answered."""
    town = Town()
    alice = enter(town)
    bob = add(town)
    town.run(3)
    listed = town.client.conferences(alice.room).participants.list()
    assert [p.status for p in listed] == ["connected", "ringing"]
    assert len(told(town)) == 1
    assert alice.hears == "hold"
    town.act(bob, "answer")
    town.run(1)
    assert alice.hears == "people"


def test_early_media_may_announce_a_leg_that_still_rings() -> None:
    """fact: §2.4 switch: participant-join and conference-start at ringing with EarlyMedia."""
    town = Town()
    town.net.switches.early_media_join = town.net.switches.early_media_start = True
    alice = enter(town)
    bob = add(town)
    town.run(3)
    assert bob.status == "ringing"
    assert told(town) == ["participant-join", "participant-join", "conference-start"]
    assert alice.hears == "ringback"
    town.act(bob, "answer")
    town.run(1)
    assert told(town).count("participant-join") == 2


def test_without_early_media_nothing_is_announced_before_the_answer() -> None:
    """fact: §2.4 EarlyMedia=false."""
    town = Town()
    town.net.switches.early_media_join = town.net.switches.early_media_start = True
    alice = enter(town)
    add(town, early_media=False)
    town.run(3)
    assert told(town) == ["participant-join"]
    assert alice.hears == "hold"


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ({"busy": True}, "busy"),
        ({"never_answer": True}, "no-answer"),
        ({"unreachable": True}, "failed"),
    ],
)
def test_a_leg_that_never_came_still_leaves(behaviour: dict[str, bool], status: str) -> None:
    """fact: §2.3 participant_add_failed with ParticipantCallStatus busy, no-answer, failed."""
    town = Town()
    town.phone(BOB, **behaviour)
    enter(town)
    add(town, timeout=5)
    town.run(15)
    left = news_of(town)[-1]
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert left["ParticipantCallStatus"] == status


def test_a_removed_leg_goes_on_with_its_twiml_and_a_rest_leg_ends() -> None:
    """fact: §2.5 DELETE participant; §2.3 participant_updated_via_api."""
    town = Town()
    alice, bob = pair(town)
    town.client.conferences(alice.room).participants(alice.sid).delete()
    town.client.conferences(bob.room).participants(bob.sid).delete()
    town.run(2)
    assert town.said(alice) == ["Left"]
    assert bob.status == "completed"
    assert town.lines("room.leave", reason="participant_updated_via_api", call=alice.sid)
    assert town.lines("room.end", reason="last-participant-kicked")


def test_a_removed_ringing_leg_is_canceled() -> None:
    """fact: §1.4 remove a participant with DELETE, also one that rings."""
    town = Town()
    alice = enter(town)
    bob = add(town)
    town.run(2)
    town.client.conferences(alice.room).participants(bob.sid).delete()
    town.run(1)
    assert bob.status == "canceled"
    assert alice.room


@pytest.mark.parametrize(("switch", "expected"), [(404, 20404), (400, 16022)])
def test_adding_to_an_ended_room_by_sid_is_refused(switch: int, expected: int) -> None:
    """fact: §1.2, §1.5 by CF sid the conference must be active."""
    town = Town()
    town.net.switches.ended_room_status = switch
    alice = enter(town)
    room = alice.room
    town.act(alice, "hangup")
    with pytest.raises(TwilioRestException) as refused:
        add(town, room=room)
    assert refused.value.code == expected


def test_a_blind_repeat_with_the_same_label_is_refused_instead_of_dialled() -> None:
    """fact: §8, §1.7 16026 keeps a repeated create from dialling twice."""
    town = Town()
    enter(town)
    add(town, label="attempt-1")
    with pytest.raises(TwilioRestException) as refused:
        add(town, label="attempt-1")
    assert refused.value.code == 16026


def test_an_application_can_be_added_like_a_phone() -> None:
    """fact: §1.3 To may be app:AP…, with custom parameters as a query string."""
    town = Town()
    app = town.net.create_application({"voice_url": f"{HOST}/bot"})
    town.serve(bot="<Say>I am listening</Say><Pause length='60'/>")
    alice = enter(town)
    bot = add(town, f"app:{app.sid}?topic=billing")
    town.run(3)
    assert town.app.asked("/bot")[0]["topic"] == "billing"
    assert (bot.status, bot.room) == ("in-progress", alice.room)
    town.act(alice, "hangup")
    town.client.conferences(bot.room).update(status="completed")
    town.run(1)
    assert not any(call.live for call in town.net.calls.values())


def test_a_room_that_ends_calls_off_the_legs_that_still_ring() -> None:
    """fact: §2.3 ParticipantCallStatus canceled."""
    town = Town()
    alice = enter(town, endConferenceOnExit="true")
    bob = add(town)
    town.run(2)
    town.act(alice, "hangup")
    town.run(1)
    assert bob.status == "canceled"
    left = next(f for f in news_of(town) if f.get("CallSid") == bob.sid)
    assert left["ParticipantCallStatus"] == "canceled"


def test_a_ringing_leg_keeps_the_room_of_a_caller_who_left() -> None:
    """fact: §1.6 connecting legs are participants; nobody stops their ringing for you."""
    town = Town()
    alice = enter(town)
    bob = add(town)
    town.run(2)
    town.act(alice, "hangup")
    town.run(2)
    assert bob.status == "ringing"
    assert town.net.conferences[bob.room].status == "init"
