"""Times and durations as people say them, in the catalogue's languages."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.units import format_unit

from telephony.prompts.catalogue import say, speech_tag, supported
from telephony.prompts.keys import Prompt

_DAY_AND_MONTH = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}
_WEEK = 7


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(speech_tag(language), sep="-")


def speak_duration(language: str, seconds: float) -> str:
    """How long something takes or took: "less than a minute", "4 minutes", "1 hour and 5 minutes".

    Rounded to whole minutes, and never below what a listener would call honest: 45 seconds and
    more count as a minute.
    """
    minutes = int((seconds + 15) // 60)
    if minutes < 1:
        return say(language, Prompt.DURATION_MOMENT)
    locale = _locale(language)
    hours, minutes = divmod(minutes, 60)
    parts = [
        format_unit(count, unit, locale=locale)
        for count, unit in ((hours, "duration-hour"), (minutes, "duration-minute"))
        if count
    ]
    return format_list(parts, locale=locale)


def speak_time(language: str, at: datetime, now: datetime, zone: str) -> str:
    """A moment seen from `now` in the time zone `zone`, such as "on Monday at 9:00 AM".

    `at` and `now` must know their time zone. Within a week the weekday is enough; later the date
    is said. The result is a complete adverb: the sentences put no preposition before it.
    """
    there = ZoneInfo(zone)
    local, today = at.astimezone(there), now.astimezone(there).date()
    locale = _locale(language)
    # CLDR puts a narrow no-break space before the day period, which some voices read aloud.
    time = format_time(local.time(), "short", locale=locale).replace("\u202f", " ")
    days = (local.date() - today).days
    if days == 0:
        return say(language, _article(Prompt.TIME_TODAY, local), time=time)
    if days == 1:
        return say(language, _article(Prompt.TIME_TOMORROW, local), time=time)
    pattern = "EEEE" if 0 < days < _WEEK else _DAY_AND_MONTH[supported(language)]
    day = format_date(local.date(), pattern, locale=locale)
    return say(language, _article(Prompt.TIME_WEEKDAY, local), day=day, time=time)


def _article(key: Prompt, local: datetime) -> Prompt:
    # Spanish says "a la 1:00" but "a las 2:00".
    return Prompt(f"{key}_one") if local.hour % 12 == 1 else key
