"""Participant labels: their form, and that nobody in the room has the same (16023-16026)."""

from __future__ import annotations

import re

from simulator.world import Conference

TWIML_INVALID, API_INVALID, TWIML_DUPLICATE, API_DUPLICATE = 16023, 16024, 16025, 16026
_CALL_SID = re.compile(r"CA[0-9a-f]{32}")


def label_problem(room: Conference | None, label: str, invalid: int, duplicate: int) -> int:
    """The code of what is wrong with a label, or 0. No label is always right."""
    if not label:
        return 0
    if len(label) > 128 or _CALL_SID.fullmatch(label) or "/" in label or "%2f" in label.lower():
        return invalid
    taken = room is not None and label in {p.label for p in room.participants.values()}
    return duplicate if taken else 0
