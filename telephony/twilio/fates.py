"""How a REST request ended: four ways to fail, told apart because each asks for another next step.

Codes: twilio.com/docs/api/errors. What Twilio documents as "not active any more" is success for
whoever wanted it gone; what may have happened must never be repeated blindly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import requests
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

T = TypeVar("T")


class Fate(StrEnum):
    """What became of a request."""

    DONE = "done"
    GONE = "gone"  # the call, participant or room is not there any more
    REFUSED = "refused"  # for good: the same request will never work
    TEMPORARY = "temporary"  # nothing happened: try again
    UNKNOWN = "unknown"  # it may have happened: look before trying again


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A fate, the value when it is DONE, and for everything else a detail for people."""

    fate: Fate
    value: T | None = None
    detail: str = ""


GONE_CODES = frozenset({20404, 16001, 16022, 21220, 20409})
# Documented as never processed; every other trouble on Twilio's side may come after the deed.
NEVER_PROCESSED = frozenset({20429, 10004})


def fate_of_status(status: int, code: int, *, creates: bool) -> Fate:
    """The fate behind an error answer. ``creates``: a repeat would do it a second time."""
    if status == 429 or code in NEVER_PROCESSED:
        return Fate.TEMPORARY
    if status == 404 or code in GONE_CODES:
        return Fate.GONE
    if status >= 500 or status == 408:
        return Fate.UNKNOWN if creates else Fate.TEMPORARY
    return Fate.REFUSED


def attempt(ask: Callable[[], T], *, creates: bool = False) -> Answer[T]:
    """Perform one request; trouble with the network or with Twilio becomes a fate."""
    try:
        return Answer(Fate.DONE, ask())
    except (TwilioRestException, TwilioServiceException) as error:
        return _told(error, creates)
    except TwilioException as error:
        # The SDK's lists raise this without a status; a list changes nothing, so try again.
        return Answer(Fate.TEMPORARY, detail=_one_line(error))
    except requests.RequestException as error:
        return Answer(_fate_of_network(error), detail=_one_line(error))
    except (HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        # A broken answer to a request that arrived: the SDK fails while it reads it.
        unread = Fate.UNKNOWN if creates else Fate.TEMPORARY
        return Answer(unread, detail=f"unreadable answer: {_one_line(error)}")


def _told(error: TwilioRestException | TwilioServiceException, creates: bool) -> Answer[T]:
    code = int(error.code or 0)
    fate = fate_of_status(error.status, code, creates=creates)
    words = error.msg if isinstance(error, TwilioRestException) else error.title
    return Answer(fate, detail=f"{error.status}/{code} {words}"[:300])


def _fate_of_network(error: requests.RequestException) -> Fate:
    """Never sent: TEMPORARY. Sent, and the answer did not come: UNKNOWN."""
    if isinstance(error, requests.ConnectTimeout):
        return Fate.TEMPORARY
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    never_sent = isinstance(cause, (NewConnectionError, ConnectTimeoutError))
    return Fate.TEMPORARY if never_sent else Fate.UNKNOWN


def _one_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
