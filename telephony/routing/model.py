"""What a company's routing is: frozen data that a file, a form or a test can make.

Theory. A **company** answers at its numbers. Each number leads to a menu or straight to a
department. A **department** has members, hours and a ring strategy; its **ladder** says what
follows when nobody answers in any round. Everything here is data; `hours`, `policy`, `ivr`,
`lint` and `explain` are pure functions of it.

Invariants. A `Company` that came through `telephony.routing.text` has no dangling reference: every
department, menu and language that it names exists. Durations say their unit in their name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, WrapSerializer

from telephony.contact.plans import Strategy
from telephony.prompts import Prompt
from telephony.routing.fields import (
    Address,
    HolidayCountry,
    IsoDate,
    Key,
    Language,
    Number,
    Prefix,
    Region,
    Sentence,
    SipDomain,
    Text,
    WebAddress,
    Word,
    Zone,
)
from telephony.routing.forms import (
    Destination,
    DestinationForm,
    RungForm,
    Span,
    SpanForm,
    keyed,
    read_yes,
    write_yes,
)

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)

Words = Mapping[Language, Annotated[tuple[Word, ...], Field(min_length=1, max_length=20)]]


class Day(StrEnum):
    """The days of the week, Monday first as in `datetime.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Recording(StrEnum):
    """Whether callers are told that the call may be recorded."""

    OFF = "off"
    ANNOUNCED = "announced"


class CustomerNumbers(StrEnum):
    """How much agents see of customers' numbers; supervisors and admins see them whole."""

    WHOLE = "whole"
    LAST_FOUR = "last_four"
    NONE = "none"


@dataclass(frozen=True)
class Holidays:
    """The public holidays of a country, and of one of its parts if named (ISO 3166-2)."""

    __pydantic_config__ = STRICT

    country: HolidayCountry
    subdivision: Annotated[str, Field(max_length=10)] | None = None


@dataclass(frozen=True)
class Hours:
    """When a department is open, by the clock on its wall.

    A span belongs to the day on which it begins: Friday 22:00-06:00 covers Saturday's small
    hours even if Saturday is an exception. An exception replaces the spans that begin on its
    date; holidays do the same with no spans at all, and an exception comes before a holiday.
    `timezone` None is the company's.
    """

    __pydantic_config__ = STRICT

    week: Mapping[Day, Annotated[tuple[SpanForm, ...], Field(max_length=12)]]
    timezone: Zone | None = None
    exceptions: Annotated[
        Mapping[IsoDate, Annotated[tuple[SpanForm, ...], Field(max_length=12)]],
        Field(max_length=1000),
    ] = field(default_factory=dict)
    holidays: Holidays | Literal["company", "none"] = "company"


@dataclass(frozen=True)
class EmergencyClose:
    """Closed at once, whatever the hours say; for good when `until` is None."""

    __pydantic_config__ = STRICT

    reason: Annotated[str, Field(max_length=200)] = ""
    until: AwareDatetime | None = None


EmergencyForm = Annotated[
    EmergencyClose | None, BeforeValidator(read_yes), WrapSerializer(write_yes)
]


@dataclass(frozen=True)
class Member:
    """One person or phone that a department may ring.

    The same `key` in two departments is the same person, and is never rung by both at once.
    `delay_seconds` waits before this phone rings in its turn; `ring_seconds` None is the
    department's.
    """

    __pydantic_config__ = STRICT

    key: Key
    name: Text
    address: Address
    delay_seconds: Annotated[int, Field(ge=0, le=120)] = 0
    enabled: bool = True
    languages: tuple[Language, ...] = ()
    ring_seconds: Annotated[int, Field(ge=5, le=120)] | None = None


@dataclass(frozen=True)
class Department:
    """A group of members that customers are routed or passed on to.

    `spoken` holds the words that callers may say; the first of each language is the
    department's name in that language. `hours` None is day and night, every day.
    `step_seconds` is how long the progressive strategy waits before it adds the next phone.
    """

    __pydantic_config__ = STRICT

    key: Annotated[Key, Field(exclude=True)]
    name: Text
    spoken: Words = field(default_factory=dict)
    members: Annotated[tuple[Member, ...], Field(max_length=200)] = ()
    strategy: Strategy = Strategy.IN_ORDER
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 20
    step_seconds: Annotated[int, Field(ge=1, le=120)] = 10
    rounds: Annotated[int, Field(ge=1, le=10)] = 2
    pause_seconds: Annotated[int, Field(ge=0, le=120)] = 5
    ladder: Annotated[tuple[RungForm, ...], Field(max_length=10)] = ()
    hours: Hours | None = None
    emergency_close: EmergencyForm = None
    caller_id: Number | None = None
    whisper: Literal[Prompt.WHISPER, Prompt.WHISPER_SHORT] = Prompt.WHISPER
    wrap_up_seconds: Annotated[int, Field(ge=0, le=3600)] = 15
    skip_busy: bool = True


@dataclass(frozen=True)
class Choice:
    """One key of a menu. Without words of its own, a department's words are used."""

    __pydantic_config__ = STRICT

    key: Annotated[str, Field(pattern=r"^[1-9*]$")]
    to: DestinationForm
    spoken: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Menu:
    """A question to the caller. Key 0 is always a person and cannot be given away.

    `prompt` is said before the choices, which are spoken from the choices themselves, so that
    words and keys cannot disagree. After `max_tries` silences or wrong keys the caller goes
    `otherwise`, by default to a person.
    """

    __pydantic_config__ = STRICT

    key: Annotated[Key, Field(exclude=True)]
    choices: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=10)]
    prompt: Mapping[Language, Sentence] = field(default_factory=dict)
    max_tries: Annotated[int, Field(ge=1, le=5)] = 3
    otherwise: DestinationForm = field(default_factory=lambda: Destination("operator"))


@dataclass(frozen=True)
class DiallingPolicy:
    """Which telephone numbers and SIP domains may be dialled at all (S10).

    Premium, satellite, emergency, shared-cost and personal numbers are refused whatever stands
    here. `prefixes` allow numbers outside of `countries`; `refused_prefixes` come before both.
    """

    __pydantic_config__ = STRICT

    countries: Annotated[tuple[Region, ...], Field(max_length=250)] = ("US",)
    prefixes: Annotated[tuple[Prefix, ...], Field(max_length=200)] = ()
    refused_prefixes: Annotated[tuple[Prefix, ...], Field(max_length=200)] = ()
    sip_domains: Annotated[tuple[SipDomain, ...], Field(max_length=50)] = ()


@dataclass(frozen=True)
class PromisePolicy:
    """How a callback is kept: within `window_minutes` of the said time, in at most `max_attempts`
    tries, `retry_minutes` apart, and only in `local_hours` by the customer's own clock (S9)."""

    __pydantic_config__ = STRICT

    window_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    max_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    retry_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    local_hours: SpanForm = field(default_factory=lambda: Span(9 * 60, 20 * 60))


@dataclass(frozen=True)
class Company:
    """Everything that decides where a call goes. `languages[0]` is spoken first.

    `wrap_up_codes` say, by key, what a contact can have been about.
    """

    __pydantic_config__ = STRICT

    name: Text
    timezone: Zone
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)]
    caller_id: Number
    operator: Key
    numbers: Annotated[Mapping[Number, DestinationForm], Field(min_length=1, max_length=1000)]
    departments: Annotated[Mapping[Key, Department], keyed, Field(min_length=1, max_length=500)]
    menus: Annotated[Mapping[Key, Menu], keyed, Field(max_length=200)] = field(default_factory=dict)
    holidays: Holidays | None = None
    dialling: DiallingPolicy = DiallingPolicy()
    promises: PromisePolicy = PromisePolicy()
    wrap_up_codes: Annotated[Mapping[Key, Text], Field(max_length=50)] = field(default_factory=dict)
    hold_music: WebAddress | None = None
    recording: Recording = Recording.OFF
    customer_numbers: CustomerNumbers = CustomerNumbers.WHOLE
    wording: Annotated[
        Mapping[Prompt, Mapping[Language, Sentence]], Field(max_length=len(Prompt))
    ] = field(default_factory=dict)


def spoken_name(department: Department, language: str) -> str:
    """What the department is called aloud in a language."""
    words = department.spoken.get(language)
    return words[0] if words else department.name


def written_name(company: Company, department: Department, language: str) -> str:
    """What customers read: the department's own name in the company's first language; in another
    one the word that is spoken there, with a capital letter.
    """
    if language == company.languages[0]:
        return department.name
    spoken = spoken_name(department, language)
    return spoken[:1].upper() + spoken[1:]
