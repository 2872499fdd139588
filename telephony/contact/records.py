"""``Record``, the base of the core's frozen data, and ``replace``, the one way to change it.

A record is a msgspec struct: made, compared, written as JSON and read from it in C. Both happen
several times in a step, and a step in every webhook. Nothing in a record points back to it, so the
garbage collector need not look at any (``gc=False``).

``replace`` means what ``dataclasses.replace`` means, and returns the very same record when nothing
would change. So "did anything change?" is a question of identity, which the fixed point in
``machine.settle`` asks after every rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    # Type checkers know dataclasses by heart, and check the names and types that ``replace`` gets.
    from dataclasses import Field, replace
    from typing import Any, ClassVar, dataclass_transform

    @dataclass_transform(frozen_default=True)
    class Record:
        """Frozen data. As text, fields at their default are left out."""

        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

        def __init_subclass__(cls, *, tag: bool | int = False, tag_field: str = "type") -> None: ...

else:

    class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
        """Frozen data. As text, fields at their default are left out."""

    def replace(record, /, **changes):
        for name, value in changes.items():
            if getattr(record, name) is not value:
                return msgspec.structs.replace(record, **changes)
        return record


__all__ = ["Record", "replace"]
