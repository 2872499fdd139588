"""Twilio's request signature (https://www.twilio.com/docs/usage/security)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable


def sign(auth_token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """X-Twilio-Signature: base64(HMAC-SHA1(token, url + sorted names and values)).

    ``url`` has its query and no fragment; ``fields`` are the POST fields, none for GET.
    """
    text = url + "".join([name + value for name, value in sorted(set(fields))])
    digest = hmac.digest(auth_token.encode(), text.encode(), "sha1")
    return base64.b64encode(digest).decode()
