"""HTTP Basic: the account's sid and token, or an API key's sid and secret."""

from __future__ import annotations

import hmac

from simulator.api import ApiRequest
from simulator.network import Network
from simulator.rest.problems import unauthenticated
from simulator.rest.wire import basic_auth

MAIN_ONLY = ("/Keys.json", "/Keys/")
ACCOUNTS = ("", ".json")


def admit(network: Network, request: ApiRequest, path: str) -> None:
    """Raise 401 / 20003 unless the credentials open `path` (below the account, '' is the list).

    A standard API key opens everything but the accounts and the keys
    (https://www.twilio.com/docs/iam/api-keys).
    """
    credentials = basic_auth(request)
    if credentials is None:
        raise unauthenticated()
    user, password = credentials
    account = network.account
    if user == account.sid and _same(password, account.auth_token):
        return
    key = network.keys.get(user)
    allowed = path not in ACCOUNTS and not path.startswith(MAIN_ONLY)
    if key is None or not _same(password, key.secret) or not allowed:
        raise unauthenticated()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
