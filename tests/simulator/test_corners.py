"""Smaller facts, one each."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from simulator.world import CallUpdate
from tests.simulator.support import ALICE, BOB, CAROL, HOST, SERVICE, Town, conference


def _codes(town: Town) -> list[int]:
    return [alert.code for alert in town.net.alerts]


def test_a_recorded_call_says_where_its_recording_is_when_it_ends() -> None:
    """fact: §3.4 RecordingUrl, Sid and Duration at completion when Record=true."""
    town = Town()
    town.phone(BOB, answer_after=1.0, hang_up_after=8.0)
    town.serve(out="<Pause length='60'/>")
    call = town.call_out(
        record=True,
        status_callback=f"{HOST}/status",
        recording_status_callback=f"{HOST}/rec",
    )
    town.run(15)
    told = town.app.asked("/status")[0]
    assert told["RecordingSid"] == call.recordings[0]
    assert told["RecordingDuration"] == "8"
    assert town.app.asked("/rec")[0]["RecordingStatus"] == "completed"


def test_keys_can_be_played_and_take_half_a_second_each() -> None:
    """fact: §5 Play digits, w = 0.5 s."""
    town = Town()
    town.serve(voice='<Play digits="ww12"/><Say>now</Say>')
    alice = town.ring_in()
    town.run(1.9)
    assert town.said(alice) == []
    town.run(0.5)
    assert town.said(alice) == ["now"]


@pytest.mark.parametrize("size", ["0", "9000", "nan", "many"])
def test_a_queue_whose_size_makes_no_sense_still_holds_the_caller(size: str) -> None:
    """fact: §5 queues hold 1000 by default and 5000 at most."""
    town = Town()
    town.serve(voice=f'<Enqueue maxQueueSize="{size}">line</Enqueue>')
    town.ring_in()
    town.run(1)
    (queue,) = town.net.list_queues()
    assert len(queue.members) == 1
    assert queue.max_size in (1000, 5000)


@pytest.mark.parametrize("wrong", ["nan", "inf", "-1", "soon"])
def test_a_number_that_makes_no_sense_in_a_document_is_as_if_it_were_not_there(wrong: str) -> None:
    town = Town()
    town.serve(
        voice=f'<Pause length="{wrong}"/><Say loop="{wrong}">one</Say>'
        f'<Gather timeout="{wrong}" numDigits="{wrong}"/><Say>two</Say>'
    )
    alice = town.ring_in()
    town.run(10)
    assert town.said(alice) == ["one", "two"]
    assert alice.status == "completed"


def test_a_wait_document_of_a_queue_that_fails_sends_the_call_on() -> None:
    """fact: §5 QueueResult error."""
    town = Town()
    town.serve(
        voice='<Enqueue action="/done" waitUrl="/wait">line</Enqueue>',
        wait=Response(status=500),
        done="<Say>sorry</Say>",
    )
    alice = town.ring_in()
    town.run(2)
    assert town.app.asked("/done")[0]["QueueResult"] == "error"
    assert town.said(alice) == ["sorry"]


def test_a_wait_document_of_a_queue_may_hang_up() -> None:
    """fact: §5 Enqueue's waitUrl may use Hangup."""
    town = Town()
    town.serve(voice='<Enqueue waitUrl="/wait">line</Enqueue>', wait="<Say>closed</Say><Hangup/>")
    alice = town.ring_in()
    town.run(3)
    assert town.said(alice) == ["closed"]
    assert alice.status == "completed"


def test_a_text_to_a_number_out_of_reach_is_undelivered_with_its_code() -> None:
    """fact: §7 ErrorCode and ErrorMessage on undelivered."""
    town = Town()
    town.phone(ALICE, unreachable=True)
    town.client.messages.create(
        to=ALICE, from_=SERVICE, body="Hello", status_callback=f"{HOST}/sms"
    )
    town.run(3)
    last = town.app.asked("/sms")[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")


def test_whoever_texted_stop_is_not_texted() -> None:
    """fact: §7 21610 at create when the recipient sent STOP."""
    town = Town()
    town.phone(ALICE, opted_out=True)
    with pytest.raises(TwilioRestException) as refused:
        town.client.messages.create(to=ALICE, from_=SERVICE, body="Hello")
    assert refused.value.code == 21610
    assert not town.lines("sms")


def test_a_conference_without_a_name_is_an_error() -> None:
    """fact: §1.8 13237 conference name."""
    town = Town()
    town.serve(
        voice=f"<Dial action='/after'>{conference(name='')[6:-7]}</Dial>", after="<Say>x</Say>"
    )
    alice = town.ring_in()
    town.run(2)
    assert _codes(town) == [13237]
    assert town.said(alice) == ["x"]


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        ("muted", 13230),
        ("endConferenceOnExit", 13231),
        ("startConferenceOnEnter", 13232),
        ("waitMethod", 13234),
        ("beep", 13235),
        ("trim", 13239),
    ],
)
def test_a_wrong_conference_attribute_is_warned_of_and_defaulted(attribute: str, code: int) -> None:
    """fact: §1.8 13230-13239."""
    town = Town()
    town.serve(voice=conference(**{attribute: "maybe"}))
    alice = town.ring_in()
    town.run(1)
    assert _codes(town) == [code]
    assert alice.room


def test_a_label_of_the_wrong_form_lets_the_call_go_on() -> None:
    """fact: §1.7 TwiML invalid 16023."""
    town = Town()
    town.serve(voice=conference(participantLabel="a/b") + "<Say>next</Say>")
    alice = town.ring_in()
    town.run(2)
    assert _codes(town) == [16023]
    assert town.said(alice) == ["next"]


def test_an_application_of_a_number_wins_over_its_own_url() -> None:
    """fact: §3.1 an ApplicationSid makes the other settings ignored."""
    town = Town()
    app = town.net.create_application({"voice_url": f"{HOST}/app"})
    town.net.update_number(town.number.sid, {"voice_application_sid": app.sid})
    town.serve(app="<Say>app</Say>", voice="<Say>number</Say>")
    alice = town.ring_in()
    town.run(2)
    assert town.said(alice) == ["app"]


def test_a_call_by_application_uses_its_settings() -> None:
    """fact: §3.1 ApplicationSid makes Method, Fallback and StatusCallback ignored."""
    town = Town()
    app = town.net.create_application(
        {"voice_url": f"{HOST}/app", "status_callback": f"{HOST}/app_status"}
    )
    town.phone(BOB, busy=True)
    town.client.calls.create(
        to=BOB, from_=SERVICE, application_sid=app.sid, status_callback=f"{HOST}/status"
    )
    town.run(2)
    assert town.app.asked("/app_status")
    assert not town.app.asked("/status")


def test_the_time_limit_of_a_running_call_can_be_changed() -> None:
    """fact: §3.2 TimeLimit."""
    town = Town()
    town.serve(voice="<Say loop='0'>x</Say>")
    alice = town.ring_in()
    town.run(3)
    town.net.update_call(alice.sid, CallUpdate(time_limit=10))
    town.run(20)
    assert alice.duration == 10


def test_a_call_that_would_wait_for_more_than_a_day_is_canceled() -> None:
    """fact: §3.7 calls older than 24 h in the queue are cancelled."""
    town = Town()
    town.net.switches.calls_per_second = 1 / 100_000
    town.serve(out="<Hangup/>")
    town.call_out(BOB)
    late = town.call_out(CAROL)
    town.run(90_000)
    assert late.status == "canceled"
    assert not town.lines("call.dialled", call=late.sid)


def test_a_sip_client_without_a_number_cannot_call_the_phone_network_as_itself() -> None:
    """fact: §1.8 21212 bad From."""
    town = Town()
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls.create(to=BOB, from_="somebody", url=f"{HOST}/out")
    assert refused.value.code == 21212


def test_a_number_without_a_voice_url_apologises() -> None:
    """fact: §1.8 11100 invalid URL."""
    town = Town()
    town.net.update_number(town.number.sid, {"voice_url": ""})
    alice = town.ring_in()
    town.run(10)
    assert _codes(town) == [11100]
    assert alice.status == "completed"


def test_a_recording_ends_with_the_hangup_of_the_one_who_speaks() -> None:
    """fact: §5 Record's action gets Digits=hangup."""
    town = Town()
    town.serve(voice='<Record action="/kept" maxLength="60" timeout="30"/>', kept="<Say>x</Say>")
    town.phone(ALICE, hang_up_after=4.0)
    alice = town.ring_in()
    town.run(10)
    fields = town.app.asked("/kept")[0]
    assert (fields["Digits"], fields["RecordingDuration"]) == ("hangup", "4")
    assert fields["CallStatus"] == "completed"
    assert town.said(alice) == []


def test_a_key_ends_a_recording() -> None:
    """fact: §5 Record finishOnKey."""
    town = Town()
    town.serve(voice='<Record action="/kept" finishOnKey="#" timeout="30"/>', kept="<Pause/>")
    alice = town.ring_in()
    town.run(3)
    town.act(alice, "digits", digits="1#")
    town.run(1)
    assert town.app.asked("/kept")[0]["Digits"] == "#"
