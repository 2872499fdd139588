"""Would a softphone get in with this token?"""

from __future__ import annotations

import time
from typing import Any

import pytest
from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import ChatGrant, VoiceGrant  # type: ignore[import-untyped]
from twilio.rest.api.v2010.account.new_key import NewKeyInstance  # type: ignore[import-untyped]

from tests.simulator.rest_support import Box

pytest_plugins = ("tests.simulator.rest_fixtures",)


@pytest.fixture
def key(box: Box) -> NewKeyInstance:
    """An API key with its secret."""
    return box.client.new_keys.create(friendly_name="softphones")


def token(box: Box, key: NewKeyInstance, **changes: Any) -> str:
    """A voice token for Anna as the SDK makes it."""
    options = {"identity": "anna", "ttl": 3600, **changes}
    secret = options.pop("secret", key.secret)
    account = options.pop("account", box.account_sid)
    grant = options.pop("grant", VoiceGrant(incoming_allow=True))
    made = AccessToken(account, key.sid, secret, grants=[grant], **options)
    return str(made.to_jwt())


def check(box: Box, value: Any) -> tuple[int, Any]:
    """The answer of POST /sim/token: status, and the body or its code."""
    status, body = box.control("POST", "/sim/token", {"token": value})
    return (status, body) if status == 200 else (status, body["code"])


def test_a_good_token_names_its_owner(box: Box, key: NewKeyInstance) -> None:
    """fact: §6 HS256 by the key's secret, with iss, sub, exp and the grants."""
    status, body = check(box, token(box, key))
    assert status == 200
    assert body["identity"] == "anna"
    assert body["grants"]["voice"] == {"incoming": {"allow": True}}
    assert 3500 < body["expires"] - time.time() <= 3601


def test_a_token_signed_by_another_secret_is_refused(box: Box, key: NewKeyInstance) -> None:
    assert check(box, token(box, key, secret="x" * 32)) == (400, 31202)


def test_an_old_token_is_refused(box: Box, key: NewKeyInstance) -> None:
    """fact: §6 20104: expired."""
    assert check(box, token(box, key, ttl=-10)) == (400, 20104)


def test_a_token_of_tomorrow_is_refused(box: Box, key: NewKeyInstance) -> None:
    assert check(box, token(box, key, nbf=int(time.time()) + 600)) == (400, 20105)


def test_a_token_lives_a_day_at_most(box: Box, key: NewKeyInstance) -> None:
    """fact: §6 a token lives 24 hours at most: 31207."""
    assert check(box, token(box, key, ttl=25 * 3600)) == (400, 31207)


def test_a_token_without_a_voice_grant_is_refused(box: Box, key: NewKeyInstance) -> None:
    assert check(box, token(box, key, grant=ChatGrant(service_sid="IS1"))) == (400, 20106)
    assert check(box, token(box, key, identity=None)) == (400, 20106)


def test_a_token_of_another_account_or_key_is_refused(box: Box, key: NewKeyInstance) -> None:
    assert check(box, token(box, key, account="AC" + "0" * 32)) == (400, 20103)
    good = token(box, key)
    box.client.keys(key.sid).delete()
    assert check(box, good) == (400, 20103)


@pytest.mark.parametrize("value", ["", "a.b", "a.b.c", "....", "é.é.é", "e30.e30.AA", "W10.W10.A"])
def test_what_is_no_token_is_refused(box: Box, value: str) -> None:
    """fact: §6 20101: invalid token."""
    status, code = check(box, value)
    assert status == 400
    assert code in (20101, 20102)


@pytest.mark.parametrize("body", [None, [], {"token": 5}, {}])
def test_a_request_without_a_token_is_refused(box: Box, body: Any) -> None:
    status, answer = box.control("POST", "/sim/token", body)
    assert (status, answer["code"]) == (400, 20001)
