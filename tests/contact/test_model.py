"""The short walks through the reachable states of the core; the whole ones take the command."""

from __future__ import annotations

import json

import pytest

from warmline.check_model import RECORD, counted, short_walks
from warmline.docs_made import PAGE, page
from warmline.walk.search import Walk


@pytest.fixture(scope="module")
def walks() -> dict[str, Walk]:
    return short_walks()


def test_no_rule_is_broken_in_any_state_that_can_be_reached(walks: dict[str, Walk]) -> None:
    assert {name: found.wrongs for name, found in walks.items() if found.wrongs} == {}


def test_as_many_states_are_reached_as_were_recorded(walks: dict[str, Walk]) -> None:
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    assert counted(walks) == recorded, "if that was meant: warmline check-model --record"


def test_the_page_of_states_is_what_the_tables_say(walks: dict[str, Walk]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(walks), "make it anew: make docs"
