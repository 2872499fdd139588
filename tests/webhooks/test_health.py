"""Up, ready, counted: honest answers for whoever operates the system."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telephony.bootstrap import Services
from telephony.routing.model import Company
from telephony.store.ledger import open_ledger
from tests.webhooks.support import Twilio, call_sid
from webhooks.app import create_app

pytest_plugins = ("tests.webhooks.fixtures",)

CALL = call_sid(1)


def beat(twilio: Twilio) -> None:
    twilio.services.live.feed.beat("worker:host:1", twilio.clock.ms)


def test_it_is_up_even_when_nothing_else_is(twilio: Twilio) -> None:
    answer = twilio.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_it_is_ready_with_redis_sql_a_worker_and_nothing_overdue(twilio: Twilio) -> None:
    beat(twilio)
    answer = twilio.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "checks": {"redis": "ok", "sql": "ok", "workers": "ok", "deadlines": "ok"},
    }


def test_who_is_ready_has_read_the_routing_before_the_first_call(
    services: Services, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    refresh = services.routing.refresh

    def counted() -> Company:
        read.append("now")
        return refresh()

    monkeypatch.setattr(services.routing, "refresh", counted)
    beat(twilio)
    assert twilio.client.get("/readyz").status_code == 200
    assert read == ["now"]
    twilio.rings(CALL)
    assert read == ["now"]


def test_without_a_living_worker_it_is_not_ready(twilio: Twilio) -> None:
    beat(twilio)
    twilio.clock.ms += 60_000
    answer = twilio.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "no worker" in answer.json["checks"]["workers"]
    assert answer.json["checks"]["redis"] == "ok"


def test_an_overdue_moment_is_told(twilio: Twilio) -> None:
    twilio.rings(CALL)
    twilio.clock.ms += 3_600_000
    beat(twilio)
    answer = twilio.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "late" in answer.json["checks"]["deadlines"]


def test_a_database_that_does_not_answer_is_told(services: Services, twilio: Twilio) -> None:
    beat(twilio)
    away = open_ledger("postgresql://nobody:x@127.0.0.1:9/none")
    client = create_app(replace(services, ledger=away)).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["sql"] != "ok"
    assert "127.0.0.1" not in answer.text, "where the database is concerns nobody who asks"
    away.close()


@pytest.mark.parametrize(
    "told",
    [
        'warmline_webhooks_total{result="ok",route="/twilio/voice/incoming"}',
        'warmline_webhooks_total{result="forged",route="/twilio/voice/incoming"}',
        'warmline_contacts{stage="menu"} 1.0',
        "warmline_overdue_seconds 0.0",
        "warmline_store_up 1.0",
        "warmline_webhook_seconds_bucket",
    ],
)
def test_what_happened_is_counted(twilio: Twilio, told: str) -> None:
    twilio.rings(CALL)
    twilio.raw("/twilio/voice/incoming", b"", "forged")
    answer = twilio.client.get("/metrics")
    assert answer.status_code == 200
    assert told in answer.text


def test_numbers_and_names_are_not_in_the_metrics(twilio: Twilio) -> None:
    twilio.rings(CALL)
    assert "+1202" not in twilio.client.get("/metrics").text
