from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from telephony.prompts import (
    LANGUAGES,
    Prompt,
    PromptError,
    placeholders,
    say,
    sentences,
    speak_duration,
    speak_time,
    speech_tag,
)

NEW_YORK = "America/New_York"
MONDAY_NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_sentence_and_no_sentence_is_without_a_key(language: str) -> None:
    assert set(sentences(language)) == {str(key) for key in Prompt}


@pytest.mark.parametrize("key", Prompt)
def test_both_languages_of_a_sentence_need_the_same_values(key: Prompt) -> None:
    needed = {language: placeholders(sentences(language)[key]) for language in LANGUAGES}
    assert needed["en"] == needed["es"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_hold_nothing_but_plain_names(language: str) -> None:
    for sentence in sentences(language).values():
        assert not set("{}") & set(re.sub(r"\{[a-z_]+\}", "", sentence))


def test_values_are_put_in_and_never_read_as_templates() -> None:
    text = say("en", Prompt.GREETING, company="{department} & <Sons>")
    assert text == "Thank you for calling {department} & <Sons>."


def test_a_sentence_that_begins_with_a_name_begins_with_a_capital() -> None:
    assert say("es", Prompt.CLOSED_NO_TIME, department="ventas").endswith("en ventas.")
    assert say("en", Prompt.CLOSED_NO_TIME, department="sales").startswith("Sales is closed")


def test_a_missing_value_names_the_sentence_and_the_value() -> None:
    with pytest.raises(PromptError, match=r"'greeting' needs a value for 'company'"):
        say("en", Prompt.GREETING)


def test_a_regional_tag_finds_its_language_and_an_unknown_one_english() -> None:
    assert say("es-MX", Prompt.ONE_MOMENT) == say("es", Prompt.ONE_MOMENT)
    assert say("tlh", Prompt.ONE_MOMENT) == say("en", Prompt.ONE_MOMENT)
    assert speech_tag("es_MX") == "es-US"


def test_a_companys_own_wording_comes_before_the_catalogue() -> None:
    wording = {Prompt.GREETING: {"en": "Ahoy, this is {company}."}}
    assert say("en", Prompt.GREETING, wording=wording, company="Harbor") == "Ahoy, this is Harbor."
    assert say("es", Prompt.GREETING, wording=wording, company="Harbor").startswith("Gracias")


def test_the_voicemail_sentence_tells_nothing_about_the_customer() -> None:
    for language in LANGUAGES:
        assert placeholders(sentences(language)[Prompt.CALLBACK_VOICEMAIL]) == {"company"}


@pytest.mark.parametrize(
    ("seconds", "english", "spanish"),
    [
        (0, "less than a minute", "menos de un minuto"),
        (44, "less than a minute", "menos de un minuto"),
        (45, "1 minute", "1 minuto"),
        (239, "4 minutes", "4 minutos"),
        (3600, "1 hour", "1 hora"),
        (3900, "1 hour and 5 minutes", "1 hora y 5 minutos"),
    ],
)
def test_durations_are_said_in_whole_minutes(seconds: int, english: str, spanish: str) -> None:
    assert speak_duration("en", seconds) == english
    assert speak_duration("es", seconds) == spanish


@pytest.mark.parametrize(
    ("after", "english", "spanish"),
    [
        (timedelta(hours=1), "today at 1:00 PM", "hoy a la 1:00 p.m."),
        (timedelta(hours=3.5), "today at 3:30 PM", "hoy a las 3:30 p.m."),
        (timedelta(hours=21), "tomorrow at 9:00 AM", "mañana a las 9:00 a.m."),
        (timedelta(days=2), "on Wednesday at 12:00 PM", "el miércoles a las 12:00 p.m."),
        (
            timedelta(days=7),
            "on Monday, March 9 at 1:00 PM",
            "el lunes 9 de marzo a la 1:00 p.m.",
        ),
    ],
)
def test_times_are_said_as_seen_from_now(after: timedelta, english: str, spanish: str) -> None:
    # The last row crosses the change to daylight saving time on 8 March 2026.
    for language, expected in (("en", english), ("es", spanish)):
        assert speak_time(language, MONDAY_NOON + after, MONDAY_NOON, NEW_YORK) == expected
