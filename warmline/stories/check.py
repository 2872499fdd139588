"""What must hold in every story: the whole set of invariants, judged on the trace alone."""

from __future__ import annotations

from warmline.stories.common import EVERYBODY, expect
from warmline.stories.scene import Line, Scene
from warmline.verify import Options, check

SLACK_SECONDS = 0.5
"""Wall seconds that a busy machine may be late beyond what the invariants allow.

Above life's speed each of them counts many times on the clock of the story.
"""


def check_story(scene: Scene) -> None:
    """Wait until every phone of the story is quiet, then judge the whole of it."""
    scene.wait("every phone is quiet", _all_down, patience=60)
    lines = scene.lines
    slack = SLACK_SECONDS * (scene.speed - 1) if scene.speed > 1 else 0.0
    report = check((_cast(lines), *lines, _at_rest(lines)), options=Options(slack=slack))
    expect(report.clean, "\n".join(str(each) for each in report.violations))


def _cast(lines: list[Line]) -> Line:
    called_in = {
        line["from"]
        for line in lines
        if line["kind"] == "call.dialled" and line["direction"] == "inbound"
    }
    customers = sorted(called_in - set(EVERYBODY))
    return _mark(lines[0], "cast", customers=customers, staff=list(EVERYBODY))


def _at_rest(lines: list[Line]) -> Line:
    return _mark(lines[-1], "rest_time")


def _mark(beside: Line, kind: str, **fields: object) -> Line:
    return {"seq": beside["seq"], "t": beside["t"], "kind": kind, **fields}


def _all_down(lines: list[Line]) -> bool:
    begun = {x["call"] for x in lines if x["kind"] == "call.dialled"}
    over = {x["call"] for x in lines if x["kind"] == "call.down"}
    return begun <= over
