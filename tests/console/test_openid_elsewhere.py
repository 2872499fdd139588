"""The same sign-in against a provider that others have written (oidc-provider-mock from PyPI)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from oidc_provider_mock import User, run_server_in_thread  # type: ignore[import-untyped]
from pydantic import SecretStr
from werkzeug.test import TestResponse

from tests.console.house import House
from webhooks.app import create_app

RITA = User(sub="u-7", claims={"preferred_username": "rita", "name": "Rita", "roles": ["staff"]})
OURS = ":8000"


class Elsewhere:
    """The provider at a port that stays the same; started anew it has another key."""

    def __init__(self, life: timedelta) -> None:
        self._life, self._stack, self._port = life, ExitStack(), 0
        self.start()

    def start(self) -> None:
        """Start it, or start it anew."""
        self._stack.close()
        server = self._stack.enter_context(
            run_server_in_thread(
                self._port, require_nonce=True, access_token_max_age=self._life, user_claims=[RITA]
            )
        )
        self._port = server.server_port

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self._port}"

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def provider(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Elsewhere]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    running = Elsewhere(getattr(request, "param", timedelta(hours=1)))
    yield running
    running.close()


@pytest.fixture
def app(house: House, provider: Elsewhere) -> Flask:
    configured = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "warmline",
        "oidc_client_secret": SecretStr("secret-of-the-client"),
        "oidc_roles": "agent=staff, supervisor=leads, admin=it",
    }
    settings = house.services.settings.model_copy(update=configured)
    return create_app(replace(house.services, settings=settings))


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def sent(browser: FlaskClient, **changed: str) -> str:
    """Where we send the browser; with words of the address changed."""
    parts = urlsplit(browser.get("/signin/openid").headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    return parts._replace(query=urlencode(asked)).geturl()


def back(address: str, **form: str) -> str:
    """Rita says yes, or what the test says; the path of ours to which she is sent."""
    answer = requests.post(
        address, data=form or {"sub": RITA.sub}, allow_redirects=False, timeout=10
    )
    return str(answer.headers["Location"]).partition(OURS)[2]


def enter(browser: FlaskClient) -> TestResponse:
    return browser.get(back(sent(browser)))


def me(browser: FlaskClient) -> tuple[int, str]:
    told = browser.get("/api/v1/me")
    return told.status_code, told.get_json().get("name", "")


def test_somebody_comes_in_with_their_name_and_role(browser: FlaskClient) -> None:
    assert enter(browser).status_code == 302
    assert me(browser) == (200, "rita")
    assert browser.get("/api/v1/me").get_json()["role"] == "agent"


@pytest.mark.parametrize("changed", [{"nonce": "of-another-sign-in"}, {"client_id": "another"}])
def test_a_code_for_another_sign_in_or_another_program_lets_nobody_in(
    browser: FlaskClient, changed: dict[str, str]
) -> None:
    assert browser.get(back(sent(browser, **changed))).status_code == 401
    assert me(browser)[0] == 401


def test_who_says_no_over_there_is_told_so_here(browser: FlaskClient) -> None:
    assert browser.get(back(sent(browser), action="deny")).status_code == 401


@pytest.mark.parametrize(
    ("provider", "status"),
    [(timedelta(seconds=-60), 302), (timedelta(seconds=-240), 401)],
    indirect=["provider"],
)
def test_clocks_may_differ_by_two_minutes_and_no_more(browser: FlaskClient, status: int) -> None:
    assert enter(browser).status_code == status


def test_a_new_key_of_the_provider_is_believed_at_once(
    app: Flask, browser: FlaskClient, provider: Elsewhere
) -> None:
    assert enter(browser).status_code == 302
    provider.start()
    assert enter(app.test_client()).status_code == 302


def test_signing_out_ends_the_session_over_there_as_well(
    browser: FlaskClient, provider: Elsewhere
) -> None:
    enter(browser)
    page = browser.get("/").get_data(as_text=True)
    assert 'data-sign-out="/signin/openid/out"' in page
    word = {"X-CSRF-Token": browser.get("/api/v1/me").get_json()["csrf"]}
    assert browser.delete("/api/v1/session", headers=word).status_code == 204
    assert me(browser)[0] == 401
    leaving = browser.get("/signin/openid/out").headers["Location"]
    assert leaving.startswith(f"{provider.issuer}/oauth2/end_session?")
    asked = parse_qs(urlsplit(leaving).query)
    assert (asked["client_id"], OURS in asked["post_logout_redirect_uri"][0]) == (
        ["warmline"],
        True,
    )
    assert requests.get(leaving, timeout=10).status_code == 200
    # Once: whoever signs in with a password afterwards is not sent there.
    assert browser.get("/signin/openid/out").headers["Location"] == "/"
