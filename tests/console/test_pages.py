"""The frame of all pages: who may open them, and the headers they go out with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.guards import RANK
from console.pages.shell import LEAST_ROLE, content_security_policy, home_of, pages
from console.seed import PASSWORD
from telephony.store.ledger import Role
from tests.console.house import House
from webhooks.app import create_app

ROLES = {"ana": Role.AGENT, "sam": Role.SUPERVISOR, "ada": Role.ADMIN}


def _signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    assert (
        client.post("/api/v1/session", json={"name": name, "password": PASSWORD}).status_code == 201
    )
    return client


def _rules(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of every page; with something fitting in its gaps."""
    found = []
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint == pages.name and name != "static":
            filled = {
                argument: next(iter(sorted(getattr(converter, "items", {"1"}))))
                for argument, converter in rule._converters.items()
            }
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                path = urls.build(rule.endpoint, filled, method=method)
                found.append((name, method, path))
    return found


def test_every_page_says_who_may_open_it_and_every_role_gets_just_that(app: Flask) -> None:
    clients = {name: _signed_in(app, name) for name in ROLES}
    wrong = []
    for name, method, path in _rules(app):
        least = LEAST_ROLE[name]
        stranger = app.test_client().open(path, method=method)
        if (stranger.status_code == 302) != (least is not None):
            wrong.append((name, "nobody", stranger.status_code))
        for person, role in ROLES.items():
            answer = clients[person].open(path, method=method)
            refused = answer.status_code == 403 and b"needs the role" in answer.data
            expected = least is not None and RANK[role] < RANK[least]
            if refused != expected or answer.status_code >= 500:
                wrong.append((name, person, answer.status_code))
    assert wrong == []
    assert {name for name, _, _ in _rules(app)} <= set(LEAST_ROLE)


def test_a_stranger_is_sent_to_the_sign_in_and_afterwards_to_where_they_wanted(app: Flask) -> None:
    page = next(path for name, method, path in _rules(app) if LEAST_ROLE[name] and method == "GET")
    answer = app.test_client().get(page + "?a=1")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"/?next={page}%3Fa%3D1")
    assert app.test_client().get(page, headers={"HX-Request": "true"}).headers["HX-Redirect"]


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/wallboard?day=1", "/wallboard?day=1"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("/wallboard\r\nSet-Cookie: a=b", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_nowhere_but_to_our_own_pages(asked: str, goes_to: str) -> None:
    assert home_of(asked) == goes_to


def test_pages_allow_no_script_or_style_but_our_own_files(app: Flask) -> None:
    answer = app.test_client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in content_security_policy(live_twilio=False)
    assert "twilio.com" in content_security_policy(live_twilio=True)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    for part in (b"<style", b"style=", b" onclick", b"<script>", b"//cdn"):
        assert part not in answer.data


def test_libraries_are_kept_by_the_browser_and_our_own_files_are_asked_for_again(
    app: Flask,
) -> None:
    client = app.test_client()
    library = client.get("/assets/vendor/htmx-2.0.11/htmx.min.js")
    assert "max-age=86400" in library.headers["Cache-Control"]
    own = client.get("/assets/js/shell.js")
    assert "max-age=86400" not in own.headers["Cache-Control"]
    assert (
        client.get(
            "/assets/js/shell.js", headers={"If-None-Match": own.headers["ETag"]}
        ).status_code
        == 304
    )


def test_the_demos_people_are_shown_in_demo_mode_only(app: Flask, house: House) -> None:
    assert b"Demo: choose a person" in app.test_client().get("/").data
    settings = house.services.settings.model_copy(update={"demo_mode": False})
    real = create_app(replace(house.services, settings=settings))
    shown = real.test_client().get("/").data
    assert b"Demo" not in shown
    assert PASSWORD.encode() + b"<" not in shown


def test_the_page_does_not_know_what_the_browser_must_not(app: Flask) -> None:
    shown = _signed_in(app, "ana").get("/").data.decode()
    settings = app.extensions["warmline.console"].services.settings
    assert settings.twilio_api_key_secret.get_secret_value() not in shown
    assert settings.secret_key.get_secret_value() not in shown
