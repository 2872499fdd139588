"""Fixtures of the REST tests: a network in real time on loopback, and a web application."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.server import SimulatorServer
from tests.simulator.rest_support import Box, WebApp, web_app

OWN_NUMBER = "+15550100000"


@pytest.fixture
def box() -> Iterator[Box]:
    """A fresh network, fifty times as fast as life, without the one-a-second limit."""
    with SimulatorServer(speed=50, calls_per_second=0.0) as server:
        made = Box(server.base_url, server.account_sid, server.auth_token)
        bought = made.client.incoming_phone_numbers.create(phone_number=OWN_NUMBER)
        made.number = str(bought.phone_number)
        yield made


@pytest.fixture
def web() -> Iterator[WebApp]:
    """The application under the network's feet."""
    with web_app() as app:
        yield app
