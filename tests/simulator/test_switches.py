"""What Twilio leaves undocumented, both ways."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.world import Call, ParticipantUpdate
from tests.simulator.support import ALICE, BOB, CAROL, HOST, SERVICE, Town, conference


def _in_room(town: Town, who: str, **attributes: str) -> Call:
    inside = conference(statusCallback="/room", statusCallbackEvent="start", **attributes)[6:-7]
    town.serve(voice=f'<Dial action="/after">{inside}</Dial>', after="<Say>Left</Say>")
    call = town.ring_in(who)
    town.run(1)
    return call


@pytest.mark.parametrize("again", [False, True])
def test_the_last_one_may_hear_wait_music_again(again: bool) -> None:
    """fact: §2.2, §10 one participant left: silence, or wait music again (switch)."""
    town = Town()
    town.net.switches.restart_wait_music = again
    alice, bob = _in_room(town, ALICE), _in_room(town, BOB)
    town.act(bob, "hangup")
    town.run(1)
    assert alice.hears == ("hold" if again else "silence")
    _in_room(town, CAROL)
    assert alice.hears == "people"


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_removed_leg_may_or_may_not_go_on_with_its_twiml(goes_on: bool) -> None:
    """fact: §10 whether DELETE lets a TwiML leg go on to its action (switch)."""
    town = Town()
    town.net.switches.removed_leg_continues = goes_on
    alice = _in_room(town, ALICE)
    town.client.conferences(alice.room).participants(alice.sid).delete()
    town.run(1)
    assert town.said(alice) == (["Left"] if goes_on else [])


@pytest.mark.parametrize("carried", [True, False])
def test_a_participants_progress_may_name_its_room(carried: bool) -> None:
    """fact: §10 whether ConferenceSid is in the leg's StatusCallback (switch)."""
    town = Town()
    town.net.switches.conference_id_in_call_status = carried
    _in_room(town, ALICE)
    town.client.conferences("room").participants.create(
        from_=SERVICE,
        to=BOB,
        status_callback=f"{HOST}/leg",
        status_callback_event=["ringing"],
    )
    town.run(2)
    assert ("ConferenceSid" in town.app.asked("/leg")[0]) is carried


@pytest.mark.parametrize("first", [0, 1])
def test_events_of_a_room_are_numbered_from_zero_or_one(first: int) -> None:
    """fact: §2.3, §10 the first SequenceNumber of conference events (switch)."""
    town = Town()
    town.net.switches.conference_sequence_start = first
    _in_room(town, ALICE)
    _in_room(town, BOB)
    start = town.app.asked("/room")[0]
    assert start["StatusCallbackEvent"] == "conference-start"
    assert int(start["SequenceNumber"]) == first + 2


def test_foreign_numbers_may_be_allowed() -> None:
    """fact: §1.8 21210 unless switched off."""
    town = Town()
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls.create(to=BOB, from_=CAROL, url=f"{HOST}/out")
    assert refused.value.code == 21210
    town.net.switches.strict_numbers = False
    assert town.client.calls.create(to=BOB, from_=CAROL, url=f"{HOST}/out").sid


def test_a_hold_asked_for_before_the_answer_begins_with_it() -> None:
    town = Town()
    town.serve(hold="<Say>One moment</Say><Play>m.mp3</Play>")
    _in_room(town, ALICE)
    leg = town.client.conferences("room").participants.create(from_=SERVICE, to=BOB)
    bob = town.net.calls[leg.call_sid]
    town.run(1)
    room = town.client.conferences(bob.room)
    room.participants(bob.sid).update(hold=True, hold_url=f"{HOST}/hold")
    town.run(3)
    assert town.said(bob) == []
    town.act(bob, "answer")
    town.run(3)
    assert town.said(bob) == ["One moment"]
    assert bob.hears == "hold"


def test_a_new_wait_document_replaces_the_one_that_plays() -> None:
    """fact: §1.4 WaitUrl can be changed."""
    town = Town()
    town.serve(wait="<Play>a.mp3</Play>", other="<Say>Soon</Say>")
    alice = _in_room(town, ALICE, waitUrl="/wait")
    change = ParticipantUpdate(wait_url=f"{HOST}/other")
    town.net.update_participant(alice.room, alice.sid, change)
    town.run(0.5)
    assert town.said(alice) == ["Soon"]
