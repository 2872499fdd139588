"""Writes the generated parts of docs/reliability.md: ``python -m tests.reliability.page``.

They stand between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; all else is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.reliability import cover, cover_people
from tests.reliability.cover import Fault
from warmline.campaign.coverage import STAGES
from warmline.campaign.never import NEVER
from warmline.verify import INVARIANTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
GROUPS = cover.GROUPS + cover_people.GROUPS


def faults() -> list[Fault]:
    """All of the catalogue, in its order."""
    return [each for _, group in GROUPS for each in group]


def fault_table() -> str:
    """Every fault with its cover."""
    rows = ["| # | fault | tests | in the campaign |", "|---|---|---|---|"]
    for title, group in GROUPS:
        rows.append(f"| | **{title}** | | |")
        rows += [_row(each) for each in group]
    return "\n".join(rows)


def _row(each: Fault) -> str:
    tests = "<br>".join(_in_words(name) for name in each.tests)
    if each.gap:
        tests = f"{tests}<br>*{each.gap}*" if tests else f"*{each.gap}*"
    campaign = " ".join(f"`{name}`" for name in each.campaign)
    return f"| {each.number} | {each.what} | {tests} | {campaign} |"


def _in_words(name: str) -> str:
    if name.startswith("stories: "):
        return f"story `{name.removeprefix('stories: ')}`"
    file, _, test = name.partition("::")
    return f"{file.removesuffix('.py')}: {test.replace('_', ' ')}"


def invariant_table() -> str:
    """What every invariant says."""
    rows = ["| | |", "|---|---|"]
    rows += [f"| **{name}** | {words} |" for name, words in INVARIANTS.items()]
    return "\n".join(rows)


def never_table() -> str:
    """The pairs of fault and stage that no campaign is asked for, and why."""
    rows = ["| faults | stages | why |", "|---|---|---|"]
    for each in NEVER:
        faults = " ".join(f"`{name}`" for name in sorted(each.faults))
        stages = ", ".join(stage for stage in STAGES if stage in each.stages)
        rows.append(f"| {faults} | {stages} | {'in a blink only: ' * each.blink}{each.why} |")
    return "\n".join(rows)


PARTS: dict[str, Callable[[], str]] = {
    "invariants": invariant_table,
    "faults": fault_table,
    "never": never_table,
}


def rendered(text: str) -> str:
    """The page with its generated parts renewed. Raises ValueError where a mark is missing."""
    for name, make in PARTS.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if len(pattern.findall(text)) != 1:
            raise ValueError(f"{PAGE.name} needs {begin} and {end} once")
        made = f"{begin}\n{make()}\n{end}"
        text = pattern.sub(lambda _, made=made: made, text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
