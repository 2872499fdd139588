"""The OpenAPI document says what the API does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from console.guards import LEAST_ROLE
from console.openapi import table
from telephony.routing.example import example_company
from telephony.routing.text import to_data
from tests.console.house import Actors, LivePlay


def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_every_route_is_in_the_document_with_its_role_and_its_errors(app: Flask) -> None:
    spec = document(app)
    assert spec["openapi"].startswith("3.1")
    told = {operation["operationId"] for _, _, operation in operations(spec)}
    assert told == set(LEAST_ROLE) - {"openapi_document"}
    for _, _, operation in operations(spec):
        least = LEAST_ROLE[operation["operationId"]]
        assert operation["security"] == ([] if least is None else [{"bearer": []}, {"session": []}])
        assert operation["summary"]
        assert least is None or "401" in operation["responses"]


def test_bodies_are_required_and_errors_are_problems(app: Flask) -> None:
    spec = document(app)
    with_body = 0
    for _, _, operation in operations(spec):
        if "requestBody" in operation:
            with_body += 1
            assert operation["requestBody"]["required"] is True
            assert {"400", "413", "415", "422"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
    assert with_body >= 10


def test_every_reference_leads_somewhere(app: Flask) -> None:
    spec = document(app)
    schemas = set(spec["components"]["schemas"])
    found = set(re.findall(r"#/components/schemas/([^'\"]+)", str(spec)))
    assert found <= schemas, found - schemas


def test_answers_fit_the_document(app: Flask, as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    play.transfer()
    spec = document(app)
    ada = as_("ada")
    ada("PUT", "/routing/draft", {"version": 0, "document": to_data(example_company())})
    for path, method, operation in operations(spec):
        if method != "get" or operation["operationId"] in {"live_events", "show_line"}:
            continue
        told = path.removeprefix("/api/v1").replace("{contact_id}", play.contact.id)
        told = told.replace("{transfer_id}", play.contact.transfers[-1].id)
        told = told.replace("{thing}", "department").replace("{key}", "billing")
        told = told.replace("{number}", "1").replace("{kind}", "weeks")
        query = "?department=billing" if told == "/routing/explain" else ""
        answer = ada("GET", told + query)
        assert answer.status_code == 200, (told, answer.get_json())
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        name = schema["$ref"].rpartition("/")[2]
        required = spec["components"]["schemas"][name]["required"]
        assert set(required) <= set(answer.get_json()), told


def test_the_table_in_the_documentation_is_the_table_of_the_routes(app: Flask) -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    shown = text.partition("compares -->\n")[2].partition("\n<!-- end of routes")[0]
    assert shown == table(), "put the output of console.openapi.table() into docs/api.md"


def test_the_idempotency_key_is_documented_where_it_is_honoured(app: Flask) -> None:
    spec = document(app)
    honoured = {
        operation["operationId"]
        for _, _, operation in operations(spec)
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    }
    asked = {f"{action}_transfer" for action in ("start", "complete", "cancel", "swap", "merge")}
    assert honoured == asked | {
        "hold_customer",
        "resume_customer",
        "promise_callback",
    }
