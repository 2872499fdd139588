"""Voice access tokens: what a softphone shows when it registers.

A token is a JWT (RFC 7519) signed with HS256 by the secret of an API key
(https://www.twilio.com/docs/iam/access-tokens). Refusals carry the codes that the Voice
client library raises for them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time

from simulator.errors import TwilioError
from simulator.network import Network
from simulator.rest.wire import Json

INVALID = 20101
BAD_HEADER = 20102
BAD_ISSUER = 20103
EXPIRED = 20104
NOT_YET_VALID = 20105
BAD_GRANTS = 20106
BAD_SIGNATURE = 31202
LIVES_TOO_LONG = 31207

CONTENT_TYPE = "twilio-fpa;v=1"
LONGEST_LIFE = 24 * 3600
"""Seconds; Twilio's maximum for an access token."""
CLOCK_SKEW = 1
"""Seconds by which two clocks may disagree."""


def check(network: Network, token: str, now: float | None = None) -> Json:
    """Who the token is for: `identity`, `grants`, `expires` (seconds since 1970).

    `now` defaults to the wall clock, which is what tokens are issued by. Raises a 400 with
    20101 (not a token), 20102 (header), 20103 (unknown key or account), 31202 (signature),
    20104 (expired), 20105 (not yet valid), 31207 (lives over 24 h), 20106 (grants).
    """
    moment = time.time() if now is None else now
    signed, _, signature = token.rpartition(".")
    parts = signed.split(".")
    if len(parts) != 2:
        raise _refused(INVALID, "The token is not a JWT.")
    header, payload = _decoded(parts[0]), _decoded(parts[1])
    if header.get("alg") != "HS256" or header.get("cty") != CONTENT_TYPE:
        raise _refused(BAD_HEADER, f"The token's header must say HS256 and {CONTENT_TYPE}.")
    key = network.keys.get(str(payload.get("iss")))
    if key is None or payload.get("sub") != network.account.sid:
        raise _refused(BAD_ISSUER, "The token's iss is no API key of its sub, the account.")
    expected = hmac.new(key.secret.encode(), signed.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(expected, _bytes(signature)):
        raise _refused(BAD_SIGNATURE, "The token's signature does not fit the key's secret.")
    expires = _check_times(payload, moment)
    return {**_check_grants(payload), "expires": expires}


def _check_times(payload: Json, now: float) -> int:
    expires = _moment(payload, "exp", now)
    begins = _moment(payload, "nbf", 0)
    if expires <= now:
        raise _refused(EXPIRED, "The token has expired; fetch a new one.")
    if begins > now + CLOCK_SKEW:
        raise _refused(NOT_YET_VALID, "The token is not valid yet; compare the clocks.")
    if expires - (begins or now) > LONGEST_LIFE + CLOCK_SKEW:
        raise _refused(LIVES_TOO_LONG, "The token lives longer than 24 hours.")
    return int(expires)


def _moment(payload: Json, name: str, default: float) -> float:
    value = payload.get(name, default)
    if not isinstance(value, int | float):
        raise _refused(INVALID, f"The token's {name} must be a number.")
    return float(value)


def _check_grants(payload: Json) -> Json:
    grants = payload.get("grants")
    identity = grants.get("identity") if isinstance(grants, dict) else None
    voice = grants.get("voice") if isinstance(grants, dict) else None
    if not isinstance(identity, str) or not identity or not isinstance(voice, dict):
        raise _refused(BAD_GRANTS, "The token needs an identity and a voice grant.")
    return {"identity": identity, "grants": grants}


def _decoded(part: str) -> Json:
    try:
        value = json.loads(_bytes(part))
    except ValueError as error:
        raise _refused(INVALID, "The token is not a JWT.") from error
    if not isinstance(value, dict):
        raise _refused(INVALID, "The token is not a JWT.")
    return value


def _bytes(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise _refused(INVALID, "The token is not a JWT.") from error


def _refused(code: int, message: str) -> TwilioError:
    return TwilioError(400, code, message)
