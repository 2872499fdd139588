"""Plays worlds of the campaign until one shows a violation that is not known: run by the runner.

It runs with the copy of the tree as its only source of Warmline, and prints one JSON object.
"""

from __future__ import annotations

import json
import sys

from warmline.campaign.house import open_house
from warmline.campaign.plan import names_of
from warmline.campaign.run import plans
from warmline.campaign.world import play


def drive(seed: int, calls: int, known: frozenset[str]) -> dict[str, object]:
    """What was broken in the first world that broke anything new, and after how many contacts."""
    contacts = 0
    with open_house() as house:
        for plan in plans(seed, calls, names_of("all")):
            result = play(house, plan)
            contacts += sum(result.outcomes.values()) or len(plan.callers)
            new = [each for each in result.violations if each.rule not in known]
            if new:
                rules = sorted({each.rule for each in new})
                return {"rules": rules, "example": new[0].why[:200], "contacts": contacts}
    return {"rules": [], "example": "", "contacts": contacts}


if __name__ == "__main__":
    _, SEED, CALLS, *KNOWN = sys.argv
    print(json.dumps(drive(int(SEED), int(CALLS), frozenset(KNOWN))))
