"""What Warmline says to people: `say(language, Prompt.GREETING, company="…")`.

Kind, plain and honest: a sentence says what is happening and what comes next, and never pretends.
"""

from __future__ import annotations

from telephony.prompts.catalogue import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    PromptError,
    placeholders,
    say,
    sentences,
    speech_tag,
    supported,
)
from telephony.prompts.keys import Prompt
from telephony.prompts.speaking import speak_duration, speak_time

__all__ = [
    "DEFAULT_LANGUAGE",
    "LANGUAGES",
    "Prompt",
    "PromptError",
    "placeholders",
    "say",
    "sentences",
    "speak_duration",
    "speak_time",
    "speech_tag",
    "supported",
]
