"""Writes the generated parts of docs/reliability.md: ``python -m tests.reliability.page``.

They stand between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; all else is written by hand.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.planted.misses import WHY

from tests.reliability import cover, cover_people
from tests.reliability.cover import Fault
from warmline.verify import INVARIANTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
PLANTED = ROOT / "tests" / "planted" / "result.json"
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


def planted_table() -> str:
    """The last run of the planted bugs, as it was recorded."""
    ran = json.loads(PLANTED.read_text(encoding="utf-8"))
    missed = [each for each in ran["outcomes"] if not each["found"]]
    found, bugs = ran["found"], ran["bugs"]
    rows = [
        f"Recorded: {found} of {bugs} bugs found ({100 * found / bugs:.0f} %), with at most "
        f"{ran['budget']['calls']} calls for a bug. By what they were found:",
        "",
        "| | bugs |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in _first_signs(ran["outcomes"])),
        "",
        "Missed:",
        "",
        "| bug | what it breaks | why it was missed |",
        "|---|---|---|",
        *(f"| `{x['name']}` | {x['breaks']} | {WHY.get(x['name'], '')} |" for x in missed),
    ]
    return "\n".join(rows)


def _first_signs(outcomes: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """How many bugs each invariant has found; a bug that breaks several counts for each."""
    signs = Counter(sign for each in outcomes for sign in each["by"])
    return [(sign, count) for sign, count in signs.most_common()]


PARTS: dict[str, Callable[[], str]] = {
    "invariants": invariant_table,
    "faults": fault_table,
    "planted": planted_table,
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
