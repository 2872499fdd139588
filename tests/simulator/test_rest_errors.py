"""What a client sees when it asks for what cannot be."""

from __future__ import annotations

import base64
import json

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from tests.simulator.rest_support import Box

pytest_plugins = ("tests.simulator.rest_fixtures",)

UNKNOWN = "CA" + "0" * 32


def test_a_missing_resource_is_404_with_the_four_fields(box: Box) -> None:
    """fact: §1.8 the error body is code, message, more_info and status."""
    with pytest.raises(TwilioRestException) as caught:
        box.client.calls(UNKNOWN).fetch()
    error = caught.value
    path = f"/2010-04-01/Accounts/{box.account_sid}/Calls/{UNKNOWN}.json"
    assert (error.status, error.code) == (404, 20404)
    assert f"The requested resource {path} was not found" in error.msg
    status, headers, body = box.raw("GET", path)
    assert status == 401
    assert headers["Content-Type"].startswith("application/json")
    assert set(json.loads(body)) == {"code", "message", "more_info", "status"}


def test_wrong_credentials_are_401(box: Box) -> None:
    """fact: §1.8 20003 is the authentication error, with HTTP 401."""
    for user, password in [(box.account_sid, "wrong"), ("AC" + "0" * 32, box.auth_token)]:
        with pytest.raises(TwilioRestException) as caught:
            box.client_as(user, password).calls(UNKNOWN).fetch()
        assert (caught.value.status, caught.value.code) == (401, 20003)


def test_no_credentials_are_401_with_a_challenge(box: Box) -> None:
    status, headers, body = box.raw("GET", f"/2010-04-01/Accounts/{box.account_sid}.json")
    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Basic")
    assert json.loads(body)["code"] == 20003


def test_a_broken_authorization_header_is_401(box: Box) -> None:
    for value in ("Basic ???", "Bearer abc", "Basic " + base64.b64encode(b"\xff:x").decode()):
        answer = box.client.http_client.request(
            "GET",
            f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}.json",
            headers={"Authorization": value},
        )
        assert answer.status_code == 401


def test_an_unknown_path_is_404(box: Box) -> None:
    answer = box.client.request(
        "GET", f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}/Teapots.json"
    )
    assert answer.status_code == 404
    assert json.loads(answer.text)["code"] == 20404


def test_another_account_is_404(box: Box) -> None:
    other = Client(box.account_sid, box.auth_token, "AC" + "1" * 32)
    other.api.base_url = box.base_url
    with pytest.raises(TwilioRestException) as caught:
        other.calls(UNKNOWN).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/Calls.json"), ("DELETE", "/Conferences.json"), ("POST", ".json")],
)
def test_a_wrong_method_is_405(box: Box, method: str, path: str) -> None:
    """fact: §1.8 20004 is method not allowed, with HTTP 405."""
    answer = box.client.request(
        method, f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}{path}"
    )
    assert answer.status_code == 405
    assert json.loads(answer.text) == {
        "code": 20004,
        "message": "Method not allowed",
        "more_info": "https://www.twilio.com/docs/errors/20004",
        "status": 405,
    }


def test_a_key_opens_everything_but_keys_and_accounts(box: Box) -> None:
    key = box.client.new_keys.create(friendly_name="softphones")
    by_key = box.client_as(key.sid, key.secret)
    assert by_key.calls.list() == []
    with pytest.raises(TwilioRestException) as caught:
        box.client_as(key.sid, "wrong").calls(UNKNOWN).fetch()
    assert (caught.value.status, caught.value.code) == (401, 20003)
    for refused in (by_key.keys(key.sid), by_key.api.v2010.accounts(box.account_sid)):
        with pytest.raises(TwilioRestException) as caught:
            refused.fetch()
        assert caught.value.status == 401
    box.client.keys(key.sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        by_key.calls(UNKNOWN).fetch()
    assert caught.value.status == 401
