"""Queues, members and recordings over HTTP with the unchanged SDK."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rest_support import SILENCE, Box, WebApp, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

FIRST = "+15550105001"
SECOND = "+15550105002"
WAITING = "<Response><Enqueue waitUrl=''>support</Enqueue></Response>"


@pytest.fixture
def waiting(box: Box) -> tuple[str, list[str]]:
    """Two calls in the queue `support`: its sid and theirs, front first."""
    calls = []
    for address in (FIRST, SECOND):
        calls.append(box.dial(box.phone(address, answer_after=0), WAITING))
        eventually(lambda: sum(q.current_size for q in box.client.queues.list()) == len(calls))
    return str(box.client.queues.list()[0].sid), calls


def test_a_queue_is_made_changed_and_deleted(box: Box) -> None:
    """fact: §5 a queue holds 1000 unless told otherwise, 5000 at most."""
    made = box.client.queues.create(friendly_name="support")
    assert (made.friendly_name, made.max_size, made.current_size) == ("support", 1000, 0)
    assert made.average_wait_time == 0
    assert made.update(max_size=5000, friendly_name="help").max_size == 5000
    assert [q.friendly_name for q in box.client.queues.list()] == ["help"]
    with pytest.raises(TwilioRestException) as caught:
        made.update(max_size=5001)
    assert caught.value.status == 400
    assert made.delete() is True
    with pytest.raises(TwilioRestException) as caught:
        made.fetch()
    assert caught.value.status == 404


def test_a_queue_cannot_take_the_name_of_another(box: Box) -> None:
    """fact: a FriendlyName is unique in an account (https://www.twilio.com/docs/api/errors/22003)."""
    box.client.queues.create(friendly_name="sales")
    made = box.client.queues.create(friendly_name="support")
    with pytest.raises(TwilioRestException) as caught:
        made.update(friendly_name="sales", max_size=5)
    assert (caught.value.status, caught.value.code) == (400, 22003)
    assert (made.fetch().friendly_name, made.fetch().max_size) == ("support", 1000)
    assert made.update(friendly_name="support", max_size=5).max_size == 5


def test_enqueue_makes_the_queue(box: Box, waiting: tuple[str, list[str]]) -> None:
    """fact: §5 a queue is made on demand."""
    sid, calls = waiting
    queue = box.client.queues(sid).fetch()
    assert (queue.friendly_name, queue.current_size) == ("support", 2)
    members = box.client.queues(sid).members.list()
    assert [(m.call_sid, m.position) for m in members] == [(calls[0], 1), (calls[1], 2)]


def test_front_is_the_first_member(box: Box, waiting: tuple[str, list[str]]) -> None:
    """fact: §5 the member id may be Front."""
    sid, calls = waiting
    assert box.client.queues(sid).members("Front").fetch().call_sid == calls[0]
    assert box.client.queues(sid).members(calls[1]).fetch().position == 2


def test_a_dequeued_member_runs_the_new_document(
    box: Box, web: WebApp, waiting: tuple[str, list[str]]
) -> None:
    """fact: §5 POST of Url takes a member out of the queue."""
    sid, calls = waiting
    web.answers["/served"] = SILENCE
    box.client.queues(sid).members("Front").update(url=web.url + "/served")
    assert eventually(lambda: web.forms("/served"))[0]["CallSid"] == calls[0]
    assert box.client.queues(sid).members("Front").fetch().call_sid == calls[1]
    with pytest.raises(TwilioRestException) as caught:
        box.client.queues(sid).members(calls[0]).fetch()
    assert caught.value.status == 404
    with pytest.raises(TwilioRestException) as caught:
        box.client.queues(sid).members("Front").update(url="nowhere")
    assert caught.value.code == 21205


def test_a_queue_with_members_is_not_deleted(box: Box, waiting: tuple[str, list[str]]) -> None:
    with pytest.raises(TwilioRestException) as caught:
        box.client.queues(waiting[0]).delete()
    assert caught.value.status == 400
    assert box.client.queues(waiting[0]).fetch().current_size == 2


def test_a_recorded_room_has_a_recording(box: Box) -> None:
    """fact: §2.1 record-from-start begins when the first two are bridged."""
    first, room = box.in_room("desk", FIRST, record="record-from-start")
    recordings = box.client.conferences(room).recordings
    assert recordings.list() == []
    second, _ = box.in_room("desk", SECOND)
    running = eventually(recordings.list)[0]
    assert (running.status, running.conference_sid, running.duration) == ("in-progress", room, None)
    current = recordings("Twilio.CURRENT")
    assert current.fetch().sid == running.sid
    assert current.update(status="paused").status == "paused"
    with pytest.raises(TwilioRestException):
        current.update(status="louder")
    assert current.update(status="in-progress").status == "in-progress"
    for call in (first, second):
        box.hang_up(call)
    done = eventually(recordings(running.sid).fetch, lambda r: r.status == "completed")
    assert done.duration.isdigit()
    assert [r.sid for r in box.client.recordings.list(conference_sid=room)] == [running.sid]
    assert recordings(running.sid).delete() is True
    assert box.client.recordings.list() == []


def test_a_recorded_call_has_a_recording(box: Box) -> None:
    call = box.dial(
        box.phone(FIRST, answer_after=0), "<Response><Pause length='20'/></Response>", record=True
    )
    box.calls_in(call, "completed")
    found = eventually(box.client.calls(call).recordings.list)
    assert (found[0].call_sid, found[0].source) == (call, "OutboundAPI")
    assert box.client.calls(call).recordings(found[0].sid).fetch().track == "both"
    whole = box.client.recordings(found[0].sid).fetch()
    assert whole.media_url is not None
    assert [r.sid for r in box.client.recordings.list(call_sid=call)] == [whole.sid]
    assert whole.delete() is True
    assert box.client.calls(call).recordings.list() == []
