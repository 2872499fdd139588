"""What the board and the reports take and answer with. Times in ms since the epoch, UTC; shares
are between 0 and 1, and null where there is nothing to share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from console.answers import ContactSummaryOut, Out, TicketOut
from console.asks import In, Name, Paging
from telephony.store.ledger import Figure

Level = Literal["", "good", "amber", "red"]


class AgentsOut(Out):
    """People of a department by what they do.

    `unknown`: says nothing of itself (a telephone, a softphone never opened) and is rung.
    """

    talking: int = 0
    available: int = 0
    busy: int = 0
    break_: int = Field(0, serialization_alias="break", validation_alias="break")
    wrap_up: int = 0
    offline: int = 0
    unknown: int = 0


class TransfersOut(Out):
    """Open transfers by stage."""

    holding: int = 0
    ringing: int = 0
    consulting: int = 0
    aside: int = 0
    merged: int = 0
    completing: int = 0


class LiveOut(Out):
    """What happens now. `waiting`: on the line without a person; `ringing`: our phones; `on_hold`:
    hears music, either while being passed on or, `held_by_agent`, because the agent said so."""

    in_menu: int
    waiting: int
    longest_wait_ms: int
    ringing: int
    on_hold: int
    held_by_agent: int
    longest_hold_ms: int
    talking: int
    transfers: TransfersOut
    promises_open: int
    promises_due: int
    promises_overdue: int


class TodayOut(Out):
    """What happened to the contacts that began in the stretch.

    `service_level`: answered in time, of all that are decided. `transfer_success`: completed, of
    those that ended in another way than by the agent's own cancelling. `no_answer_share`: phones of
    ours that rang in vain, of all that were tried. `resolved_first_share`: resolved, and not back
    within a week, of the answered. `lost`: gone, not by their own will, and nobody owes them
    anything; or left open with nobody who will act.
    """

    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    open: int
    service_level: float | None
    average_answer_ms: int | None
    longest_answer_ms: int | None
    transfers: int
    transfers_completed: int
    transfer_success: float | None
    attempts: int
    unanswered: int
    no_answer_share: float | None
    promises: int
    promises_kept: int
    promises_kept_on_time: int
    promises_on_time_share: float | None
    resolved_first: int
    resolved_first_share: float | None
    lost: int


class BoardRowOut(Out):
    """One department, or the whole company (`key` '')."""

    key: str
    name: str
    open: bool
    live: LiveOut
    agents: AgentsOut
    today: TodayOut
    levels: dict[str, Level]


class ThresholdOut(Out):
    """From which value on a number is amber, and red; `rising`: higher is worse."""

    amber: float
    red: float
    rising: bool


class BoardOut(Out):
    """The wallboard. `late_ms`: how late the system is with its own next steps."""

    company: str
    timezone: str
    at: int
    day_began: int
    day_ends: int
    target_ms: int
    late_ms: int
    total: BoardRowOut
    departments: list[BoardRowOut]
    thresholds: dict[str, ThresholdOut]
    tickets_open: int
    oldest_ticket_at: int | None


class AlertsOut(Out):
    """What rings until somebody takes it, oldest first."""

    tickets: list[TicketOut]
    adrift: list[str]


class NewKiosk(In):
    label: Name


class KioskOut(Out):
    """A link that shows the board and nothing else. `path` only when it is made."""

    id: str
    label: str
    by: str
    created_at: int
    last_used_at: int | None
    path: str = ""


class KioskList(Out):
    items: list[KioskOut]


DayText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Stretch(In):
    """Local days of the company, both included; without them today."""

    from_day: DayText | None = None
    to_day: DayText | None = None
    department: Annotated[str, StringConstraints(max_length=80)] | None = Field(
        None, description="Key of a department; empty: contacts that never chose one."
    )

    @model_validator(mode="after")
    def real_days(self) -> Stretch:
        first, last = _day(self.from_day), _day(self.to_day)
        if first and last and last < first:
            raise ValueError("to_day must not be before from_day")
        return self


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    found = date.fromisoformat(text)
    if not 2000 <= found.year <= 2200:
        raise ValueError("the year must be between 2000 and 2200")
    return found


class ReportQuery(Stretch):
    format: Literal["json", "csv"] = "json"


class BehindQuery(Stretch, Paging):
    figure: Figure = Figure.OFFERED


class ReportRowOut(TodayOut):
    """One row of a report: a department, an hour, a day or a week."""

    label: str
    key: str
    since: int
    until: int


class ReportOut(Out):
    """A report; `rows` in order, `total` over all of them."""

    kind: str
    timezone: str
    since: int
    until: int
    target_ms: int
    total: TodayOut
    rows: list[ReportRowOut]


class BehindItemOut(ContactSummaryOut):
    """One contact behind a number: how long it took, and why it ended so."""

    answered_at: int | None
    waited_ms: int
    transfers: int
    attempts: int
    unanswered: int
    reason: str
    explained: str
    lost: str
    lost_explained: str


class BehindPage(Out):
    items: list[BehindItemOut]
    next: str | None
