"""The Key resource: API keys, whose secret is shown once (https://www.twilio.com/docs/iam/api-keys)."""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.paging import page_of
from simulator.rest.params import Params
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Key

LONGEST_NAME = 64


def create(network: Network, request: Request) -> ApiResponse:
    """POST /Keys.json: the only answer that carries the secret."""
    name = Params(request.form).text("FriendlyName", LONGEST_NAME) or ""
    key = network.create_key(name)
    return created({**view(network, key), "secret": key.secret})


def fetch(network: Network, request: Request, key: str) -> ApiResponse:
    """GET /Keys/{Sid}.json"""
    return ok(view(network, network.fetch_key(key)))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Keys.json"""
    keys = network.list_keys()
    return page_of(request, "keys", keys, lambda k: view(network, k), lambda k: k.sid)


def update(network: Network, request: Request, key: str) -> ApiResponse:
    """POST /Keys/{Sid}.json: rename."""
    name = Params(request.form).text("FriendlyName", LONGEST_NAME)
    found = network.fetch_key(key)
    return ok(view(network, found if name is None else network.update_key(key, name)))


def delete(network: Network, request: Request, key: str) -> ApiResponse:
    """DELETE /Keys/{Sid}.json: from now on it opens nothing."""
    network.delete_key(key)
    return no_content()


def view(network: Network, key: Key) -> Json:
    """The Key resource as JSON, without the secret."""
    return {
        "sid": key.sid,
        "friendly_name": key.friendly_name,
        "date_created": network.http_date(key.created),
        "date_updated": network.http_date(key.updated or key.created),
    }
