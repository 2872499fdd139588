"""Executing TwiML: verbs, nesting, content types, failures and fallbacks."""

from __future__ import annotations

import pytest
from werkzeug.wrappers import Response

from tests.simulator.support import ALICE, BOB, HOST, Town, conference


def _codes(town: Town) -> list[int]:
    return [alert.code for alert in town.net.alerts]


def test_a_document_is_spoken_in_order_and_its_end_ends_the_call() -> None:
    """fact: §5 Say, Pause and Play run one after another; speech takes time."""
    town = Town()
    town.serve(voice='<Say>One</Say><Pause length="2"/><Play>x.mp3#t=4</Play><Say>Two</Say>')
    alice = town.ring_in()
    town.run(20)
    assert town.said(alice) == ["One", "Two"]
    assert town.heard(alice) == ["ringback", "prompt", "silence", "prompt"]
    assert town.lines("call.down", by="service", status="completed")
    assert alice.duration == pytest.approx(7, abs=1)


def test_a_loop_says_it_again_and_zero_says_it_until_the_hangup() -> None:
    """fact: §5 loop=0 repeats until hangup."""
    town = Town()
    town.serve(voice='<Say loop="2">A</Say><Say loop="0">B</Say>')
    alice = town.ring_in()
    town.run(10)
    assert town.said(alice)[:2] == ["A", "A"]
    assert len(town.said(alice)) > 10
    assert alice.live


def test_a_redirect_is_relative_to_the_document_and_what_follows_it_is_unreachable() -> None:
    """fact: §5 Redirect: POST, relative URLs, later verbs unreachable."""
    town = Town()
    town.serve(voice="<Redirect>other?x=1</Redirect><Say>never</Say>", other="<Say>there</Say>")
    alice = town.ring_in()
    town.run(5)
    assert town.said(alice) == ["there"]
    assert town.app.asked("/other")[0]["x"] == "1"


@pytest.mark.parametrize(("reason", "status"), [("", "no-answer"), (' reason="busy"', "busy")])
def test_reject_refuses_an_unanswered_call(reason: str, status: str) -> None:
    """fact: §5 Reject is for the first verb of an unanswered inbound call."""
    town = Town()
    town.serve(voice=f"<Reject{reason}/>")
    alice = town.ring_in()
    town.run(2)
    assert alice.status == status
    assert not town.lines("call.answered")


def test_reject_after_the_answer_is_skipped() -> None:
    """fact: §5 Reject only as first verb."""
    town = Town()
    town.serve(voice="<Say>Hi</Say><Reject/><Say>still here</Say>")
    alice = town.ring_in()
    town.run(5)
    assert town.said(alice) == ["Hi", "still here"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("<Response><Say>", mimetype="text/xml"), 12100),
        (Response("<Answer/>", mimetype="text/xml"), 12100),
        (Response("{}", mimetype="application/json"), 12300),
        (Response("<Response>" + " " * 65536 + "</Response>", mimetype="text/xml"), 11750),
        (Response("no", status=500), 11200),
        (Response("no", status=404), 11200),
    ],
)
def test_a_document_that_cannot_be_used_costs_an_apology_and_the_call(
    answer: Response, code: int
) -> None:
    """fact: §1.8 12100, 12300, 11750, 11200; §4.2 without a fallback the call ends."""
    town = Town()
    town.serve(voice=answer)
    alice = town.ring_in()
    town.run(20)
    assert _codes(town) == [code]
    assert "application error" in town.said(alice)[0]
    assert alice.status == "completed"
    assert town.lines("debugger", code=code, call=alice.sid, url=f"{HOST}/voice")


def test_the_fallback_url_is_told_the_code_and_the_url_of_the_failure() -> None:
    """fact: §4.2 the number's VoiceFallbackUrl is asked with ErrorCode and ErrorUrl."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_fallback_url": f"{HOST}/fallback"})
    town.serve(voice=Response(status=500), fallback="<Say>One moment</Say><Pause/>")
    alice = town.ring_in()
    town.run(1)
    assert town.said(alice) == ["One moment"]
    fields = town.app.asked("/fallback")[0]
    assert (fields["ErrorCode"], fields["ErrorUrl"]) == ("11200", f"{HOST}/voice")


def test_the_fallback_also_serves_failing_action_urls() -> None:
    """fact: §4.2 FallbackUrl applies to action URLs too."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_fallback_url": f"{HOST}/fallback"})
    town.serve(
        voice='<Gather numDigits="1" action="/menu"/>',
        menu=Response(status=503),
        fallback="<Say>Sorry, still here</Say>",
    )
    town.phone(ALICE, press="1")
    alice = town.ring_in()
    town.run(3)
    assert town.said(alice) == ["Sorry, still here"]


def test_text_is_spoken_and_audio_is_played() -> None:
    """fact: §3.5 text/plain is spoken, audio types are played, then the call hangs up."""
    town = Town()
    town.serve(voice=Response("Hello there", mimetype="text/plain"))
    alice = town.ring_in()
    town.run(10)
    assert town.said(alice) == ["Hello there"]
    town.serve(voice=Response(b"RIFF", mimetype="audio/wav"))
    alice = town.ring_in()
    town.run(10)
    assert alice.hears == "prompt"
    town.run(40)
    assert alice.status == "completed"


def test_an_unknown_verb_is_warned_of_and_skipped() -> None:
    """fact: §1.8 12200 is a warning: the rest of the document runs."""
    town = Town()
    town.serve(voice="<Sing>la</Sing><Say>go on</Say>")
    alice = town.ring_in()
    town.run(2)
    assert _codes(town) == [12200]
    assert town.said(alice) == ["go on"]


@pytest.mark.parametrize("verb", ["<Dial>+15550100002</Dial>", "<Hangup/>", "<Gather/>"])
def test_a_wait_document_may_only_say_play_pause_and_redirect(verb: str) -> None:
    """fact: §1.4 error 13238 for other verbs in wait, hold and announcement documents."""
    town = Town()
    town.serve(
        voice=f'<Dial action="/after">{conference(waitUrl="/wait")[6:-7]}</Dial>',
        wait=verb,
        after="<Say>dropped through</Say>",
    )
    alice = town.ring_in()
    town.run(5)
    assert 13238 in _codes(town)
    assert town.said(alice) == ["dropped through"]


def test_a_call_without_an_answer_in_fifteen_seconds_goes_to_the_fallback() -> None:
    """fact: §4.2 voice requests have a hard limit of 15 s, and a slow answer is not retried."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_fallback_url": f"{HOST}/fallback"})
    town.serve(voice="<Say>late</Say>", fallback="<Say>hold on</Say>")
    town.sim.slow["/voice"] = 16.0
    alice = town.ring_in()
    town.run(14.9)
    assert town.said(alice) == []
    town.run(1)
    assert town.said(alice) == ["hold on"]
    assert len(town.app.asked("/voice")) == 1


def test_relative_action_urls_in_inline_twiml_are_an_error() -> None:
    """fact: §3.2 actions in a document given by REST must be absolute (11100)."""
    town = Town()
    town.phone(BOB, answer_after=1.0, press="1")
    town.call_out(twiml='<Response><Gather numDigits="1" action="/menu"/></Response>')
    town.run(10)
    assert _codes(town) == [11100]


def test_record_posts_where_the_recording_is() -> None:
    """fact: §5 Record's action gets RecordingUrl, RecordingDuration and Digits."""
    town = Town()
    town.serve(voice='<Record action="/kept" timeout="2"/>', kept="<Say>Thanks</Say>")
    alice = town.ring_in()
    town.run(12)
    fields = town.app.asked("/kept")[0]
    assert fields["RecordingUrl"].endswith(fields["RecordingSid"])
    assert int(fields["RecordingDuration"]) > 0
    assert town.said(alice) == ["Thanks"]
