"""In which language a caller is greeted before they have said anything."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from babel.languages import get_official_languages

from telephony.routing.model import Company


def first_language(company: Company, caller: str) -> str:
    """The company's language that is official where the caller's number is from, else its first.

    A wrong guess costs one key: every other language is offered first in the menu.
    """
    for language in _languages_of(caller):
        if language in company.languages:
            return language
    return company.languages[0]


@lru_cache(maxsize=4096)
def _languages_of(number: str) -> tuple[str, ...]:
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(get_official_languages(region, de_facto=True)) if region else ()
