"""The routing in use: the published one, soon after its publishing, whatever SQL does."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony import bootstrap
from telephony.bootstrap import CurrentRouting, Services
from telephony.errors import StoreUnavailable
from telephony.routing.example import example_company
from telephony.store.ledger import migrate, open_ledger, publish_routing
from tests.workers.desk import COMPANY, NOW, Desk
from tests.workers.system import eventually


def away(*_: object) -> None:
    raise StoreUnavailable("SQL is away")


def fresh(services: Services) -> CurrentRouting:
    """As in a process that has just begun."""
    return CurrentRouting(services.ledger, services.live)


def test_a_new_version_is_used_soon_and_nobody_waits_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "REFRESH_S", 0.0)
    routing = fresh(desk.services)
    old = routing.company()
    document = COMPANY.replace("Harbor Supplies", "Harbour Supplies")
    publish_routing(desk.services.ledger, document, "ana", "", 1, now=NOW)
    eventually(lambda: routing.company().name == "Harbour Supplies")
    assert old.name == "Harbor Supplies"


def test_the_same_version_is_not_read_again(desk: Desk) -> None:
    routing = fresh(desk.services)
    assert routing.company() is routing.refresh()


def test_the_last_version_stays_in_use_while_sql_is_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = fresh(desk.services)
    company = known.company()
    monkeypatch.setattr(bootstrap, "current_routing", away)
    assert known.refresh() is company
    assert fresh(desk.services).company() == company


def test_before_the_first_publishing_the_example_company_answers(
    desk: Desk, tmp_path: Path
) -> None:
    empty = open_ledger(f"sqlite:///{tmp_path / 'empty.db'}")
    migrate(empty)
    routing = CurrentRouting(empty, desk.services.live)
    assert routing.company() is example_company()
    empty.close()


def test_the_first_call_after_a_quiet_time_follows_what_another_process_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "REFRESH_S", 0.0)
    here, there = fresh(desk.services), fresh(desk.services)
    assert here.company().name == there.company().name == "Harbor Supplies"
    document = COMPANY.replace("Harbor Supplies", "Harbour Supplies")
    publish_routing(desk.services.ledger, document, "ana", "", 1, now=NOW)
    there.refresh()
    assert here.company().name == "Harbour Supplies"


def test_a_hunt_follows_what_was_published_a_moment_ago(desk: Desk) -> None:
    busy, publisher = fresh(desk.services), fresh(desk.services)
    assert busy.company().name == "Harbor Supplies"
    document = COMPANY.replace("Harbor Supplies", "Harbour Supplies")
    publish_routing(desk.services.ledger, document, "ana", "", 1, now=NOW)
    publisher.refresh()
    assert busy.newest().name == "Harbour Supplies"
