"""Reading Twilio's forms: strict about what matters, deaf to the rest."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.contact.events import LegAnswered, LegEnded, LegRang, RoomEnded, RoomJoined
from telephony.contact.model import Ending
from telephony.twilio import events, forms
from telephony.twilio.forms import BadForm

CALL = "CA" + "a" * 32
ROOM = "CF" + "b" * 32
VOICE = {"CallSid": CALL, "From": "+12025550177", "To": "+12025550100", "Direction": "inbound"}


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_a_bad_form(body: bytes) -> None:
    with suppress(BadForm):
        forms.voice_form(forms.fields_of(forms.pairs_of(body)))


@given(st.text("aB=&%+2f;é ", max_size=40), st.booleans())
def test_a_form_is_split_as_the_standard_library_splits_it(text: str, escaped: bool) -> None:
    body = (quote_plus(text, safe="=&") if escaped else text).encode()
    try:
        plain = body.decode("ascii")
        expected = parse_qsl(plain, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(BadForm):
            forms.pairs_of(body)
        return
    assert forms.pairs_of(body) == tuple(expected)


def test_a_name_with_two_values_is_refused_and_one_that_is_sent_twice_is_not() -> None:
    assert forms.fields_of((("a", "1"), ("b", "2"), ("a", "1"))) == {"a": "1", "b": "2"}
    with pytest.raises(BadForm):
        forms.fields_of((("a", "1"), ("b", "2"), ("a", "1"), ("a", "3")))


@pytest.mark.parametrize("letter", ["\x00", "\x1f", "\x7f", "\x9f", "\ufffe", "\uffff", "\n"])
def test_control_characters_are_refused_wherever_they_are(letter: str) -> None:
    for pair in ((f"a{letter}", "1"), ("a", f"1{letter}")):
        with pytest.raises(BadForm):
            forms.fields_of((pair,))


def test_letters_that_cannot_be_printed_are_no_control_characters() -> None:
    assert forms.fields_of((("a", "\u00a0\u2028\u200b"),)) == {"a": "\u00a0\u2028\u200b"}


@given(
    st.dictionaries(
        st.sampled_from(["CallSid", "CallStatus", "SequenceNumber", "AnsweredBy"]), st.text()
    )
)
def test_any_values_are_news_or_a_bad_form(fields: dict[str, str]) -> None:
    for read in (forms.call_status, forms.room_status, forms.machine_status, forms.message_status):
        with pytest.raises(BadForm):
            read({**fields, "CallSid": "CA" + fields.get("CallSid", "")[:20]})


def test_what_was_not_sent_is_empty() -> None:
    form = forms.voice_form(VOICE)
    assert (form.digits, form.speech, form.machine, form.left_room) == ("", "", False, False)
    assert form.inbound


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("+12025550177", "+12025550177"),
        ("client:ana", "client:ana"),
        ("sip:ines@pbx.harbor.example", "sip:ines@pbx.harbor.example"),
        ("+266696687", ""),
        ("anonymous", ""),
        ("Restricted", ""),
        ("", ""),
        ("2025550177", ""),
        ("+1 202 555", ""),
        ("client:a b<c>", ""),
    ],
)
def test_only_what_can_be_called_is_an_address(text: str, address: str) -> None:
    assert forms.voice_form({**VOICE, "From": text}).customer == address


@pytest.mark.parametrize(
    ("word", "machine"),
    [
        ("human", False),
        ("unknown", False),
        ("", False),
        ("machine_start", True),
        ("machine_end_beep", True),
        ("machine_end_silence", True),
        ("machine_end_other", True),
        ("fax", True),
    ],
)
def test_machines_and_faxes_are_machines(word: str, machine: bool) -> None:
    assert forms.voice_form({**VOICE, "AnsweredBy": word}).machine is machine


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("queued", None),
        ("initiated", None),
        ("ringing", LegRang("l1", CALL)),
        ("in-progress", LegAnswered("l1", CALL)),
        ("completed", LegEnded("l1", CALL, Ending.HUNG_UP)),
        ("busy", LegEnded("l1", CALL, Ending.BUSY)),
        ("no-answer", LegEnded("l1", CALL, Ending.NO_ANSWER)),
        ("failed", LegEnded("l1", CALL, Ending.FAILED)),
        ("canceled", LegEnded("l1", CALL, Ending.CANCELLED)),
    ],
)
def test_each_call_status_is_one_event(status: str, event: object) -> None:
    news = forms.call_status({"CallSid": CALL, "CallStatus": status, "SequenceNumber": "2"})
    assert events.call_event(news, "l1") == event
    assert news.dedupe == f"{CALL}:{status}:2"


def test_every_known_word_of_twilio_has_a_meaning_or_is_left_out_on_purpose() -> None:
    meaning = {
        word
        for word in forms.CALL_STATUSES
        if events.call_event(forms.CallStatus(CALL, word, 1, False), "l1") is not None
    }
    assert forms.CALL_STATUSES - meaning == {"queued", "initiated"}
    rooms = {
        word
        for word in forms.ROOM_EVENTS
        if events.room_event(forms.RoomStatus(ROOM, "wl-1", word, 1, CALL)) is not None
    }
    assert rooms == {
        "conference-end",
        "participant-join",
        "participant-leave",
        "participant-hold",
        "participant-unhold",
    }


def test_a_join_names_its_call_and_an_end_only_the_room() -> None:
    about = {"ConferenceSid": ROOM, "FriendlyName": "wl-1", "SequenceNumber": "4"}
    join = forms.room_status({**about, "StatusCallbackEvent": "participant-join", "CallSid": CALL})
    assert events.room_event(join) == RoomJoined(CALL, ROOM, 4)
    end = forms.room_status({**about, "StatusCallbackEvent": "conference-end"})
    assert events.room_event(end) == RoomEnded(ROOM, 4)


def test_a_recording_is_an_address_and_seconds() -> None:
    assert forms.recording_of({}) == ("", 0)
    assert forms.recording_of({"RecordingUrl": "https://x/1", "RecordingDuration": "9"}) == (
        "https://x/1",
        9,
    )
    with pytest.raises(BadForm):
        forms.recording_of({"RecordingUrl": "javascript:alert(1)"})


def test_a_repeated_field_with_one_value_is_no_contradiction() -> None:
    assert forms.fields_of((("A", "1"), ("A", "1"))) == {"A": "1"}
    with pytest.raises(BadForm):
        forms.fields_of((("A", "1"), ("A", "2")))
