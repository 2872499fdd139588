"""Rules of the URL map that are ready for use sooner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """Compiles how its address is built when one is built first.

    Werkzeug compiles it as the rule is added, twice, and that is nine tenths of making the
    application; most rules are only ever matched.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        compile_now = super()._compile_builder
        made: list[Build] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compile_now(append_unknown))
            return made[0](rule, **values)

        return build
