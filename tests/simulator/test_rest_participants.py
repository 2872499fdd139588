"""Participants over HTTP with the unchanged SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rest_support import SILENCE, Box, WebApp, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

CUSTOMER = "+15550101001"
AGENT = "+15550101002"
RECEIVER = "+15550101003"
ROOM = "room-7"


def add(box: Box, room: str, to: str = RECEIVER, **options: Any) -> Any:
    """Add a participant from our number; it rings for long unless told otherwise."""
    given = {"timeout": 600, **options}
    return box.client.conferences(room).participants.create(from_=box.number, to=to, **given)


def refused(box: Box, room: str, **options: Any) -> tuple[int, int]:
    """HTTP status and code of a participant create that fails."""
    with pytest.raises(TwilioRestException) as caught:
        add(box, room, **options)
    return caught.value.status, caught.value.code


def joined(box: Box, room: str, call: str) -> Any:
    """The participant once it is connected."""
    read = box.client.conferences(room).participants(call).fetch
    return eventually(read, lambda p: p.status == "connected")


def test_a_friendly_name_creates_the_room_and_answers_201_queued(box: Box) -> None:
    """fact: §1.2 an unknown friendly name makes a conference; §1.6 create answers queued."""
    made = box.client.conferences(ROOM).participants.create_with_http_info(
        from_=box.number, to=RECEIVER
    )
    assert (made.status_code, made.data.status) == (201, "queued")
    rooms = box.client.conferences.list(friendly_name=ROOM)
    assert [room.sid for room in rooms] == [made.data.conference_sid]


def test_the_friendly_name_of_a_running_room_joins_it(box: Box) -> None:
    """fact: §1.2 an active room's friendly name adds to that room."""
    _, room = box.in_room(ROOM, CUSTOMER)
    assert add(box, ROOM).conference_sid == room
    assert len(box.client.conferences.list()) == 1


def test_a_sid_addresses_a_running_room_only(box: Box) -> None:
    """fact: §1.2 by CF sid the conference must be active."""
    call, room = box.in_room(ROOM, CUSTOMER)
    assert add(box, room).conference_sid == room
    box.client.conferences(room).update(status="completed")
    box.calls_in(call, "completed")
    status, code = refused(box, room)
    assert (status, code) in [(404, 20404), (400, 16022)]
    assert refused(box, "CF" + "0" * 32)[0] in (400, 404)


def test_only_the_answer_to_the_create_has_a_queue_time(box: Box) -> None:
    """fact: §1.6 queue_time is text in the create answer and null afterwards."""
    made = add(box, ROOM)
    assert made.queue_time.isdigit()
    again = box.client.conferences(made.conference_sid).participants(made.call_sid).fetch()
    assert again.queue_time is None


def test_a_listing_by_friendly_name_is_405(box: Box) -> None:
    """fact: §1.2 GET participants under a friendly name answers 405 / 20004."""
    add(box, ROOM)
    answer = box.client.request(
        "GET",
        f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}"
        f"/Conferences/{ROOM}/Participants.json",
    )
    assert answer.status_code == 405
    assert '"code":20004' in answer.text


def test_a_ringing_leg_is_already_listed(box: Box) -> None:
    """fact: §2.4 presence in the list is no proof that somebody answered."""
    made = add(box, ROOM)
    room = made.conference_sid
    ringing = eventually(
        box.client.conferences(room).participants(made.call_sid).fetch,
        lambda p: p.status == "ringing",
    )
    assert ringing.call_sid == made.call_sid
    assert [p.call_sid for p in box.client.conferences(room).participants.list()] == [made.call_sid]


def test_a_participant_is_found_by_label(box: Box) -> None:
    """fact: §1.2 the last part of the path is a call sid or a label."""
    made = add(box, ROOM, label="receiver 1")
    people = box.client.conferences(made.conference_sid).participants
    found = people("receiver%201").fetch()
    assert (found.call_sid, found.label) == (made.call_sid, "receiver 1")


def test_a_label_in_use_is_refused_and_nobody_is_dialled(box: Box) -> None:
    """fact: §1.7 a second participant with the same label answers 400 / 16026."""
    made = add(box, ROOM, label="receiver")
    assert refused(box, ROOM, to=AGENT, label="receiver") == (400, 16026)
    assert [c.sid for c in box.client.calls.list()] == [made.call_sid]


@pytest.mark.parametrize("label", ["x" * 129, "CA" + "0" * 32, "a/b", "a%2Fb", "a%2fb"])
def test_a_label_of_the_wrong_form_is_refused(box: Box, label: str) -> None:
    """fact: §1.7 over 128 characters, like a call sid, or with a slash: 400 / 16024."""
    assert refused(box, ROOM, label=label) == (400, 16024)
    assert box.client.calls.list() == []
    assert box.client.conferences.list() == []


def test_a_label_of_128_characters_is_good(box: Box) -> None:
    """fact: §1.7 up to 128 characters are allowed."""
    assert add(box, ROOM, label="x" * 128).label == "x" * 128


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "77"}, 21211),
        ({"timeout": 4}, 21208),
        ({"timeout": 601}, 21208),
        ({"beep": "loud"}, 20001),
        ({"wait_url": "here"}, 11100),
        ({"max_participants": 251}, 20001),
        ({"coaching": True}, 20001),
        ({"machine_detection": "Guess"}, 21234),
        ({"conference_status_callback_event": ["sneeze"]}, 20001),
        ({"status_callback": "nowhere"}, 21609),
    ],
)
def test_a_bad_parameter_dials_nobody(box: Box, options: dict[str, Any], code: int) -> None:
    """fact: §1.3 each parameter has its values; a wrong one is HTTP 400."""
    assert refused(box, ROOM, **options) == (400, code)
    assert box.client.calls.list() == []
    assert box.client.conferences.list() == []


def test_a_foreign_from_is_refused(box: Box) -> None:
    """fact: §1.3 From must be a number one owns or has verified when To is a phone number."""
    with pytest.raises(TwilioRestException) as caught:
        box.client.conferences(ROOM).participants.create(from_="+15550198888", to=RECEIVER)
    assert (caught.value.status, caught.value.code) == (400, 21210)


def test_hold_is_read_back_and_mute_beside_it(box: Box) -> None:
    """fact: §2.2 hold keeps the participant in the list, with hold=true and its label."""
    call, room = box.in_room(ROOM, CUSTOMER, participantLabel="customer")
    people = box.client.conferences(room).participants
    held = people("customer").update(hold=True, muted=True)
    assert (held.hold, held.muted) == (True, True)
    again = people(call).fetch()
    assert (again.hold, again.muted, again.label) == (True, True, "customer")
    assert [p.call_sid for p in people.list(hold=True)] == [call]
    assert people.list(hold=False) == []
    assert [p.call_sid for p in people.list(muted=True)] == [call]
    assert people.list(coaching=True) == []
    assert people(call).update(hold=False).hold is False


def test_the_hold_document_is_fetched_with_get(box: Box, web: WebApp) -> None:
    """fact: §1.4 HoldMethod defaults to GET."""
    web.answers["/hold"] = "<Response><Say>Please wait</Say><Pause length='60'/></Response>"
    call, room = box.in_room(ROOM, CUSTOMER)
    box.client.conferences(room).participants(call).update(hold=True, hold_url=web.url + "/hold")
    # A GET carries its fields in the query, so the form stays empty.
    assert eventually(lambda: web.forms("/hold")) == [{}]


def test_anything_but_true_unmutes(box: Box) -> None:
    """fact: §1.4 for Muted anything other than true is read as false."""
    call, room = box.in_room(ROOM, CUSTOMER, muted="true")
    people = box.client.conferences(room).participants
    assert people(call).fetch().muted is True
    answer = box.client.request(
        "POST",
        f"{box.base_url}{people(call).fetch().uri}",
        data={"Muted": "perhaps"},
    )
    assert answer.status_code == 200
    assert people(call).fetch().muted is False


def test_a_held_participant_keeps_its_end_flag_whatever_the_answer_says(box: Box) -> None:
    """fact: §1.4 EndConferenceOnExit set during hold is echoed, and has no effect."""
    call, room = box.in_room(ROOM, CUSTOMER)
    person = box.client.conferences(room).participants(call)
    person.update(hold=True)
    assert person.update(end_conference_on_exit=True).end_conference_on_exit is True
    assert person.fetch().end_conference_on_exit is False
    listed = box.client.conferences(room).participants.list()
    assert [p.end_conference_on_exit for p in listed] == [False]


def test_ending_the_hold_in_the_same_request_sets_the_flag(box: Box) -> None:
    """fact: §1.4 Hold=false together with EndConferenceOnExit makes it work."""
    call, room = box.in_room(ROOM, CUSTOMER)
    person = box.client.conferences(room).participants(call)
    person.update(hold=True)
    person.update(hold=False, end_conference_on_exit=True)
    assert person.fetch().end_conference_on_exit is True


def test_a_held_customer_with_the_old_flag_ends_the_room_by_hanging_up(box: Box) -> None:
    """fact: §1.4 the flag that was set before the hold still counts when the held one leaves."""
    customer, room = box.in_room(ROOM, CUSTOMER, endConferenceOnExit="true")
    box.in_room(ROOM, AGENT)
    person = box.client.conferences(room).participants(customer)
    person.update(hold=True)
    person.update(end_conference_on_exit=False)
    box.hang_up(customer)
    ended = eventually(
        box.client.conferences(room).fetch, lambda found: found.status == "completed"
    )
    assert ended.reason_conference_ended == "participant-with-end-conference-on-exit-left"
    assert ended.call_sid_ending_conference == customer


@pytest.mark.parametrize(
    ("field", "value"),
    [("Hold", "maybe"), ("EndConferenceOnExit", "1"), ("HoldUrl", "music"), ("HoldMethod", "PUT"),
     ("AnnounceUrl", "x"), ("Coaching", "yes")],
)  # fmt: skip
def test_a_bad_update_changes_nothing(box: Box, field: str, value: str) -> None:
    call, room = box.in_room(ROOM, CUSTOMER)
    person = box.client.conferences(room).participants(call)
    answer = box.client.request(
        "POST", f"{box.base_url}{person.fetch().uri}", data={"Muted": "true", field: value}
    )
    assert answer.status_code == 400
    assert person.fetch().muted is False


def test_removing_is_204_and_ends_an_added_leg(box: Box) -> None:
    """fact: §1.1 DELETE answers 204; §2.5 a REST-added leg has nowhere to go on."""
    box.in_room(ROOM, CUSTOMER)
    made = add(box, ROOM, to=box.phone(RECEIVER, answer_after=0))
    joined(box, made.conference_sid, made.call_sid)
    gone = box.client.conferences(made.conference_sid).participants(made.call_sid)
    assert gone.delete_with_http_info().status_code == 204
    box.calls_in(made.call_sid, "completed")
    with pytest.raises(TwilioRestException) as caught:
        gone.delete()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_participants_vanish_when_the_room_ends(box: Box) -> None:
    """fact: §1.5 after the end fetch, update and remove give 404 and the list is empty."""
    call, room = box.in_room(ROOM, CUSTOMER, participantLabel="customer")
    box.client.conferences(room).update(status="completed")
    people = box.client.conferences(room).participants
    assert eventually(people.list, lambda found: not found) == []
    for ask in (
        people(call).fetch,
        people("customer").fetch,
        lambda: people(call).update(muted=True),
        people(call).delete,
    ):
        with pytest.raises(TwilioRestException) as caught:
            ask()
        assert caught.value.status == 404


def test_a_redirected_leg_is_no_longer_a_participant(box: Box) -> None:
    """fact: §1.6 a call redirected to other TwiML is gone from the participants."""
    call, room = box.in_room(ROOM, CUSTOMER)
    box.in_room(ROOM, AGENT)
    box.client.calls(call).update(twiml=SILENCE)
    people = box.client.conferences(room).participants
    eventually(people.list, lambda found: call not in [p.call_sid for p in found])
    assert box.client.calls(call).fetch().status == "in-progress"


def test_a_leg_that_never_answers_leaves_the_list(box: Box) -> None:
    """fact: §1.3 Timeout is a ring time with five seconds added; then the leg is no-answer."""
    box.in_room(ROOM, CUSTOMER)
    made = add(box, ROOM, timeout=5)
    box.calls_in(made.call_sid, "no-answer")
    people = box.client.conferences(made.conference_sid).participants.list()
    assert made.call_sid not in [p.call_sid for p in people]


def debugger(box: Box) -> list[int]:
    """The codes of the debugger events so far."""
    _, _, content = box.raw("GET", "/sim/trace?after=0")
    lines = [json.loads(line) for line in content.decode().splitlines() if line]
    return [line["code"] for line in lines if line["kind"] == "debugger"]


def test_detection_without_a_callback_is_warned_of(box: Box) -> None:
    """fact: §1.3 machine detection of a participant without AmdStatusCallback: 21262."""
    add(box, ROOM, machine_detection="Enable")
    assert debugger(box) == [21262]


def test_the_names_of_calls_are_warned_of_on_participants(box: Box) -> None:
    """fact: §1.3 AsyncAmd* sent to Participants: warning 21263, and the dial goes out."""
    answer = box.client.request(
        "POST",
        f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}/Conferences/r/Participants.json",
        data={
            "From": box.number,
            "To": RECEIVER,
            "AsyncAmd": "true",
            "MachineDetection": "Enable",
            "AmdStatusCallback": "http://a.example/amd",
        },
    )
    assert answer.status_code == 201
    assert debugger(box) == [21263]


def test_detection_of_a_participant_is_reported(box: Box, web: WebApp) -> None:
    """fact: §1.3 the callback of a participant's detection is AmdStatusCallback."""
    box.in_room(ROOM, CUSTOMER)
    made = add(
        box,
        ROOM,
        to=box.phone(RECEIVER, answer_after=0),
        machine_detection="Enable",
        amd_status_callback=web.url + "/amd",
    )
    form = eventually(lambda: web.forms("/amd"))[0]
    assert (form["CallSid"], form["AnsweredBy"]) == (made.call_sid, "human")


def test_coaching_names_the_coached_leg(box: Box) -> None:
    agent, room = box.in_room(ROOM, AGENT)
    made = add(box, room, coaching=True, call_sid_to_coach=agent)
    assert (made.coaching, made.call_sid_to_coach) == (True, agent)
    people = box.client.conferences(room).participants
    assert [p.call_sid for p in people.list(coaching=True)] == [made.call_sid]


def test_a_client_and_a_sip_address_can_be_added(box: Box) -> None:
    """fact: §1.3 To may be a client or a SIP address."""
    for address in ("client:anna", "sip:ben@example.org"):
        made = add(box, ROOM, to=address)
        assert box.client.calls(made.call_sid).fetch().to == address
