"""Fixtures of the webhook tests: real app, real Redis, real SQLite, a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from telephony import bootstrap
from telephony.bootstrap import Services
from telephony.clock import Clock
from telephony.dispatch import Dispatch
from telephony.settings import Settings, load_settings
from tests.webhooks.support import ACCOUNT, BASE, OURS, TOKEN, Moment, Twilio
from webhooks.app import create_app


@pytest.fixture
def settings(redis_url: str, tmp_path: Path, migrated: Path) -> Settings:
    shutil.copy(migrated, tmp_path / "warmline.db")
    return load_settings(
        redis_url=redis_url,
        database_url=f"sqlite:///{tmp_path / 'warmline.db'}",
        data_dir=tmp_path,
        public_url=BASE,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_base_url="http://127.0.0.1:9",
        caller_id=OURS,
        secret_key="s" * 40,
    )


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def services(settings: Settings, clock: Moment) -> Iterator[Services]:
    built = bootstrap.build(settings)
    yield replace(built, clock=cast(Clock, clock), dispatch=Dispatch(built.live, clock.now_ms))
    built.close()


@pytest.fixture
def twilio(services: Services, clock: Moment) -> Twilio:
    return Twilio(create_app(services).test_client(), services, clock)
