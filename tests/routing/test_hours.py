from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.routing.example import example_company
from telephony.routing.forms import Span
from telephony.routing.hours import holiday_names, is_open, next_open
from telephony.routing.model import Company, Day, Department, EmergencyClose, Holidays, Hours

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = Span(9 * 60, 17 * 60)
EVERY_DAY = dict.fromkeys(Day, (OFFICE,))


def desk(hours: Hours | None, closed: EmergencyClose | None = None) -> Department:
    return Department(key="desk", name="Desk", hours=hours, emergency_close=closed)


def company() -> Company:
    return example_company()


def local(text: str, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-24T08:59:59", False),
        ("2026-11-24T09:00:00", True),
        ("2026-11-24T16:59:59", True),
        ("2026-11-24T17:00:00", False),
    ],
)
def test_a_span_includes_its_first_minute_and_not_its_last(at: str, expected: bool) -> None:
    assert is_open(company(), desk(Hours(week=EVERY_DAY)), local(at)) is expected


def test_without_hours_a_department_is_open_day_and_night() -> None:
    at = local("2026-12-25T03:00")
    assert is_open(company(), desk(None), at)
    assert next_open(company(), desk(None), at) == at


def test_the_same_instant_is_answered_alike_whatever_zone_it_is_written_in() -> None:
    at = local("2026-11-24T09:00").astimezone(ZoneInfo("Asia/Kathmandu"))
    assert is_open(company(), desk(Hours(week=EVERY_DAY)), at)


def test_a_span_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday = Hours(week={Day.FRIDAY: (Span(22 * 60, 30 * 60),)})
    for at, expected in (
        ("2026-11-27T00:30", False),  # Friday's first hour is Thursday's night
        ("2026-11-27T22:00", True),
        ("2026-11-28T05:59", True),
        ("2026-11-28T06:00", False),
    ):
        assert is_open(company(), desk(friday), local(at)) is expected
    closed_saturday = replace(friday, exceptions={date(2026, 11, 28): ()})
    assert is_open(company(), desk(closed_saturday), local("2026-11-28T05:59"))


def test_an_exception_comes_before_the_holiday_and_the_holiday_before_the_week() -> None:
    christmas = local("2026-12-25T10:00")
    hours = Hours(week=EVERY_DAY)
    assert not is_open(company(), desk(hours), christmas)
    assert is_open(company(), desk(replace(hours, holidays="none")), christmas)
    assert is_open(
        company(), desk(replace(hours, exceptions={christmas.date(): (OFFICE,)})), christmas
    )
    assert is_open(company(), desk(replace(hours, holidays=Holidays("CN"))), christmas)


def test_holidays_know_the_part_of_the_country() -> None:
    assert date(2026, 3, 31) in holiday_names("US", "CA", 2026)  # Cesar Chavez Day
    assert date(2026, 3, 31) not in holiday_names("US", "NY", 2026)


def test_it_opens_next_after_night_weekend_and_holiday() -> None:
    returns = company().departments["returns"]
    # Thanksgiving 2026 is Thursday 26 November.
    for at, opens in (
        ("2026-11-24T08:00", "2026-11-24T09:00"),
        ("2026-11-24T12:00", "2026-11-24T12:00"),
        ("2026-11-25T17:00", "2026-11-27T09:00"),
        ("2026-11-27T18:00", "2026-11-30T09:00"),
        ("2026-12-31T18:00", "2027-01-04T09:00"),
    ):
        assert next_open(company(), returns, local(at)) == local(opens)


def test_the_hour_that_spring_skips_opens_when_the_clocks_have_moved() -> None:
    # On 8 March 2026 New York goes from 02:00 EST straight to 03:00 EDT.
    hours = Hours(week={Day.SUNDAY: (Span(2 * 60 + 30, 5 * 60),)})
    opens = next_open(company(), desk(hours), local("2026-03-08T00:00"))
    assert opens == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    skipped = Hours(week={Day.SUNDAY: (Span(2 * 60, 2 * 60 + 45),)})
    assert next_open(company(), desk(skipped), local("2026-03-08T00:00")) == local(
        "2026-03-15T02:00"
    )


def test_the_hour_that_autumn_repeats_is_open_twice() -> None:
    # On 1 November 2026 New York goes from 02:00 EDT back to 01:00 EST.
    hours = Hours(week={Day.SUNDAY: (Span(60, 90),)})
    first, second = local("2026-11-01T01:10"), local("2026-11-01T01:10", fold=1)
    assert second - first.astimezone(UTC) == timedelta(hours=1)
    assert is_open(company(), desk(hours), first)
    assert is_open(company(), desk(hours), second)
    between = local("2026-11-01T01:45")
    assert not is_open(company(), desk(hours), between)
    opens = next_open(company(), desk(hours), between)
    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    later = desk(Hours(week={Day.SUNDAY: (Span(75, 90),)}))
    opens = next_open(company(), later, between)
    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 11, 1, 6, 15, tzinfo=UTC)


def test_a_night_shift_keeps_its_wall_clock_across_the_change() -> None:
    hours = Hours(week={Day.SATURDAY: (Span(22 * 60, 30 * 60),)})
    opens = local("2026-03-07T22:00").astimezone(UTC)
    minutes = sum(
        is_open(company(), desk(hours), opens + timedelta(minutes=n)) for n in range(12 * 60)
    )
    assert minutes == 7 * 60  # one hour of the eight was skipped


def test_emergency_close_comes_before_everything_and_ends_by_itself() -> None:
    at = local("2026-11-24T10:00")
    for_good = desk(None, EmergencyClose("flood"))
    assert not is_open(company(), for_good, at)
    assert next_open(company(), for_good, at) is None
    until = local("2026-11-24T20:00")
    for_a_day = desk(Hours(week=EVERY_DAY), EmergencyClose("flood", until))
    assert not is_open(company(), for_a_day, at)
    assert next_open(company(), for_a_day, at) == local("2026-11-25T09:00")
    assert next_open(company(), desk(None, EmergencyClose(until=until)), at) == until


def test_what_never_opens_is_found_out_at_once() -> None:
    past = {date(2020, 1, 1): (OFFICE,)}
    assert next_open(company(), desk(Hours(week={})), local("2026-01-01T00:00")) is None
    hours = Hours(week={}, exceptions=past)
    assert next_open(company(), desk(hours), local("2026-01-01T00:00")) is None
    later = Hours(week={}, exceptions={date(2026, 12, 6): (OFFICE,)})
    assert next_open(company(), desk(later), local("2026-01-07T00:00")) == local("2026-12-06T09:00")


ZONES = ("America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut")
spans = st.builds(
    lambda start, length: Span(start, start + length), st.integers(0, 1439), st.integers(1, 1440)
)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    week=st.dictionaries(st.sampled_from(list(Day)), st.lists(spans, min_size=1, max_size=2)),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)),
)
def test_next_open_is_the_first_open_minute(
    zone: str, week: dict[Day, list[Span]], at: datetime
) -> None:
    hours = Hours(
        week={day: tuple(found) for day, found in week.items()}, timezone=zone, holidays="none"
    )
    start = at.replace(second=0, microsecond=0, tzinfo=UTC)
    found = next_open(company(), desk(hours), start)
    if not any(week.values()):
        assert found is None
        return
    assert found is not None
    assert is_open(company(), desk(hours), found)
    minutes = min(int((found - start).total_seconds() // 60), 3000)
    assert not any(
        is_open(company(), desk(hours), start + timedelta(minutes=n)) for n in range(minutes)
    )
