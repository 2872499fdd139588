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
DIGITS: Mapping[str, tuple[str, ...]] = {
    "0": ("0", "zero", "cero"),
    "1": ("1", "one", "uno"),
    "2": ("2", "two", "dos"),
    "3": ("3", "three", "tres"),
    "4": ("4", "four", "cuatro"),
    "5": ("5", "five", "cinco"),
    "6": ("6", "six", "seis"),
    "7": ("7", "seven", "siete"),
    "8": ("8", "eight", "ocho"),
    "9": ("9", "nine", "nueve"),
    "*": ("star", "estrella", "asterisco"),
}


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
