"""Matching what a caller said to what a menu offers: by words, without accents or capitals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

MOST_CHARACTERS = 500

Answer = TypeVar("Answer")

PERSON: Mapping[str, tuple[str, ...]] = {
    "en": ("operator", "a person", "person", "human", "agent", "representative", "somebody"),
    "es": ("operador", "operadora", "una persona", "persona", "agente", "alguien"),
}
LANGUAGE: Mapping[str, tuple[str, ...]] = {
    "en": ("english", "inglés"),
    "es": ("español", "spanish", "castellano"),
}
REPEAT: Mapping[str, tuple[str, ...]] = {
    "en": ("repeat", "again", "say that again"),
    "es": ("repetir", "repita", "otra vez", "de nuevo"),
}
DIGITS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "0": "zero",
        "1": "one",
        "2": "two",
        "3": "three",
        "4": "four",
        "5": "five",
        "6": "six",
        "7": "seven",
        "8": "eight",
        "9": "nine",
        "*": "star",
    },
    "es": {
        "0": "cero",
        "1": "uno",
        "2": "dos",
        "3": "tres",
        "4": "cuatro",
        "5": "cinco",
        "6": "seis",
        "7": "siete",
        "8": "ocho",
        "9": "nueve",
        "*": "asterisco",
    },
}
_LONGEST_DIGIT = 2
"""Words in "option two". In a longer sentence "one" is seldom a key."""


def digit_words(said: str, key: str, language: str) -> tuple[str, ...]:
    """The words that stand for a key, if `said` is short enough to be meant as one."""
    if plain(said).count(" ") - 1 > _LONGEST_DIGIT:
        return ()
    return key, DIGITS[language][key]


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The words of a text in their plainest form: "¡Facturación!" is " facturacion "."""
    flat = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS]).casefold()
    kept = (char if char.isalnum() else " " for char in flat if not unicodedata.combining(char))
    return f" {' '.join(''.join(kept).split())} "


def best_match(said: str, offers: Iterable[tuple[str, Answer]]) -> Answer | None:
    """The answer whose phrase was said as whole words; the phrase of most words wins.

    None when no phrase was said, or when equally long phrases of different answers were:
    guessing would send the caller astray, so they are asked again.
    """
    heard = plain(said)
    length, found = 0, list[Answer]()
    for phrase, answer in offers:
        wanted = plain(phrase)
        if wanted not in heard or wanted.isspace():
            continue
        size = wanted.count(" ") - 1
        if size > length:
            length, found = size, [answer]
        elif size == length and answer not in found:
            found.append(answer)
    return found[0] if len(found) == 1 else None
