from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.prompts import Prompt
from telephony.routing import plain_yaml
from telephony.routing.errors import RoutingInvalid
from telephony.routing.example import EXAMPLE_FILE, example_company
from telephony.routing.forms import Span
from telephony.routing.model import Company, Day, EmergencyClose, Holidays, Hours
from telephony.routing.text import from_data, from_yaml, to_data, to_yaml

SMALLEST = {
    "name": "Small",
    "timezone": "Europe/Madrid",
    "languages": ["es"],
    "caller_id": "+12025550100",
    "operator": "desk",
    "numbers": {"+12025550100": {"department": "desk"}},
    "departments": {"desk": {"name": "Desk"}},
}


def problems(data: Any) -> dict[str, str]:
    with pytest.raises(RoutingInvalid) as caught:
        from_data(data)
    return {problem.path: problem.sentence for problem in caught.value.problems}


def with_department(**fields: Any) -> dict[str, Any]:
    return {**SMALLEST, "departments": {"desk": {"name": "Desk", **fields}}}


def rich_company() -> Company:
    """The example with every optional thing set somewhere."""
    company = example_company()
    returns = company.departments["returns"]
    assert returns.hours is not None
    hours = Hours(
        week={**returns.hours.week, Day.SATURDAY: (Span(22 * 60, 30 * 60),)},
        timezone="America/Chicago",
        exceptions={date(2026, 12, 24): (Span(540, 720),), date(2026, 12, 31): ()},
        holidays=Holidays("CA", "QC"),
    )
    changed = replace(
        returns,
        hours=hours,
        emergency_close=EmergencyClose("flood", datetime(2026, 3, 1, tzinfo=UTC)),
        caller_id="+12025550177",
        whisper=Prompt.WHISPER_SHORT,
    )
    sales = replace(company.departments["sales"], emergency_close=EmergencyClose())
    return replace(
        company,
        departments={**company.departments, "returns": changed, "sales": sales},
        hold_music="https://music.example.com/a.mp3",
        wording={Prompt.GREETING: {"en": "Ahoy from {company}: 100 % #1!"}},
    )


@pytest.mark.parametrize("company", [example_company(), rich_company(), from_data(SMALLEST)])
def test_export_and_import_lose_nothing(company: Company) -> None:
    assert from_yaml(to_yaml(company)) == company
    assert from_data(json.loads(json.dumps(to_data(company)))) == company


def test_numbers_countries_and_times_stay_what_was_written() -> None:
    text = to_yaml(from_data({**SMALLEST, "dialling": {"countries": ["NO", "US"]}}))
    plain = text.replace("'", "")  # +12025550100, NO: other readers would see a number and "false"
    assert from_yaml(plain) == from_yaml(text)
    assert from_yaml(plain).dialling.countries == ("NO", "US")


def test_every_problem_is_listed_with_its_path() -> None:
    found = problems(
        {
            **SMALLEST,
            "timezone": "Mars/Olympus",
            "colour": "blue",
            "departments": {
                "desk": {
                    "name": "Desk",
                    "strategy": "loudest",
                    "rounds": "many",
                    "members": [
                        {"key": "ana", "name": "Ana", "address": "client:ana"},
                        {"key": "ben", "name": "Ben", "address": "555"},
                    ],
                    "ladder": ["agent", "prayer"],
                    "hours": {"week": {"monday": ["9 to 5"]}},
                }
            },
        }
    )
    assert set(found) == {
        "timezone",
        "colour",
        "departments.desk.strategy",
        "departments.desk.rounds",
        "departments.desk.members[1].address",
        "departments.desk.ladder[1]",
        "departments.desk.hours.week.monday[0]",
    }
    assert found["colour"] == "is not known here; check the spelling or remove it"
    assert found["departments.desk.rounds"] == "must be a whole number, not 'many'"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"operator": "nobody"}, "operator"),
        ({"numbers": {"+12025550100": {"menu": "main"}}}, "numbers.+12025550100"),
        ({"numbers": {"+12025550100": "repeat"}}, "numbers.+12025550100"),
        ({"languages": ["es", "es"]}, "languages"),
        ({"holidays": {"country": "US", "subdivision": "XX"}}, "holidays.subdivision"),
        ({"wording": {"greeting": {"es": "{password}"}}}, "wording.greeting.es"),
        (with_department(ladder=[{"overflow": "moon"}]), "departments.desk.ladder[0]"),
        (with_department(ladder=[{"overflow": "desk"}]), "departments.desk.ladder[0]"),
        (
            {"menus": {"main": {"choices": [{"key": "1", "to": {"language": "en"}}]}}},
            "menus.main.choices[0].to",
        ),
        (
            {"menus": {"main": {"choices": [{"key": "1", "to": "repeat"}] * 2}}},
            "menus.main.choices[1].key",
        ),
    ],
)
def test_names_that_lead_nowhere_are_refused(change: dict[str, Any], path: str) -> None:
    assert list(problems({**SMALLEST, **change})) == [path]


def test_key_zero_cannot_be_given_away() -> None:
    choices = [{"key": "0", "to": {"department": "desk"}}]
    found = problems({**SMALLEST, "menus": {"main": {"choices": choices}}})
    assert list(found) == ["menus.main.choices[0].key"]


def test_one_key_is_one_person_with_one_address() -> None:
    def desk(address: str) -> dict[str, Any]:
        return {"name": "X", "members": [{"key": "ana", "name": "Ana", "address": address}]}

    departments = {"desk": desk("client:ana"), "shop": desk("client:other")}
    found = problems({**SMALLEST, "departments": departments})
    assert list(found) == ["departments.shop.members[0].address"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("a: 1\na: 2", "stands twice"),
        ("a: 1\n---\nb: 2", "several documents"),
        ("[" * 500 + "]" * 500, "nested more than"),
        ("{a: " * 20_000, "nested more than"),
        ("- " * 30 + "x", "nested more than"),
        ("a: [", "is not YAML in line"),
        ("? [1]\n: 2", "a key must be a text"),
        ("a: \x00", "is not YAML"),
        ("x" * 1_000_001, "larger than"),
        ("- a\n" * 120_000, "more than 100000 values"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"name: \x80", "UTF-8"),
        ("name: \ud800", "UTF-8"),
        ("just words", "must be a mapping"),
        ("- 1", "must be a mapping"),
        ("", "must be a mapping"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(text: str | bytes, said: str) -> None:
    with pytest.raises(RoutingInvalid, match=said):
        from_yaml(text)


def test_a_bomb_of_aliases_is_refused_before_it_unfolds() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(RoutingInvalid, match="anchors"):
        from_yaml("\n".join(lines))


@pytest.mark.parametrize(
    "name", ["", "  ", "a\nb", "a\x00b", "x" * 121, "a\u2028b", "\ud800", 7, None, [], {}]
)
def test_a_name_is_one_line_of_text(name: Any) -> None:
    assert list(problems({**SMALLEST, "name": name})) == ["name"]


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def read_or_refused(read: Callable[[Any], Any], given: Any) -> Any:
    """What `read` makes of it, or None when it was refused; any other error is a failure."""
    with suppress(RoutingInvalid):
        return read(given)
    return None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(to_data(rich_company()))), json_like)
def test_any_value_in_any_place_is_read_or_refused_never_worse(place: str, value: Any) -> None:
    data = {**to_data(rich_company()), place: value}
    company = read_or_refused(from_data, data)
    assert company is None or from_yaml(to_yaml(company)) == company


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_never_worse(text: bytes) -> None:
    read_or_refused(plain_yaml.read, text)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(EXAMPLE_FILE.read_text()) - 1), st.sampled_from("\n:[]{}#'\"- \t\\&*!%"))
def test_a_slip_of_the_keyboard_never_breaks_the_reader(place: int, key: str) -> None:
    text = EXAMPLE_FILE.read_text()
    read_or_refused(from_yaml, text[:place] + key + text[place + 1 :])
