"""What the routing API takes and answers, as pydantic models; the OpenAPI document shows them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from console.answers import Out
from console.asks import In, Note
from telephony.routing.lint import Severity
from telephony.routing.plain_yaml import MAX_BYTES
from telephony.routing.uses import Thing

Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
_FROM = Field(description="The version that the change starts from, as GET /routing/draft says.")
_ANYWAY = Field(False, description="Publish although the check found errors.")


class DraftIn(In):
    version: Version = _FROM
    document: dict[str, Any] = Field(description="The whole routing, as in a routing file.")
    note: Note = ""


class ImportIn(In):
    version: Version = _FROM
    yaml: Annotated[str, StringConstraints(max_length=MAX_BYTES)] = Field(
        description="A routing file."
    )
    note: Note = ""


class CheckIn(In):
    document: dict[str, Any] | None = Field(
        None, description="A routing to check without saving it; the draft when left out."
    )


class DiscardIn(In):
    version: Version = _FROM


class PublishIn(In):
    version: Version = _FROM
    note: Note = Field("", description="Why; shown in the history.")
    anyway: bool = _ANYWAY


class HistoryQuery(In):
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=400)] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class ExportQuery(In):
    version: Version | None = Field(None, description="A version; what is in force when left out.")


class FindingOut(Out):
    severity: Severity
    code: str
    path: str
    sentence: str
    what_to_do: str


class ProblemAtOut(Out):
    path: str
    sentence: str


class CheckOut(Out):
    """`problems`: it is no routing. `publishable`: no problem, and no finding is an error."""

    publishable: bool
    problems: list[ProblemAtOut]
    findings: list[FindingOut]
    changes: list[str]


class VersionOut(Out):
    """One version. `base` is the published version that it was made from; 0 is the example."""

    number: int
    base: int
    author: str
    at: int
    note: str
    published: bool
    changes: list[str]


class RoutingOut(VersionOut):
    """A version with the whole routing, and each department in plain words."""

    document: dict[str, Any]
    described: dict[str, str]


class DraftOut(RoutingOut):
    """The draft. Send `version` back with a change; `pending` is whether there is one to publish,
    and `changes` says what publishing would change."""

    version: int
    in_force: int
    pending: bool


class VersionPage(Out):
    items: list[VersionOut]
    next: str | None


class ExportOut(Out):
    version: int
    yaml: str


class UseOut(Out):
    path: str
    sentence: str


class UsesOut(Out):
    """Where the thing is named; `removable` when nothing but itself would be gone with it."""

    thing: Thing
    key: str
    removable: bool
    items: list[UseOut]
