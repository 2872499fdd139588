"""The life of one leg, and what is told about it."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.support import ALICE, BOB, CAROL, HOST, SERVICE, Town, conference

ALL = ["initiated", "ringing", "answered", "completed"]


def _out(town: Town, **options: Any) -> Any:
    town.serve(out='<Say>Hello</Say><Pause length="60"/>')
    return town.call_out(status_callback=f"{HOST}/status", status_callback_event=ALL, **options)


def _told(town: Town) -> list[dict[str, str]]:
    return sorted(town.app.asked("/status"), key=lambda f: int(f["SequenceNumber"]))


def test_progress_is_told_in_numbered_steps_with_minutes_rounded_up() -> None:
    """fact: §3.4 SequenceNumber from 0; CallDuration seconds, Duration minutes rounded up."""
    town = Town()
    town.phone(BOB, answer_after=2.0, hang_up_after=30.0)
    call = _out(town)
    town.run(60)
    told = _told(town)
    assert [f["CallStatus"] for f in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [f["SequenceNumber"] for f in told] == ["0", "1", "2", "3"]
    last = told[-1]
    assert (last["CallDuration"], last["Duration"]) == ("30", "1")
    assert last["CallbackSource"] == "call-progress-events"
    assert last["Direction"] == "outbound-api"
    assert (last["Caller"], last["Called"]) == (SERVICE, BOB)
    assert last["FromCity"] == ""
    assert call.status == "completed"


def test_without_events_only_the_end_is_told() -> None:
    """fact: §3.4 the default event is completed."""
    town = Town()
    town.phone(BOB, answer_after=2.0, hang_up_after=5.0)
    town.serve(out="<Pause length='60'/>")
    town.call_out(status_callback=f"{HOST}/status")
    town.run(20)
    assert [f["CallStatus"] for f in _told(town)] == ["completed"]


@pytest.mark.parametrize(
    ("behaviour", "status", "code", "by"),
    [
        ({"busy": True}, "busy", "486", "self"),
        ({"reject": True}, "no-answer", "480", "self"),
        ({"unreachable": True}, "failed", "404", "carrier"),
        ({"never_answer": True}, "no-answer", "487", "self"),
    ],
)
def test_a_call_that_is_not_taken_ends_with_its_own_status(
    behaviour: dict[str, bool], status: str, code: str, by: str
) -> None:
    """fact: §3.3, §3.4 busy 486, no-answer 487 on timeout, failed 404."""
    town = Town()
    town.phone(BOB, **behaviour)
    _out(town, timeout=10)
    town.run(30)
    last = _told(town)[-1]
    assert (last["CallStatus"], last["SipResponseCode"]) == (status, code)
    assert (last["Duration"], last["CallDuration"]) == ("0", "0")
    assert town.lines("call.down", by=by, status=status)


def test_five_seconds_are_added_to_the_ring_time() -> None:
    """fact: §1.3 a timeout of 10 rings about 15 s."""
    town = Town()
    call = _out(town, timeout=10)
    town.run(14.9)
    assert call.status == "ringing"
    town.run(0.5)
    assert call.status == "no-answer"


def test_api_calls_are_started_one_a_second_and_queue_time_tells() -> None:
    """fact: §3.7 one API call a second by default, the rest queued, queue_time in ms."""
    town = Town()
    town.net.switches.calls_per_second = 1.0
    town.serve(out="<Pause/>")
    waits = [town.call_out().queue_time for _ in range(3)]
    town.run(5)
    starts = [line["t"] for line in town.lines("call.dialled")]
    assert waits == [0, 1000, 2000]
    assert starts == [pytest.approx(t, abs=0.01) for t in (0, 1, 2)]


def test_dial_and_inbound_calls_are_not_held_by_the_rate() -> None:
    """fact: §3.7, §5 Dial's legs start at once, inbound is not limited."""
    town = Town()
    town.net.switches.calls_per_second = 0.01
    town.serve(voice=f"<Dial><Number>{BOB}</Number><Number>{CAROL}</Number></Dial>")
    town.ring_in()
    town.run(1)
    assert len(town.lines("call.dialled", direction="outbound-dial")) == 2


def test_an_inbound_call_rings_until_a_verb_needs_the_line() -> None:
    """fact: §3.5 the first voice request says CallStatus=ringing, Direction=inbound."""
    town = Town()
    town.serve(voice="<Redirect>/next</Redirect>", next="<Say>Hello</Say><Pause/>")
    alice = town.ring_in()
    town.run(1)
    assert town.app.asked("/voice")[0]["CallStatus"] == "ringing"
    assert town.app.asked("/next")[0]["CallStatus"] == "ringing"
    assert town.app.asked("/voice")[0]["Direction"] == "inbound"
    assert alice.status == "in-progress"


def test_a_numbers_status_callback_hears_of_the_end() -> None:
    """fact: §3.4 an inbound call's number is told completed."""
    town = Town()
    town.net.update_number(town.number.sid, {"status_callback": f"{HOST}/status"})
    town.serve(voice="<Say>Bye</Say>")
    town.ring_in()
    town.run(5)
    assert [f["CallStatus"] for f in town.app.asked("/status")] == ["completed"]


@pytest.mark.parametrize("status", ["failed", "completed"])
def test_a_broken_line_ends_the_call_as_the_switch_says(status: str) -> None:
    town = Town()
    town.net.switches.carrier_drop_status = status
    town.phone(BOB, answer_after=1.0, drop_after=4.0)
    call = _out(town)
    town.run(20)
    assert call.status == status
    assert town.lines("call.down", by="carrier", status=status)


def test_a_softphone_reaches_its_application_with_its_parameters() -> None:
    """fact: §3.5 client calls: inbound, ringing, ApplicationSid, From client:…, connect params."""
    town = Town()
    app = town.net.create_application({"voice_url": f"{HOST}/soft"})
    town.serve(soft="<Say>Hello Ana</Say>")
    call = town.ring_in("client:ana", f"app:{app.sid}", To=BOB, contact="c1")
    town.run(2)
    fields = town.app.asked("/soft")[0]
    assert fields["From"] == fields["Caller"] == "client:ana"
    assert (fields["To"], fields["contact"]) == (BOB, "c1")
    assert (fields["ApplicationSid"], fields["Direction"]) == (app.sid, "inbound")
    assert town.said(call) == ["Hello Ana"]


def test_client_and_sip_addresses_ring_with_their_custom_parameters() -> None:
    """fact: §1.3 custom parameters of client and SIP addresses as a query string."""
    town = Town()
    town.serve(out="<Say>Hi</Say>")
    town.phone("client:ana", answer_after=1.0)
    town.phone("sip:desk@example.com", answer_after=1.0)
    ana = town.call_out("client:ana?contact=c1&note=hi%20there")
    desk = town.call_out("sip:desk@example.com?x=1")
    town.run(3)
    assert ana.custom == {"contact": "c1", "note": "hi there"}
    assert town.said(ana) == town.said(desk) == ["Hi"]


def test_a_redirect_takes_effect_after_the_answer_and_leaves_the_room() -> None:
    """fact: §3.2 a leg redirected out of a room: participant_updated_via_api."""
    town = Town()
    town.serve(
        voice=conference(statusCallback="/room", statusCallbackEvent="leave"),
        other="<Say>Over here</Say>",
    )
    alice = town.ring_in()
    town.run(1)
    town.client.calls(alice.sid).update(url=f"{HOST}/other", method="POST")
    town.run(2)
    left = town.app.asked("/room")[0]
    assert left["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert left["ParticipantCallStatus"] == "in-progress"
    assert town.said(alice) == ["Over here"]


def test_a_redirect_still_asks_the_dials_action_and_ignores_its_answer() -> None:
    """fact: §2.5 redirecting a parent inside Dial requests the action, its TwiML is ignored."""
    town = Town()
    town.serve(
        voice=f'<Dial action="/after">{conference()[6:-7]}</Dial>',
        after="<Say>never</Say>",
        other="<Say>Over here</Say>",
    )
    alice = town.ring_in()
    town.run(1)
    town.client.calls(alice.sid).update(url=f"{HOST}/other")
    town.run(2)
    assert town.app.asked("/after")[0]["DialCallStatus"] == "answered"
    assert town.said(alice) == ["Over here"]


def test_completing_by_rest_takes_the_line_down() -> None:
    """fact: §3.2 Status=completed ends a call in progress."""
    town = Town()
    town.serve(voice="<Pause/><Say loop='0'>x</Say>")
    alice = town.ring_in()
    town.run(3)
    town.client.calls(alice.sid).update(status="completed")
    town.run(1)
    assert town.lines("call.down", call=alice.sid, by="service", status="completed")


def test_a_queued_call_can_be_canceled_before_it_is_dialled() -> None:
    """fact: §3.2 canceled: only queued or ringing."""
    town = Town()
    town.net.switches.calls_per_second = 0.1
    town.serve(out="<Pause/>")
    town.call_out()
    second = town.call_out(CAROL)
    town.client.calls(second.sid).update(status="canceled")
    town.run(20)
    assert second.status == "canceled"
    assert not town.lines("call.dialled", call=second.sid)


def test_the_time_limit_ends_the_call() -> None:
    """fact: §3.1 TimeLimit."""
    town = Town()
    town.phone(BOB, answer_after=1.0)
    call = _out(town, time_limit=7)
    town.run(20)
    assert call.duration == 7


@pytest.mark.parametrize("entry", ["url", "twiml"])
def test_a_ringing_call_cannot_be_redirected(entry: str) -> None:
    """fact: §1.8 21220 when the call is not in progress."""
    town = Town()
    call = _out(town)
    town.run(1)
    value = {"url": f"{HOST}/x", "twiml": "<Response/>"}[entry]
    with pytest.raises(TwilioRestException) as refused:
        town.client.calls(call.sid).update(**{entry: value})
    assert (refused.value.status, refused.value.code) == (400, 21220)


def test_a_caller_who_gives_up_ends_everything() -> None:
    town = Town()
    town.serve(voice="<Say loop='0'>please hold</Say>")
    town.phone(ALICE, hang_up_after=3.0)
    alice = town.ring_in()
    town.run(10)
    assert alice.status == "completed"
    assert town.lines("call.down", call=alice.sid, by="self")
