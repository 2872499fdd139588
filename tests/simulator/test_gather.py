"""``<Gather>``: keys, speech and silence."""

from __future__ import annotations

import pytest

from tests.simulator.support import ALICE, Town


def _town(attributes: str, inside: str = "", after: str = "<Say>nothing heard</Say>") -> Town:
    town = Town()
    town.serve(voice=f'<Gather action="/got" {attributes}>{inside}</Gather>{after}', got="<Pause/>")
    return town


def _gathered(town: Town) -> dict[str, str]:
    return town.app.asked("/got")[0]


def test_the_last_wanted_digit_submits_at_once() -> None:
    """fact: §5 Gather numDigits."""
    town = _town('numDigits="2"')
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="42")
    town.run(0.1)
    assert _gathered(town)["Digits"] == "42"


def test_the_finishing_key_submits_and_is_not_included() -> None:
    """fact: §5 finishOnKey defaults to # and is not part of Digits."""
    town = _town("")
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="123#")
    town.run(0.1)
    assert _gathered(town)["Digits"] == "123"


def test_an_empty_finishing_key_lets_the_hash_be_a_digit() -> None:
    """fact: §5 finishOnKey may be empty."""
    town = _town('finishOnKey="" numDigits="2"')
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="1#")
    town.run(0.1)
    assert _gathered(town)["Digits"] == "1#"


def test_the_finishing_key_alone_is_no_input() -> None:
    """fact: §5 pressing finishOnKey with no digits counts as no input."""
    town = _town("")
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="#")
    town.run(1)
    assert town.said(alice) == ["nothing heard"]
    assert not town.app.asked("/got")


def test_silence_falls_through_to_the_next_verb_after_the_timeout() -> None:
    """fact: §5 no input falls to the next verb; timeout 5 s by default, after the prompt."""
    town = _town("", "<Say>123456789012345</Say>")
    alice = town.ring_in()
    town.run(5.9)
    assert town.said(alice) == ["123456789012345"]
    town.run(1)
    assert town.said(alice)[-1] == "nothing heard"


def test_an_empty_result_can_be_asked_for() -> None:
    """fact: §5 actionOnEmptyResult."""
    town = _town('actionOnEmptyResult="true" timeout="1"')
    town.ring_in()
    town.run(3)
    assert _gathered(town)["Digits"] == ""


def test_a_key_stops_the_prompt() -> None:
    """fact: §5 bargeIn is true by default."""
    town = _town('numDigits="1"', "<Play>long.mp3</Play><Say>never</Say>")
    alice = town.ring_in()
    town.run(2)
    town.act(alice, "digits", digits="1")
    town.run(1)
    assert _gathered(town)["Digits"] == "1"
    assert town.said(alice) == []


def test_without_barge_in_a_key_during_the_prompt_is_lost() -> None:
    """fact: §5 bargeIn=false."""
    town = _town('numDigits="1" bargeIn="false"', "<Play>x.mp3#t=5</Play>")
    alice = town.ring_in()
    town.run(2)
    town.act(alice, "digits", digits="1")
    town.run(2)
    assert not town.app.asked("/got")


def test_digits_submit_after_the_pause_between_keys() -> None:
    """fact: §5 timeout also ends a Gather that has digits."""
    town = _town('timeout="2"')
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="7")
    town.run(1.9)
    assert not town.app.asked("/got")
    town.run(0.3)
    assert _gathered(town)["Digits"] == "7"


def test_speech_is_submitted_with_its_confidence_after_silence() -> None:
    """fact: §5 SpeechResult and Confidence; speechTimeout=auto."""
    town = _town('input="speech" speechTimeout="auto"')
    town.phone(ALICE, say="the sales department please")
    town.ring_in()
    town.run(6)
    assert _gathered(town)["SpeechResult"] == "the sales department please"
    assert 0 < float(_gathered(town)["Confidence"]) <= 1
    assert "Digits" not in _gathered(town)


def test_what_was_detected_first_wins() -> None:
    """fact: §5 for `dtmf speech` the first detected kind wins."""
    town = _town('input="dtmf speech" speechTimeout="2"')
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "speech", text="sales")
    town.act(alice, "digits", digits="1")
    town.run(5)
    assert _gathered(town)["SpeechResult"] == "sales"
    assert "Digits" not in _gathered(town)


def test_keys_alone_do_not_reach_a_gather_for_speech() -> None:
    """fact: §5 input."""
    town = _town('input="speech" numDigits="1"')
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "digits", digits="1")
    town.run(1)
    assert not town.app.asked("/got")


def test_partial_results_are_posted_while_the_person_speaks() -> None:
    """fact: §5 partialResultCallback gets StableSpeechResult and SequenceNumber."""
    town = _town('input="speech" partialResultCallback="/partial" speechTimeout="3"')
    alice = town.ring_in()
    town.run(1)
    town.act(alice, "speech", text="I need")
    town.run(1)
    town.act(alice, "speech", text="help")
    town.run(8)
    assert [p["StableSpeechResult"] for p in town.app.asked("/partial")] == [
        "I need",
        "I need help",
    ]
    assert _gathered(town)["SpeechResult"] == "I need help"


def test_the_default_action_is_the_current_document() -> None:
    """fact: §5 Gather's action defaults to the current document's URL."""
    town = Town()
    town.serve(voice=lambda f: f"<Say>got {f['Digits']}</Say>" if f.get("Digits") else "<Gather/>")
    town.phone(ALICE, press="5#")
    alice = town.ring_in()
    town.run(3)
    assert town.said(alice) == ["got 5"]


@pytest.mark.parametrize("repeat", [True, False])
def test_a_phone_presses_once_a_call_unless_it_repeats(repeat: bool) -> None:
    town = Town()
    town.serve(voice='<Gather numDigits="1" timeout="2"/>')
    town.app.answers["/voice"] = '<Gather numDigits="1" timeout="2"/><Say>silence</Say>'
    town.phone(ALICE, press="1", repeat=repeat)
    alice = town.ring_in()
    town.run(4)
    assert (len(town.lines("pressed")) > 1) is repeat
    assert ("silence" in town.said(alice)) is not repeat


def test_timed_keys_go_to_one_gather_after_another() -> None:
    town = Town()
    town.serve(
        voice='<Gather numDigits="1" action="/second"/>',
        second='<Gather numDigits="1" action="/got"/>',
        got="<Pause/>",
    )
    town.phone(ALICE, press=[{"after": 1.5, "digits": "1"}, {"after": 3.0, "digits": "2"}])
    town.ring_in()
    town.run(10)
    assert town.app.asked("/second")[0]["Digits"] == "1"
    assert _gathered(town)["Digits"] == "2"
    first, second = town.lines("pressed")
    assert second["t"] - first["t"] == pytest.approx(3.0, abs=0.1)
