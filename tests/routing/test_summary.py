from __future__ import annotations

from dataclasses import replace

import pytest

from telephony.contact.plans import Strategy
from telephony.routing.example import example_company
from telephony.routing.forms import Span
from telephony.routing.model import Company, Day, EmergencyClose, Hours
from telephony.routing.summary import changes, describe


def changed(key: str, **fields: object) -> Company:
    company = example_company()
    department = replace(company.departments[key], **fields)  # type: ignore[arg-type]
    return replace(company, departments={**company.departments, key: department})


def test_a_department_is_told_in_plain_words() -> None:
    company = example_company()
    assert describe(company, company.departments["billing"]) == (
        "Billing is open day and night. "
        "Carla, Dan and the billing desk ring one after the other, 15 s each, in up to 2 rounds. "
        "If nobody answers: back to the agent, then a callback, then a message, then a ticket."
    )
    assert describe(company, company.departments["returns"]).startswith(
        "Returns is open Monday to Friday 09:00-17:00 (America/New_York). "
        "Luis and Mona join the ringing one after the other"
    )
    assert "If nobody answers: Customer Support, then" in describe(
        company, company.departments["sales"]
    )


@pytest.mark.parametrize("strategy", Strategy)
def test_every_strategy_has_words(strategy: Strategy) -> None:
    company = changed("sales", strategy=strategy)
    assert "Ana and Ben" in describe(company, company.departments["sales"])


def test_unusual_departments_have_words_too() -> None:
    ana = example_company().departments["sales"].members[0]
    for fields, said in (
        ({"members": ()}, "Nobody can be rung."),
        ({"members": (ana,), "rounds": 1}, "Ana rings for 20 s, once."),
        ({"ladder": ()}, "If nobody answers: a ticket."),
        ({"emergency_close": EmergencyClose()}, "Sales is closed by its emergency switch."),
        ({"hours": Hours(week={})}, "Sales is open on single dates only."),
        (
            {"hours": Hours(week={Day.MONDAY: (Span(540, 720), Span(780, 1020))})},
            "Sales is open Monday 09:00-12:00 and 13:00-17:00 (America/New_York).",
        ),
    ):
        company = changed("sales", **fields)
        assert said in describe(company, company.departments["sales"])


def test_a_change_is_told_place_by_place() -> None:
    before = example_company()
    _, dan, desk = before.departments["billing"].members
    assert changes(before, before) == ()
    after = changed(
        "billing", ring_seconds=25, members=(desk, replace(dan, enabled=False)), rounds=3
    )
    assert changes(before, after) == (
        "departments.billing.members.carla: removed (was Carla)",
        "departments.billing.members.dan.enabled: True became False",
        "departments.billing.members: the order is now billing_desk, dan",
        "departments.billing.ring_seconds: 15 became 25",
        "departments.billing.rounds: 2 became 3",
    )
    without = {key: each for key, each in before.departments.items() if key != "returns"}
    assert changes(replace(before, departments=without), before) == (
        "departments.returns: added (Returns)",
    )
