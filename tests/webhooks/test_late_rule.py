"""Rules that compile late build the same addresses as Werkzeug's own."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.routing import Map, Rule

from webhooks.late_rule import LateRule

HOST = "example.com"


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/plain", {}),
        ("/plain", {"more": "ä b"}),
        ("/of/<name>", {"name": "a/b"}),
        ("/of/<name>/<int:number>", {"name": "x", "number": 7, "more": [1, 2]}),
        ("/of/<any(days, hours):unit>", {"unit": "days"}),
    ],
)
def test_an_address_is_built_as_werkzeug_builds_it(path: str, values: dict[str, Any]) -> None:
    own, theirs = (
        Map([kind(path, endpoint="here")]).bind(HOST).build("here", values)
        for kind in (LateRule, Rule)
    )
    assert own == theirs


def test_nothing_is_compiled_for_a_rule_that_is_only_matched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[bool] = []
    compile_now = Rule._compile_builder

    def counted(rule: Rule, append_unknown: bool = True) -> Any:
        compiled.append(append_unknown)
        return compile_now(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", counted)
    rules = Map([LateRule("/of/<name>", endpoint="here")]).bind(HOST)
    assert rules.match("/of/ana") == ("here", {"name": "ana"})
    assert compiled == []
    assert [rules.build("here", {"name": name}) for name in ("a", "b")] == ["/of/a", "/of/b"]
    assert len(compiled) == 1
