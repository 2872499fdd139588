"""How the person (or the machine) at an address behaves, and how that is read from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator import given
from simulator.addresses import callable_

THINKING = 0.5
_FLAGS = (
    "repeat", "busy", "reject", "never_answer", "unreachable", "voicemail", "mobile", "opted_out",
)  # fmt: skip
_SECONDS = ("answer_after", "greeting", "hang_up_after", "drop_after")
_KEYS = frozenset("0123456789*#ABCDabcdw")
NOT_KEYS = "digits must be keys of a phone: 0-9 * #"


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
    if not isinstance(address, str) or not callable_(address) or address.startswith("app:"):
        raise ValueError("a phone needs an address: +E.164, client:name or sip:user@host")
    known: dict[str, Any] = {"address": address}
    for key, wish in value.items():
        if key in _FLAGS:
            known[key] = given.flag(key, wish)
        elif key in _SECONDS:
            if wish is not None:
                known[key] = given.number(key, wish)
        elif key == "press":
            known["press"] = _timed(key, wish, "digits")
        elif key == "say":
            known["say"] = _timed(key, wish, "text")
        elif key != "address":
            raise ValueError(f"a phone has no behaviour called {key!r}")
    return Phone(**known)


def _timed(name: str, wish: object, key: str) -> tuple[Timed, ...]:
    if isinstance(wish, str):
        wish = [{key: wish}] if wish else []
    if not isinstance(wish, list) or not all(isinstance(item, dict) for item in wish):
        raise ValueError(f'{name} must be text or a list of {{"after": seconds, "{key}": text}}')
    return tuple(_one(name, item, key) for item in wish)


def _one(name: str, item: dict[str, Any], key: str) -> Timed:
    unknown = set(item) - {"after", key}
    if unknown or key not in item:
        raise ValueError(f'each of {name} must be {{"after": seconds, "{key}": text}}, not {item}')
    what = given.text(key, item[key])
    if key == "digits" and not valid_keys(what):
        raise ValueError(NOT_KEYS)
    return Timed(given.number("after", item.get("after", THINKING)), what)


def valid_keys(digits: str) -> bool:
    """Whether every character is a key of a phone (or ``w``, half a second's wait)."""
    return bool(digits) and set(digits) <= _KEYS
