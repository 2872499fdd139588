from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.prompts import LANGUAGES, Prompt
from telephony.routing.example import example_company
from telephony.routing.ivr import Ask, Closed, Position, RouteTo, Step, enter, heard, speak
from telephony.routing.model import Company, EmergencyClose, Recording

MAIN = "+12025550100"
CALLER = "+13105550123"
SUNDAY = datetime(2026, 11, 22, 15, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
START = Position("main", 0, "en")


def words(company: Company, step: Step) -> str:
    return " ".join(speak(company, sentence) for sentence in step.sentences)


def keys(step: Step) -> list[Prompt]:
    return [sentence.key for sentence in step.sentences]


def press(*digits: str, at: datetime = TUESDAY, start: Position = START) -> Step:
    step: Step = Ask(start, (), ())
    for digit in digits:
        assert isinstance(step, Ask)
        step = heard(example_company(), step.position, digit, None, at)
    return step


def hear(said: str, start: Position = START, at: datetime = TUESDAY) -> Step:
    return heard(example_company(), start, None, said, at)


def test_a_caller_is_greeted_and_offered_everything_by_key_and_by_word() -> None:
    step = enter(example_company(), MAIN, CALLER, TUESDAY)
    assert isinstance(step, Ask)
    assert step.position == START
    assert step.num_digits == 1
    spoken = words(example_company(), step)
    assert spoken.startswith("Thank you for calling Harbor Supplies. Para español, oprima 8")
    assert "For billing, press 2 or say billing." in spoken
    assert spoken.endswith("To speak to a person at any time, press 0.")
    assert {"billing", "invoice", "operator", "español"} <= set(step.hints)


def test_a_number_of_a_department_leads_straight_to_it() -> None:
    step = enter(example_company(), "+12025550102", CALLER, TUESDAY)
    assert isinstance(step, RouteTo)
    assert step.department == "billing"
    assert keys(step) == [Prompt.GREETING, Prompt.CONNECTING_TO]


def test_an_unknown_number_of_ours_is_answered_like_the_first() -> None:
    step = enter(example_company(), "+12025550199", "", TUESDAY)
    assert isinstance(step, Ask)
    assert step.position == START


def test_the_language_of_an_earlier_contact_comes_before_the_callers_country() -> None:
    company = example_company()
    mexico = "+525512345678"
    for caller, remembered, expected in (
        (CALLER, None, "en"),
        (CALLER, "es", "es"),
        (mexico, None, "es"),
        (mexico, "en", "en"),
        (mexico, "tlh", "es"),
        ("anonymous", None, "en"),
    ):
        step = enter(company, MAIN, caller, TUESDAY, remembered)
        assert isinstance(step, Ask)
        assert step.position.language == expected


def test_recording_is_announced_where_it_is_set() -> None:
    company = replace(example_company(), recording=Recording.ANNOUNCED)
    assert keys(enter(company, MAIN, CALLER, TUESDAY))[1] is Prompt.RECORDING_NOTICE


@pytest.mark.parametrize(
    ("digits", "department", "path"),
    [
        (("1",), "sales", ("sales",)),
        (("2",), "billing", ("billing",)),
        (("3",), "support", ("customer support",)),
        (("4", "1"), "dispatch", ("your order", "dispatch")),
        (("4", "2"), "returns", ("your order", "returns")),
        (("9", "2"), "billing", ("billing",)),
        (("7", "2"), "billing", ("billing",)),
        (("0",), "support", ("a person",)),
        (("4", "0"), "support", ("your order", "a person")),
    ],
)
def test_keys_lead_to_departments_and_the_way_is_kept(
    digits: tuple[str, ...], department: str, path: tuple[str, ...]
) -> None:
    step = press(*digits)
    assert isinstance(step, RouteTo)
    assert (step.department, step.path, step.language) == (department, path, "en")


def test_the_language_key_changes_the_language_and_stays_in_the_menu() -> None:
    step = press("4", "9")
    assert isinstance(step, Ask)
    assert step.position.menu == "orders"
    step = press("8", "2")
    assert isinstance(step, RouteTo)
    assert (step.language, step.name, step.path) == ("es", "facturación", ("billing",))
    assert words(example_company(), step).startswith("Le comunico con facturación.")


@pytest.mark.parametrize(
    ("said", "department", "language"),
    [
        ("billing", "billing", "en"),
        ("Billing, please!", "billing", "en"),
        ("I have a question about an INVOICE", "billing", "en"),
        ("facturación", "billing", "es"),
        ("FACTURACION", "billing", "es"),
        ("quiero hablar de una factura", "billing", "es"),
        ("atencion al cliente", "support", "es"),
        ("billing in Spanish", "billing", "es"),
        ("ventas en español", "sales", "es"),
        ("two", "billing", "en"),
        ("option 2", "billing", "en"),
        ("I have one question about billing", "billing", "en"),
        ("dos", "billing", "es"),
        ("operator", "support", "en"),
        ("quiero hablar con una persona", "support", "es"),
    ],
)
def test_words_lead_to_departments_in_the_language_they_are_said_in(
    said: str, department: str, language: str
) -> None:
    step = hear(said)
    assert isinstance(step, RouteTo)
    assert (step.department, step.language) == (department, language)


def test_asking_for_a_language_by_word_changes_it_without_counting_as_a_mistake() -> None:
    step = hear("en español por favor", replace(START, tries=1))
    assert isinstance(step, Ask)
    assert step.position == Position("main", 1, "es")
    assert keys(step)[0] is Prompt.LANGUAGE_CHANGED


@pytest.mark.parametrize("said", ["sales or billing", "rebilling", "mumble", "¿?", "h" * 4000])
def test_what_is_not_clear_is_asked_again_instead_of_guessed(said: str) -> None:
    step = hear(said)
    assert isinstance(step, Ask)
    assert step.position == replace(START, tries=1)
    assert keys(step)[0] is Prompt.NOT_UNDERSTOOD


def test_the_longer_phrase_wins_over_a_word_in_it() -> None:
    step = hear("where is my order", Position("orders", 0, "en"))
    assert isinstance(step, RouteTo)
    assert step.department == "dispatch"


def test_silence_is_answered_kindly_and_ends_with_a_person() -> None:
    company = example_company()
    position = START
    for tries in (1, 2):
        step = heard(company, position, "", "", TUESDAY)
        assert isinstance(step, Ask)
        assert keys(step)[0] is Prompt.SILENCE
        position = step.position
        assert position.tries == tries
    last = heard(company, position, None, None, TUESDAY)
    assert isinstance(last, RouteTo)
    assert last.department == company.operator
    assert keys(last) == [Prompt.SILENCE, Prompt.TO_PERSON, Prompt.CONNECTING_TO]


def test_a_submenu_starts_counting_anew_and_has_its_own_limit() -> None:
    step = press("7", "7", "4")
    assert isinstance(step, Ask)
    assert step.position.tries == 0
    assert isinstance(press("7", "7", "4", "7", "7"), RouteTo)


def test_a_closed_department_says_when_it_opens() -> None:
    step = press("4", "2", at=SUNDAY)
    assert isinstance(step, Closed)
    assert step.next_open == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert (step.department, step.name, step.path) == (
        "returns",
        "returns",
        ("your order", "returns"),
    )


def test_a_department_closed_for_an_emergency_names_no_time() -> None:
    company = example_company()
    support = replace(company.departments["support"], emergency_close=EmergencyClose())
    company = replace(company, departments={**company.departments, "support": support})
    step = heard(company, START, "0", None, TUESDAY)
    assert isinstance(step, Closed)
    assert step.next_open is None


def test_a_caller_in_a_menu_that_was_just_removed_starts_again() -> None:
    step = heard(example_company(), Position("gone", 2, "es"), "1", None, TUESDAY)
    assert isinstance(step, Ask)
    assert step.position == Position("main", 0, "es")


def test_a_position_travels_through_a_url_and_back() -> None:
    position = Position("orders", 1, "es", ("your order", "a & b"))
    assert Position.from_query(position.to_query()) == position


@settings(max_examples=150, deadline=None)
@given(
    query=st.fixed_dictionaries(
        {},
        optional={name: st.text(max_size=30) for name in ("menu", "tries", "language", "path")},
    ),
    digits=st.none() | st.text(max_size=3),
    said=st.none() | st.text(max_size=30),
)
def test_nothing_a_caller_or_a_url_says_is_without_a_step(
    query: dict[str, str], digits: str | None, said: str | None
) -> None:
    company = example_company()
    step = heard(company, Position.from_query(query), digits, said, TUESDAY)
    assert words(company, step)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("123456789*#") | st.just(""), min_size=30, max_size=30))
def test_every_way_through_the_menus_ends_at_a_department(pressed: list[str]) -> None:
    company = example_company()
    step: Step = enter(company, MAIN, CALLER, TUESDAY)
    # Repeating and changing the language are the caller's own wish and may go on.
    for digit in (digit for digit in pressed if digit not in ("8", "9")):
        if not isinstance(step, Ask):
            break
        step = heard(company, step.position, digit, None, TUESDAY)
    else:
        step = heard(company, step.position, "0", None, TUESDAY) if isinstance(step, Ask) else step
    assert isinstance(step, RouteTo | Closed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_menu_sentence_lacks_a_value_in_any_language(language: str) -> None:
    company = example_company()
    for menu in company.menus:
        step = heard(company, Position(menu, 0, language), "9", None, TUESDAY)
        assert words(company, step)
