"""Every route of the API, asked with what its own document allows and with what it forbids.

schemathesis makes the requests from the OpenAPI document, the same ones in every run. Whatever
comes back is documented, fits its schema, and is never a 5xx.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console import events_api
from simulator.server import SimulatorServer
from telephony import bootstrap
from telephony.store import ledger
from tests.console.house import House, LivePlay
from webhooks.app import create_app

EXAMPLES = 3
"""For each operation, role and kind of data."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def simulated(house: House) -> Iterator[Flask]:
    """The application with a phone network, which some routes ask at once."""
    with SimulatorServer(speed=20) as network:
        there = {
            "twilio_base_url": network.base_url,
            "twilio_account_sid": network.account_sid,
            "twilio_auth_token": SecretStr(network.auth_token),
        }
        settings = house.services.settings.model_copy(update=there)
        built = bootstrap.build(settings)
        yield create_app(replace(house.services, settings=settings, rest=built.rest))
        built.close()


@pytest.fixture
def known(play: LivePlay, house: House) -> dict[str, str]:
    """Names of things that are there, for every other request."""
    play.talk_with_ana()
    play.transfer()
    ticket = ledger.NewTicket("t1", play.contact.id, "+12025550199", "billing", "no_answer")
    ledger.open_ticket(house.ledger, ticket, now=house.clock.now)
    return {
        "contact_id": play.contact.id,
        "transfer_id": play.contact.transfers[-1].id,
        "ticket_id": "t1",
        "key": "billing",
        "thing": "department",
        "kind": "days",
        "number": "1",
    }


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *((name, GenerationMode.POSITIVE) for name in ("", "ana", "sam", "ada")),
        *((name, GenerationMode.NEGATIVE) for name in ("ana", "ada")),
    ],
    ids=str,
)
def test_no_request_brings_a_5xx_or_what_the_document_does_not_tell(
    simulated: Flask,
    house: House,
    known: dict[str, str],
    name: str,
    mode: GenerationMode,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events_api, "MOST_HELD", 0)  # A stream that is held does not end.
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", simulated)
    asked = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        asked += 1
        ask(found.ok(), headers_of(house, name), known, mode)
    assert asked > 50


def headers_of(house: House, name: str) -> Callable[[], dict[str, str]]:
    """A token of the person's own for each request, since one of them signs out."""

    def headers() -> dict[str, str]:
        if not name:
            return {}
        issued = ledger.issue_token(house.ledger, name, "fuzz", now=house.clock.now)
        return {"Authorization": f"Bearer {issued.plain}"}

    return headers


def ask(
    operation: Any,
    headers: Callable[[], dict[str, str]],
    known: dict[str, str],
    mode: GenerationMode,
) -> None:
    count = 0
    checks = list(CHECKS)
    if operation.definition.raw.get("operationId") == "live_events":
        # OpenAPI 3.1 describes a stream as one text; schemathesis compares each event with it.
        checks.remove(response_schema_conformance)

    @seed(4711)
    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        nonlocal count
        count += 1
        if count % 2:
            for parameter in set(case.path_parameters or ()) & set(known):
                case.path_parameters[parameter] = known[parameter]
        case.call_and_validate(headers=headers(), checks=checks)

    with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
        each()  # Where nothing is forbidden there is nothing to send.
