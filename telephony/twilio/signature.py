"""Was this request really sent by Twilio? (twilio.com/docs/usage/security)

Twilio signs base64(HMAC-SHA1(auth token, URL + each field's name and value, sorted)). The SDK's
validator does the same with more work; a property test keeps both equal.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

HEADER = "X-Twilio-Signature"

Pair = tuple[str, str]


def sign(token: str, url: str, pairs: Iterable[Pair] = ()) -> str:
    """The signature of a request to ``url`` with these form fields (none for a GET).

    A field that is sent twice with one value counts once; distinct values are sorted.
    """
    # Sorting the pairs sorts by name and then by value, which is Twilio's order.
    message = url + "".join([name + value for name, value in sorted(set(pairs))])
    # "surrogatepass" because a hostile URL must fail to match, not raise.
    digest = hmac.digest(token.encode(), message.encode("utf-8", "surrogatepass"), "sha1")
    return base64.b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks signatures against the configured public address and nothing else.

    The Host and forwarding headers of a request are never looked at: whoever sends them could
    choose what is being checked.
    """

    token: str
    base: str  # as configured
    other: str  # the same with the port added or left out: Twilio signs either

    def valid(self, target: str, pairs: Iterable[Pair], signature: str | None) -> bool:
        """Whether ``signature`` fits a request to ``target`` (path and query) with these fields."""
        if not signature or not self.token:
            return False
        given = signature.encode("utf-8", "replace")
        pairs = tuple(pairs)
        usual = sign(self.token, self.base + target, pairs).encode()
        if hmac.compare_digest(usual, given):
            return True
        return hmac.compare_digest(sign(self.token, self.other + target, pairs).encode(), given)


def verifier(token: str, public_url: str) -> Verifier:
    """A verifier for requests to ``public_url``, such as https://calls.example.com."""
    parts = urlsplit(public_url)
    if parts.port:
        other = parts._replace(netloc=parts.netloc.rpartition(":")[0])
    else:
        port = 443 if parts.scheme == "https" else 80
        other = parts._replace(netloc=f"{parts.netloc}:{port}")
    return Verifier(token, public_url, other.geturl())
