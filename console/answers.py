"""What the API answers with, as pydantic models; the OpenAPI document is made from them.

Times are whole milliseconds since the epoch, UTC; durations end in `_ms` or `_seconds`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from telephony.contact.model import (
    AttemptOutcome,
    ContactOutcome,
    HuntPurpose,
    HuntState,
    LegState,
    PromiseState,
    Role,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.contact.plans import Strategy, TargetKind
from telephony.store.floor import Presence


class Out(BaseModel):
    """The root of what goes out."""

    model_config = ConfigDict(frozen=True)


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


class WindowOut(Out):
    """A callback is due not before the first moment and not after the second."""

    due_from: int
    due_until: int


class TimesOut(Out):
    """When this customer may be promised a callback; `soonest` is what is given unless asked."""

    department: str
    soonest: WindowOut | None
    items: list[WindowOut]


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
    by: str
    agent: str
    created_at: int
    closed_at: int | None


class ContactPromiseOut(Out):
    id: str
    department: str
    state: PromiseState
    due_from: int
    due_until: int
    attempts: int
    max_attempts: int
    told: bool
    by: str
    agent: str
    note: str


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


class HoldOut(Out):
    """The agent's own hold: `on` while the agent wants it, `held` once Twilio confirms it."""

    on: bool
    held: bool
    by: str
    since: int | None
    actions: dict[str, ActionOut]


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
    hold: HoldOut
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
    """`expected_wait_ms` is the median of the last `expected_wait_of` contacts that a person
    answered within a day; null when there are none.
    """

    key: str
    name: str
    open: bool
    closed_reason: str
    next_open: int | None
    strategy: Strategy
    free: int
    members: list[MemberOut]
    waiting: int
    expected_wait_ms: int | None
    expected_wait_of: int


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
    presence_since: int | None
    presence_until: int | None
    csrf: str | None
    contacts: list[str]
    now: int


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


class LineCallOut(Out):
    """A call at a simulated softphone: it rings, or it is talking."""

    call: str
    caller: str
    ringing: bool
    hears: str


class LineOut(Out):
    calls: list[LineCallOut]


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
