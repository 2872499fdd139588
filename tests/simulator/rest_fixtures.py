"""Fixtures of the REST tests: a network in real time on loopback, and a web application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulator.server import SimulatorServer
from tests.simulator.rest_support import Box, WebApp, web_app

OWN_NUMBER = "+15550100000"


@pytest.fixture
def box() -> Iterator[Box]:
    """A fresh network, fifty times as fast as life, without the one-a-second limit."""
    with _network(50) as made:
        yield made


@pytest.fixture
def slow_box() -> Iterator[Box]:
    """A fresh network, ten times as slow as life: what is under way stays so for seconds."""
    with _network(0.1) as made:
        yield made


@contextmanager
def _network(speed: float) -> Iterator[Box]:
    with SimulatorServer(speed=speed, calls_per_second=0.0) as server:
        made = Box(server.base_url, server.account_sid, server.auth_token)
        bought = made.client.incoming_phone_numbers.create(phone_number=OWN_NUMBER)
        made.number = str(bought.phone_number)
        yield made


@pytest.fixture
def web() -> Iterator[WebApp]:
    """The application under the network's feet."""
    with web_app() as app:
        yield app
