"""What comes into the API, as pydantic models. Nothing is guessed at: unknown fields are refused,
and so are control characters. Times are whole milliseconds since the epoch, UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from telephony.contact.model import Stage, TransferMode
from telephony.store.floor import Presence

# The year 2100: near the end of Python's calendar, 9999, reckoning with hours and zones fails.
LATEST_MS = 4_102_444_800_000
_LINE = r"^[^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_LINE)]
Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]
Note = Annotated[str, StringConstraints(max_length=500, pattern=_TEXT)]
Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]


class In(BaseModel):
    """The root of what comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class NewLine(In):
    registered: bool


class LineAct(In):
    """What a softphone does with a call; `digits` only for the act digits."""

    class Act(StrEnum):
        ACCEPT = "accept"
        REJECT = "reject"
        HANG_UP = "hang_up"
        DIGITS = "digits"

    act: Act
    digits: Annotated[str, StringConstraints(pattern=r"^[0-9*#]{0,32}$")] = ""

    @model_validator(mode="after")
    def digits_for_digits(self) -> LineAct:
        if (self.act is LineAct.Act.DIGITS) != bool(self.digits):
            raise ValueError("give digits for the act digits, and for no other")
        return self


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


class NewWrapUp(In):
    """`done` ends the wrap-up: the phone may ring again."""

    code: Annotated[str, StringConstraints(max_length=80, pattern=_LINE)] = Field(
        "", description="A key of GET /wrap-up-codes, or ''."
    )
    note: Note = ""
    done: bool = True


class NewCallback(In):
    """Who calls the customer back, and when at the earliest."""

    department: Name = Field("", description="Key of a department; '' for the contact's own.")
    agent: Name = Field("", description="A person who is rung first, as in /agents.")
    not_before: Moment = Field(0, description="0: as soon as the customer may be called.")
    note: Note = Field("", description="What whoever calls reads before.")


class TimesQuery(In):
    department: Name | None = Field(None, description="Key; the contact's own unless given.")


class PromiseQuery(Paging):
    state: Literal["open", "due", "overdue", "closed"] = "open"
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
    draft: bool = Field(False, description="Ask the admins' draft instead of what is in force.")
