"""Reading values that came as JSON or as a form; ValueError says in words what is wrong."""

from __future__ import annotations

from math import isfinite

_WORDS = {"true": True, "1": True, "false": False, "0": False}


def text(name: str, value: object) -> str:
    """Text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {value!r}")
    return value


def flag(name: str, value: object) -> bool:
    """true or false, also as the words or figures that a form has for them."""
    known = _WORDS.get(str(value).lower())
    if known is None:
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return known


def number(name: str, value: object, least: float = 0.0) -> float:
    """A finite number that is not below ``least``."""
    try:
        found = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        found = None
    if found is None or isinstance(value, bool) or not isfinite(found) or found < least:
        raise ValueError(f"{name} must be a number of at least {least:g}, not {value!r}")
    return found


def whole(name: str, value: object, least: int, most: int) -> int:
    """A whole number within bounds."""
    try:
        found = number(name, value, least)
    except ValueError:
        found = least - 1.0
    if found != int(found) or not least <= found <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return int(found)
