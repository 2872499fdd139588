"""Conferences: entering, starting, leaving, ending, and what is told about it."""

from __future__ import annotations

from werkzeug.wrappers import Response

from tests.simulator.rooms import add, enter, news_of, pair, room_of, told
from tests.simulator.support import BOB, CAROL, HOST, Town, conference


def test_one_alone_waits_and_two_start_the_room() -> None:
    """fact: §2.2 start: two participants, one of them with startConferenceOnEnter."""
    town = Town()
    alice = enter(town)
    room = town.net.conferences[room_of(town)]
    assert (room.status, alice.hears) == ("init", "hold")
    enter(town, BOB)
    assert room.status == "in-progress"
    assert alice.hears == "people"
    assert told(town) == ["participant-join", "participant-join", "conference-start"]


def test_who_may_not_start_the_room_is_muted_and_hears_music() -> None:
    """fact: §2.2 startConferenceOnEnter=false: muted, wait music, until a starter comes."""
    town = Town()
    alice = enter(town, startConferenceOnEnter="false")
    bob = enter(town, BOB, startConferenceOnEnter="false")
    assert [alice.hears, bob.hears] == ["hold", "hold"]
    assert alice.talks_with == ()
    enter(town, CAROL)
    assert set(alice.talks_with) >= {bob.sid}


def test_the_last_to_leave_ends_the_room() -> None:
    """fact: §2.2 last-participant-left; §2.3 CallSidEndingConference."""
    town = Town()
    alice, bob = pair(town, participantLabel="customer")
    town.act(bob, "hangup")
    town.run(5)
    assert town.net.conferences[alice.room].status == "in-progress"
    assert alice.hears == "silence"
    town.act(alice, "hangup")
    town.run(1)
    end = news_of(town)[-1]
    assert end["StatusCallbackEvent"] == "conference-end"
    assert end["ReasonConferenceEnded"] == "last-participant-left"
    assert end["CallSidEndingConference"] == alice.sid
    assert end["ParticipantLabelEndingConference"] == "customer"


def test_a_moderator_who_leaves_ends_it_for_all_and_their_twiml_goes_on() -> None:
    """fact: §2.2 endConferenceOnExit; §2.5 the action gets DialCallStatus=answered and no sid."""
    town = Town()
    alice = enter(town)
    bob = enter(town, BOB, endConferenceOnExit="true")
    town.act(bob, "hangup")
    town.run(1)
    fields = next(f for f in town.app.asked("/after") if f["CallSid"] == alice.sid)
    assert fields["DialCallStatus"] == "answered"
    assert not {"DialCallSid", "DialCallDuration"} & set(fields)
    assert town.said(alice) == ["Left"]
    reasons = {f["CallSid"]: f["ReasonParticipantLeft"] for f in news_of(town) if "leave" in str(f)}
    assert reasons == {
        bob.sid: "participant_hung_up",
        alice.sid: "moderator_ended_conference",
    }
    assert town.lines("room.end", reason="participant-with-end-conference-on-exit-left")


def test_an_ordinary_participant_leaves_without_ending_it() -> None:
    """fact: §2.2 without endConferenceOnExit the conference goes on."""
    town = Town()
    alice, bob = pair(town)
    town.act(bob, "hangup")
    town.run(5)
    assert alice.room
    assert not town.lines("room.end")


def test_completing_the_room_by_rest_ends_it_for_all() -> None:
    """fact: §1.5 conference-ended-via-api, no ending call; legs leave conference_ended_via_api."""
    town = Town()
    alice, bob = pair(town)
    room = alice.room
    town.client.conferences(room).update(status="completed")
    town.run(1)
    reasons = [f["ReasonParticipantLeft"] for f in news_of(town) if "ReasonParticipantLeft" in f]
    assert reasons == ["conference_ended_via_api", "conference_ended_via_api"]
    assert "CallSidEndingConference" not in news_of(town)[-1]
    assert bob.status == "completed"
    assert town.said(alice) == ["Left"]
    assert town.net.conferences[room].reason_conference_ended == "conference-ended-via-api"
    assert town.net.conferences[room].participants == {}


def test_the_first_participant_decides_where_events_go() -> None:
    """fact: §2.4 who creates the room decides the callbacks; later values are ignored."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    add(town, conference_status_callback=f"{HOST}/first")
    enter(town)
    town.run(5)
    assert [f["StatusCallbackEvent"] for f in town.app.asked("/first")] == ["conference-start"]
    assert not town.app.asked("/room")


def test_a_room_whose_first_leg_gave_no_callback_stays_silent() -> None:
    """fact: §2.4 without a callback of the first participant no events are sent at all."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    add(town)
    enter(town)
    town.run(5)
    assert not town.app.asked("/room")


def test_a_label_in_use_lets_the_call_go_on_to_the_next_verb() -> None:
    """fact: §1.7 on a duplicate label (16025) the call does not join."""
    town = Town()
    enter(town, participantLabel="agent")
    town.serve(voice=conference(participantLabel="agent") + "<Say>next</Say>")
    bob = town.ring_in(BOB)
    town.run(2)
    assert town.said(bob) == ["next"]
    assert [a.code for a in town.net.alerts] == [16025]


def test_a_full_room_sends_the_call_to_the_action() -> None:
    """fact: §1.8 16020 conference full."""
    town = Town()
    enter(town, maxParticipants="2")
    enter(town, BOB)
    carol = enter(town, CAROL)
    assert [a.code for a in town.net.alerts] == [16020]
    assert town.said(carol) == ["Left"]


def test_coaching_somebody_who_is_not_there_fails_to_the_action() -> None:
    """fact: §2.1 coach: otherwise fails to the action URL with 13240."""
    town = Town()
    enter(town)
    bob = enter(town, BOB, coach="CA" + "0" * 32)
    assert [a.code for a in town.net.alerts] == [13240]
    assert town.said(bob) == ["Left"]


def test_a_wait_url_that_fails_lets_the_call_drop_through() -> None:
    """fact: §2.2 if the waitUrl request fails the call drops through."""
    town = Town()
    town.serve(wait=Response(status=500))
    alice = enter(town, waitUrl="/wait")
    assert town.said(alice) == ["Left"]


def test_an_empty_wait_url_is_silence_and_none_is_twilios_music() -> None:
    """fact: §2.1 waitUrl '' = silence, default Twilio's playlist."""
    town = Town()
    assert enter(town, waitUrl="").hears == "silence"
    assert enter(Town()).hears == "hold"


def test_a_wait_document_that_runs_out_is_silence_and_a_redirect_loops_it() -> None:
    """fact: §2.2 when it runs out, silence; loop with an empty Redirect; POST if given."""
    town = Town()
    town.serve(wait="<Play>a.mp3#t=5</Play>")
    alice = enter(town, waitUrl="/wait")
    assert alice.hears == "hold"
    town.run(6)
    assert alice.hears == "silence"
    town = Town()
    town.serve(wait="<Play>a.mp3#t=5</Play><Redirect/>")
    alice = enter(town, waitUrl="/wait")
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


def test_a_room_is_found_by_its_name_until_it_ends_and_then_anew() -> None:
    """fact: §1.1, §1.2 a name means the active conference, or a new one."""
    town = Town()
    alice = enter(town)
    first = alice.room
    town.act(alice, "hangup")
    town.run(1)
    assert enter(town).room != first


def test_a_carrier_drop_is_told_as_a_failed_call() -> None:
    """fact: §2.3 ParticipantCallStatus failed."""
    town = Town()
    _, bob = pair(town)
    town.act(bob, "drop")
    town.run(1)
    assert news_of(town)[-1]["ParticipantCallStatus"] == "failed"


def test_lists_may_still_show_who_left() -> None:
    """fact: §2.4 right after participant-leave the list can show the leaving leg."""
    town = Town()
    town.net.switches.lagging_lists = 2.0
    alice, bob = pair(town)
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
    alice = enter(town)
    town.act(alice, "hangup")
    town.run(1)
    assert told(town)[-2:] == ["conference-end", "participant-leave"]


def test_recording_begins_when_two_are_bridged() -> None:
    """fact: §2.1 record-from-start starts when the first two are bridged."""
    town = Town()
    alice = enter(town, record="record-from-start")
    assert not town.net.recordings
    town.run(5)
    enter(town, BOB)
    town.run(10)
    town.act(alice, "hangup")
    town.client.conferences(room_of(town)).update(status="completed")
    recording = next(iter(town.net.recordings.values()))
    assert (recording.status, recording.duration) == ("completed", 11)
    assert len(town.client.conferences(recording.conference_sid).recordings.list()) == 1


def test_everybody_leaving_at_once_ends_the_room_once() -> None:
    town = Town()
    alice, bob = pair(town)
    for call in (alice, bob):
        town.act(call, "hangup")
    town.run(5)
    assert len(town.lines("room.end")) == 1
    assert told(town).count("conference-end") == 1


def test_talking_is_told_while_it_lasts() -> None:
    """fact: §2.3 participant-speech-start and participant-speech-stop."""
    town = Town()
    alice, _ = pair(town)
    town.act(alice, "speech", text="I would like to cancel")
    town.run(5)
    assert told(town)[-2:] == ["participant-speech-start", "participant-speech-stop"]


def test_a_leg_leaves_the_room_after_four_hours() -> None:
    """fact: §2.1, §3.1 Dial's timeLimit (14400 s by default) applies to Conference too."""
    town = Town()
    alice = enter(town)
    town.run(14390)
    assert alice.room
    town.run(30)
    assert town.said(alice) == ["Left"]
