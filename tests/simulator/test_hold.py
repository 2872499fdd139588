"""Hold, mute, coaching and announcements in a room."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from simulator.world import Call
from tests.simulator.support import ALICE, BOB, CAROL, HOST, Town, conference

EVENTS = "start end join leave mute hold modify speaker announcement"


class Talk:
    """Alice (who may end the room) and Bob talk in a room."""

    def __init__(self, **attributes: str) -> None:
        self.town = Town()
        self.alice = self.enter(ALICE, **attributes)
        self.bob = self.enter(BOB)
        self.room = self.alice.room
        assert self.alice.hears == "people"

    def enter(self, who: str, **attributes: str) -> Call:
        text = conference(statusCallback="/room", statusCallbackEvent=EVENTS, **attributes)
        self.town.serve(voice=text)
        call = self.town.ring_in(who)
        self.town.run(0.5)
        return call

    def change(self, call: Call, **values: Any) -> Any:
        return self.town.client.conferences(self.room).participants(call.sid).update(**values)

    def told(self) -> list[str]:
        news = sorted(self.town.app.asked("/room"), key=lambda f: int(f["SequenceNumber"]))
        return [f["StatusCallbackEvent"] for f in news]


def test_the_held_hear_their_document_and_nobody_and_the_others_do_not_hear_them() -> None:
    """fact: §1.4 HoldUrl is fetched with GET by default; §2.2 participant-hold."""
    talk = Talk()
    talk.town.serve(hold="<Say>We are calling</Say><Play>m.mp3#t=9</Play><Redirect/>")
    talk.change(talk.alice, hold=True, hold_url=f"{HOST}/hold")
    talk.town.run(0.2)
    assert talk.alice.hears == "prompt"
    assert (talk.bob.hears, talk.bob.talks_with) == ("silence", ())
    talk.town.run(5)
    assert talk.alice.hears == "hold"
    assert next(s.method for s in talk.town.app.seen if s.path == "/hold") == "GET"
    assert talk.town.app.asked("/hold")[0]["ConferenceSid"] == talk.room
    talk.change(talk.alice, hold=False)
    talk.town.run(0.2)
    assert talk.alice.hears == "people"
    assert talk.told()[-2:] == ["participant-hold", "participant-unhold"]
    assert [line["kind"] for line in talk.town.net.trace.lines if ".hold" in line["kind"]]
    assert talk.town.lines("room.unhold", call=talk.alice.sid)


def test_hold_without_a_document_plays_twilios_music() -> None:
    """fact: §2.2 hold music when no HoldUrl is given."""
    talk = Talk()
    talk.change(talk.alice, hold=True)
    talk.town.run(0.2)
    assert talk.alice.hears == "hold"


def test_a_hold_document_that_runs_out_is_silence() -> None:
    """fact: §2.2 the hold document does not loop by itself."""
    talk = Talk()
    talk.town.serve(hold="<Play>m.mp3#t=3</Play>")
    talk.change(talk.alice, hold=True, hold_url=f"{HOST}/hold")
    talk.town.run(4)
    assert talk.alice.hears == "silence"


def test_who_is_held_stays_held_when_the_other_leaves() -> None:
    """fact: §2.2 moderator leaves: a held participant stays held and keeps hearing music."""
    talk = Talk()
    talk.change(talk.alice, hold=True)
    talk.town.act(talk.bob, "hangup")
    talk.town.run(5)
    assert talk.alice.hears == "hold"
    assert talk.town.net.conferences[talk.room].status == "in-progress"


def test_the_end_flag_of_the_held_cannot_be_changed_though_it_is_echoed() -> None:
    """fact: §1.4 quirk: 200, the new value echoed, the list shows the old one."""
    talk = Talk(endConferenceOnExit="true")
    talk.change(talk.alice, hold=True)
    answer = talk.change(talk.alice, end_conference_on_exit=False)
    assert answer.end_conference_on_exit is False
    listed = talk.town.client.conferences(talk.room).participants(talk.alice.sid).fetch()
    assert listed.end_conference_on_exit is True
    talk.town.act(talk.alice, "hangup")
    talk.town.run(1)
    assert talk.bob.status == "completed"


def test_the_end_flag_set_before_the_hold_counts() -> None:
    """fact: §1.4 set EndConferenceOnExit=false before Hold=true."""
    talk = Talk(endConferenceOnExit="true")
    talk.change(talk.alice, end_conference_on_exit=False)
    talk.change(talk.alice, hold=True)
    talk.town.act(talk.alice, "hangup")
    talk.town.run(1)
    assert talk.bob.room
    assert "participant-modify" in talk.told()


@pytest.mark.parametrize(("switch", "events"), [(False, 1), (True, 2)])
def test_holding_twice_is_announced_once_unless_switched(switch: bool, events: int) -> None:
    """fact: §10 Hold true twice is not settled (switch)."""
    talk = Talk()
    talk.town.net.switches.repeated_hold_event = switch
    for _ in range(2):
        talk.change(talk.alice, hold=True)
        talk.town.run(0.2)
    assert talk.told().count("participant-hold") == events
    assert len(talk.town.lines("room.hold")) == 1


def test_the_muted_hear_and_are_not_heard() -> None:
    """fact: §1.4 Muted; participant-mute and participant-unmute."""
    talk = Talk()
    talk.change(talk.alice, muted=True)
    talk.town.run(0.2)
    assert (talk.alice.hears, talk.alice.talks_with) == ("people", ())
    assert talk.bob.hears == "silence"
    talk.change(talk.alice, muted=False)
    talk.town.run(0.2)
    assert talk.told()[-2:] == ["participant-mute", "participant-unmute"]
    assert talk.bob.talks_with == (talk.alice.sid,)


def test_a_coach_hears_all_and_only_the_coached_hears_the_coach() -> None:
    """fact: §1.3, §2.1 coaching."""
    talk = Talk()
    carol = talk.enter(CAROL, coach=talk.bob.sid)
    assert carol.hears == "people"
    assert carol.talks_with == (talk.bob.sid,)
    assert talk.alice.talks_with == (talk.bob.sid,)
    assert set(talk.bob.talks_with) == {talk.alice.sid, carol.sid}
    talk.change(carol, coaching=False)
    talk.town.run(0.2)
    assert set(talk.alice.talks_with) == {talk.bob.sid, carol.sid}


def test_the_held_cannot_be_coached() -> None:
    """fact: §1.8 16027 coached participant on hold, 16028 absent."""
    talk = Talk()
    carol = talk.enter(CAROL)
    talk.change(talk.bob, hold=True)
    for coached, code in ((talk.bob.sid, 16027), ("CA" + "1" * 32, 16028)):
        with pytest.raises(TwilioRestException) as refused:
            talk.change(carol, coaching=True, call_sid_to_coach=coached)
        assert refused.value.code == code


def test_an_announcement_reaches_one_or_all_and_its_end_is_told() -> None:
    """fact: §2.3 announcement-end with AnnounceUrl, and the participant set when to one."""
    talk = Talk()
    talk.town.serve(news="<Say>You are being recorded</Say>")
    talk.change(talk.alice, announce_url=f"{HOST}/news")
    talk.town.run(0.3)
    assert (talk.alice.hears, talk.bob.hears) == ("prompt", "people")
    assert talk.alice.talks_with == (talk.bob.sid,)
    talk.town.run(5)
    assert talk.alice.hears == "people"
    talk.town.client.conferences(talk.room).update(announce_url=f"{HOST}/news")
    talk.town.run(5)
    assert len(talk.town.said(talk.bob)) == 1
    ends = [f for f in talk.town.app.asked("/room") if "announcement" in f["StatusCallbackEvent"]]
    assert [f["AnnounceUrl"] for f in ends] == [f"{HOST}/news"] * 2
    assert [f.get("CallSid") for f in ends] == [talk.alice.sid, None]


def test_an_announcement_that_cannot_be_fetched_is_told() -> None:
    """fact: §2.3 announcement-fail with ReasonAnnouncementFailed."""
    talk = Talk()
    talk.town.serve(news="<Dial/>")
    talk.change(talk.alice, announce_url=f"{HOST}/news")
    talk.town.run(1)
    assert talk.told()[-1] == "announcement-fail"
    failed = next(f for f in talk.town.app.asked("/room") if "ReasonAnnouncementFailed" in f)
    assert failed["StatusCallbackEvent"] == "announcement-fail"


def test_hold_may_be_acknowledged_and_not_happen() -> None:
    talk = Talk()
    talk.town.sim.control("POST", "/sim/faults", {"name": "hold_ignored"})
    assert talk.change(talk.alice, hold=True).hold is True
    talk.town.run(1)
    assert talk.alice.hears == "people"
    assert talk.town.lines("fault", name="hold_ignored")
    assert talk.change(talk.alice, hold=True).hold is True
    talk.town.run(1)
    assert talk.alice.hears == "hold"
