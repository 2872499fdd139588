"""The errors of the REST surface, by the codes of Twilio's error dictionary."""

from __future__ import annotations

from simulator.errors import TwilioError

BAD_PARAMETER = 20001
UNAUTHENTICATED = 20003
METHOD_NOT_ALLOWED = 20004


def problem(code: int, message: str) -> TwilioError:
    """A 400 with its own code."""
    return TwilioError(400, code, message)


def bad_parameter(name: str, why: str, code: int | None = None) -> TwilioError:
    """A 400 for a parameter with a wrong value: 20001 unless the parameter has its own code."""
    return problem(code or BAD_PARAMETER, f"Invalid parameter: {name} {why}")


def unauthenticated() -> TwilioError:
    """401: no credentials, or wrong ones."""
    return TwilioError(401, UNAUTHENTICATED, "Authenticate")


def method_not_allowed() -> TwilioError:
    """405: the path exists, the method does not."""
    return TwilioError(405, METHOD_NOT_ALLOWED, "Method not allowed")
