from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telephony.contact import hunting
from telephony.contact.plans import RungKind, Strategy, Target, TargetKind
from telephony.routing.example import example_company
from telephony.routing.model import Company, Department
from telephony.routing.plans import (
    Knowledge,
    NoPlan,
    candidates_of,
    find_member,
    plan_hunt,
    plan_of,
)

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 15, tzinfo=UTC)


def target(kind: TargetKind, value: str) -> Target:
    return Target(kind, value)


def rung(company: Company, key: str, language: str = "en", **known: object) -> list[list[str]]:
    """Who is rung in each wave of one round."""
    found = plan_hunt(
        company,
        target(TargetKind.DEPARTMENT, key),
        language,
        TUESDAY,
        Knowledge(**known),  # type: ignore[arg-type]
    )
    assert found.plan is not None
    waves = hunting.waves(found.plan, found.candidates, "seed")
    return [[ring.candidate.key for ring in wave] for wave in waves]


def changed(key: str, **fields: object) -> Company:
    company = example_company()
    department: Department = replace(company.departments[key], **fields)  # type: ignore[arg-type]
    return replace(company, departments={**company.departments, key: department})


def test_a_department_becomes_a_plan_in_the_customers_language() -> None:
    plan = plan_of(example_company().departments["billing"], "es")
    assert (plan.target, plan.name, plan.strategy) == ("billing", "facturación", Strategy.IN_ORDER)
    assert (plan.ring_ms, plan.rounds, plan.pause_ms) == (15_000, 2, 5_000)
    assert [rung.kind for rung in plan.ladder] == [
        RungKind.AGENT,
        RungKind.CALLBACK,
        RungKind.MESSAGE,
        RungKind.TICKET,
    ]


def turning(department: str) -> Company:
    """The example company with one department turned to round robin."""
    company = example_company()
    changed = replace(company.departments[department], strategy=Strategy.ROUND_ROBIN)
    return replace(company, departments={**company.departments, department: changed})


def test_the_five_members_ring_one_after_the_other_and_everyone_gets_a_first_turn() -> None:
    company = turning("support")
    everyone = [["eva"], ["finn"], ["gina"], ["hugo"], ["ines"]]
    assert rung(company, "support") == everyone
    assert rung(company, "support", last_rung="gina") == everyone[3:] + everyone[:3]
    assert rung(company, "support", last_rung="ines") == everyone
    assert rung(company, "support", last_rung="somebody who left") == everyone


def test_the_longest_idle_is_rung_first() -> None:
    company = example_company()
    assert rung(company, "sales", idle_since={"ana": 2_000, "ben": 1_000}) == [["ben"], ["ana"]]


def test_the_busy_are_skipped_only_where_the_department_wants_it() -> None:
    assert rung(example_company(), "billing", busy={"carla"}) == [["dan"], ["billing_desk"]]
    patient = changed("billing", skip_busy=False)
    assert rung(patient, "billing", busy={"carla"}) == [["carla"], ["dan"], ["billing_desk"]]


def test_members_who_speak_the_customers_language_come_alone_if_one_is_free() -> None:
    company = example_company()
    assert rung(company, "sales", "es") == [["ana"]]
    assert rung(company, "sales", "es", busy={"ana"}) == [["ben"]]
    assert rung(company, "billing", "es") == [["carla"], ["billing_desk"]]


def test_who_is_not_enabled_never_rings() -> None:
    ana, ben = example_company().departments["sales"].members
    company = changed("sales", members=(replace(ana, enabled=False), ben))
    assert rung(company, "sales") == [["ben"]]


@pytest.mark.parametrize("at", [SUNDAY, TUESDAY])
def test_a_closed_or_empty_department_goes_to_its_ladder_at_once(at: datetime) -> None:
    company = changed("returns", members=())
    found = plan_hunt(company, target(TargetKind.DEPARTMENT, "returns"), "en", at)
    assert found.plan is not None
    assert (found.plan.rounds, found.candidates) == (1, ())
    assert found.plan.ladder
    assert found.reason is (NoPlan.CLOSED if at is SUNDAY else NoPlan.NOBODY)


def test_a_person_is_found_by_key_or_by_softphone_and_rung_alone() -> None:
    company = example_company()
    for name in ("ana", "client:ana"):
        found = plan_hunt(company, target(TargetKind.AGENT, name), "en", TUESDAY)
        assert found.plan is not None
        assert [member.address for member in found.candidates] == ["client:ana"]
        assert found.plan.rounds == 1
    desk = find_member(company, "billing_desk")
    assert desk is not None
    assert desk.address == "+12025550112"


def test_a_number_is_rung_only_if_the_policy_allows_it() -> None:
    company = example_company()
    allowed = plan_hunt(company, target(TargetKind.NUMBER, "+12025550123"), "en", TUESDAY)
    assert [member.address for member in allowed.candidates] == ["+12025550123"]
    for number in ("+19005551234", "911", "nonsense"):
        refused = plan_hunt(company, target(TargetKind.NUMBER, number), "en", TUESDAY)
        assert refused.plan is None
        assert refused.reason is NoPlan.REFUSED


def test_an_agent_of_no_department_is_rung_at_their_softphone() -> None:
    found = plan_hunt(example_company(), target(TargetKind.AGENT, "zoe"), "en", TUESDAY)
    assert [member.address for member in found.candidates] == ["client:zoe"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(TargetKind.DEPARTMENT, "atlantis"), (TargetKind.AGENT, "zoe?x=1"), (TargetKind.AGENT, "")],
)
def test_what_does_not_exist_has_no_plan(kind: TargetKind, value: str) -> None:
    found = plan_hunt(example_company(), target(kind, value), "en", TUESDAY)
    assert (found.plan, found.reason) == (None, NoPlan.UNKNOWN)


def test_a_members_own_times_come_before_the_departments() -> None:
    ana, ben = example_company().departments["sales"].members
    own = replace(ana, delay_seconds=3, ring_seconds=40)
    candidates = candidates_of(
        replace(example_company().departments["sales"], members=(own, ben)), "en"
    )
    assert [(each.delay_ms, each.ring_ms) for each in candidates] == [(3_000, 40_000), (0, 0)]
