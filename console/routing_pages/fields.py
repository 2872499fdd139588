"""What admins typed, as a tree: `members[r3].name=Ana` becomes `{"members": [{"name": "Ana"}]}`.

The words in brackets are marks of rows. Rows stand in the order in which they come in the form, so
that whoever moves a row on the page moves it here. Everything stays the text that was typed: the
routing's own model decides what it means, and what it cannot use is shown again as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

_TOKEN = re.compile(r"([A-Za-z0-9_+*]+)|\[([A-Za-z0-9_]+)\]")
_DEEPEST = 8


class _Rows(dict[str, Any]):
    """Rows of a list by their marks, while the tree is growing."""


def tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a form as nested dicts and lists of what was typed; odd names are left out."""
    root: dict[str, Any] = {}
    for name, typed in pairs:
        tokens = [(word or mark, bool(mark)) for word, mark in _TOKEN.findall(name)]
        if 0 < len(tokens) <= _DEEPEST and not tokens[0][1]:
            _put(root, tokens, typed)
    plain: dict[str, Any] = _plain(root)
    return plain


def _put(root: dict[str, Any], tokens: list[tuple[str, bool]], typed: str) -> None:
    place = root
    for (word, _), (_, is_row) in pairwise(tokens):
        below = place.setdefault(word, _Rows() if is_row else {})
        if not isinstance(below, dict) or isinstance(below, _Rows) != is_row:
            return
        place = below
    last = tokens[-1][0]
    if last not in place:
        place[last] = typed


def _plain(value: Any) -> Any:
    if isinstance(value, _Rows):
        return [_plain(each) for each in value.values()]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def text(typed: Mapping[str, Any], name: str, default: str = "") -> str:
    """One field as it was typed, without space around it."""
    found = typed.get(name, default)
    return found.strip() if isinstance(found, str) else default


def rows(typed: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of a list."""
    found = typed.get(name, [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def part(typed: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A group of fields."""
    found = typed.get(name, {})
    return found if isinstance(found, dict) else {}


def listed(typed: str) -> list[str]:
    """Words with commas or line breaks between them."""
    return [word.strip() for word in re.split(r"[,\n]", typed) if word.strip()]


def without_empty(**values: Any) -> dict[str, Any]:
    """The values that say something; the rest is at its default in a routing."""
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}


def destination(typed: str) -> Any:
    """`department:sales` as `{"department": "sales"}`, `repeat` as it is."""
    kind, _, name = typed.partition(":")
    return {kind: name} if name else kind


def destination_text(value: Any) -> str:
    """The opposite of `destination`."""
    if isinstance(value, Mapping):
        ((kind, name),) = value.items()
        return f"{kind}:{name}"
    return str(value)
