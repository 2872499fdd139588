"""``<Dial>`` to numbers, clients and SIP addresses."""

from __future__ import annotations

import pytest

from simulator.world import Call
from tests.simulator.support import ALICE, BOB, CAROL, HOST, SERVICE, Town


def _dial(town: Town, inside: str, attributes: str = 'action="/after"') -> Call:
    town.serve(
        voice=f"<Dial {attributes}>{inside}</Dial><Say>next verb</Say>",
        after="<Say>after</Say>",
    )
    alice = town.ring_in()
    town.run(0.5)
    return alice


def test_the_caller_hears_ringing_then_the_one_who_answers() -> None:
    """fact: §5 Dial bridges the caller with the called party; DialCallStatus=completed."""
    town = Town()
    town.phone(BOB, answer_after=3.0, hang_up_after=20.0)
    alice = _dial(town, BOB)
    assert alice.hears == "ringback"
    town.run(5)
    bob = town.leg_to(BOB)
    assert (alice.talks_with, bob.talks_with) == ((bob.sid,), (alice.sid,))
    assert (bob.parent_sid, bob.from_) == (alice.sid, ALICE)
    town.run(20)
    after = town.app.asked("/after")[0]
    assert (after["DialCallStatus"], after["DialCallSid"]) == ("completed", bob.sid)
    assert (after["DialCallDuration"], after["DialBridged"]) == ("20", "true")
    assert town.said(alice) == ["after"]


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ({"busy": True}, "busy"),
        ({"never_answer": True}, "no-answer"),
        ({"unreachable": True}, "failed"),
    ],
)
def test_a_dial_that_is_not_taken_says_why(behaviour: dict[str, bool], status: str) -> None:
    """fact: §2.5 DialCallStatus busy, no-answer, failed."""
    town = Town()
    town.phone(BOB, **behaviour)
    _dial(town, BOB, 'action="/after" timeout="10"')
    town.run(15)
    assert town.app.asked("/after")[0]["DialCallStatus"] == status


def test_dial_rings_thirty_seconds_and_not_longer() -> None:
    """fact: §3.1 Dial's timeout defaults to 30 s."""
    town = Town()
    _dial(town, BOB)
    town.run(29)
    assert town.leg_to(BOB).status == "ringing"
    town.run(2)
    assert town.leg_to(BOB).status == "no-answer"


def test_without_an_action_the_next_verb_runs() -> None:
    """fact: §2.5 verbs after Dial are reached only without an action."""
    town = Town()
    town.phone(BOB, busy=True)
    alice = _dial(town, BOB, "")
    town.run(3)
    assert town.said(alice) == ["next verb"]


def test_all_ring_at_once_and_the_first_to_answer_wins() -> None:
    """fact: §5 up to 10 ring at once, the first answer wins, the others are canceled."""
    town = Town()
    town.phone(BOB, answer_after=5.0)
    town.phone(CAROL, answer_after=2.0)
    alice = _dial(town, f"<Number>{BOB}</Number><Number>{CAROL}</Number>")
    town.run(5)
    assert alice.talks_with == (town.leg_to(CAROL).sid,)
    assert town.leg_to(BOB).status == "canceled"


def test_never_more_than_ten_ring_at_once() -> None:
    """fact: §5 up to 10 Numbers."""
    town = Town()
    _dial(town, "".join(f"<Number>+1555020{n:04d}</Number>" for n in range(12)))
    town.run(1)
    assert len(town.lines("call.ringing")) == 11


def test_sequential_rings_one_after_another() -> None:
    """fact: §5 sequential."""
    town = Town()
    town.phone(BOB, busy=True)
    town.phone(CAROL, answer_after=1.0)
    alice = _dial(town, f"<Number>{BOB}</Number><Number>{CAROL}</Number>", 'sequential="true"')
    town.run(3)
    assert alice.talks_with == (town.leg_to(CAROL).sid,)
    assert len(town.lines("call.ringing")) == 2


def test_a_whisper_runs_on_the_called_leg_before_the_bridge() -> None:
    """fact: §5 Number url runs after the answer, before bridging; Hangup there refuses."""
    town = Town()
    town.serve(
        whisper='<Gather numDigits="1" action="/yes"><Say>Press one</Say></Gather><Hangup/>',
        yes="<Say>Connecting</Say>",
    )
    town.phone(BOB, answer_after=1.0, press=[{"after": 2.0, "digits": "1"}])
    alice = _dial(town, f'<Number url="/whisper">{BOB}</Number>')
    town.run(2)
    assert alice.hears == "silence"
    assert town.heard(town.leg_to(BOB)) == ["silence", "prompt", "silence"]
    town.run(5)
    assert alice.hears == "people"
    assert town.said(town.leg_to(BOB)) == ["Press one", "Connecting"]


def test_a_whisper_that_hangs_up_never_bridges() -> None:
    """fact: §5 whisper verbs: Hangup."""
    town = Town()
    town.serve(whisper="<Hangup/>")
    town.phone(BOB, answer_after=1.0)
    alice = _dial(town, f'<Number url="/whisper">{BOB}</Number>')
    town.run(4)
    assert town.said(alice) == ["after"]
    assert town.app.asked("/after")[0]["DialBridged"] == "false"


def test_with_answer_on_bridge_the_caller_hears_ringing_during_the_whisper() -> None:
    """fact: §5 answerOnBridge; §3.5 the call stays ringing until bridged."""
    town = Town()
    town.serve(whisper="<Say>A call for the sales department</Say>")
    town.phone(BOB, answer_after=1.0)
    attributes = 'action="/after" answerOnBridge="true"'
    alice = _dial(town, f'<Number url="/whisper">{BOB}</Number>', attributes)
    town.run(1.5)
    assert (alice.status, alice.hears) == ("ringing", "ringback")
    town.run(5)
    assert (alice.status, alice.hears) == ("in-progress", "people")


def test_dial_inside_a_whisper_is_an_error() -> None:
    """fact: §1.8 13201."""
    town = Town()
    town.serve(whisper=f"<Dial>{CAROL}</Dial>")
    town.phone(BOB, answer_after=1.0)
    _dial(town, f'<Number url="/whisper">{BOB}</Number>')
    town.run(5)
    assert [a.code for a in town.net.alerts] == [13201]
    assert town.leg_to(BOB).status == "completed"


@pytest.mark.parametrize(
    ("inside", "attributes", "code"),
    [("555", "", 13223), (BOB, 'callerId="+15550999999"', 13214)],
)
def test_a_dial_that_is_not_allowed_fails_with_its_code(
    inside: str, attributes: str, code: int
) -> None:
    """fact: §1.8 13214 callerId, 13223 number format; §5 callerId must be owned or of the call."""
    town = Town()
    alice = _dial(town, inside, attributes)
    town.run(2)
    assert [a.code for a in town.net.alerts] == [code]
    assert town.said(alice) == ["next verb"]


def test_an_owned_caller_id_is_shown_to_the_called() -> None:
    """fact: §5 callerId may be a number of the account."""
    town = Town()
    _dial(town, BOB, f'callerId="{SERVICE}"')
    assert town.leg_to(BOB).from_ == SERVICE


def test_a_client_gets_its_parameters() -> None:
    """fact: §5 Client takes Identity and Parameter."""
    town = Town()
    _dial(
        town,
        '<Client><Identity>ana</Identity><Parameter name="contact" value="c 1"/></Client>',
    )
    town.run(1)
    leg = town.leg_to("client:ana?contact=c+1")
    assert leg.custom == {"contact": "c 1"}
    assert leg.direction == "outbound-dial"


def test_a_numbers_own_callbacks_tell_of_its_leg() -> None:
    """fact: §5, §3.4 statusCallback on a noun; ParentCallSid."""
    town = Town()
    town.phone(BOB, busy=True)
    noun = (
        '<Number statusCallback="/leg" '
        f'statusCallbackEvent="initiated ringing answered completed">{BOB}</Number>'
    )
    alice = _dial(town, noun)
    town.run(3)
    told = sorted(town.app.asked("/leg"), key=lambda f: int(f["SequenceNumber"]))
    assert [f["CallStatus"] for f in told] == ["initiated", "busy"]
    assert told[0]["ParentCallSid"] == alice.sid
    assert told[0]["Direction"] == "outbound-dial"


def test_the_caller_who_leaves_takes_the_ringing_with_him() -> None:
    town = Town()
    alice = _dial(town, BOB)
    town.run(1)
    town.act(alice, "hangup")
    town.run(1)
    assert town.leg_to(BOB).status == "canceled"


def test_the_caller_who_hangs_up_ends_the_other_leg() -> None:
    town = Town()
    town.phone(BOB, answer_after=1.0)
    alice = _dial(town, BOB)
    town.run(3)
    town.act(alice, "hangup")
    town.run(1)
    assert town.leg_to(BOB).status == "completed"
    assert town.app.asked("/after")[0]["CallStatus"] == "completed"


def test_the_star_ends_the_dial_where_it_may() -> None:
    """fact: §5 hangupOnStar."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    alice = _dial(town, BOB, 'action="/after" hangupOnStar="true"')
    town.run(3)
    town.act(alice, "digits", digits="*")
    town.run(1)
    assert town.leg_to(BOB).status == "completed"
    assert town.said(alice) == ["after"]


def test_the_dials_time_limit_ends_the_bridge() -> None:
    """fact: §3.1 Dial timeLimit."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    alice = _dial(town, BOB, 'action="/after" timeLimit="10"')
    town.run(15)
    assert town.said(alice) == ["after"]
    assert town.leg_to(BOB).duration == 10


def test_a_called_leg_that_is_redirected_lives_on() -> None:
    """fact: §3.2 redirecting a bridged child; the parent's Dial ends."""
    town = Town()
    town.serve(elsewhere="<Say>here</Say><Pause length='60'/>")
    town.phone(BOB, answer_after=1.0)
    alice = _dial(town, BOB)
    town.run(3)
    bob = town.leg_to(BOB)
    town.client.calls(bob.sid).update(url=f"{HOST}/elsewhere")
    town.run(2)
    assert town.said(bob) == ["here"]
    assert bob.live
    assert town.said(alice) == ["after"]


def test_voicemail_is_not_people() -> None:
    town = Town()
    town.phone(BOB, voicemail=True, answer_after=2.0)
    alice = _dial(town, BOB)
    town.run(5)
    assert alice.hears == "silence"
    assert town.lines("call.answered", by="machine", call=town.leg_to(BOB).sid)


def test_a_recorded_dial_says_where_its_recording_is() -> None:
    """fact: §2.5 RecordingUrl at the action if Dial records."""
    town = Town()
    town.phone(BOB, answer_after=1.0, hang_up_after=9.0)
    _dial(town, BOB, 'action="/after" record="record-from-answer" recordingStatusCallback="/rec"')
    town.run(15)
    assert town.app.asked("/after")[0]["RecordingDuration"] == "9"
    assert town.app.asked("/rec")[0]["RecordingStatus"] == "completed"
