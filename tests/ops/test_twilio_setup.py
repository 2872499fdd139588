"""`warmline twilio setup` against the simulated account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.server import SimulatorServer
from telephony.errors import NotFound, Refused, WarmlineError
from telephony.twilio.urls import Urls
from warmline import provision
from warmline.cli import group
from warmline.provision import Account

SID = "AC" + "1" * 32
NUMBER = "+12025550100"
URLS = Urls("https://calls.example.com")


@pytest.fixture
def account() -> Iterator[Account]:
    with SimulatorServer(account_sid=SID, auth_token="token", seed=1) as network:
        yield Account(SID, "token", network.base_url)


@pytest.fixture
def environment(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": URLS.base,
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_BASE_URL": account.base,
    }.items():
        monkeypatch.setenv(f"WARMLINE_{name}", value)


def number_of(account: Account) -> dict[str, str]:
    (found,) = account.get("IncomingPhoneNumbers")["incoming_phone_numbers"]
    return dict(found)


def setup(*options: str) -> dict[str, object]:
    arguments = ("twilio", "setup", "--json", "--number", NUMBER, *options)
    result = CliRunner().invoke(group, arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_a_simulated_account_is_set_up_from_nothing(account: Account) -> None:
    softphone = provision.set_up_simulated(account, URLS, [NUMBER])
    number = number_of(account)
    assert number["phone_number"] == NUMBER
    assert number["voice_url"] == URLS.incoming()
    assert number["voice_fallback_url"] == URLS.fallback()
    assert number["status_callback"] == URLS.status_call()
    app = account.get(f"Applications/{softphone.application_sid}")
    assert app["voice_url"] == URLS.softphone()
    assert softphone.sid.startswith("SK")
    assert softphone.secret


@pytest.mark.usefixtures("environment")
def test_a_dry_run_shows_and_changes_nothing(account: Account) -> None:
    account.post("IncomingPhoneNumbers", {"PhoneNumber": NUMBER, "VoiceUrl": "https://old.example"})
    report = setup("--dry-run")
    assert report["applied"] is False
    assert len(report["changes"]) == 2  # type: ignore[arg-type]
    assert number_of(account)["voice_url"] == "https://old.example"
    assert account.get("Applications")["applications"] == []
    assert account.get("Keys")["keys"] == []


@pytest.mark.usefixtures("environment")
def test_setting_up_twice_is_setting_up_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.post("IncomingPhoneNumbers", {"PhoneNumber": NUMBER})
    first = setup()
    assert number_of(account)["voice_url"] == URLS.incoming()
    made = dict(first["settings"])  # type: ignore[call-overload]
    assert sorted(made) == [
        "WARMLINE_TWILIO_API_KEY_SECRET",
        "WARMLINE_TWILIO_API_KEY_SID",
        "WARMLINE_TWILIO_APPLICATION_SID",
    ]
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    assert setup() == {"applied": True, "changes": [], "settings": {}}
    assert len(account.get("Applications")["applications"]) == 1
    assert len(account.get("Keys")["keys"]) == 1


@pytest.mark.usefixtures("environment")
def test_a_static_fallback_is_read_with_get(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLINE_FALLBACK_URL", "https://static.example.com/hold.xml")
    account.post("IncomingPhoneNumbers", {"PhoneNumber": NUMBER})
    setup()
    number = number_of(account)
    assert number["voice_fallback_url"] == "https://static.example.com/hold.xml"
    assert number["voice_fallback_method"] == "GET"


def test_a_number_of_somebody_else_is_not_bought(account: Account) -> None:
    with pytest.raises(NotFound, match="does not own"):
        provision.plan(account, URLS, numbers=[NUMBER])


def test_wrong_credentials_are_named(account: Account) -> None:
    with pytest.raises(Refused) as error:
        Account(SID, "wrong", account.base).get("Applications")
    assert error.value.reason == "bad_credentials"
    assert "WARMLINE_TWILIO_AUTH_TOKEN" in error.value.what_to_do


def test_a_refusal_carries_twilios_code(account: Account) -> None:
    with pytest.raises(Refused, match="21421"):
        account.post("IncomingPhoneNumbers", {"PhoneNumber": "nonsense"})


def test_an_api_that_is_away_is_an_error_with_its_address() -> None:
    with pytest.raises(WarmlineError, match=r"http://127\.0\.0\.1:9 did not answer"):
        Account(SID, "token", "http://127.0.0.1:9").get("Applications")
