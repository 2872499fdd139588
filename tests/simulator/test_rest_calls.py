"""Calls over HTTP with the unchanged SDK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rest_support import SILENCE, Box, WebApp, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

CALLEE = "+15550109001"


def refusal(box: Box, **options: Any) -> TwilioRestException:
    """The error of a call create with these options in place of good ones."""
    good = {"to": CALLEE, "from_": box.number, "twiml": SILENCE}
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls.create(**{**good, **options})
    return caught.value


def test_a_created_call_answers_201_and_is_outbound_api(box: Box) -> None:
    """fact: §3.1 the answer is 201; §3.4 a REST call's direction is outbound-api."""
    made = box.client.calls.create_with_http_info(to=CALLEE, from_=box.number, twiml=SILENCE)
    assert made.status_code == 201
    call = made.data
    assert call.sid.startswith("CA")
    assert len(call.sid) == 34
    assert (call.direction, call.to, call._from) == ("outbound-api", CALLEE, box.number)
    assert call.status in ("queued", "ringing")
    assert call.uri == f"/2010-04-01/Accounts/{box.account_sid}/Calls/{call.sid}.json"
    assert call.duration is None


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"to": "12"}, 21211),
        ({"from_": "+15550199999"}, 21210),
        ({"twiml": None, "url": "not a url"}, 21205),
        ({"twiml": None}, 21205),
        ({"timeout": 601}, 21208),
        ({"twiml": None, "application_sid": "AP" + "0" * 32}, 21218),
        ({"twiml": None, "application_sid": "nonsense"}, 21218),
        ({"machine_detection": "Maybe"}, 21234),
        ({"twiml": "x" * 4001}, 20001),
        ({"send_digits": "12a"}, 20001),
        ({"status_callback": "ftp://somewhere"}, 21609),
        ({"status_callback": "http://a.example", "status_callback_event": ["later"]}, 20001),
    ],
)
def test_a_bad_parameter_is_refused_with_its_own_code(
    box: Box, options: dict[str, Any], code: int
) -> None:
    """fact: §1.8 each wrong parameter of a call has its own code, and HTTP 400."""
    error = refusal(box, **options)
    assert (error.status, error.code) == (400, code)
    assert box.client.calls.list() == []


def test_a_foreign_caller_id_is_named_in_the_refusal(box: Box) -> None:
    """fact: §1.8 21210's message names the number that is not verified."""
    assert "+15550199999" in refusal(box, from_="+15550199999").msg


def test_a_call_lives_from_queued_to_completed(box: Box) -> None:
    """fact: §3.3 in-progress, then completed with a duration in seconds as text."""
    sid = box.dial(box.phone(CALLEE, answer_after=1))
    box.calls_in(sid, "in-progress")
    answer = box.client.calls(sid).update(status="completed")
    assert answer.sid == sid
    done = box.calls_in(sid, "completed")
    assert done.duration.isdigit()
    assert done.start_time is not None
    assert done.end_time >= done.start_time


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [({"busy": True}, "busy"), ({"reject": True}, "no-answer"), ({"unreachable": True}, "failed")],
)
def test_a_phone_that_does_not_answer_gives_the_call_its_final_status(
    box: Box, behaviour: dict[str, Any], status: str
) -> None:
    """fact: §3.3 busy, no-answer (also for a rejected call) and failed are final statuses."""
    sid = box.dial(box.phone(CALLEE, **behaviour))
    assert box.calls_in(sid, status).duration == "0"


def test_a_ringing_call_can_be_canceled(box: Box) -> None:
    """fact: §3.2 Status=canceled ends a queued or ringing call."""
    sid = box.dial(CALLEE, timeout=600)
    box.calls_in(sid, "ringing")
    box.client.calls(sid).update(status="canceled")
    box.calls_in(sid, "canceled")


def test_canceling_does_not_touch_a_call_in_progress(box: Box) -> None:
    """fact: §3.2 canceled works on queued or ringing calls only."""
    sid = box.dial(box.phone(CALLEE, answer_after=0))
    box.calls_in(sid, "in-progress")
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(sid).update(status="canceled")
    assert (caught.value.status, caught.value.code) == (400, 21220)
    assert box.client.calls(sid).fetch().status == "in-progress"


def test_a_redirect_runs_the_new_document(box: Box, web: WebApp) -> None:
    """fact: §3.2 a call in progress takes new TwiML by url."""
    web.answers["/next"] = SILENCE
    sid = box.dial(box.phone(CALLEE, answer_after=0))
    box.calls_in(sid, "in-progress")
    box.client.calls(sid).update(url=web.url + "/next")
    form = eventually(lambda: web.forms("/next"))[0]
    assert (form["CallSid"], form["CallStatus"]) == (sid, "in-progress")


def test_a_finished_call_cannot_be_redirected(box: Box) -> None:
    """fact: §3.2 redirecting a call that is over answers 400 / 21220 with Twilio's words."""
    sid = box.dial(box.phone(CALLEE, busy=True))
    box.calls_in(sid, "busy")
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(sid).update(twiml=SILENCE)
    assert (caught.value.status, caught.value.code) == (400, 21220)
    assert "Call is not in-progress. Cannot redirect." in caught.value.msg


def test_an_update_with_url_and_twiml_changes_nothing(box: Box, web: WebApp) -> None:
    """fact: §3.1 on update Url and Twiml exclude each other."""
    sid = box.dial(box.phone(CALLEE, answer_after=0))
    box.calls_in(sid, "in-progress")
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(sid).update(url=web.url + "/next", twiml=SILENCE)
    assert caught.value.status == 400
    assert web.got == []


def test_url_wins_over_twiml_on_create(box: Box, web: WebApp) -> None:
    """fact: §3.1 when a create gives both, Url is the one that counts."""
    web.answers["/first"] = SILENCE
    box.dial(box.phone(CALLEE, answer_after=0), "<Response><Hangup/></Response>",
             url=web.url + "/first")  # fmt: skip
    assert eventually(lambda: web.forms("/first"))


def test_a_status_callback_cannot_be_changed_alone(box: Box) -> None:
    """fact: §3.2 StatusCallback needs a url beside it on update."""
    sid = box.dial(box.phone(CALLEE, answer_after=0))
    box.calls_in(sid, "in-progress")
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(sid).update(status_callback="http://a.example/status")
    assert caught.value.status == 400


@pytest.mark.parametrize("status", ["finished", "ringing"])
def test_an_unknown_status_is_refused(box: Box, status: str) -> None:
    sid = box.dial(CALLEE, timeout=600)
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(sid).update(status=status)
    assert (caught.value.status, caught.value.code) == (400, 20001)


def test_the_list_filters_by_every_documented_field(box: Box) -> None:
    first = box.dial(box.phone(CALLEE, answer_after=0))
    second = box.dial(box.phone("+15550109002", busy=True))
    box.calls_in(first, "in-progress")
    box.calls_in(second, "busy")
    listed = box.client.calls.list
    assert [c.sid for c in listed()] == [second, first]
    assert [c.sid for c in listed(to=CALLEE)] == [first]
    assert [c.sid for c in listed(from_=box.number)] == [second, first]
    assert [c.sid for c in listed(status="busy")] == [second]
    assert listed(parent_call_sid=first) == []
    with pytest.raises(Exception, match="Unable to fetch page"):
        listed(status="sleeping")


def test_the_list_filters_by_start_time(box: Box) -> None:
    sid = box.dial(box.phone(CALLEE, answer_after=0))
    begun = box.calls_in(sid, "in-progress").start_time.astimezone(UTC)
    hour = timedelta(hours=1)
    listed = box.client.calls.list
    assert [c.sid for c in listed(start_time_after=begun - hour)] == [sid]
    assert listed(start_time_before=begun - hour) == []
    assert listed(start_time_after=begun + hour) == []
    assert [c.sid for c in listed(start_time_before=begun + hour)] == [sid]
    day = datetime(begun.year, begun.month, begun.day, tzinfo=UTC)
    assert listed(start_time=day - timedelta(days=2)) == []


def test_a_dialled_leg_names_its_parent(box: Box) -> None:
    """fact: §3.4 a leg made by Dial has direction outbound-dial and its parent's sid."""
    box.phone("+15550109003", answer_after=0)
    document = "<Response><Dial><Number>+15550109003</Number></Dial></Response>"
    parent = box.dial(box.phone(CALLEE, answer_after=0), document)
    child = eventually(lambda: box.client.calls.list(parent_call_sid=parent))[0]
    assert (child.direction, child.parent_call_sid) == ("outbound-dial", parent)


def test_a_finished_call_can_be_deleted_once(box: Box) -> None:
    sid = box.dial(box.phone(CALLEE, busy=True))
    box.calls_in(sid, "busy")
    assert box.client.calls(sid).delete() is True
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(sid).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_calls_beyond_the_rate_wait_in_the_queue(box: Box) -> None:
    """fact: §3.7 beyond the calls per second calls are queued, and queue_time (ms) tells."""
    box.switch(calls_per_second=0.01)
    waits = [
        int(box.client.calls.create(to=CALLEE, from_=box.number, twiml=SILENCE).queue_time)
        for _ in range(3)
    ]
    assert waits[0] < waits[1] < waits[2]
    assert waits[2] > 100_000


def test_status_callbacks_are_numbered_from_zero(box: Box, web: WebApp) -> None:
    """fact: §3.4 SequenceNumber counts from 0 over initiated, ringing, answered, completed."""
    sid = box.dial(
        box.phone(CALLEE, answer_after=0),
        "<Response><Hangup/></Response>",
        status_callback=web.url + "/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    forms = eventually(lambda: web.forms("/status"), lambda found: len(found) == 4)
    forms.sort(key=lambda form: int(form["SequenceNumber"]))
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    assert [form["CallStatus"] for form in forms] == [
        "initiated", "ringing", "in-progress", "completed",
    ]  # fmt: skip
    assert {form["CallSid"] for form in forms} == {sid}
    assert {form["CallbackSource"] for form in forms} == {"call-progress-events"}


def test_machine_detection_is_read_back_from_the_call(box: Box) -> None:
    """fact: §3.6 AnsweredBy of a voicemail begins with machine."""
    sid = box.dial(box.phone(CALLEE, voicemail=True), machine_detection="Enable")
    answered = eventually(lambda: box.client.calls(sid).fetch().answered_by)
    assert answered.startswith("machine_")


def test_digits_sent_on_answer_switch_machine_detection_off(box: Box) -> None:
    """fact: §3.1 SendDigits disables machine detection."""
    sid = box.dial(
        box.phone(CALLEE, answer_after=0),
        "<Response><Pause length='10'/></Response>",
        machine_detection="Enable",
        send_digits="1w2",
    )
    assert box.calls_in(sid, "completed").answered_by is None
