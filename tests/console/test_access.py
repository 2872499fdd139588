"""Who may do what: signing in, sessions, CSRF, and the table of routes and roles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import guards, identity
from console.guards import ANYBODY, LEAST_ROLE, RANK
from telephony.store.ledger import Role, issue_token, list_audit, revoke_token, set_enabled
from tests.console.house import Actors, House, LivePlay
from webhooks.app import create_app

ANA = {"name": "ana", "password": "warmline"}
ROLES = {"ana": Role.AGENT, "sam": Role.SUPERVISOR, "ada": Role.ADMIN}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(name, method, path) of every route of the API."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", "x")
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                found.append((rule.endpoint.removeprefix("api."), method, path))
    return found


def test_every_route_has_a_least_role_and_every_row_of_the_table_a_route(app: Flask) -> None:
    assert {name for name, _, _ in routes(app)} == set(LEAST_ROLE)


def test_each_route_lets_in_exactly_its_role_and_those_above(
    app: Flask, house: House, as_: Actors
) -> None:
    wrong = []
    for name, method, path in routes(app):
        least = LEAST_ROLE[name]
        stranger = app.test_client().open(path, method=method)
        stranger.close()
        if (stranger.status_code == 401) != (least is not ANYBODY):
            wrong.append((name, "nobody", stranger.status_code))
        for person, role in ROLES.items():
            answer = as_(person)(method, path.removeprefix("/api/v1"))
            answer.close()
            refused = answer.status_code == 403 and answer.get_json()["reason"] == "not_allowed"
            expected = least is not ANYBODY and RANK[role] < RANK[least]
            if refused != expected or answer.status_code == 401 or answer.status_code >= 500:
                wrong.append((name, person, answer.status_code))
    assert wrong == []


def test_what_a_role_may_not_do_is_audited(as_: Actors, house: House) -> None:
    assert as_("ana")("GET", "/tickets").status_code == 403
    (entry,) = list_audit(house.ledger, what="role_refused").items
    assert (entry.who, entry.target) == ("ana", "/api/v1/tickets")


def test_signing_in_gives_a_session_that_reads_and_with_csrf_changes(browser: FlaskClient) -> None:
    signed = browser.post("/api/v1/session", json=ANA)
    assert signed.status_code == 201
    cookie = signed.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    csrf = signed.get_json()["csrf"]
    assert browser.get("/api/v1/me").get_json()["csrf"] == csrf
    busy = {"presence": "busy"}
    without = browser.put("/api/v1/agents/me/presence", json=busy)
    assert (without.status_code, without.get_json()["reason"]) == (403, "csrf")
    wrong = browser.put("/api/v1/agents/me/presence", json=busy, headers={"X-CSRF-Token": "é"})
    assert (wrong.status_code, wrong.get_json()["reason"]) == (403, "csrf")
    right = browser.put("/api/v1/agents/me/presence", json=busy, headers={"X-CSRF-Token": csrf})
    assert (right.status_code, right.get_json()["presence"]) == (200, "busy")


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(app: Flask) -> None:
    browser, thief = app.test_client(), app.test_client(use_cookies=False)
    signed = browser.post("/api/v1/session", json=ANA)
    copied = {"Cookie": signed.headers["Set-Cookie"].partition(";")[0]}
    assert thief.get("/api/v1/me", headers=copied).status_code == 200
    csrf = {"X-CSRF-Token": signed.get_json()["csrf"]}
    assert browser.delete("/api/v1/session", headers=csrf).status_code == 204
    assert browser.get("/api/v1/me").status_code == 401
    assert thief.get("/api/v1/me", headers=copied).status_code == 401


def test_a_session_ends_by_itself_after_half_a_day(browser: FlaskClient, house: House) -> None:
    browser.post("/api/v1/session", json=ANA)
    house.clock.now += identity.SESSION_MS
    assert browser.get("/api/v1/me").status_code == 200
    house.clock.now += 1
    assert browser.get("/api/v1/me").status_code == 401


def test_a_bearer_token_needs_no_csrf_and_ends_when_revoked(app: Flask, house: House) -> None:
    issued = issue_token(house.ledger, "ana", "script", now=house.clock.now)
    client = app.test_client()
    headers = {"Authorization": f"bearer {issued.plain}"}
    there = {"presence": "available"}
    put = client.put("/api/v1/agents/me/presence", json=there, headers=headers)
    assert put.status_code == 200
    revoke_token(house.ledger, issued.token.id, now=house.clock.now)
    refused = client.get("/api/v1/me", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused_even_beside_a_right_cookie(browser: FlaskClient) -> None:
    browser.post("/api/v1/session", json=ANA)
    for header in ("Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"):
        assert browser.get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_bearer_token_cannot_be_made_into_a_cookie(app: Flask, house: House) -> None:
    issued = issue_token(house.ledger, "ana", "script", now=house.clock.now)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = issued.plain
    assert client.get("/api/v1/me").status_code == 401


def test_somebody_who_was_disabled_is_out_at_once(browser: FlaskClient, house: House) -> None:
    browser.post("/api/v1/session", json=ANA)
    set_enabled(house.ledger, "ana", False)
    assert browser.get("/api/v1/me").status_code == 401
    assert browser.post("/api/v1/session", json=ANA).status_code == 401


def test_guessing_a_password_is_slowed_down_and_says_for_how_long(browser: FlaskClient) -> None:
    wrong = {"name": "ana", "password": "guess"}
    tries = [browser.post("/api/v1/session", json=wrong) for _ in range(6)]
    assert [each.status_code for each in tries] == [401] * 5 + [429]
    assert tries[0].get_json()["reason"] == "wrong_password"
    assert int(tries[-1].headers["Retry-After"]) > 0
    assert browser.post("/api/v1/session", json=ANA).status_code == 429
    sam = {"name": "sam", "password": "warmline"}
    assert browser.post("/api/v1/session", json=sam).status_code == 201


def tries(client: FlaskClient, password: str, *came_from: str) -> list[int]:
    wanted = {"name": "ana", "password": password}
    return [
        client.post("/api/v1/session", json=wanted, headers={"X-Forwarded-For": each}).status_code
        for each in came_from
    ]


def test_a_stranger_behind_our_proxy_uses_up_only_their_own_tries(house: House) -> None:
    settings = house.services.settings.model_copy(update={"trusted_proxies": 1})
    client = create_app(replace(house.services, settings=settings)).test_client()
    claimed = [f"192.0.2.{number}, 203.0.113.9" for number in range(6)]
    assert tries(client, "guess", *claimed) == [401] * 5 + [429]
    assert tries(client, "warmline", "198.51.100.7") == [201]


def test_without_a_proxy_of_ours_nobody_says_where_they_come_from(browser: FlaskClient) -> None:
    claimed = [f"192.0.2.{number}" for number in range(6)]
    assert tries(browser, "guess", *claimed) == [401] * 5 + [429]


def test_passwords_beyond_a_few_at_once_wait_and_are_then_asked_to_come_back(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "TURN_S", 0.01)
    for _ in range(identity.AT_ONCE):
        assert identity._CHECKING.acquire(timeout=1)
    try:
        refused = browser.post("/api/v1/session", json=ANA)
    finally:
        for _ in range(identity.AT_ONCE):
            identity._CHECKING.release()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    for _ in range(identity.AT_ONCE + 1):
        assert browser.post("/api/v1/session", json=ANA).status_code == 201


def test_a_right_password_forgets_the_wrong_ones_before_it(browser: FlaskClient) -> None:
    wrong = {"name": "ana", "password": "guess"}
    for _ in range(3):
        assert [browser.post("/api/v1/session", json=wrong).status_code for _ in range(4)] == (
            [401] * 4
        )
        assert browser.post("/api/v1/session", json=ANA).status_code == 201


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_that_another_site_sends_is_refused_and_audited(
    app: Flask, house: House, site: str
) -> None:
    answer = app.test_client().post(
        "/api/v1/session",
        json=ANA,
        headers={"Sec-Fetch-Site": site, "Origin": "https://evil.example"},
    )
    assert (answer.status_code, answer.get_json()["reason"]) == (403, "cross_site")
    assert "Set-Cookie" not in answer.headers
    assert list_audit(house.ledger, what="cross_site_refused").items


def test_strangers_cannot_fill_the_audit(app: Flask, house: House) -> None:
    client = app.test_client()
    for _ in range(guards.MOST_NOTED + 5):
        answer = client.post(
            "/api/v1/session",
            json=ANA,
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil" + "x" * 10_000},
        )
        assert answer.status_code == 403
    noted = list_audit(house.ledger, what="cross_site_refused", limit=200).items
    assert len(noted) == guards.MOST_NOTED
    assert max(len(str(each.data)) for each in noted) < 1_000


def test_a_form_cannot_sign_in_because_any_page_could_send_one(browser: FlaskClient) -> None:
    answer = browser.post("/api/v1/session", data=ANA)
    assert (answer.status_code, answer.get_json()["reason"]) == (415, "not_json")


def test_people_who_were_known_stay_known_while_sql_is_away(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    assert ana("GET", "/me").status_code == 200
    house.ledger.engine.dispose()
    file = house.services.settings.data_dir / "ledger.db"
    for part in (file, file.with_suffix(".db-wal"), file.with_suffix(".db-shm")):
        part.unlink(missing_ok=True)
    file.mkdir()
    path = f"/contacts/{play.contact.id}/transfers"
    body = {"to": {"department": "billing"}}
    assert ana("POST", path, body, Idempotency_Key="k").status_code == 202
