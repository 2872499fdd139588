"""What goes in and out of the API, as pydantic models: validation and OpenAPI come from here.

All times are whole milliseconds since the epoch, UTC; durations end in `_ms`. Nothing that comes
in is guessed at: unknown fields are refused, and so are control characters.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from telephony.contact.model import (
    AttemptOutcome,
    ContactOutcome,
    HuntPurpose,
    HuntState,
    LegState,
    PromiseState,
    Role,
    Stage,
    Strategy,
    TargetKind,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.store.floor import Presence

LATEST_MS = 253_402_300_799_000  # the end of the year 9999
_LINE = r"^[^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_LINE)]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]
Note = Annotated[str, StringConstraints(max_length=500, pattern=_TEXT)]
Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]


class In(BaseModel):
    """The root of what comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """The root of what goes out."""

    model_config = ConfigDict(frozen=True)


# -- requests ----------------------------------------------------------------------------------


class TransferTo(In):
    """Where to: exactly one of the three."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    department: Name = Field("", description="Key of a department.")
    agent: Name = Field("", description="Name of an agent, as in /agents.")
    number: Number = Field("", description="A telephone number, best in E.164 form.")

    @model_validator(mode="after")
    def exactly_one(self) -> TransferTo:
        if len(self.model_fields_set) != 1:
            raise ValueError("give exactly one of department, agent and number")
        return self


class NewTransfer(In):
    to: TransferTo
    mode: TransferMode = TransferMode.WARM
    note: Note = Field("", description="What the receiver hears and reads before accepting.")


class SignIn(In):
    name: Name
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewPresence(In):
    presence: Presence


class NewWindow(In):
    due_from: Moment
    due_until: Moment

    @model_validator(mode="after")
    def forwards(self) -> NewWindow:
        if self.due_until < self.due_from:
            raise ValueError("the window must not end before it begins")
        return self


class Paging(In):
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=400)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ContactState(StrEnum):
    """Stages of live contacts, and two words for all live and all ended ones."""

    LIVE = "live"
    MENU = Stage.MENU
    SEEKING = Stage.SEEKING
    CHOOSING = Stage.CHOOSING
    RECORDING = Stage.RECORDING
    PROMISING = Stage.PROMISING
    TALKING = Stage.TALKING
    TRANSFER = Stage.TRANSFER
    RESTORING = Stage.RESTORING
    FAREWELL = Stage.FAREWELL
    PROMISED = Stage.PROMISED
    KEEPING = Stage.KEEPING
    CLOSED = Stage.CLOSED


class ContactQuery(Paging):
    state: ContactState | None = None
    customer: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    department: Name | None = None


class PromiseQuery(Paging):
    state: Literal["open", "due", "overdue"] = "open"
    department: Name | None = None


class TicketQuery(Paging):
    state: Literal["open", "taken", "closed"] | None = None
    department: Name | None = None


class ExplainQuery(In):
    department: Name
    at: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = Field(
        None, description="A moment in ISO 8601; without an offset it is the department's time."
    )
    busy: Annotated[str, StringConstraints(max_length=2000)] = Field(
        "", description="Keys of members who are busy, with commas between."
    )


# -- answers -----------------------------------------------------------------------------------


class ProblemOut(Out):
    """An error (RFC 9457). Compare `reason`; show `detail` and `what_to_do`."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    what_to_do: str
    fields: dict[str, list[str]] | None = None


class TargetOut(Out):
    kind: TargetKind
    value: str
    name: str


class LegOut(Out):
    """One phone call of the contact, and what that phone hears now."""

    id: str
    call: str
    role: Role
    name: str
    address: str
    state: LegState
    since: int
    held: bool
    hears: str
    hears_text: str
    outcome: AttemptOutcome | None
    ending: str | None


class RingingOut(Out):
    leg: str
    name: str
    address: str
    since: int
    ring_deadline: int | None


class HuntOut(Out):
    """The ringing: `attempt` of at most `attempts`; at `ring_deadline` these phones give up."""

    id: str
    purpose: HuntPurpose
    target: TargetOut
    state: HuntState
    since: int
    round: int
    rounds: int
    attempt: int
    attempts: int
    ringing: list[RingingOut]
    ring_deadline: int | None


class ActionOut(Out):
    """Whether an action is possible now; if not, the typed reason."""

    allowed: bool
    reason: str | None


class TransferOut(Out):
    id: str
    contact: str
    mode: TransferMode
    to: TargetOut
    by: str
    by_address: str
    note: str
    state: TransferState
    since: int
    requested_at: int
    outcome: TransferOutcome | None
    reason: str
    explained: str
    receiver: str
    hunt: HuntOut | None
    actions: dict[str, ActionOut]


class PromiseOut(Out):
    id: str
    contact: str
    customer: str
    department: str
    state: PromiseState
    due_from: int
    due_until: int
    attempts: int
    max_attempts: int
    note: str
    overdue: bool


class ContactPromiseOut(Out):
    id: str
    department: str
    state: PromiseState
    due_from: int
    due_until: int
    attempts: int
    max_attempts: int
    told: bool


class ContactSummaryOut(Out):
    """One contact in one line."""

    id: str
    live: bool
    state: str
    customer: str
    dialled: str
    department: str
    department_name: str
    language: str
    started_at: int
    ended_at: int | None
    waiting_since: int | None
    outcome: ContactOutcome | None
    with_whom: list[str]


class ContactOut(ContactSummaryOut):
    """Everything that is known of one contact now."""

    version: int
    since: int
    waited_ms: int
    path: list[str]
    say_this_first: str
    next_action: str
    deadline: int | None
    parties: list[LegOut]
    legs: list[LegOut]
    hunt: HuntOut | None
    transfer: TransferOut | None
    transfers: list[TransferOut]
    promise: ContactPromiseOut | None
    ticket: str
    message_url: str
    reason: str
    explained: str


class TimelineEntryOut(Out):
    id: str
    at: int
    version: int
    kind: str
    sentence: str
    data: dict[str, Any]


class TimelineOut(Out):
    contact: str
    outcome: ContactOutcome | None
    reason: str
    explained: str
    items: list[TimelineEntryOut]
    next: str | None


class ContactPage(Out):
    items: list[ContactSummaryOut]
    next: str | None


class PromisePage(Out):
    items: list[PromiseOut]
    next: str | None


class TicketOut(Out):
    id: str
    contact: str
    customer: str
    department: str
    reason: str
    explained: str
    state: Literal["open", "taken", "closed"]
    taken_by: str | None
    created_at: int
    taken_at: int | None
    closed_at: int | None
    closed_by: str | None


class TicketPage(Out):
    items: list[TicketOut]
    next: str | None


class MemberOut(Out):
    key: str
    name: str
    address: str
    enabled: bool
    free: bool
    presence: str


class DepartmentOut(Out):
    key: str
    name: str
    open: bool
    closed_reason: str
    next_open: int | None
    strategy: Strategy
    free: int
    members: list[MemberOut]
    waiting: int


class DepartmentList(Out):
    items: list[DepartmentOut]


class AgentOut(Out):
    name: str
    display: str
    identity: str
    role: str
    presence: Presence
    since: int | None
    on_contact: bool


class AgentList(Out):
    items: list[AgentOut]


class MeOut(Out):
    name: str
    display: str
    role: str
    identity: str
    presence: Presence
    csrf: str | None
    contacts: list[str]


class SessionOut(Out):
    name: str
    display: str
    role: str
    identity: str
    csrf: str
    expires_at: int


class SoftphoneTokenOut(Out):
    token: str
    identity: str
    expires_at: int


class ReasonOut(Out):
    reason: str
    title: str
    meaning: str
    what_to_do: str


class ReasonList(Out):
    items: list[ReasonOut]


class StepOut(Out):
    """`at` and `seconds` count from the moment at which the department is asked for."""

    at: int
    kind: str
    sentence: str
    department: str
    seconds: int
    member: str


class ExplanationOut(Out):
    """Who rings, when nobody answers; moments in ISO 8601."""

    department: str
    name: str
    at: str
    open: bool
    next_open: str | None
    steps: list[StepOut]
    ringing_seconds: int
    longest_wait_seconds: int
    ends: str
    text: str
