"""The list of planted bugs fits the tree, and the runner plants and takes out what it plants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted.__main__ import BUGS, ROOT, main, planted
from tests.planted.bug import Bug


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_still_fits_the_tree(bug: Bug) -> None:
    text = bug.planted(ROOT)
    assert text != (ROOT / bug.file).read_text(encoding="utf-8")
    if bug.file.endswith(".py"):
        compile(text, bug.file, "exec")


def test_there_are_at_least_sixty_of_different_names() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 60


def test_a_bug_is_gone_from_the_copy_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "one.py"
    file.write_text("a = 1\n")
    with planted(Bug("x", "one.py", "a = 1", "a = 2", "a"), tmp_path):
        assert file.read_text() == "a = 2\n"
    assert file.read_text() == "a = 1\n"


@pytest.mark.slow
def test_the_campaign_finds_bugs_of_every_part() -> None:
    """The whole list takes the better part of an hour: make planted."""
    names = ("any_key_accepts", "promise_is_not_written", "losers_are_not_ended", "no_fencing")
    assert main(["--calls", "48", "--known", "--only", *names]) == 0
