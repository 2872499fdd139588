"""The Account resource: the simulator plays exactly one account."""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.base import by_text, path
from simulator.rest.paging import page_of
from simulator.rest.wire import Json, Request, ok

SUBRESOURCES = {
    "applications": "Applications",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "keys": "Keys",
    "messages": "Messages",
    "queues": "Queues",
    "recordings": "Recordings",
}


def fetch(network: Network, request: Request) -> ApiResponse:
    """GET /Accounts/{Sid}.json"""
    return ok(view(network))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Accounts.json"""
    accounts = by_text([network.account], request.query, "FriendlyName", lambda a: a.friendly_name)
    accounts = by_text(accounts, request.query, "Status", lambda a: "active")
    return page_of(request, "accounts", accounts, lambda a: view(network), lambda a: a.sid)


def view(network: Network) -> Json:
    """The Account resource as JSON."""
    account = network.account
    return {
        "auth_token": account.auth_token,
        "date_created": network.http_date(account.created),
        "date_updated": network.http_date(account.created),
        "friendly_name": account.friendly_name,
        "owner_account_sid": account.sid,
        "sid": account.sid,
        "status": "active",
        "subresource_uris": {key: path(network, name) for key, name in SUBRESOURCES.items()},
        "type": "Full",
        "uri": path(network),
    }
