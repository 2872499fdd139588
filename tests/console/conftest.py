"""The console on a real Redis and a real SQLite, with people, and contacts played in no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from telephony.store.ledger import issue_token
from tests.console.house import House, people_of
from tests.console.house import play as play_in
from webhooks.app import create_app


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the people of the demo; hashing passwords takes time, so it is copied."""
    return people_of(tmp_path_factory.mktemp("people") / "ledger.db")


@pytest.fixture
def house(redis_url: str, people: Path, tmp_path: Path) -> Iterator[House]:
    built = House.build(redis_url, people, tmp_path)
    yield built
    built.close()


@pytest.fixture
def app(house: House) -> Flask:
    """The whole web application, as it runs."""
    return create_app(house.services)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Nobody yet; keeps cookies."""
    return app.test_client()


class Program:
    """A program with a bearer token; sends JSON and reads JSON."""

    def __init__(self, app: Flask, token: str) -> None:
        self._client = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: object = None, **headers: str):  # type: ignore[no-untyped-def]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {} if body is None else {"json": body}
        return self._client.open(
            f"/api/v1{path}", method=method, headers={**self._headers, **named}, **given
        )


@pytest.fixture
def as_(app: Flask, house: House) -> Callable[[str], Program]:
    """A program that acts as one of the people."""

    def make(name: str) -> Program:
        issued = issue_token(house.ledger, name, "test", now=house.clock.now_ms())
        return Program(app, issued.plain)

    return make


@pytest.fixture
def play(house: House):  # type: ignore[no-untyped-def]
    """A contact whose customer is in the menu."""
    return play_in(house)
