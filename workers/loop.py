"""What the small processes have in common: run until asked to stop, and outlive an outage."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable

from telephony.bootstrap import Services, build
from telephony.errors import StoreUnavailable
from telephony.logs import set_up_logs
from telephony.settings import load_settings
from workers.hands import process_name

log = logging.getLogger("warmline.workers")

BEAT_S = 1.0
OUTAGE_PAUSE_S = 0.2

Turn = Callable[[Services, threading.Event], float]
"""Does some work and says how many seconds to wait before the next turn."""


def run(kind: str, make: Callable[[Services], Turn]) -> int:
    """Run turns until SIGTERM or SIGINT. An outage of a store is waited out, not died of."""
    settings = load_settings()
    set_up_logs(settings)
    services = build(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    turns(services, kind, make(services), stop)
    services.close()
    return 0


def turns(services: Services, kind: str, turn: Turn, stop: threading.Event) -> None:
    """The loop itself; tests stop it by the event."""
    name, beaten, away = process_name(kind), 0.0, False
    while not stop.is_set():
        try:
            if time.monotonic() - beaten >= BEAT_S:
                # Set first: while Redis takes no writes, the turns go on between two tries.
                beaten = time.monotonic()
                services.live.feed.beat(name, services.clock.now_ms())
            pause = turn(services, stop)
            if away:
                log.warning("%s works again", name)
            away = False
        except StoreUnavailable as error:
            if not away:
                log.error("%s waits: %s %s", name, error, error.what_to_do)
            away, pause = True, OUTAGE_PAUSE_S
        stop.wait(pause)
    if not away:
        services.live.feed.leave(name)
