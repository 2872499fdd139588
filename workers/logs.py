"""Logging of the background processes."""

from __future__ import annotations

import logging

from telephony.settings import Settings


def set_up_logs(settings: Settings) -> None:
    """Log to standard error from the configured level on."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    # RQ and the SDK tell every request at INFO, numbers included.
    for name in ("rq", "twilio", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
