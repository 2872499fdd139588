"""Yes and no, as people say them to a machine."""

from __future__ import annotations

import re
import unicodedata

_YES = frozenset(
    {"yes", "yeah", "yep", "ok", "okay", "accept", "one", "si", "claro", "uno", "acepto"}
)
_NO = frozenset({"no", "nope", "decline", "two", "dos", "rechazar"})
_FILLERS = frozenset({"please", "por", "favor", "sure", "gracias", "thanks"})


def agreed(said: str) -> bool | None:
    """True for a plain yes, False for a plain no, None for everything else.

    The whole utterance must be the word: the greeting of a voicemail contains many words, among
    them "yes" at times, and must never accept a call.
    """
    plain = unicodedata.normalize("NFKD", said.casefold())
    words = re.findall(r"[a-z]+", plain.encode("ascii", "ignore").decode())
    kept = {word for word in words if word not in _FILLERS}
    if kept and kept <= _YES:
        return True
    return False if kept and kept <= _NO else None
