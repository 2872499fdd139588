"""Who may use a softphone of ours.

A softphone holds an access token of Twilio's own for up to an hour, and Twilio has no way to take
one back or to end one registration: only deleting the API key does, for everybody at once
(https://www.twilio.com/docs/iam/access-tokens). So whoever was shut out is stopped here, where
each of their calls has to ask for its document.
"""

from __future__ import annotations

import structlog

from telephony.bootstrap import Services
from telephony.errors import StoreUnavailable
from telephony.store.ledger import is_shut_out

log = structlog.get_logger("webhooks")

SOFTPHONE = "client:"


def shut_out(services: Services, address: str) -> bool:
    """Whether this is the softphone of somebody who was disabled. While SQL is away nobody is:
    a customer may wait behind the answer.
    """
    if not address.startswith(SOFTPHONE):
        return False
    try:
        return is_shut_out(services.ledger, address)
    except StoreUnavailable as error:
        log.warning("softphone.not_checked", address=address, error=str(error))
        return False
