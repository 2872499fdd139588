"""Softphone tokens are what Twilio's servers expect, and name one person."""

from __future__ import annotations

import jwt
import pytest

from telephony.errors import BadInput, SettingsError
from telephony.settings import Settings, load_settings
from telephony.twilio.tokens import softphone_token

SECRET = "k" * 40


def settings(**changes: object) -> Settings:
    return load_settings(
        **{
            "twilio_account_sid": "AC" + "1" * 32,
            "twilio_auth_token": "t" * 32,
            "twilio_api_key_sid": "SK" + "2" * 32,
            "twilio_api_key_secret": SECRET,
            "twilio_application_sid": "AP" + "3" * 32,
            **changes,
        }
    )


def test_a_token_lets_one_person_take_and_make_calls_for_an_hour() -> None:
    token = softphone_token(settings(), "ana")
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    assert jwt.get_unverified_header(token)["cty"] == "twilio-fpa;v=1"
    assert claims["iss"] == "SK" + "2" * 32
    assert claims["sub"] == "AC" + "1" * 32
    assert claims["exp"] - claims["nbf"] == 3600
    assert claims["grants"]["identity"] == "ana"
    assert claims["grants"]["voice"] == {
        "incoming": {"allow": True},
        "outgoing": {"application_sid": "AP" + "3" * 32},
    }


@pytest.mark.parametrize("identity", ["", "ana smith", "a/b", "ana?x=1", "á", "x" * 65])
def test_a_name_that_could_not_stand_in_an_address_is_refused(identity: str) -> None:
    with pytest.raises(BadInput):
        softphone_token(settings(), identity)


def test_without_an_api_key_it_is_said_what_to_do() -> None:
    with pytest.raises(SettingsError) as caught:
        softphone_token(settings(twilio_api_key_sid=""), "ana")
    assert "WARMLINE_TWILIO_API_KEY_SID" in caught.value.what_to_do
