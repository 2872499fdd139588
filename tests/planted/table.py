"""``python -m tests.planted.table FILE…`` makes the table of docs/reliability.md from results.

The files are what ``python -m tests.planted --out FILE`` wrote; a bug that was played several times
counts as it was played last.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.planted.__main__ import BUGS


def table(results: Iterable[dict[str, Any]]) -> str:
    """One row a bug, in the order of the list, as Markdown."""
    played = {each["name"]: each for result in results for each in result["outcomes"]}
    rows = ["| bug | what it breaks | found by | after contacts |", "|---|---|---|---|"]
    for bug in BUGS:
        outcome = played.get(bug.name)
        if outcome is None:
            by, contacts = "not played", ""
        else:
            by = ", ".join(outcome["by"]) or "**missed**"
            contacts = str(outcome["contacts"])
        edits = f" ({1 + len(bug.also)} edits)" if bug.also else ""
        rows.append(f"| `{bug.name}`{edits} | {bug.breaks} | {by} | {contacts} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(json.loads(Path(name).read_text()) for name in sys.argv[1:]))
