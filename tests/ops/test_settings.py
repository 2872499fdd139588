from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from telephony.errors import SettingsError
from telephony.settings import Purpose, load_settings

SID = "0123456789abcdef" * 2
PRODUCTION = {
    "WARMLINE_ENVIRONMENT": "production",
    "WARMLINE_REDIS_URL": "redis://redis.example.com/0",
    "WARMLINE_DATABASE_URL": "postgresql+psycopg://warmline@sql.example.com/warmline",
    "WARMLINE_PUBLIC_URL": "https://calls.example.com",
    "WARMLINE_SECRET_KEY": "k" * 40,
    "WARMLINE_TWILIO_ACCOUNT_SID": "AC" + SID,
    "WARMLINE_TWILIO_AUTH_TOKEN": "token-of-the-account",
    "WARMLINE_TWILIO_API_KEY_SID": "SK" + SID,
    "WARMLINE_TWILIO_API_KEY_SECRET": "secret-of-the-key",
    "WARMLINE_TWILIO_APPLICATION_SID": "AP" + SID,
    "WARMLINE_CALLER_ID": "+15550001000",
}


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems() -> tuple[str, ...]:
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert error.value.what_to_do
    return error.value.problems


def test_a_development_start_needs_no_variable_at_all() -> None:
    settings = load_settings()
    assert settings.environment == "development"
    assert settings.database_url == "sqlite:///var/warmline.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert not settings.twilio_configured
    assert len(settings.secret_key) >= 32


def test_the_data_folder_and_the_web_port_move_what_follows_from_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WARMLINE_DATA_DIR", "/srv/calls")
    monkeypatch.setenv("WARMLINE_WEB_PORT", "8123")
    settings = load_settings()
    assert settings.data_dir == Path("/srv/calls")
    assert settings.database_url == "sqlite:////srv/calls/warmline.db"
    assert settings.public_url == "http://127.0.0.1:8123"


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.workers = 3


def test_an_override_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_WORKERS", "3")
    assert load_settings(workers=5).workers == 5


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("WORKERS", "0", "greater than or equal to 1"),
        ("REST_TIMEOUT", "6", "less than or equal to 5"),
        ("CALLS_PER_SECOND", "0", "greater than 0"),
        ("PUBLIC_URL", "ftp://calls.example.com", "https://calls.example.com"),
        ("PUBLIC_URL", "https://calls.example.com/twilio", "without a path"),
        ("TWILIO_ACCOUNT_SID", "AC123", "AC followed by 32"),
        ("CALLER_ID", "0800 123", "E.164"),
        ("FALLBACK_URL", "hold.xml", "web address"),
        ("LOG_LEVEL", "loud", "'debug'"),
        ("ENVIRONMENT", "staging", "'development' or 'production'"),
        ("SPEED", "20", "only a simulator"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"WARMLINE_{name}", value)
    (problem,) = problems()
    assert problem.startswith(f"WARMLINE_{name}: ")
    assert told in problem


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_WORKERS", "0")
    monkeypatch.setenv("WARMLINE_DATA_DIR", "/srv/calls")
    monkeypatch.setenv("WARMLINE_WEB_PORT", "a")
    assert [line.split(":")[0] for line in problems()] == ["WARMLINE_WEB_PORT", "WARMLINE_WORKERS"]


def test_no_secret_is_shown_in_the_settings_or_in_a_refusal(
    production: pytest.MonkeyPatch,
) -> None:
    shown = repr(load_settings())
    assert "token-of-the-account" not in shown
    assert "secret-of-the-key" not in shown
    assert "k" * 40 not in shown
    production.setenv("WARMLINE_TWILIO_ACCOUNT_SID", "token-in-the-wrong-place")
    assert "token-in-the-wrong-place" not in " ".join(problems())


@pytest.mark.parametrize("name", ["TWILIO_REGION", "TWILIO_EDGE"])
def test_region_and_edge_are_refused_beside_a_simulator(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "ie1")
    assert load_settings()
    monkeypatch.setenv("WARMLINE_TWILIO_BASE_URL", "http://127.0.0.1:4010")
    (problem,) = problems()
    assert problem.startswith(f"{name}: ")
    assert "unset it" in problem


def test_a_simulator_may_run_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMLINE_TWILIO_BASE_URL", "http://127.0.0.1:4010/")
    monkeypatch.setenv("WARMLINE_SPEED", "20")
    settings = load_settings()
    assert settings.speed == 20
    assert settings.twilio_base_url == "http://127.0.0.1:4010"
    assert not settings.live_twilio


@pytest.mark.usefixtures("production")
def test_complete_production_settings_are_accepted() -> None:
    settings = load_settings()
    assert settings.production
    assert settings.live_twilio


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"WARMLINE_ENVIRONMENT"}))
def test_production_does_not_start_without(production: pytest.MonkeyPatch, name: str) -> None:
    production.delenv(name)
    assert problems()[0].startswith(f"{name}: must be set in production")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WARMLINE_PUBLIC_URL", "http://calls.example.com"),
        ("WARMLINE_SECRET_KEY", "short"),
        ("WARMLINE_DEMO_MODE", "1"),
        ("WARMLINE_TWILIO_BASE_URL", "http://127.0.0.1:4010"),
    ],
)
def test_production_refuses(production: pytest.MonkeyPatch, name: str, value: str) -> None:
    production.setenv(name, value)
    (problem,) = problems()
    assert problem.startswith(f"{name}: ")


def test_production_does_not_run_faster_than_the_world(production: pytest.MonkeyPatch) -> None:
    production.setenv("WARMLINE_SPEED", "2")
    assert any(line == "WARMLINE_SPEED: must be 1 in production" for line in problems())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WARMLINE_SECRET_KEY", "short"),
        ("WARMLINE_REDIS_URL", "http://127.0.0.1:6379"),
        ("WARMLINE_DATABASE_URL", "nonsense"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_at_boot_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (problem,) = problems()
    assert name in problem
    assert value not in problem


def test_each_purpose_has_a_secret_of_its_own_that_stays_the_same() -> None:
    settings = load_settings(secret_key="k" * 40)
    purposes: tuple[Purpose, ...] = get_args(Purpose)
    keys = {settings.key_for(purpose) for purpose in purposes}
    assert len(keys) == len(purposes) == 4
    assert keys == {load_settings(secret_key="k" * 40).key_for(purpose) for purpose in purposes}
    assert not keys & {load_settings(secret_key="j" * 40).key_for(each) for each in purposes}
