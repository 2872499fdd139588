"""The smallest plan that still fails in the same way, and how it is kept as a regression."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warmline.campaign.house import House
from warmline.campaign.plan import Plan
from warmline.campaign.world import Result, play


def smallest(house: House, result: Result, most: int = 60) -> Result:
    """Leave out callers, faults and switches as long as one of the same rules is broken.

    At most so many worlds are played; the order is fixed, so the same failure shrinks the same.
    """
    rules = {violation.rule for violation in result.violations}
    left = most
    shrunk = True
    while shrunk and left > 0:
        shrunk = False
        for plan in _smaller(result.plan):
            left -= 1
            tried = play(house, plan)
            if rules & {violation.rule for violation in tried.violations}:
                result, shrunk = tried, True
                break
            if left <= 0:
                break
    return result


def _smaller(plan: Plan) -> list[Plan]:
    found = [plan.without_fault(place) for place in range(len(plan.faults))]
    if len(plan.callers) > 1:
        found += [plan.without_caller(caller) for caller in plan.callers]
    found += [plan.without_switch(place) for place in range(len(plan.switches))]
    return found


def keep(folder: Path, result: Result) -> Path:
    """Write the plan down for a test to play again."""
    folder.mkdir(parents=True, exist_ok=True)
    rules = "-".join(sorted({violation.rule for violation in result.violations}))
    file = folder / f"{rules}-{result.plan.seed}.json"
    value: dict[str, Any] = {
        "why": [f"{each.rule}: {each.why}" for each in result.violations[:5]],
        "plan": result.plan.to_json(),
    }
    file.write_text(json.dumps(value, indent=1) + "\n")
    return file


def kept(file: Path) -> Plan:
    """The plan in such a file."""
    return Plan.from_json(json.loads(file.read_text())["plan"])
