"""The REST surface: from an HTTP request under /2010-04-01/ to an answer.

`handle` never raises for what a client did wrong: it answers with Twilio's error body.
"""

from __future__ import annotations

import json
import re

from simulator.api import ApiRequest, ApiResponse
from simulator.errors import TwilioError, not_found
from simulator.network import Network
from simulator.rest import (
    accounts,
    applications,
    calls,
    conferences,
    keys,
    messages,
    numbers,
    participants,
    queues,
    recordings,
    tokens,
)
from simulator.rest.auth import admit
from simulator.rest.problems import bad_parameter, method_not_allowed
from simulator.rest.router import Route, find, route
from simulator.rest.wire import error_answer, ok, read

ROOT = "/2010-04-01/Accounts"
TOKEN_PATH = "/sim/token"
ACCOUNT_PATH = re.compile(ROOT + r"/(?P<account>[^/]+?)(?P<rest>/.*|\.json)\Z")

ROUTES: tuple[Route, ...] = (
    route("/Calls.json", GET=calls.listing, POST=calls.create),
    route("/Calls/{call}.json", GET=calls.fetch, POST=calls.update, DELETE=calls.delete),
    route("/Calls/{call}/Recordings.json", GET=recordings.of_owner),
    route(
        "/Calls/{call}/Recordings/{recording}.json",
        GET=recordings.fetch_owned,
        POST=recordings.update_owned,
        DELETE=recordings.delete_owned,
    ),
    route("/Conferences.json", GET=conferences.listing),
    route("/Conferences/{conference}.json", GET=conferences.fetch, POST=conferences.update),
    route(
        "/Conferences/{conference}/Participants.json",
        GET=participants.listing,
        POST=participants.create,
    ),
    route(
        "/Conferences/{conference}/Participants/{call}.json",
        GET=participants.fetch,
        POST=participants.update,
        DELETE=participants.delete,
    ),
    route("/Conferences/{conference}/Recordings.json", GET=recordings.of_owner),
    route(
        "/Conferences/{conference}/Recordings/{recording}.json",
        GET=recordings.fetch_owned,
        POST=recordings.update_owned,
        DELETE=recordings.delete_owned,
    ),
    route("/Messages.json", GET=messages.listing, POST=messages.create),
    route(
        "/Messages/{message}.json",
        GET=messages.fetch,
        POST=messages.update,
        DELETE=messages.delete,
    ),
    route("/IncomingPhoneNumbers.json", GET=numbers.listing, POST=numbers.create),
    route(
        "/IncomingPhoneNumbers/{number}.json",
        GET=numbers.fetch,
        POST=numbers.update,
        DELETE=numbers.delete,
    ),
    route("/Applications.json", GET=applications.listing, POST=applications.create),
    route(
        "/Applications/{application}.json",
        GET=applications.fetch,
        POST=applications.update,
        DELETE=applications.delete,
    ),
    route("/Keys.json", GET=keys.listing, POST=keys.create),
    route("/Keys/{key}.json", GET=keys.fetch, POST=keys.update, DELETE=keys.delete),
    route("/Queues.json", GET=queues.listing, POST=queues.create),
    route("/Queues/{queue}.json", GET=queues.fetch, POST=queues.update, DELETE=queues.delete),
    route("/Queues/{queue}/Members.json", GET=queues.list_members),
    route(
        "/Queues/{queue}/Members/{member}.json",
        GET=queues.fetch_member,
        POST=queues.dequeue,
    ),
    route("/Recordings.json", GET=recordings.of_account),
    route("/Recordings/{recording}.json", GET=recordings.fetch, DELETE=recordings.delete),
    route(".json", GET=accounts.fetch),
)


def handle(network: Network, request: ApiRequest) -> ApiResponse:
    """Answer one REST request. To be called under the engine's lock."""
    try:
        if request.path == TOKEN_PATH:
            return _token(network, request)
        return _answer(network, request)
    except TwilioError as error:
        return error_answer(error)


def _answer(network: Network, request: ApiRequest) -> ApiResponse:
    if request.path == f"{ROOT}.json":
        admit(network, request, "")
        if request.method != "GET":
            raise method_not_allowed()
        return accounts.listing(network, read(request))
    match = ACCOUNT_PATH.match(request.path)
    if match is None:
        raise not_found(request.path)
    below = match["rest"]
    admit(network, request, below)
    if match["account"] != network.account.sid:
        raise not_found(request.path)
    handler, parts = find(ROUTES, request, below)
    return handler(network, read(request), **parts)


def _token(network: Network, request: ApiRequest) -> ApiResponse:
    """POST /sim/token {"token": …}: would a softphone get in with it?"""
    if request.method != "POST":
        raise method_not_allowed()
    try:
        value = json.loads(request.body)
    except ValueError as error:
        raise bad_parameter("token", "must come in a JSON object") from error
    token = value.get("token") if isinstance(value, dict) else None
    if not isinstance(token, str):
        raise bad_parameter("token", "must be text")
    return ok(tokens.check(network, token))
