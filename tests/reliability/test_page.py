"""The page about reliability tells the truth: nothing in it is stale, nothing leads nowhere."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.reliability.cover import Fault
from tests.reliability.page import PAGE, ROOT, faults, rendered
from warmline.campaign.faults import NAMES


@cache
def _functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_page_is_as_it_would_be_written_now() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert rendered(text) == text, "run: python -m tests.reliability.page"


def test_every_fault_of_the_catalogue_is_there_once() -> None:
    assert [each.number for each in faults()] == list(range(1, 81))


@pytest.mark.parametrize("each", faults(), ids=lambda each: str(each.number))
def test_a_fault_has_cover_or_says_why_not(each: Fault) -> None:
    assert each.tests or each.campaign or each.gap.startswith("not covered yet")


@pytest.mark.parametrize("each", faults(), ids=lambda each: str(each.number))
def test_what_covers_a_fault_exists(each: Fault) -> None:
    stories = frozenset[str]().union(
        *(_functions(f"warmline/stories/{name}.py") for name in ("hunts", "handovers", "promises"))
    )
    for name in each.tests:
        if name.startswith("stories: "):
            assert name.removeprefix("stories: ") in stories
            continue
        file, _, test = name.partition("::")
        assert f"test_{test}" in _functions(f"tests/{file}"), name
    assert set(each.campaign) <= set(NAMES)
