"""The console on a real Redis and a real SQLite, with people, and contacts played in no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.console.house import Actors, House, LivePlay, people_of, program
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


@pytest.fixture
def as_(app: Flask, house: House) -> Actors:
    """A program that acts as one of the people."""
    return lambda name: program(app, house, name)


@pytest.fixture
def play(house: House) -> LivePlay:
    """A contact whose customer is in the menu."""
    return play_in(house)
