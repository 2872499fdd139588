"""The base of the core's enumerations of words.

A hint for what runs at every step: until Python 3.12, ``LegState.JOINED`` takes five times as long
as a global name, because the class of enumerations has a ``__getattr__``. The modules whose rules
are asked several times a step therefore name such members once (``_JOINED = LegState.JOINED``).
"""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A StrEnum that is as quick a key as its word.

    Every table of the core is looked up by such words, and the hash that Enum itself gives them is
    written in Python. Equal to its word, a Word should have the word's hash in any case.
    """

    __hash__ = str.__hash__


__all__ = ["Word"]
