"""Whoever is asked to take over: whispered to, accepting, declining, too late."""

from __future__ import annotations

import pytest

from telephony.contact.model import AttemptOutcome, LegState, Stage
from telephony.store.ledger import Role, add_user, set_enabled
from tests.webhooks.support import CUSTOMER, OURS, Twilio, action_of, call_sid, said, verbs

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)
CONTACT = CALL[2:]
RECEIVER = call_sid(2)
PHONE = "+12025550155"


def ringing(twilio: Twilio, address: str = PHONE) -> str:
    """A contact whose department is rung; the address at which the receiver's leg asks."""
    twilio.press(twilio.rings(CALL), CALL, "1")
    leg = twilio.rung(CONTACT, RECEIVER, address)
    return f"/twilio/voice/receiver?c={CONTACT}&l={leg.id}"


def answers(twilio: Twilio, target: str, **fields: str):  # type: ignore[no-untyped-def]
    given = {"From": OURS, "To": PHONE, "Direction": "outbound-api", **fields}
    return twilio.voice(target, RECEIVER, **given)


def state(twilio: Twilio) -> LegState:
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    return leg.state


def test_the_whisper_begins_at_once_is_repeated_and_asks_for_a_key_or_a_word(
    twilio: Twilio,
) -> None:
    whisper = answers(twilio, ringing(twilio))
    assert verbs(whisper) == ["Gather", "Redirect"]
    gather = whisper.find("Gather")
    assert gather is not None
    assert verbs(gather) == ["Say", "Pause"] * 3
    assert gather.attrib["numDigits"] == "1"
    assert gather.attrib["input"] == "dtmf speech"
    assert "Press 1" in said(whisper)
    assert state(twilio) is LegState.ANSWERED


def test_a_leg_that_answered_is_not_in_the_room_before_it_accepts(twilio: Twilio) -> None:
    target = ringing(twilio)
    for _ in range(3):
        assert answers(twilio, target).find("Dial") is None


@pytest.mark.parametrize(
    "proof", [{"Digits": "1"}, {"SpeechResult": "Yes."}, {"SpeechResult": "sí"}]
)
def test_a_key_or_a_plain_yes_accepts_and_leads_into_the_room(
    twilio: Twilio, proof: dict[str, str]
) -> None:
    whisper = answers(twilio, ringing(twilio))
    room = answers(twilio, action_of(whisper), **proof)
    conference = room.find("Dial/Conference")
    dial = room.find("Dial")
    assert conference is not None
    assert dial is not None
    assert conference.text == f"wl-{CONTACT}"
    assert conference.attrib["endConferenceOnExit"] == "false"
    assert "/twilio/voice/receiver?" in dial.attrib["action"]
    assert state(twilio) is LegState.ACCEPTED


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi, you have reached Ana. Yes, I am away; press one to leave a message",
        "yes this is the voicemail of",
        "no one is available",
    ],
)
def test_the_words_of_a_voicemail_never_accept(twilio: Twilio, greeting: str) -> None:
    whisper = answers(twilio, ringing(twilio))
    again = answers(twilio, action_of(whisper), SpeechResult=greeting)
    assert again.find("Dial") is None
    assert state(twilio) is LegState.ANSWERED


def test_a_wrong_key_is_told_and_whispered_again(twilio: Twilio) -> None:
    whisper = answers(twilio, ringing(twilio))
    again = answers(twilio, action_of(whisper), Digits="5")
    assert "That key has no meaning here" in said(again)
    assert again.find("Gather") is not None


def test_declining_is_thanked_for_and_counts_as_declined(twilio: Twilio) -> None:
    whisper = answers(twilio, ringing(twilio))
    bye = answers(twilio, action_of(whisper), Digits="2")
    assert verbs(bye) == ["Say", "Hangup"]
    assert "ask someone else" in said(bye)
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    assert leg.outcome is AttemptOutcome.DECLINED


def test_a_softphone_accepts_by_answering(twilio: Twilio) -> None:
    room = answers(twilio, ringing(twilio, "client:ana"), To="client:ana")
    assert room.find("Dial/Conference") is not None
    assert state(twilio) is LegState.ACCEPTED


def test_the_softphone_of_somebody_who_was_shut_out_cannot_accept(twilio: Twilio) -> None:
    book = twilio.services.ledger
    add_user(book, "ana", Role.AGENT, "correct horse", now=1)
    set_enabled(book, "ana", False)
    bye = answers(twilio, ringing(twilio, "client:ana"), To="client:ana")
    assert verbs(bye) == ["Say", "Hangup"]
    leg = twilio.contact(CONTACT).leg_of(RECEIVER)
    assert leg is not None
    assert leg.outcome is AttemptOutcome.DECLINED, "and the next one is rung"


def test_who_accepts_after_the_customer_left_is_told_kindly(twilio: Twilio) -> None:
    whisper = answers(twilio, ringing(twilio))
    twilio.status("/twilio/status/call", CALL, "completed", 3)
    assert twilio.contact(CONTACT).stage is Stage.CLOSED
    told = answers(twilio, action_of(whisper), Digits="1")
    assert verbs(told) == ["Say", "Hangup"]
    assert "already hung up" in said(told)


def test_the_same_accept_twice_is_one_and_both_get_the_room(twilio: Twilio) -> None:
    whisper = answers(twilio, ringing(twilio))
    answers(twilio, action_of(whisper), Digits="1")
    version = twilio.contact(CONTACT).version
    assert answers(twilio, action_of(whisper), Digits="1").find("Dial/Conference") is not None
    assert twilio.contact(CONTACT).version == version


def test_a_decline_after_the_accept_is_late(twilio: Twilio) -> None:
    whisper = answers(twilio, ringing(twilio))
    answers(twilio, action_of(whisper), Digits="1")
    assert answers(twilio, action_of(whisper), Digits="2").find("Dial/Conference") is not None
    assert state(twilio) is LegState.ACCEPTED


def test_customer_and_receiver_in_the_room_are_talking(twilio: Twilio) -> None:
    whisper = answers(twilio, ringing(twilio))
    room = answers(twilio, action_of(whisper), Digits="1")
    twilio.joins(CONTACT, CALL, 1)
    twilio.joins(CONTACT, RECEIVER, 2)
    assert twilio.contact(CONTACT).stage is Stage.TALKING
    # The agent's Dial ends when the room does; hanging up in it is told there as well.
    gone = answers(twilio, action_of(room), DialCallStatus="answered", CallStatus="completed")
    assert verbs(gone) == []
    assert state(twilio) is LegState.ENDED


def test_the_whisper_tells_who_calls_for_what_and_how_long_they_have_waited(
    twilio: Twilio,
) -> None:
    target = ringing(twilio)
    twilio.clock.ms += 120_000
    words = said(answers(twilio, target))
    assert "calling Sales" in words
    assert "waiting 2 minutes" in words
    assert " ".join(CUSTOMER[-4:]) in words


def test_a_receiver_who_comes_out_of_the_room_is_in_it_no_more_and_led_back(
    twilio: Twilio,
) -> None:
    whisper = answers(twilio, ringing(twilio))
    room = answers(twilio, action_of(whisper), Digits="1")
    twilio.joins(CONTACT, CALL, 1)
    twilio.joins(CONTACT, RECEIVER, 2)
    assert state(twilio) is LegState.JOINED
    back = answers(twilio, action_of(room), DialCallStatus="answered")
    assert state(twilio) is LegState.ACCEPTED
    assert back.find("Dial/Conference") is not None
