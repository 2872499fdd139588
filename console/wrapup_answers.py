"""What the routes of wrap-ups answer with."""

from __future__ import annotations

from console.answers import Out


class WrapUpCodeOut(Out):
    key: str
    name: str


class WrapUpCodes(Out):
    items: list[WrapUpCodeOut]


class WrapUpOut(Out):
    """What an agent noted after a contact; `name` is the code in words."""

    contact: str
    agent: str
    department: str
    code: str
    name: str
    note: str
    at: int


class WrapUpList(Out):
    items: list[WrapUpOut]


class WrapUpCountOut(Out):
    department: str
    department_name: str
    code: str
    name: str
    count: int
    took_ms: int


class WrapUpReportOut(Out):
    """How often each code was noted from `since` until `until`, most often first, and how long that
    took: from the end of the talk until the note, inside the agent's wrap-up time."""

    since: int
    until: int
    total: int
    took_ms: int
    rows: list[WrapUpCountOut]
