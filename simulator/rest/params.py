"""Reading a form's fields, each with the error Twilio gives for a wrong one."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.rest.problems import bad_parameter, problem
from simulator.rest.wire import Fields
from simulator.world import Hook

CONFERENCE_SID = re.compile(r"CF[0-9a-fA-F]{32}\Z")

INVALID_URL = 11100
BAD_URL = 21205
BAD_TIMEOUT = 21208
BAD_AMD = 21234
BAD_CALLBACK = 21609

CALL_METHODS = ("GET", "POST")


@dataclass(frozen=True, slots=True)
class Params:
    """A form with typed access to its fields; every reader raises a 400 for a wrong value."""

    fields: Fields

    def has(self, name: str) -> bool:
        """Whether the field was sent, even empty."""
        return name in self.fields

    def text(self, name: str, longest: int | None = None) -> str | None:
        """The field as text; None if it was not sent."""
        value = self.fields.get(name)
        if value is not None and longest is not None and len(value) > longest:
            raise bad_parameter(name, f"is longer than {longest} characters")
        return value

    def flag(self, name: str) -> bool | None:
        """`true` or `false`; None if it was not sent."""
        value = self.fields.get(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise bad_parameter(name, "must be true or false")
        return value.lower() == "true"

    def number(
        self, name: str, least: int, most: int | None = None, code: int | None = None
    ) -> int | None:
        """A whole number within bounds; None if it was not sent."""
        value = self.fields.get(name)
        if value is None:
            return None
        span = f"from {least} to {most}" if most is not None else f"of at least {least}"
        digits = value.isascii() and value.isdigit()
        if not digits or int(value) < least or (most is not None and int(value) > most):
            raise bad_parameter(name, f"must be a whole number {span}", code)
        return int(value)

    def choice(self, name: str, allowed: Collection[str], code: int | None = None) -> str | None:
        """One of the allowed words; None if it was not sent."""
        value = self.fields.get(name)
        if value is not None and value not in allowed:
            raise bad_parameter(name, f"must be one of {', '.join(allowed)}", code)
        return value

    def choices(self, name: str, allowed: Collection[str]) -> tuple[str, ...] | None:
        """A repeated field, or one field with words between spaces; None if it was not sent."""
        if name not in self.fields:
            return None
        words = tuple(word for value in self.fields.all(name) for word in value.split())
        for word in words:
            if word not in allowed:
                raise bad_parameter(name, f"must be among {', '.join(allowed)}")
        return words

    def method(self, name: str) -> str | None:
        """GET or POST, in any case; None if it was not sent."""
        value = self.fields.get(name)
        if value is not None and value.upper() not in CALL_METHODS:
            raise bad_parameter(name, "must be GET or POST")
        return value.upper() if value is not None else None

    def url(self, name: str, code: int = INVALID_URL, empty: bool = False) -> str | None:
        """An absolute http(s) URL; None if it was not sent; '' only where `empty` allows it."""
        value = self.fields.get(name)
        if value is None or (value == "" and empty):
            return value
        if not is_url(value):
            raise problem(code, f"{name} is not a valid URL: {value}")
        return value


def is_url(value: str) -> bool:
    """Whether `value` is an absolute http or https URL without white space."""
    if any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def callback(params: Params, name: str, events: Collection[str]) -> Hook | None:
    """The hook made of `name`, `nameMethod` and `nameEvent`; None if no URL was given."""
    url = params.url(name, BAD_CALLBACK, empty=True)
    method = params.method(f"{name}Method") or "POST"
    wanted = params.choices(f"{name}Event", events) or ()
    return Hook(url, method, wanted) if url else None


def recording_callback(params: Params, name: str) -> Hook | None:
    """A recording's status callback."""
    return callback(params, name, ("in-progress", "completed", "absent"))
