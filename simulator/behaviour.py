"""How the person (or the machine) at an address behaves, and how that is read from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

THINKING = 0.5
_FLAGS = (
    "repeat", "busy", "reject", "never_answer", "unreachable", "voicemail", "mobile", "opted_out",
)  # fmt: skip
_SECONDS = ("answer_after", "greeting", "hang_up_after", "drop_after")
_KEYS = frozenset("0123456789*#ABCDabcdw")


@dataclass(frozen=True, slots=True)
class Timed:
    """Something a person does ``after`` seconds into a Gather: keys, or a sentence."""

    after: float
    what: str


@dataclass(frozen=True, slots=True)
class Phone:
    """How the person (or the machine) at an address behaves.

    Without a behaviour a phone rings until it is answered through the control API.
    """

    address: str
    answer_after: float | None = None
    press: tuple[Timed, ...] = ()
    say: tuple[Timed, ...] = ()
    repeat: bool = False
    busy: bool = False
    reject: bool = False
    never_answer: bool = False
    unreachable: bool = False
    voicemail: bool = False
    greeting: float = 4.0
    hang_up_after: float | None = None
    drop_after: float | None = None
    mobile: bool = True
    opted_out: bool = False


def parse(value: dict[str, Any]) -> Phone:
    """A behaviour from flat JSON; ValueError says which key is wrong."""
    address = value.get("address")
    if not isinstance(address, str) or not address:
        raise ValueError("a phone needs an address: +E.164, client:name or sip:user@host")
    known: dict[str, Any] = {"address": address}
    for key, given in value.items():
        if key in _FLAGS:
            known[key] = bool(given)
        elif key in _SECONDS:
            known[key] = None if given is None else float(given)
        elif key == "press":
            known["press"] = _timed(given, "digits")
        elif key == "say":
            known["say"] = _timed(given, "text")
        elif key != "address":
            raise ValueError(f"a phone has no behaviour called {key!r}")
    return Phone(**known)


def _timed(given: object, key: str) -> tuple[Timed, ...]:
    if isinstance(given, str):
        return (Timed(THINKING, given),) if given else ()
    if not isinstance(given, list):
        raise ValueError(f'{key} must be text or a list of {{"after": seconds, "{key}": text}}')
    return tuple(Timed(float(item.get("after", THINKING)), str(item[key])) for item in given)


def valid_keys(digits: str) -> bool:
    """Whether every character is a key of a phone (or ``w``, half a second's wait)."""
    return bool(digits) and set(digits) <= _KEYS
