"""The list of planted bugs fits the tree, and the runner plants and takes out what it plants."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.planted.__main__ import BUGS, ROOT, main, planted
from tests.planted.areas import faults_near
from tests.planted.bug import Bug, Edit
from warmline.campaign.faults import NAMES


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_still_fits_the_tree(bug: Bug) -> None:
    for file, text in bug.planted(ROOT).items():
        assert text != (ROOT / file).read_text(encoding="utf-8")
        if file.endswith(".py"):
            compile(text, file, "exec")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_faults_near_a_bug_are_faults_of_the_campaign(bug: Bug) -> None:
    assert set(faults_near(bug.file)) <= set(NAMES)


def test_there_are_at_least_sixty_of_different_names() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 60


def test_a_bug_is_gone_from_the_copy_afterwards(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("a = 1\nb = 1\n")
    two.write_text("a = 1\n")
    also = (Edit("one.py", "b = 1", "b = 2"), Edit("two.py", "a = 1", "a = 3"))
    with planted(Bug("x", "one.py", "a = 1", "a = 2", "a", also), tmp_path):
        assert one.read_text() == "a = 2\nb = 2\n"
        assert two.read_text() == "a = 3\n"
    assert one.read_text() == "a = 1\nb = 1\n"
    assert two.read_text() == "a = 1\n"


@pytest.mark.slow
def test_the_campaign_finds_bugs_of_every_part() -> None:
    """The whole list takes the better part of an hour: make planted."""
    names = ("any_key_accepts", "promise_is_not_written", "losers_are_not_ended", "no_fencing")
    assert main(["--calls", "48", "--known", "--only", *names]) == 0
