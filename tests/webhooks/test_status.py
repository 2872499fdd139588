"""News from Twilio: folded once, in any order, and never acknowledged before it is kept."""

from __future__ import annotations

import pytest

from telephony.contact.model import Ending, LegState, Stage
from tests.webhooks.support import ROOM, Twilio, call_sid

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]
RECEIVER = call_sid(2)


def rung(twilio: Twilio) -> str:
    twilio.press(twilio.rings(CALL), CALL, "1")
    leg = twilio.rung(CONTACT, RECEIVER)
    return f"/twilio/status/call?c={CONTACT}&l={leg.id}"


def state(twilio: Twilio) -> LegState:
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    return leg.state


def test_progress_of_a_leg_is_folded_and_answered_with_204(twilio: Twilio) -> None:
    target = rung(twilio)
    assert twilio.status(target, RECEIVER, "initiated", 0).status_code == 204
    assert state(twilio) is LegState.REQUESTED
    twilio.status(target, RECEIVER, "ringing", 1)
    assert state(twilio) is LegState.RINGING
    twilio.status(target, RECEIVER, "in-progress", 2)
    assert state(twilio) is LegState.ANSWERED
    twilio.status(target, RECEIVER, "completed", 3)
    assert state(twilio) is LegState.ENDED


@pytest.mark.parametrize(
    ("word", "ending"),
    [
        ("completed", Ending.HUNG_UP),
        ("busy", Ending.BUSY),
        ("no-answer", Ending.NO_ANSWER),
        ("failed", Ending.FAILED),
        ("canceled", Ending.CANCELLED),
    ],
)
def test_each_final_status_has_its_ending(twilio: Twilio, word: str, ending: Ending) -> None:
    target = rung(twilio)
    twilio.status(target, RECEIVER, word, 2)
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    assert leg.ending is ending


def test_reordered_and_repeated_progress_ends_in_the_same_state(twilio: Twilio) -> None:
    target = rung(twilio)
    for status, sequence in (
        ("completed", 3),
        ("ringing", 1),
        ("in-progress", 2),
        ("completed", 3),
    ):
        assert twilio.status(target, RECEIVER, status, sequence).status_code == 204
    assert state(twilio) is LegState.ENDED


def test_news_that_arrives_before_the_rest_answer_is_adopted(twilio: Twilio) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    leg = twilio.rung(CONTACT, RECEIVER)
    assert leg.call == RECEIVER
    # The leg id in the address is enough, even if the CallSid is news to us.
    target = f"/twilio/status/call?c={CONTACT}&l={leg.id}"
    twilio.status(target, call_sid(99), "completed", 3)
    assert state(twilio) is LegState.REQUESTED  # another call does not speak for this leg


def test_the_number_s_own_callback_finds_the_contact_by_its_call(twilio: Twilio) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    assert twilio.status("/twilio/status/call", CALL, "completed", 1).status_code == 204
    assert twilio.contact(CONTACT).stage is Stage.CLOSED


def test_room_events_are_ordered_by_their_sequence_number(twilio: Twilio) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    twilio.joins(CONTACT, CALL, 5)
    twilio.joins(CONTACT, CALL, 7, "hold")
    twilio.joins(CONTACT, CALL, 6, "unhold")
    leg = twilio.contact(CONTACT).legs[0]
    assert leg.state is LegState.JOINED
    assert leg.held
    twilio.joins(CONTACT, CALL, 8, "leave")
    assert twilio.contact(CONTACT).legs[0].state is LegState.ACCEPTED


def test_the_end_of_the_room_takes_everybody_out_of_it(twilio: Twilio) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    twilio.joins(CONTACT, CALL, 1)
    answer = twilio.post(
        f"/twilio/status/room?c={CONTACT}",
        ConferenceSid=ROOM,
        FriendlyName=f"wl-{CONTACT}",
        StatusCallbackEvent="conference-end",
        SequenceNumber="2",
    )
    assert answer.status_code == 204
    assert twilio.contact(CONTACT).legs[0].state is LegState.ACCEPTED


@pytest.mark.parametrize(
    "event",
    ["conference-start", "participant-mute", "participant-modify", "announcement-end"],
)
def test_events_without_meaning_for_us_change_nothing(twilio: Twilio, event: str) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    version = twilio.contact(CONTACT).version
    answer = twilio.post(
        f"/twilio/status/room?c={CONTACT}",
        ConferenceSid=ROOM,
        FriendlyName=f"wl-{CONTACT}",
        StatusCallbackEvent=event,
        CallSid=CALL,
        SequenceNumber="4",
    )
    assert answer.status_code == 204
    assert twilio.contact(CONTACT).version == version


def test_a_room_of_another_name_is_refused(twilio: Twilio) -> None:
    twilio.press(twilio.rings(CALL), CALL, "1")
    answer = twilio.post(
        f"/twilio/status/room?c={CONTACT}",
        ConferenceSid=ROOM,
        FriendlyName="wl-" + "9" * 32,
        StatusCallbackEvent="participant-join",
        CallSid=CALL,
        SequenceNumber="4",
    )
    assert answer.status_code == 400


def test_a_machine_s_greeting_marks_the_leg_and_a_human_s_does_not(twilio: Twilio) -> None:
    target = rung(twilio).replace("/call?", "/machine?")
    twilio.post(target, CallSid=RECEIVER, AnsweredBy="human", MachineDetectionDuration="2000")
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    assert not leg.machine
    twilio.post(target, CallSid=RECEIVER, AnsweredBy="machine_start")
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    assert leg.machine


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "failed"])
def test_news_of_a_text_message_is_taken(twilio: Twilio, status: str) -> None:
    answer = twilio.post("/twilio/status/message", MessageSid="SM" + "0" * 32, MessageStatus=status)
    assert answer.status_code == 204


def test_news_of_an_unknown_contact_changes_nothing_and_is_not_repeated(twilio: Twilio) -> None:
    answer = twilio.status(f"/twilio/status/call?c={'9' * 32}&l=l1", CALL, "ringing")
    assert answer.status_code == 204
    assert twilio.status("/twilio/status/call", CALL, "completed").status_code == 204
