"""``python -m tests.planted`` plants one bug after the other; does the campaign find it?

Each bug is put into a copy of the tree, and the campaign of that copy plays up to ``--calls``
calls: half of the worlds have all faults, half those of the part of the program in which the bug
is (`areas.py`). A bug is found by the first world that breaks an invariant, or when the campaign
ends in an error or does not end. What the tree without bugs shows in the same budget, if it shows
anything, counts for nothing; ``--sound`` plays only that, with the faults of every part.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.planted import bugs_core, bugs_edge, bugs_people
from tests.planted.areas import AREAS, faults_near
from tests.planted.bug import Bug

BUGS = (*bugs_people.BUGS, *bugs_core.BUGS, *bugs_edge.BUGS)
ROOT = Path(__file__).resolve().parents[2]
DRIVE = "tests/planted/drive.py"
PACKAGES = ("console", "simulator", "telephony", "warmline", "webhooks", "workers")
GOAL = 0.95
CALLS = 300


@dataclass(frozen=True)
class Budget:
    """What may be spent on one bug: calls, and seconds on the wall."""

    calls: int
    seed: int
    seconds: float


@dataclass(frozen=True)
class Played:
    """What a campaign showed: broken invariants, or how it failed itself."""

    by: tuple[str, ...]
    example: str = ""
    contacts: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one bug: found by what, after how many contacts and seconds."""

    name: str
    breaks: str
    found: bool
    by: tuple[str, ...]
    example: str
    contacts: int
    seconds: float


@contextmanager
def copy_of(tree: Path) -> Iterator[Path]:
    """The packages of the tree in a folder of their own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wl-planted-") as folder:
        for name in PACKAGES:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(tree / name, Path(folder) / name, ignore=ignored)
        # The driver belongs to the campaign that it drives, also if the tree changes meanwhile.
        shutil.copy(tree / DRIVE, folder)
        yield Path(folder)


@contextmanager
def planted(bug: Bug, tree: Path) -> Iterator[None]:
    """The bug is in the tree, and out of it afterwards."""
    texts = bug.planted(tree)
    sound = {file: (tree / file).read_text(encoding="utf-8") for file in texts}
    try:
        for file, text in texts.items():
            _write(tree / file, text)
        yield
    finally:
        for file, text in sound.items():
            _write(tree / file, text)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    # Two changes within a second would leave the compiled file of the first in force.
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()


Part = tuple[int, int, str]
"""A seed, so many calls, and the faults that strike them."""


def ahead(budget: Budget) -> Part:
    """The half of the budget that all bugs share: all faults."""
    return budget.seed, budget.calls - budget.calls // 2, "all"


def aside(budget: Budget, faults: tuple[str, ...]) -> Part:
    """The half with the faults of one part of the program."""
    return budget.seed + 1, budget.calls // 2, ",".join(faults)


def simulate(tree: Path, budget: Budget, parts: Sequence[Part], known: frozenset[str]) -> Played:
    """The campaign of that tree, until something new is broken."""
    words = (Path(DRIVE).name, json.dumps(parts), *sorted(known))
    try:
        done = subprocess.run(
            (sys.executable, *words),
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            text=True,
            timeout=budget.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # The wall says more of the machine than of the bug; drive.py counts processor time.
        return Played((), f"not played to the end within {budget.seconds:.0f} s")
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        return Played(("error",), last[0][:200])
    return Played(tuple(told["rules"]), told["example"], told["contacts"])


def hunt(bug: Bug, tree: Path, budget: Budget, known: frozenset[str]) -> Outcome:
    """Play with the bug in."""
    began = time.monotonic()
    with planted(bug, tree):
        parts = ahead(budget), aside(budget, faults_near(bug.file))
        played = simulate(tree, budget, parts, known)
    seconds = round(time.monotonic() - began, 1)
    return Outcome(
        bug.name,
        bug.breaks,
        bool(played.by),
        played.by,
        played.example,
        played.contacts,
        seconds,
    )


def weaknesses(tree: Path, budget: Budget, known: frozenset[str]) -> frozenset[str]:
    """The invariants that break without any bug of ours, those that are known among them."""
    all_parts = [aside(budget, faults) for faults in dict.fromkeys(AREAS.values())]
    for part in (ahead(budget), *all_parts):
        while (played := simulate(tree, budget, [part], known)).by:
            _say_sound(part[-1], played)
            if not set(played.by) - known or played.contacts == 0:
                raise SystemExit(f"the campaign itself fails: {played.by} {played.example}")
            known |= set(played.by)
        _say_sound(part[-1], played)
    return known


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant the bugs; 0 when at least `GOAL` of them are found in a tree that is sound."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="calls for a bug, at most")
    parser.add_argument("--seed", type=int, default=1, help="decides which worlds are played")
    parser.add_argument("--seconds", type=float, default=1800.0, help="for a bug, at most")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the tree to copy")
    parser.add_argument("--known", nargs="*", help="what breaks without bugs; else it is found out")
    parser.add_argument("--out", type=Path, help="also write the JSON here, after every bug")
    parser.add_argument("--only", nargs="*", default=(), help="only these bugs")
    parser.add_argument("--sound", action="store_true", help="only the tree without bugs")
    given = parser.parse_args(arguments)
    budget = Budget(given.calls, given.seed, given.seconds)
    by_name = {bug.name: bug for bug in BUGS}
    bugs = [by_name[name] for name in given.only or by_name if not given.sound]
    outcomes: list[Outcome] = []
    with copy_of(given.tree) as tree:
        known = frozenset(given.known or ())
        if given.known is None:
            known = weaknesses(tree, budget, known)
        for bug in bugs:
            outcomes.append(hunt(bug, tree, budget, known))
            _say(outcomes[-1])
            if given.out:
                given.out.write_text(json.dumps(summary_of(outcomes, known, budget), indent=1))
    total = summary_of(outcomes, known, budget)
    print(json.dumps(total))
    return 0 if (total["share"] >= GOAL or given.sound) and not known else 1


def _say(outcome: Outcome) -> None:
    verdict = "found " if outcome.found else "MISSED"
    by = " ".join(outcome.by)
    spent = f"{outcome.contacts} contacts {outcome.seconds:.0f} s"
    print(f"{verdict} {outcome.name} {by} {spent}", file=sys.stderr, flush=True)


def _say_sound(near: str, played: Played) -> None:
    verdict = f"breaks {' '.join(played.by)}: {played.example}" if played.by else "breaks nothing"
    told = f"without bugs {verdict} in {played.contacts} contacts ({near})"
    print(told, file=sys.stderr, flush=True)


def summary_of(outcomes: list[Outcome], known: frozenset[str], budget: Budget) -> dict[str, Any]:
    """One JSON object: how many were found, and each outcome."""
    found = sum(each.found for each in outcomes)
    return {
        "bugs": len(outcomes),
        "found": found,
        "share": round(found / len(outcomes), 3) if outcomes else 0.0,
        "missed": [each.name for each in outcomes if not each.found],
        "without_any_bug": sorted(known),
        "budget": asdict(budget),
        "outcomes": [asdict(each) for each in outcomes],
    }


if __name__ == "__main__":
    sys.exit(main())
