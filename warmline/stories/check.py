"""What must hold in every story, read from the trace: nobody dropped, nobody left in silence."""

from __future__ import annotations

from warmline.stories.common import EVERYBODY, expect
from warmline.stories.scene import Line, Scene

SILENCE_SECONDS = 10.0
TOLD = ("it is arranged", "will contact you", "has been saved", "as promised", "calling you back")


def check_story(scene: Scene) -> None:
    """Wait until every phone of the story is quiet, then look at the whole of it."""
    scene.wait("every phone is quiet", _all_down, patience=60)
    customers = {
        line["call"]
        for line in scene.lines
        if line["kind"] == "call.dialled" and not _is_staff(line)
    }
    for call in customers:
        _never_dropped(scene.lines, call)
        _never_in_silence(scene.lines, call)


def _is_staff(line: Line) -> bool:
    return line["direction"] != "inbound" and line["to"].partition("?")[0] in EVERYBODY


def _all_down(lines: list[Line]) -> bool:
    begun = {x["call"] for x in lines if x["kind"] == "call.dialled"}
    over = {x["call"] for x in lines if x["kind"] == "call.down"}
    return begun <= over


def _never_dropped(lines: list[Line], call: str) -> None:
    """S1: the service takes a customer's leg down only after telling them what comes next."""
    told = ""
    for line in lines:
        if line.get("call") != call:
            continue
        if line["kind"] == "said":
            told = told or next((w for w in TOLD if w in line["text"].lower()), "")
        if line["kind"] == "call.down" and line["by"] == "service":
            expect(told, f"{call} was taken down by the service without a word")


def _never_in_silence(lines: list[Line], call: str) -> None:
    """S2: no ten seconds without hold audio, a prompt or a human."""
    since: float | None = None
    for line in lines:
        if since is not None:
            quiet = line["t"] - since
            expect(quiet < SILENCE_SECONDS, f"{call} heard nothing for {quiet:.1f} s")
        if line.get("call") != call:
            continue
        if line["kind"] == "hears":
            since = line["t"] if line["what"] == "silence" else None
        if line["kind"] == "call.down":
            return
