"""Conferences: entering, starting, leaving, ending, and what is told about it."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from simulator.world import Call
from tests.simulator.support import ALICE, BOB, CAROL, HOST, SERVICE, Town, conference

EVENTS = "start end join leave mute hold modify speaker announcement"


def _room(town: Town) -> str:
    return next(iter(town.net.open_rooms.values()))


def _news(town: Town, path: str = "/room") -> list[dict[str, str]]:
    return sorted(town.app.asked(path), key=lambda f: int(f["SequenceNumber"]))


def _told(town: Town) -> list[str]:
    return [f["StatusCallbackEvent"] for f in _news(town)]


def _enter(town: Town, who: str = ALICE, after: str = "", **attributes: str) -> Call:
    """Somebody dials in and enters the room."""
    inside = conference(statusCallback="/room", statusCallbackEvent=EVENTS, **attributes)[6:-7]
    town.serve(voice=f'<Dial action="/after">{inside}</Dial>', after=after or "<Say>Left</Say>")
    call = town.ring_in(who)
    town.run(1)
    return call


def _add(town: Town, to: str = BOB, room: str = "room", **options: Any) -> Call:
    """POST Participants through the SDK."""
    leg = town.client.conferences(room).participants.create(from_=SERVICE, to=to, **options)
    return town.net.calls[leg.call_sid]


def _pair(town: Town, **attributes: str) -> tuple[Call, Call]:
    """Alice and Bob talk."""
    alice = _enter(town, **attributes)
    town.phone(BOB, answer_after=1.0)
    bob = _add(town)
    town.until(lambda: alice.hears == "people")
    return alice, bob


def test_one_alone_waits_and_two_start_the_room() -> None:
    """fact: §2.2 start: two participants, one of them with startConferenceOnEnter."""
    town = Town()
    alice = _enter(town)
    room = town.net.conferences[_room(town)]
    assert (room.status, alice.hears) == ("init", "hold")
    _enter(town, BOB)
    assert room.status == "in-progress"
    assert alice.hears == "people"
    assert _told(town) == ["participant-join", "participant-join", "conference-start"]


def test_who_may_not_start_the_room_is_muted_and_hears_music() -> None:
    """fact: §2.2 startConferenceOnEnter=false: muted, wait music, until a starter comes."""
    town = Town()
    alice = _enter(town, startConferenceOnEnter="false")
    bob = _enter(town, BOB, startConferenceOnEnter="false")
    assert [alice.hears, bob.hears] == ["hold", "hold"]
    assert alice.talks_with == ()
    _enter(town, CAROL)
    assert set(alice.talks_with) >= {bob.sid}


def test_the_last_to_leave_ends_the_room() -> None:
    """fact: §2.2 last-participant-left; §2.3 CallSidEndingConference."""
    town = Town()
    alice, bob = _pair(town, participantLabel="customer")
    town.act(bob, "hangup")
    town.run(5)
    assert town.net.conferences[alice.room].status == "in-progress"
    assert alice.hears == "silence"
    town.act(alice, "hangup")
    town.run(1)
    end = _news(town)[-1]
    assert end["StatusCallbackEvent"] == "conference-end"
    assert end["ReasonConferenceEnded"] == "last-participant-left"
    assert end["CallSidEndingConference"] == alice.sid
    assert end["ParticipantLabelEndingConference"] == "customer"


def test_a_moderator_who_leaves_ends_it_for_all_and_their_twiml_goes_on() -> None:
    """fact: §2.2 endConferenceOnExit; §2.5 the action gets DialCallStatus=answered and no sid."""
    town = Town()
    alice = _enter(town)
    bob = _enter(town, BOB, endConferenceOnExit="true")
    town.act(bob, "hangup")
    town.run(1)
    fields = next(f for f in town.app.asked("/after") if f["CallSid"] == alice.sid)
    assert fields["DialCallStatus"] == "answered"
    assert not {"DialCallSid", "DialCallDuration"} & set(fields)
    assert town.said(alice) == ["Left"]
    reasons = {f["CallSid"]: f["ReasonParticipantLeft"] for f in _news(town) if "leave" in str(f)}
    assert reasons == {
        bob.sid: "participant_hung_up",
        alice.sid: "moderator_ended_conference",
    }
    assert town.lines("room.end", reason="participant-with-end-conference-on-exit-left")


def test_an_ordinary_participant_leaves_without_ending_it() -> None:
    """fact: §2.2 without endConferenceOnExit the conference goes on."""
    town = Town()
    alice, bob = _pair(town)
    town.act(bob, "hangup")
    town.run(5)
    assert alice.room
    assert not town.lines("room.end")


def test_completing_the_room_by_rest_ends_it_for_all() -> None:
    """fact: §1.5 conference-ended-via-api, no ending call; legs leave conference_ended_via_api."""
    town = Town()
    alice, bob = _pair(town)
    room = alice.room
    town.client.conferences(room).update(status="completed")
    town.run(1)
    reasons = [f["ReasonParticipantLeft"] for f in _news(town) if "ReasonParticipantLeft" in f]
    assert reasons == ["conference_ended_via_api", "conference_ended_via_api"]
    assert "CallSidEndingConference" not in _news(town)[-1]
    assert bob.status == "completed"
    assert town.said(alice) == ["Left"]
    assert town.net.conferences[room].reason_conference_ended == "conference-ended-via-api"
    assert town.net.conferences[room].participants == {}


def test_a_rest_leg_joins_only_when_it_is_answered() -> None:
    """fact: §2.4 a ringing leg is listed, and is no proof that anybody answered."""
    town = Town()
    alice = _enter(town)
    bob = _add(town)
    town.run(3)
    listed = town.client.conferences(alice.room).participants.list()
    assert [p.status for p in listed] == ["connected", "ringing"]
    assert len(_told(town)) == 1
    assert alice.hears == "hold"
    town.act(bob, "answer")
    town.run(1)
    assert alice.hears == "people"


def test_early_media_may_announce_a_leg_that_still_rings() -> None:
    """fact: §2.4 switch: participant-join and conference-start at ringing with EarlyMedia."""
    town = Town()
    town.net.switches.early_media_join = town.net.switches.early_media_start = True
    alice = _enter(town)
    bob = _add(town)
    town.run(3)
    assert bob.status == "ringing"
    assert _told(town) == ["participant-join", "participant-join", "conference-start"]
    assert alice.hears == "ringback"
    town.act(bob, "answer")
    town.run(1)
    assert _told(town).count("participant-join") == 2


def test_without_early_media_nothing_is_announced_before_the_answer() -> None:
    """fact: §2.4 EarlyMedia=false."""
    town = Town()
    town.net.switches.early_media_join = town.net.switches.early_media_start = True
    alice = _enter(town)
    _add(town, early_media=False)
    town.run(3)
    assert _told(town) == ["participant-join"]
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
    _enter(town)
    _add(town, timeout=5)
    town.run(15)
    left = _news(town)[-1]
    assert left["ReasonParticipantLeft"] == "participant_add_failed"
    assert left["ParticipantCallStatus"] == status


def test_the_first_participant_decides_where_events_go() -> None:
    """fact: §2.4 who creates the room decides the callbacks; later values are ignored."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    _add(town, conference_status_callback=f"{HOST}/first")
    _enter(town)
    town.run(5)
    assert [f["StatusCallbackEvent"] for f in town.app.asked("/first")] == ["conference-start"]
    assert not town.app.asked("/room")


def test_a_room_whose_first_leg_gave_no_callback_stays_silent() -> None:
    """fact: §2.4 without a callback of the first participant no events are sent at all."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    _add(town)
    _enter(town)
    town.run(5)
    assert not town.app.asked("/room")


def test_a_label_in_use_lets_the_call_go_on_to_the_next_verb() -> None:
    """fact: §1.7 on a duplicate label (16025) the call does not join."""
    town = Town()
    _enter(town, participantLabel="agent")
    town.serve(voice=conference(participantLabel="agent") + "<Say>next</Say>")
    bob = town.ring_in(BOB)
    town.run(2)
    assert town.said(bob) == ["next"]
    assert [a.code for a in town.net.alerts] == [16025]


def test_a_full_room_sends_the_call_to_the_action() -> None:
    """fact: §1.8 16020 conference full."""
    town = Town()
    _enter(town, maxParticipants="2")
    _enter(town, BOB)
    carol = _enter(town, CAROL)
    assert [a.code for a in town.net.alerts] == [16020]
    assert town.said(carol) == ["Left"]


def test_coaching_somebody_who_is_not_there_fails_to_the_action() -> None:
    """fact: §2.1 coach: otherwise fails to the action URL with 13240."""
    town = Town()
    _enter(town)
    bob = _enter(town, BOB, coach="CA" + "0" * 32)
    assert [a.code for a in town.net.alerts] == [13240]
    assert town.said(bob) == ["Left"]


def test_a_wait_url_that_fails_lets_the_call_drop_through() -> None:
    """fact: §2.2 if the waitUrl request fails the call drops through."""
    town = Town()
    town.serve(wait=Response(status=500))
    alice = _enter(town, waitUrl="/wait")
    assert town.said(alice) == ["Left"]


def test_an_empty_wait_url_is_silence_and_none_is_twilios_music() -> None:
    """fact: §2.1 waitUrl '' = silence, default Twilio's playlist."""
    town = Town()
    assert _enter(town, waitUrl="").hears == "silence"
    assert _enter(Town()).hears == "hold"


def test_a_wait_document_that_runs_out_is_silence_and_a_redirect_loops_it() -> None:
    """fact: §2.2 when it runs out, silence; loop with an empty Redirect; POST if given."""
    town = Town()
    town.serve(wait="<Play>a.mp3#t=5</Play>")
    alice = _enter(town, waitUrl="/wait")
    assert alice.hears == "hold"
    town.run(6)
    assert alice.hears == "silence"
    town = Town()
    town.serve(wait="<Play>a.mp3#t=5</Play><Redirect/>")
    alice = _enter(town, waitUrl="/wait")
    town.run(20)
    assert alice.hears == "hold"
    assert len(town.app.asked("/wait")) > 3
    assert town.app.asked("/wait")[0]["FriendlyName"] == "room"


def test_the_star_leaves_the_room_where_it_may() -> None:
    """fact: §2.1, §2.5 hangupOnStar works with Conference, DialCallStatus=answered."""
    town = Town()
    town.serve(
        voice=f'<Dial hangupOnStar="true" action="/after">{conference()[6:-7]}</Dial>',
        after="<Say>Left</Say>",
    )
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="*")
    town.run(1)
    assert town.said(alice) == ["Left"]


def test_a_removed_leg_goes_on_with_its_twiml_and_a_rest_leg_ends() -> None:
    """fact: §2.5 DELETE participant; §2.3 participant_updated_via_api."""
    town = Town()
    alice, bob = _pair(town)
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
    alice = _enter(town)
    bob = _add(town)
    town.run(2)
    town.client.conferences(alice.room).participants(bob.sid).delete()
    town.run(1)
    assert bob.status == "canceled"
    assert alice.room


def test_a_room_is_found_by_its_name_until_it_ends_and_then_anew() -> None:
    """fact: §1.1, §1.2 a name means the active conference, or a new one."""
    town = Town()
    alice = _enter(town)
    first = alice.room
    town.act(alice, "hangup")
    town.run(1)
    assert _enter(town).room != first


def test_a_carrier_drop_is_told_as_a_failed_call() -> None:
    """fact: §2.3 ParticipantCallStatus failed."""
    town = Town()
    _, bob = _pair(town)
    town.act(bob, "drop")
    town.run(1)
    assert _news(town)[-1]["ParticipantCallStatus"] == "failed"


def test_lists_may_still_show_who_left() -> None:
    """fact: §2.4 right after participant-leave the list can show the leaving leg."""
    town = Town()
    town.net.switches.lagging_lists = 2.0
    alice, bob = _pair(town)
    town.act(bob, "hangup")

    def listed() -> set[str]:
        return {p.call_sid for p in town.client.conferences(alice.room).participants.list()}

    assert listed() == {alice.sid, bob.sid}
    town.run(3)
    assert listed() == {alice.sid}


def test_the_end_may_be_announced_before_the_leave_that_caused_it() -> None:
    """fact: §10 the order of participant-leave and conference-end is not settled (switch)."""
    town = Town()
    town.net.switches.end_before_leave = True
    alice = _enter(town)
    town.act(alice, "hangup")
    town.run(1)
    assert _told(town)[-2:] == ["conference-end", "participant-leave"]


@pytest.mark.parametrize(("switch", "expected"), [(404, 20404), (400, 16022)])
def test_adding_to_an_ended_room_by_sid_is_refused(switch: int, expected: int) -> None:
    """fact: §1.2, §1.5 by CF sid the conference must be active."""
    town = Town()
    town.net.switches.ended_room_status = switch
    alice = _enter(town)
    room = alice.room
    town.act(alice, "hangup")
    with pytest.raises(TwilioRestException) as refused:
        _add(town, room=room)
    assert refused.value.code == expected


def test_a_blind_repeat_with_the_same_label_is_refused_instead_of_dialled() -> None:
    """fact: §8, §1.7 16026 keeps a repeated create from dialling twice."""
    town = Town()
    _enter(town)
    _add(town, label="attempt-1")
    with pytest.raises(TwilioRestException) as refused:
        _add(town, label="attempt-1")
    assert refused.value.code == 16026


def test_recording_begins_when_two_are_bridged() -> None:
    """fact: §2.1 record-from-start starts when the first two are bridged."""
    town = Town()
    alice = _enter(town, record="record-from-start")
    assert not town.net.recordings
    town.run(5)
    _enter(town, BOB)
    town.run(10)
    town.act(alice, "hangup")
    town.client.conferences(_room(town)).update(status="completed")
    recording = next(iter(town.net.recordings.values()))
    assert (recording.status, recording.duration) == ("completed", 11)
    assert len(town.client.conferences(recording.conference_sid).recordings.list()) == 1


def test_everybody_leaving_at_once_ends_the_room_once() -> None:
    town = Town()
    alice, bob = _pair(town)
    for call in (alice, bob):
        town.act(call, "hangup")
    town.run(5)
    assert len(town.lines("room.end")) == 1
    assert _told(town).count("conference-end") == 1


def test_talking_is_told_while_it_lasts() -> None:
    """fact: §2.3 participant-speech-start and participant-speech-stop."""
    town = Town()
    alice, _ = _pair(town)
    town.act(alice, "speech", text="I would like to cancel")
    town.run(5)
    assert _told(town)[-2:] == ["participant-speech-start", "participant-speech-stop"]


def test_an_application_can_be_added_like_a_phone() -> None:
    """fact: §1.3 To may be app:AP…, with custom parameters as a query string."""
    town = Town()
    app = town.net.create_application({"voice_url": f"{HOST}/bot"})
    town.serve(bot="<Say>I am listening</Say><Pause length='60'/>")
    alice = _enter(town)
    bot = _add(town, f"app:{app.sid}?topic=billing")
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
    alice = _enter(town, endConferenceOnExit="true")
    bob = _add(town)
    town.run(2)
    town.act(alice, "hangup")
    town.run(1)
    assert bob.status == "canceled"
    left = next(f for f in _news(town) if f.get("CallSid") == bob.sid)
    assert left["ParticipantCallStatus"] == "canceled"


def test_a_ringing_leg_keeps_the_room_of_a_caller_who_left() -> None:
    """fact: §1.6 connecting legs are participants; nobody stops their ringing for you."""
    town = Town()
    alice = _enter(town)
    bob = _add(town)
    town.run(2)
    town.act(alice, "hangup")
    town.run(2)
    assert bob.status == "ringing"
    assert town.net.conferences[bob.room].status == "init"


def test_a_leg_leaves_the_room_after_four_hours() -> None:
    """fact: §2.1, §3.1 Dial's timeLimit (14400 s by default) applies to Conference too."""
    town = Town()
    alice = _enter(town)
    town.run(14390)
    assert alice.room
    town.run(30)
    assert town.said(alice) == ["Left"]
