"""YAML reduced to what a routing file needs, read without trust.

Every value is a text, a list or a mapping; the model decides what a text means, so that a number
+12025550123, the country NO and the time 22:00 stay what was written. Refused are anchors and
aliases (a few lines of them can unfold to gigabytes), tags, repeated keys, several documents,
and whatever is too large or nested too deeply. The reader does not recurse.
"""

from __future__ import annotations

from typing import Any

import yaml

from telephony.routing.errors import Problem, RoutingInvalid

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_VALUES = 100_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_VALUES: Any = (yaml.ScalarEvent, yaml.AliasEvent, *_OPENING)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_EMPTY = frozenset({"", "~", "null"})


def read(text: str | bytes) -> Any:
    """The one document in `text` as dicts, lists, strings and None. Raises `RoutingInvalid`."""
    if len(text) > MAX_BYTES:
        raise _refused(f"is larger than {MAX_BYTES // 1000} kB")
    try:
        return _Builder().build(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except UnicodeError:
        raise _refused("is not text in UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or "characters that YAML does not allow"
        raise _refused(f"is not YAML{where}: {what}") from None


def write(data: Any) -> str:
    """The YAML of plain data, in its own order. What `read` returns for it is equal but for types:
    numbers and truth values come back as texts."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=96)


def _refused(sentence: str, line: int | None = None) -> RoutingInvalid:
    where = "" if line is None else f"line {line}"
    return RoutingInvalid((Problem(where, sentence),))


class _Builder:
    """Folds the parser's events into one value; `_open` holds the containers not yet closed."""

    def __init__(self) -> None:
        self._root: list[Any] = []
        self._open: list[Any] = [self._root]
        self._keys: list[str | None] = [None]

    def build(self, text: str) -> Any:
        for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            if count > MAX_VALUES:
                raise _refused(f"has more than {MAX_VALUES} values")
            self._take(event)
        if len(self._root) > 1:
            raise _refused("holds several documents; give one")
        return self._root[0] if self._root else None

    def _take(self, event: Any) -> None:
        if isinstance(event, _VALUES):
            line = int(event.start_mark.line) + 1
            if getattr(event, "anchor", None) or isinstance(event, yaml.AliasEvent):
                raise _refused("anchors and aliases are not allowed; write the value again", line)
            if getattr(event, "tag", None):
                raise _refused("tags such as !!python are not allowed", line)
            self._add(event, line)
        elif isinstance(event, _CLOSING):
            self._open.pop()
            self._keys.pop()

    def _add(self, event: Any, line: int) -> None:
        container = self._open[-1]
        if isinstance(container, dict) and self._keys[-1] is None:
            self._keys[-1] = self._key(event, container, line)
            return
        value = self._value(event)
        if isinstance(container, dict):
            container[self._keys[-1]] = value
            self._keys[-1] = None
        else:
            container.append(value)
        if isinstance(event, _OPENING):
            if len(self._open) > MAX_DEPTH:
                raise _refused(f"is nested more than {MAX_DEPTH} levels deep", line)
            self._open.append(value)
            self._keys.append(None)

    @staticmethod
    def _key(event: Any, container: dict[str, Any], line: int) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused("a key must be a text", line)
        key = str(event.value)
        if key in container:
            raise _refused(f"{key[:60]!r} stands twice in the same place", line)
        return key

    @staticmethod
    def _value(event: Any) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        bare = event.implicit[0]
        return None if bare and event.value in _EMPTY else event.value
