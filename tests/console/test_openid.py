"""Signing in with the company's accounts, against a real provider over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from werkzeug.test import TestResponse

from console import guards, identity, openid
from telephony.errors import SettingsError
from telephony.settings import load_settings
from telephony.store import ledger
from telephony.store.ledger import list_audit, set_enabled
from tests.console.house import House
from tests.console.provider import CLIENT, SECRET, Claims, Provider
from webhooks.app import create_app

ROLES = "agent=staff, supervisor=leads, admin=it"


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    running.person["roles"] = ["staff"]
    yield running
    running.close()


@pytest.fixture
def app(house: House, provider: Provider) -> Flask:
    configured = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_roles": ROLES,
    }
    settings = house.services.settings.model_copy(update=configured)
    return create_app(replace(house.services, settings=settings))


def there_and_back(browser: FlaskClient, next_: str = "/") -> str:
    """To the provider and back; the path with the code, which is not yet opened."""
    sent = browser.get("/signin/openid", query_string={"next": next_})
    assert sent.status_code == 302, sent.get_data(as_text=True)
    back = requests.get(sent.headers["Location"], allow_redirects=False, timeout=5)
    return str(back.headers["Location"]).partition(":8000")[2]


def enter(browser: FlaskClient, next_: str = "/") -> TestResponse:
    return browser.get(there_and_back(browser, next_))


def who(browser: FlaskClient) -> Any:
    return browser.get("/api/v1/me").get_json()


def test_a_new_person_comes_in_with_the_role_of_their_claim_and_to_where_they_wanted(
    browser: FlaskClient, provider: Provider, house: House
) -> None:
    provider.person["roles"] = ["staff", "leads", "something else"]
    assert b"/signin/openid" in browser.get("/").data
    entered = enter(browser, "/wallboard")
    assert (entered.status_code, entered.headers["Location"]) == (302, "/wallboard")
    assert (who(browser)["name"], who(browser)["role"]) == ("rita", "supervisor")
    assert ledger.user(house.ledger, "rita").display == "Rita"
    assert [each.what for each in list_audit(house.ledger).items][:1] == ["openid_entered"]
    provider.person["roles"] = "staff"
    assert enter(browser).status_code == 302
    assert who(browser)["role"] == "agent", "the provider decides anew each time"


def test_a_new_one_is_asked_for_each_time(browser: FlaskClient, provider: Provider) -> None:
    for _ in range(2):
        there_and_back(browser)
    first, second = provider.asked
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


LIES: dict[str, Callable[[Claims], Claims]] = {
    "nonce": lambda claims: claims | {"nonce": "of another sign-in"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "issuer": lambda claims: claims | {"iss": "https://other.example"},
    "audience": lambda claims: claims | {"aud": "another-client"},
    "over": lambda claims: claims | {"exp": int(time.time()) - 1000},
    "nobody": lambda claims: {k: v for k, v in claims.items() if k != "sub"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    browser: FlaskClient, provider: Provider, house: House, lie: str
) -> None:
    provider.forge = LIES[lie]
    refused = enter(browser)
    assert refused.status_code == 401
    assert b"company" in refused.data
    assert browser.get("/api/v1/me").status_code == 401
    assert list_audit(house.ledger, what="openid_failed").items


def test_a_token_that_somebody_else_signed_lets_nobody_in(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert enter(browser).status_code == 401
    provider.signing_key = None
    assert enter(browser).status_code == 401, "nor one that nobody signed"


def test_a_provider_that_calls_itself_otherwise_is_not_followed(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.named = "https://other.example"
    assert browser.get("/signin/openid").status_code == 401
    assert provider.asked == []


def test_a_code_with_another_browsers_state_is_worth_nothing(
    app: Flask, browser: FlaskClient, provider: Provider
) -> None:
    path = there_and_back(browser)
    thief = app.test_client()
    assert thief.get(path).status_code == 401
    assert len(provider.codes) == 1, "the provider was not even asked"
    assert browser.get(path).status_code == 302
    assert browser.get(path).status_code == 401, "and a state is good once"


def test_a_refusal_by_the_provider_is_told(browser: FlaskClient) -> None:
    refused = browser.get("/signin/openid/callback?error=access_denied&state=x")
    assert refused.status_code == 401


def test_who_has_no_role_stays_outside_and_is_audited(
    browser: FlaskClient, provider: Provider, house: House
) -> None:
    provider.person["roles"] = ["guests"]
    assert enter(browser).status_code == 403
    assert browser.get("/api/v1/me").status_code == 401
    assert list_audit(house.ledger, what="openid_refused").items


def test_nobody_becomes_ada_by_calling_themselves_ada_until_an_admin_says_so(
    browser: FlaskClient, provider: Provider, house: House
) -> None:
    provider.person["preferred_username"] = "ada"
    assert enter(browser).status_code == 403
    ledger.link(house.ledger, "ada", f"{provider.issuer} u-1")
    assert enter(browser).status_code == 302
    assert (who(browser)["name"], who(browser)["role"]) == ("ada", "agent")


def test_who_was_shut_out_here_stays_out(
    browser: FlaskClient, provider: Provider, house: House
) -> None:
    enter(browser)
    set_enabled(house.ledger, "rita", False)
    assert enter(browser).status_code == 403


def test_who_came_from_outside_has_no_password(browser: FlaskClient, house: House) -> None:
    enter(browser)
    for password in ("", "rita", "x" * 20, "nobody has this password"):
        assert ledger.check_password(house.ledger, "rita", password) is None


def test_who_came_from_outside_cannot_be_told_from_somebody_who_does_not_exist(
    browser: FlaskClient, house: House
) -> None:
    enter(browser)

    def shortest(name: str) -> float:
        times = []
        for _ in range(3):
            began = time.perf_counter()
            assert ledger.check_password(house.ledger, name, "guess") is None
            times.append(time.perf_counter() - began)
        return min(times)

    assert shortest("rita") > shortest("unknown") / 4


def test_strangers_at_the_way_back_are_slowed_down_and_fill_no_audit(
    browser: FlaskClient, house: House
) -> None:
    forged = f"{openid.CALLBACK}?code=x&state=y"
    answers = [browser.get(forged).status_code for _ in range(identity.TRIES_BY_ADDRESS + 1)]
    assert answers == [401] * identity.TRIES_BY_ADDRESS + [429]
    noted = list_audit(house.ledger, what="openid_failed", limit=200).items
    assert len(noted) == guards.MOST_NOTED


def test_a_provider_that_is_away_is_said_to_be(browser: FlaskClient, provider: Provider) -> None:
    provider.close()
    assert browser.get("/signin/openid").status_code == 401


def test_without_settings_there_is_no_such_page_and_half_of_them_are_refused(
    house: House,
) -> None:
    plain = create_app(house.services).test_client()
    assert b"/signin/openid" not in plain.get("/").data
    assert plain.get("/signin/openid").status_code == 404
    with pytest.raises(SettingsError, match="OIDC_CLIENT_SECRET"):
        load_settings(oidc_issuer="https://id.example", oidc_client_id="w")
    with pytest.raises(SettingsError, match="https"):
        load_settings(
            oidc_issuer="http://id.example", oidc_client_id="w", oidc_client_secret="s" * 20
        )
    with pytest.raises(SettingsError, match="OIDC_ROLES"):
        load_settings(oidc_roles="boss=staff")
