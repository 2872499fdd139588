"""What processes say when something goes wrong: enough to mend it, and nothing that is secret."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

FAULT = """
import logging, structlog
from telephony.logs import set_up_logs
from telephony.settings import Settings
set_up_logs(Settings(environment={environment!r}, log_level={level!r}, **{more!r}))
log = structlog.get_logger("webhooks")

def fail(token):
    raise RuntimeError("it broke")

log.info("calm.news", number=7)
logging.getLogger("workers").warning("slow by %d ms", 12)
try:
    fail("a-secret-token")
except RuntimeError:
    log.exception("webhook.bug", route="/twilio/voice/hold")
"""

PRODUCTION = {
    "public_url": "https://calls.example.com",
    "secret_key": "k" * 40,
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": "t" * 32,
    "caller_id": "+12025550100",
    "database_url": "postgresql+psycopg://warmline@db/warmline",
}


def said(environment: str, level: str = "info") -> str:
    more = PRODUCTION if environment == "production" else {}
    code = FAULT.format(environment=environment, level=level, more=more)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert not done.stdout
    return done.stderr


@pytest.mark.parametrize("environment", ["development", "production"])
def test_a_traceback_says_where_and_never_with_what(environment: str) -> None:
    lines = said(environment)
    assert "RuntimeError: it broke" in lines
    assert "in fail" in lines
    assert "/twilio/voice/hold" in lines
    assert "a-secret-token" not in lines


def test_in_production_every_line_is_json_with_level_and_time() -> None:
    lines = [json.loads(line) for line in said("production").splitlines()]
    assert [line["event"] for line in lines] == ["calm.news", "slow by 12 ms", "webhook.bug"]
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert [line["logger"] for line in lines] == ["webhooks", "workers", "webhooks"]
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_what_is_below_the_configured_level_is_not_said() -> None:
    lines = said("development", "warning")
    assert "calm.news" not in lines
    assert "slow by 12 ms" in lines
