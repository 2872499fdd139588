"""Whatever is sent, the answer is a problem with a typed reason, and never a 5xx."""

from __future__ import annotations

import json
from dataclasses import replace
from string import printable
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

import console
from console.problems import MEDIA_TYPE
from telephony.store.ledger import issue_token
from telephony.store.live import Live
from tests.console.house import Actors, House, LivePlay

FIELDS = {"type", "title", "status", "detail", "reason", "what_to_do"}


def check(answer: TestResponse, status: int, reason: str) -> None:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == MEDIA_TYPE
    body = answer.get_json()
    assert set(body) >= FIELDS
    assert (body["status"], body["reason"]) == (status, reason)
    assert body["detail"]
    assert body["what_to_do"]


def test_unknown_paths_and_methods_are_problems_too(app: Flask, as_: Actors) -> None:
    client = app.test_client()
    check(client.get("/api/v1/nothing"), 404, "not_found")
    check(client.get("/api/v1/"), 404, "not_found")
    wrong = client.post("/api/v1/openapi.json")
    check(wrong, 405, "method_not_allowed")
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_paths_of_others_keep_their_own_errors(app: Flask) -> None:
    assert app.test_client().get("/elsewhere").content_type.startswith("text/html")
    assert app.test_client().get("/api/v10/x").content_type.startswith("text/html")


def test_bodies_that_are_not_json_objects_are_refused_by_kind(
    as_: Actors, app: Flask, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    path = f"/api/v1/contacts/{play.contact.id}/transfers"
    client = app.test_client()
    signed = client.post("/api/v1/session", json={"name": "ana", "password": "warmline"})
    csrf = {"X-CSRF-Token": signed.get_json()["csrf"]}

    def send(body: bytes, kind: str | None = "application/json") -> TestResponse:
        return client.post(path, data=body, content_type=kind, headers=csrf)

    check(send(b"{"), 400, "bad_json")
    check(send(b"\xff\xfe"), 400, "bad_json")
    check(send(b"[" * 60_000), 400, "bad_json")
    check(send(b"1" * 5_000), 400, "bad_json")
    check(send(b""), 400, "bad_request")
    check(send(b"[]"), 422, "invalid")
    check(send(b"null"), 422, "invalid")
    check(send(b"{}", "text/plain"), 415, "not_json")
    check(send(b"{}", None), 415, "not_json")
    check(send(b"{}", "application/x-www-form-urlencoded"), 415, "not_json")
    check(send(b" " * 70_000), 413, "too_large")
    check(send(b'{"to": {"department": "\\ud800"}}'), 422, "invalid")
    check(send(b'{"to": {"department": "a\\u0000b"}}'), 422, "invalid")
    check(send(b'{"to": {"department": "billing"}, "extra": 1}'), 422, "invalid")


def test_the_named_fields_say_what_is_wrong(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    body = {"to": {"department": "billing"}, "mode": "hot", "note": "x" * 501}
    answer = as_("ana")("POST", f"/contacts/{play.contact.id}/transfers", body)
    check(answer, 422, "invalid")
    assert set(answer.get_json()["fields"]) == {"mode", "note"}


@pytest.mark.parametrize(
    "path",
    [
        "/contacts?limit=0",
        "/contacts?limit=201",
        "/contacts?limit=x",
        "/contacts?cursor=x",
        "/contacts?cursor=live:x",
        "/contacts?cursor=live:99999999999999999999:x",
        "/contacts?cursor=ended:eyJ9",
        "/contacts?unknown=1",
        "/promises?cursor=%00",
        "/tickets?state=gone",
        "/routing/explain",
        "/routing/explain?department=billing&at=yesterday",
        "/routing/explain?department=billing&at=0001-01-01T00:00",
        "/routing/explain?department=billing&at=9999-12-31T23:59-12:00",
    ],
)
def test_wrong_queries_are_refused(as_: Actors, path: str) -> None:
    check(as_("ada")("GET", path), 422, "invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/contacts/%00",
        "/contacts/" + "x" * 3000,
        "/contacts/wl:due",
        "/contacts/%F0%9F%98%80/timeline",
        "/transfers/x",
        "/transfers/.t1",
        "/transfers/a.b",
        "/departments/%0A",
    ],
)
def test_ids_of_nothing_are_not_found(as_: Actors, path: str) -> None:
    answer = as_("ada")("GET", path)
    assert answer.status_code == 404
    assert answer.content_type == MEDIA_TYPE


def test_redis_away_is_told_as_such_and_can_be_tried_again(house: House) -> None:
    app = Flask("without-redis")
    console.register(app, replace(house.services, live=Live.at("unix:///nonexistent/redis")))
    token = issue_token(house.ledger, "ada", "test", now=house.clock.now).plain
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().get("/api/v1/contacts/x", headers=headers)
    check(answer, 503, "unavailable")
    assert "nonexistent" not in answer.get_data(as_text=True)
    assert answer.headers["Retry-After"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
BODIES = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "to": JSON
            | st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("department", "agent", "number"), JSON)
            ),
            "mode": JSON | st.sampled_from(["warm", "cold"]),
            "note": JSON,
            "name": JSON,
            "password": JSON,
            "presence": JSON,
            "due_from": JSON,
            "due_until": JSON,
        },
    ),
)
SLOW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOW
@given(body=BODIES, path=st.sampled_from(["transfers", "session", "presence", "move"]))
def test_no_body_at_all_makes_a_server_error(
    as_: Actors, play: LivePlay, body: object, path: str
) -> None:
    sam = as_("sam")
    targets = {
        "transfers": ("POST", f"/contacts/{play.contact.id}/transfers"),
        "session": ("POST", "/session"),
        "presence": ("PUT", "/agents/me/presence"),
        "move": ("POST", "/promises/x/move"),
    }
    method, address = targets[path]
    answer = sam(method, address, json.loads(json.dumps(body)))
    assert answer.status_code < 500, answer.get_data(as_text=True)
    if answer.status_code >= 400:
        assert set(answer.get_json()) >= FIELDS


PATHS = ("contacts", "promises", "tickets", "routing/explain", "contacts/x/timeline")
NAMES = ("state", "customer", "department", "cursor", "limit", "at", "busy")


@SLOW
@given(
    name=st.sampled_from(NAMES),
    value=st.text(max_size=40) | st.text(printable, max_size=40),
    path=st.sampled_from(PATHS),
)
def test_no_query_at_all_makes_a_server_error(
    as_: Actors, name: str, value: str, path: str
) -> None:
    query = urlencode({"department": "billing", name: value} if path[0] == "r" else {name: value})
    answer = as_("ada")("GET", f"/{path}?{query}")
    assert answer.status_code < 500, answer.get_data(as_text=True)
