"""The customer's own documents: questions, messages, promises, callbacks, back from the room."""

from __future__ import annotations

import pytest

from telephony.contact.commands import OpenTicket, WritePromise
from telephony.contact.events import PromiseWritten, TicketOpened
from telephony.contact.model import LegState, Stage
from tests.webhooks.support import CUSTOMER, Twilio, action_of, call_sid, query_of, said, verbs

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]
HOUR = 3_600_000


def at_closed_door(twilio: Twilio):  # type: ignore[no-untyped-def]
    """A customer who is asked what to do because the department is closed."""
    twilio.clock.ms += 10 * HOUR
    orders = twilio.press(twilio.rings(CALL), CALL, "4")
    return twilio.press(orders, CALL, "2")


def promised(twilio: Twilio) -> None:
    for command_id, command in twilio.take(CONTACT):
        if isinstance(command, WritePromise):
            due = twilio.clock.ms + 12 * HOUR
            twilio.apply(CONTACT, PromiseWritten(command_id, command.promise, due, due + HOUR, 3))


def ask(twilio: Twilio, **fields: str):  # type: ignore[no-untyped-def]
    leg = twilio.contact(CONTACT).legs[0]
    return twilio.voice(f"/twilio/voice/customer?c={CONTACT}&l={leg.id}", CALL, **fields)


def test_a_callback_is_told_only_after_it_is_written(twilio: Twilio) -> None:
    moment = twilio.press(at_closed_door(twilio), CALL, "1")
    assert "One moment" in said(moment)
    assert verbs(moment) == ["Say", "Pause", "Redirect"]
    redirect = moment.find("Redirect")
    assert redirect is not None
    # As often as it asks, nothing is promised while the ledger has not answered.
    for _ in range(3):
        assert "will call you" not in said(twilio.voice(str(redirect.text), CALL))
    promised(twilio)
    told = twilio.voice(str(redirect.text), CALL)
    assert "will call you back" in said(told)
    assert verbs(told)[-1] == "Hangup"


def test_a_key_without_meaning_is_asked_again_and_chooses_nothing(twilio: Twilio) -> None:
    asked = at_closed_door(twilio)
    again = twilio.press(asked, CALL, "9")
    assert "did not understand" in said(again)
    assert again.find("Gather") is not None
    assert twilio.contact(CONTACT).stage is Stage.CHOOSING


def test_silence_at_the_question_takes_the_kindest_way(twilio: Twilio) -> None:
    asked = at_closed_door(twilio)
    redirect = asked.find("Redirect")
    assert redirect is not None
    twilio.voice(str(redirect.text), CALL)
    assert twilio.contact(CONTACT).stage is Stage.PROMISING


def test_the_same_choice_twice_is_one(twilio: Twilio) -> None:
    asked = at_closed_door(twilio)
    twilio.press(asked, CALL, "1")
    before = twilio.contact(CONTACT)
    assert "One moment" in said(twilio.press(asked, CALL, "1"))
    assert "One moment" in said(twilio.press(asked, CALL, "2"))
    assert twilio.contact(CONTACT) == before


def test_a_message_is_recorded_and_becomes_a_ticket_before_anything_is_said_of_it(
    twilio: Twilio,
) -> None:
    record = twilio.press(at_closed_door(twilio), CALL, "2")
    assert verbs(record) == ["Say", "Record", "Redirect"]
    url = "https://api.twilio.com/2010-04-01/Recordings/RE1"
    thanks = twilio.voice(action_of(record), CALL, RecordingUrl=url, RecordingDuration="7")
    assert "saved" not in said(thanks)
    for command_id, command in twilio.take(CONTACT):
        if isinstance(command, OpenTicket):
            twilio.apply(CONTACT, TicketOpened(command_id, command.ticket))
    assert twilio.contact(CONTACT).message_url == url
    assert "Your message has been saved" in said(ask(twilio))


def test_an_empty_message_is_asked_for_once_more(twilio: Twilio) -> None:
    record = twilio.press(at_closed_door(twilio), CALL, "2")
    redirect = record.find("Redirect")
    assert redirect is not None
    again = twilio.voice(str(redirect.text), CALL)
    assert "did not hear a message" in said(again)
    assert verbs(again) == ["Say", "Record", "Redirect"]
    redirect = again.find("Redirect")
    assert redirect is not None
    twilio.voice(str(redirect.text), CALL)
    assert twilio.contact(CONTACT).stage is not Stage.RECORDING


def test_a_message_left_by_hanging_up_is_kept(twilio: Twilio) -> None:
    record = twilio.press(at_closed_door(twilio), CALL, "2")
    twilio.status("/twilio/status/call", CALL, "completed", 1)
    twilio.voice(
        action_of(record), CALL, RecordingUrl="https://r/1", RecordingDuration="3",
        CallStatus="completed", Digits="hangup",
    )  # fmt: skip
    assert twilio.contact(CONTACT).message_url == "https://r/1"


def test_a_customer_who_comes_out_of_the_room_is_led_back_into_it(twilio: Twilio) -> None:
    room = twilio.press(twilio.rings(CALL), CALL, "1")
    twilio.joins(CONTACT, CALL, 1)
    assert twilio.contact(CONTACT).legs[0].state is LegState.JOINED
    back = twilio.voice(action_of(room), CALL, DialCallStatus="answered")
    assert back.find("Dial/Conference") is not None
    assert twilio.contact(CONTACT).legs[0].state is LegState.ACCEPTED


def test_leaving_the_room_again_after_coming_back_is_news_again(twilio: Twilio) -> None:
    room = twilio.press(twilio.rings(CALL), CALL, "1")
    twilio.joins(CONTACT, CALL, 1)
    room = twilio.voice(action_of(room), CALL, DialCallStatus="answered")
    twilio.joins(CONTACT, CALL, 3)
    assert twilio.contact(CONTACT).legs[0].state is LegState.JOINED
    twilio.voice(action_of(room), CALL, DialCallStatus="answered")
    assert twilio.contact(CONTACT).legs[0].state is LegState.ACCEPTED


def test_a_repeated_question_after_the_customer_is_back_in_the_room_changes_nothing(
    twilio: Twilio,
) -> None:
    room = twilio.press(twilio.rings(CALL), CALL, "1")
    twilio.joins(CONTACT, CALL, 1)
    twilio.voice(action_of(room), CALL, DialCallStatus="answered")
    twilio.joins(CONTACT, CALL, 3)
    late = twilio.voice(action_of(room), CALL, DialCallStatus="answered")
    assert late.find("Dial/Conference") is not None
    assert twilio.contact(CONTACT).legs[0].state is LegState.JOINED


def test_hanging_up_in_the_room_ends_the_leg_even_without_a_status_callback(
    twilio: Twilio,
) -> None:
    room = twilio.press(twilio.rings(CALL), CALL, "1")
    answer = twilio.voice(action_of(room), CALL, DialCallStatus="answered", CallStatus="completed")
    assert verbs(answer) == []
    assert twilio.contact(CONTACT).stage is Stage.CLOSED


def test_who_calls_again_while_a_callback_is_promised_keeps_the_place(twilio: Twilio) -> None:
    twilio.press(at_closed_door(twilio), CALL, "1")
    promised(twilio)
    twilio.status("/twilio/status/call", CALL, "completed", 1)
    assert twilio.contact(CONTACT).stage is Stage.PROMISED
    again = call_sid(7)
    welcome = twilio.rings(again)
    assert "Welcome back" in said(welcome)
    assert "do not have to wait for our call" in said(welcome)
    assert welcome.find("Dial/Conference") is not None
    contact = twilio.contact(CONTACT)
    assert contact.leg_of(again) is not None
    assert list(twilio.services.live.stages()) == [CONTACT]
    assert contact.customer == CUSTOMER


@pytest.mark.parametrize("told", [True, False])
def test_who_calls_again_before_we_know_that_they_hung_up_keeps_the_place(
    twilio: Twilio, told: bool
) -> None:
    twilio.press(at_closed_door(twilio), CALL, "1")
    if told:
        promised(twilio)
    assert twilio.contact(CONTACT).stage is (Stage.FAREWELL if told else Stage.PROMISING)
    again = call_sid(7)
    assert twilio.rings(again).find("Dial/Conference") is not None
    twilio.status("/twilio/status/call", CALL, "completed", 1)
    assert list(twilio.services.live.stages()) == [CONTACT]
    contact = twilio.contact(CONTACT)
    assert contact.stage is Stage.SEEKING
    assert contact.customer_leg is not None
    assert contact.customer_leg.call == again


def test_the_same_second_call_twice_is_welcomed_back_into_the_same_contact(
    twilio: Twilio,
) -> None:
    twilio.press(at_closed_door(twilio), CALL, "1")
    promised(twilio)
    twilio.status("/twilio/status/call", CALL, "completed", 1)
    again = call_sid(7)
    twilio.rings(again)
    before = twilio.contact(CONTACT)
    assert twilio.rings(again).find("Dial/Conference") is not None
    assert twilio.contact(CONTACT) == before


def test_the_spanish_caller_is_asked_in_spanish(twilio: Twilio) -> None:
    twilio.clock.ms += 10 * HOUR
    asked = twilio.press(twilio.rings(CALL), CALL, "8")
    orders = twilio.press(asked, CALL, "4")
    closed = twilio.press(orders, CALL, "2")
    assert {say.attrib["language"] for say in closed.iter("Say")} == {"es-US"}
    assert query_of(action_of(closed))["c"] == CONTACT
