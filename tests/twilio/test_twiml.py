"""Our templates say what the SDK's builder says, and nothing can break out of them."""

from __future__ import annotations

import timeit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import (  # type: ignore[import-untyped]
    Conference,
    Dial,
    Gather,
    Pause,
    Play,
    Record,
    Redirect,
    Say,
    VoiceResponse,
)

from telephony.twilio import twiml

URL = "https://calls.example.com/twilio/voice/menu?c=1&l=2&m=%3C"
AWKWARD = "Ben & Söhne \"<Say>\" 'x' ]]> 🦜\n\t."


def same(ours: str, theirs: object) -> None:
    """Equal as XML: tags, attributes, text, order."""
    assert ElementTree.canonicalize(ours) == ElementTree.canonicalize(str(theirs))


def wrapped(*verbs: object) -> VoiceResponse:
    response = VoiceResponse()
    for verb in verbs:
        response.append(verb)
    return response


def test_speaking_playing_waiting_and_going_on_are_the_sdk_s() -> None:
    same(
        twiml.response(
            twiml.say("en-US", AWKWARD),
            twiml.play(URL),
            twiml.pause(2),
            twiml.redirect(URL),
            twiml.HANGUP,
        ),
        (
            lambda response: (
                response.append(Say(AWKWARD, language="en-US")),
                response.append(Play(URL)),
                response.append(Pause(length=2)),
                response.append(Redirect(URL, method="POST")),
                response.hangup(),
                response,
            )
        )(VoiceResponse())[-1],
    )


def test_a_question_by_key_is_the_sdk_s() -> None:
    theirs = Gather(
        input="dtmf",
        num_digits=1,
        finish_on_key="",
        action=URL,
        method="POST",
        timeout=5,
        barge_in=True,
        language="en-US",
    )
    theirs.append(Say("Hello", language="en-US"))
    ours = twiml.gather(twiml.say("en-US", "Hello"), URL, tag="en-US", timeout=5)
    same(twiml.response(ours), wrapped(theirs))


def test_a_question_by_key_or_word_is_the_sdk_s() -> None:
    theirs = Gather(
        input="dtmf speech",
        num_digits=1,
        finish_on_key="",
        action=URL,
        method="POST",
        timeout=4,
        barge_in=True,
        language="es-US",
        speech_timeout="auto",
        hints=AWKWARD,
    )
    ours = twiml.gather("", URL, tag="es-US", timeout=4, speech=True, hints=AWKWARD)
    same(twiml.response(ours), wrapped(theirs))


def test_a_recording_is_the_sdk_s() -> None:
    theirs = Record(
        action=URL, method="POST", max_length=180, timeout=5, finish_on_key="#", play_beep=True
    )
    same(twiml.response(twiml.record(URL, seconds=180, silence=5)), wrapped(theirs))


def test_the_room_is_the_sdk_s() -> None:
    theirs = Dial(action=URL, method="POST")
    theirs.append(
        Conference(
            "wl-1",
            participant_label="l1",
            start_conference_on_enter=True,
            end_conference_on_exit=False,
            beep="false",
            wait_url=URL,
            wait_method="POST",
            status_callback=URL,
            status_callback_method="POST",
            status_callback_event="start end join leave mute hold modify announcement",
        )
    )
    ours = twiml.conference("wl-1", label="l1", action=URL, wait=URL, status=URL)
    same(twiml.response(ours), wrapped(theirs))


@given(st.text())
def test_any_text_survives_as_text_and_as_an_attribute(text: str) -> None:
    document = twiml.response(
        twiml.say("en-US", text),
        twiml.gather("", text, tag="en-US", timeout=1, speech=True, hints=text),
    )
    root = ElementTree.fromstring(document.encode("utf-8", "surrogatepass"))
    say, gather = root
    legal = "".join(char for char in text if is_xml(char))
    assert say.text == (legal[:4096] or None)
    assert gather.attrib["action"] == legal
    assert gather.attrib["hints"] == legal
    assert [verb.tag for verb in root.iter()] == ["Response", "Say", "Gather"]


def is_xml(char: str) -> bool:
    """Char of XML 1.0, section 2.2."""
    return char in "\t\n\r" or (
        char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff"
    )


def test_too_long_a_sentence_is_cut_at_what_twilio_speaks() -> None:
    root = ElementTree.fromstring(twiml.response(twiml.say("en-US", "x" * 10_000)))
    assert len(str(root[0].text)) == 4096


@pytest.mark.slow
def test_the_room_costs_a_small_part_of_what_the_sdk_takes() -> None:
    def ours() -> str:
        return twiml.response(
            twiml.conference("wl-1", label="l1", action=URL, wait=URL, status=URL)
        )

    def theirs() -> str:
        dial = Dial(action=URL, method="POST")
        dial.append(Conference("wl-1", participant_label="l1", wait_url=URL, status_callback=URL))
        return str(wrapped(dial))

    fast = min(timeit.repeat(ours, number=200, repeat=5))
    slow = min(timeit.repeat(theirs, number=200, repeat=5))
    assert fast < slow / 3
