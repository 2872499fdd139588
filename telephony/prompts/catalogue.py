"""The catalogues behind `say`: read once per language from the .po files beside this module.

The .po files are read directly instead of being compiled first, so that an edited sentence is
spoken after a restart and no build step can be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

from telephony.errors import WarmlineError
from telephony.prompts.keys import Prompt

LANGUAGES: Mapping[str, str] = {"en": "en-US", "es": "es-US"}
"""Each language of the catalogues, and the tag under which Twilio's Say and Gather know it."""

DEFAULT_LANGUAGE = "en"

_LOCALE = Path(__file__).parent / "locale"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class PromptError(WarmlineError):
    """A sentence cannot be made: it does not exist, or a value for it is missing."""

    what_to_do = "Give every value that the sentence names; see telephony/prompts/locale."


@lru_cache(maxsize=len(LANGUAGES))
def sentences(language: str) -> Mapping[str, str]:
    """All sentences of one language by key, with their `{placeholders}`."""
    path = _LOCALE / language / "LC_MESSAGES" / "prompts.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


def placeholders(template: str) -> frozenset[str]:
    """The names of the values that a sentence needs."""
    return frozenset(_PLACEHOLDER.findall(template))


def supported(language: str) -> str:
    """The catalogue for a language tag such as "es-MX"; English when there is none."""
    base = language.replace("_", "-").partition("-")[0].lower()
    return base if base in LANGUAGES else DEFAULT_LANGUAGE


def speech_tag(language: str) -> str:
    """The tag for the `language` attribute of Say and Gather, e.g. "es-US"."""
    return LANGUAGES[supported(language)]


def say(
    language: str,
    key: Prompt,
    /,
    *,
    wording: Mapping[Prompt, Mapping[str, str]] | None = None,
    **params: object,
) -> str:
    """One sentence in one language, with its values put in; plain text, not escaped for XML.

    `wording` holds a company's own sentences, by key and language; they come before the
    catalogue. Values are inserted as they are and never read as templates. Raises `PromptError`
    when the sentence needs a value that was not given.
    """
    language = supported(language)
    own = wording.get(key, {}).get(language) if wording else None
    template = own or sentences(language).get(key)
    if template is None:
        raise PromptError(f"the catalogue {language!r} has no sentence {str(key)!r}")

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in params:
            raise PromptError(f"the sentence {str(key)!r} needs a value for {name!r}")
        return str(params[name])

    text = _PLACEHOLDER.sub(value, template)
    # A name is in small letters in the middle of a sentence ("billing"), not at its beginning.
    return text[:1].upper() + text[1:] if template.startswith("{") else text
