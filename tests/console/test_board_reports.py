"""Reports over local days, their CSV, and the contacts behind each number."""

from __future__ import annotations

import csv
import io
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from console.wallboard import calendar
from console.wallboard.shapes import ReportOut, ReportRowOut
from console.wallboard.tables import as_csv
from console.wallboard.today import shown
from telephony.store import ledger as book
from telephony.store.ledger import ContactRecord
from tests.console.house import Actors, House
from tests.contact.play import START

ZONE = "America/New_York"
HOUR = 3_600_000


def rows_of(house: House) -> None:
    """Three contacts today at 3, 3 and 4 o'clock, one yesterday."""
    base: dict[str, Any] = {"dialled": "+1", "version": 1, "state": "closed"}
    sales = base | {"department": "sales", "ended_at": START + HOUR}
    rows = [
        ContactRecord(
            "a", "+1a", started_at=START, answered_at=START + 9_000, outcome="resolved", **sales
        ),
        ContactRecord("b", "+1b", started_at=START, outcome="customer_left", **sales),
        ContactRecord(
            "c",
            "+1c",
            started_at=START + HOUR,
            ended_at=START + HOUR,
            outcome="customer_left",
            reason="left_while_menu",
            **base,
        ),
        ContactRecord("d", "+1d", started_at=START - 24 * HOUR, outcome="ticketed", **sales),
    ]
    book.upsert_contacts(house.ledger, rows)


def report(as_: Actors, path: str) -> dict[str, Any]:
    told = as_("sam")("GET", f"/reports/{path}")
    assert told.status_code == 200, told.get_json()
    found: dict[str, Any] = told.get_json()
    return found


def test_the_hours_of_today(as_: Actors, house: House) -> None:
    rows_of(house)
    told = report(as_, "hours")
    assert len(told["rows"]) == 24
    three, four = told["rows"][3], told["rows"][4]
    assert (three["label"], three["offered"], three["answered"]) == ("03:00", 2, 1)
    assert (four["offered"], four["abandoned"]) == (1, 1)
    assert told["total"]["offered"] == 3
    assert told["total"]["average_answer_ms"] == 9_000
    only = report(as_, "hours?department=sales")
    assert only["total"]["offered"] == 2


def test_the_departments_of_several_days_with_those_who_never_chose_one(
    as_: Actors, house: House
) -> None:
    rows_of(house)
    today = calendar.day_of(ZONE, START)
    yesterday = calendar.day_of(ZONE, START - 24 * HOUR)
    told = report(as_, f"departments?from_day={yesterday}&to_day={today}")
    offered = {each["key"]: each["offered"] for each in told["rows"]}
    assert (offered["sales"], offered[""], offered["billing"]) == (3, 1, 0)
    assert told["total"]["offered"] == 4
    one = report(as_, f"departments?from_day={yesterday}&to_day={today}&department=sales")
    assert [each["key"] for each in one["rows"]] == ["sales"]
    assert one["total"]["offered"] == 3


def test_days_and_weeks_add_up_to_the_same(as_: Actors, house: House) -> None:
    rows_of(house)
    stretch = f"from_day={calendar.day_of(ZONE, START - 24 * HOUR)}"
    days, weeks = report(as_, f"days?{stretch}"), report(as_, f"weeks?{stretch}")
    assert [each["offered"] for each in days["rows"]] == [1, 3]
    assert sum(each["offered"] for each in weeks["rows"]) == 4
    assert days["total"] == weeks["total"]


@pytest.mark.parametrize(
    ("figure", "ids"),
    [
        ("offered", {"a", "b", "c"}),
        ("answered_in_time", {"a"}),
        ("abandoned", {"b", "c"}),
        ("lost", set()),
    ],
)
def test_behind_a_number_are_its_contacts(
    as_: Actors, house: House, figure: str, ids: set[str]
) -> None:
    rows_of(house)
    found = report(as_, f"contacts?figure={figure}")["items"]
    assert {each["id"] for each in found} == ids
    total = report(as_, "departments")["total"]
    assert total[figure] == len(ids)


def test_the_list_says_why_each_ended_so(as_: Actors, house: House) -> None:
    rows_of(house)
    (menu,) = report(as_, "contacts?figure=abandoned&department=")["items"]
    assert (menu["id"], menu["reason"], menu["outcome"]) == (
        "c",
        "left_while_menu",
        "customer_left",
    )
    assert "menu" in menu["explained"]
    first = report(as_, "contacts?limit=2")
    rest = report(as_, f"contacts?limit=2&cursor={first['next']}")
    assert len({each["id"] for each in (*first["items"], *rest["items"])}) == 3


def test_a_report_comes_as_csv_with_local_times_and_a_total(as_: Actors, house: House) -> None:
    rows_of(house)
    answer = as_("sam")("GET", "/reports/hours?format=csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    day = calendar.day_of(ZONE, START).isoformat()
    assert f'filename="warmline-hours-{day}-{day}.csv"' in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(lines) == 25
    assert lines[3]["from"].startswith(f"{day}T03:00:00-0")
    assert (lines[3]["offered"], lines[3]["average_answer_seconds"]) == ("2", "9.0")
    assert (lines[5]["service_level"], lines[24]["hours"], lines[24]["offered"]) == (
        "",
        "total",
        "3",
    )


def test_a_name_that_a_spreadsheet_would_run_is_quoted() -> None:
    row = ReportRowOut(**shown({}).model_dump(), label="=1+1", key="x", since=0, until=1)
    total = shown({})
    told = ReportOut(
        kind="departments", timezone="UTC", since=0, until=1, target_ms=1, total=total, rows=[row]
    )
    assert as_csv(told).splitlines()[1].startswith("'=1+1,")


@pytest.mark.parametrize(
    "path",
    [
        "hours?from_day=2026-02-30",
        "hours?from_day=2026-11-02&to_day=2026-11-01",
        "hours?from_day=2026-11-01&to_day=2026-11-02",
        "days?from_day=2024-01-01&to_day=2026-01-01",
        "days?from_day=0001-01-01&to_day=0001-01-02",
        "contacts?figure=nothing",
        "contacts?cursor=bad",
        "days?format=xml",
    ],
)
def test_nonsense_is_refused_with_a_reason(as_: Actors, path: str) -> None:
    answer = as_("sam")("GET", f"/reports/{path}")
    assert (answer.status_code, answer.get_json()["reason"]) == (422, "invalid")


def test_an_unknown_report_names_those_that_there_are(as_: Actors) -> None:
    answer = as_("sam")("GET", "/reports/years")
    assert answer.status_code == 404
    assert "weeks" in answer.get_json()["detail"]


def test_a_day_on_which_the_clocks_change_has_23_or_25_hours() -> None:
    spring = calendar.hours(ZONE, date(2026, 3, 8))
    autumn = calendar.hours(ZONE, date(2026, 11, 1))
    assert (len(spring), len(autumn)) == (23, 25)
    assert [slot.label for slot in spring][1:3] == ["01:00", "03:00"]
    assert [slot.label for slot in autumn][1:3] == ["01:00", "01:00 again"]
    for slots in (spring, autumn):
        assert all(one.until == two.since for one, two in pairwise(slots))


def test_weeks_begin_on_monday_and_are_cut_to_the_stretch() -> None:
    slots = calendar.weeks(ZONE, date(2026, 11, 18), date(2026, 11, 24))
    assert [slot.key for slot in slots] == ["2026-11-18", "2026-11-23"]
    assert slots[0].label == "18 Nov to 22 Nov"
    assert slots[0].until == slots[1].since
