from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from telephony.contact.plans import Rung, RungKind, Strategy
from telephony.errors import NotFound
from telephony.routing.example import example_company
from telephony.routing.explain import StepKind, as_data, as_text, explain
from telephony.routing.forms import Destination, Span
from telephony.routing.lint import Finding, Severity, lint
from telephony.routing.model import Choice, Company, Day, EmergencyClose, Hours, Member, Menu

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
TICKET = Rung(RungKind.TICKET)


def changed(key: str, **fields: Any) -> Company:
    company = example_company()
    department = replace(company.departments[key], **fields)
    return replace(company, departments={**company.departments, key: department})


def with_menu(key: str, menu: Menu) -> Company:
    company = example_company()
    return replace(company, menus={**company.menus, key: menu})


def overflow(key: str) -> Rung:
    return Rung(RungKind.OVERFLOW, key)


def test_the_example_company_has_nothing_to_complain_about() -> None:
    assert lint(example_company(), TUESDAY) == ()


SHARED = Member("ana", "Ana", "client:ana")
FORBIDDEN = Member("zed", "Zed", "+442079460000")
MAIN = example_company().menus["main"]
TO_SALES = Destination("department", "sales")


@pytest.mark.parametrize(
    ("company", "severity", "code", "path"),
    [
        (
            changed("sales", ladder=()),
            Severity.ERROR,
            "ladder_without_end",
            "departments.sales.ladder",
        ),
        (
            changed("sales", ladder=(TICKET, Rung(RungKind.CALLBACK))),
            Severity.WARNING,
            "rung_never_reached",
            "departments.sales.ladder[1]",
        ),
        (changed("sales", members=()), Severity.ERROR, "no_members", "departments.sales.members"),
        (
            changed("sales", members=(replace(SHARED, enabled=False),)),
            Severity.ERROR,
            "no_members",
            "departments.sales.members",
        ),
        (
            changed("sales", members=(SHARED, FORBIDDEN)),
            Severity.ERROR,
            "member_not_allowed",
            "departments.sales.members[1].address",
        ),
        (
            changed("support", members=(SHARED,)),
            Severity.INFO,
            "member_shared",
            "departments.support.members[0]",
        ),
        (
            changed("sales", hours=Hours(week={})),
            Severity.ERROR,
            "closed_for_ever",
            "departments.sales.hours",
        ),
        (
            changed("sales", hours=Hours(week={Day.MONDAY: (Span(60, 120), Span(100, 180))})),
            Severity.WARNING,
            "hours_overlap",
            "departments.sales.hours.week.monday",
        ),
        (
            changed("sales", emergency_close=EmergencyClose()),
            Severity.WARNING,
            "emergency_close",
            "departments.sales.emergency_close",
        ),
        (
            changed("support", ladder=(overflow("sales"), TICKET)),
            Severity.WARNING,
            "overflow_loop",
            "departments.sales.ladder",
        ),
        (
            changed("support", ring_seconds=40, strategy=Strategy.IN_ORDER),
            Severity.WARNING,
            "rings_too_long",
            "departments.support",
        ),
        (
            with_menu("orders", Menu("orders", (Choice("9", Destination("repeat")),))),
            Severity.ERROR,
            "menu_without_way_out",
            "menus.orders",
        ),
        (
            with_menu("main", replace(MAIN, choices=MAIN.choices[:1])),
            Severity.INFO,
            "unreachable_department",
            "departments.returns",
        ),
        (
            with_menu("main", replace(MAIN, choices=MAIN.choices[:1])),
            Severity.WARNING,
            "unreachable_menu",
            "menus.orders",
        ),
        (
            with_menu(
                "main",
                replace(
                    MAIN, choices=(*MAIN.choices, Choice("5", TO_SALES, {"es": ("Facturacion",)}))
                ),
            ),
            Severity.ERROR,
            "word_clash",
            "menus.main.choices[6]",
        ),
        (
            with_menu(
                "main",
                replace(MAIN, choices=(*MAIN.choices, Choice("5", TO_SALES, {"en": ("agent",)}))),
            ),
            Severity.ERROR,
            "word_clash",
            "menus.main.choices[6]",
        ),
        (
            with_menu(
                "main",
                replace(MAIN, choices=(*MAIN.choices, Choice("5", TO_SALES, {"en": ("***",)}))),
            ),
            Severity.WARNING,
            "unspeakable_word",
            "menus.main.choices[6]",
        ),
    ],
)
def test_the_linter_finds(company: Company, severity: Severity, code: str, path: str) -> None:
    found = {(each.severity, each.code, each.path): each for each in lint(company, TUESDAY)}
    assert (severity, code, path) in found
    finding: Finding = found[(severity, code, path)]
    assert finding.sentence.endswith(".")
    assert finding.what_to_do.endswith(".")


def test_errors_come_first() -> None:
    company = changed("sales", members=(), emergency_close=EmergencyClose(), ladder=())
    severities = [finding.severity for finding in lint(company, TUESDAY)]
    assert severities == sorted(severities, key=list(Severity).index)


def test_an_overflow_circle_without_end_is_a_ladder_without_end_and_is_survived() -> None:
    company = changed("support", ladder=(overflow("sales"),))
    sales = replace(company.departments["sales"], ladder=(overflow("support"),))
    company = replace(company, departments={**company.departments, "sales": sales})
    codes = [(each.code, each.path) for each in lint(company, TUESDAY)]
    assert ("ladder_without_end", "departments.sales.ladder") in codes
    assert ("ladder_without_end", "departments.support.ladder") in codes
    assert explain(company, "sales", TUESDAY).ends == "ticket"


def rings(company: Company, key: str, **more: Any) -> list[tuple[int, str, int]]:
    steps = explain(company, key, TUESDAY, **more).steps
    return [(step.at, step.member, step.seconds) for step in steps if step.kind is StepKind.RING]


def test_who_rings_when_with_one_person_busy() -> None:
    # 15 s each; after round one the customer has 60 s for the question, then 5 s of pause.
    assert rings(example_company(), "billing", busy={"dan"}) == [
        (0, "carla", 15),
        (15, "billing_desk", 15),
        (95, "carla", 15),
        (110, "billing_desk", 15),
    ]
    answer = explain(example_company(), "billing", TUESDAY, {"dan"})
    assert (answer.ringing_seconds, answer.longest_wait_seconds) == (65, 185)
    assert answer.ends == "callback"
    left_out = [step.member for step in answer.steps if step.kind is StepKind.SKIP]
    assert left_out == ["dan"]


def test_while_the_agent_waits_no_question_is_asked_and_the_agent_takes_back() -> None:
    answer = explain(example_company(), "billing", TUESDAY, passed_on=True)
    assert [step.kind for step in answer.steps if step.kind is StepKind.QUESTION] == []
    assert answer.longest_wait_seconds == answer.ringing_seconds == 95
    assert answer.ends == "agent"


def test_the_overflow_is_followed_into_the_other_department() -> None:
    answer = explain(example_company(), "sales", TUESDAY)
    assert [step.sentence for step in answer.steps if step.kind is StepKind.OVERFLOW] == [
        "over to Customer Support"
    ]
    last = [step for step in answer.steps if step.kind is StepKind.RING][-1]
    assert (last.department, last.member) == ("support", "ines")


def test_all_ring_together_and_progressive_ones_join_in() -> None:
    assert rings(example_company(), "dispatch")[:2] == [(0, "jack", 20), (0, "kim", 20)]
    progressive = changed("sales", strategy=Strategy.PROGRESSIVE, step_seconds=8, rounds=1)
    assert rings(progressive, "sales")[:2] == [(0, "ana", 28), (8, "ben", 20)]


def test_a_closed_department_rings_nobody_and_says_when_it_opens() -> None:
    sunday = datetime(2026, 11, 22, 15, tzinfo=UTC)
    answer = explain(example_company(), "returns", sunday)
    assert not answer.open
    assert [step.sentence for step in answer.steps if step.kind is StepKind.CLOSED] == [
        "Returns is closed until Monday 23 November, 09:00"
    ]
    assert answer.ringing_seconds == 0


def test_the_explanation_is_told_to_people_and_to_programs() -> None:
    answer = explain(example_company(), "billing", TUESDAY, {"dan"})
    text = as_text(answer)
    assert text.startswith("Billing, Tuesday 24 November 2026, 10:00 EST: open\n")
    assert "    0 s  Dan is busy and is left out\n" in text
    data = json.loads(json.dumps(as_data(answer)))
    assert data["at"] == "2026-11-24T10:00:00-05:00"
    assert data["steps"][1]["kind"] == "ring"


def test_an_unknown_department_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFound) as caught:
        explain(example_company(), "atlantis", TUESDAY)
    assert "billing" in caught.value.what_to_do
