"""The one error the REST surface of the simulator raises."""

from __future__ import annotations


class TwilioError(Exception):
    """A refused request: HTTP status, Twilio error code and the message a client reads.

    Codes come from Twilio's error dictionary (https://www.twilio.com/docs/api/errors).
    """

    def __init__(self, http_status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.message = message


def not_found(path: str) -> TwilioError:
    """The 404 Twilio gives for a resource that is not, or is no longer, there."""
    return TwilioError(404, 20404, f"The requested resource {path} was not found")
