"""What the console was mounted with, found again from within a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from console.events import Hub
from telephony.store.connection import connect
from telephony.store.throttle import Throttle

if TYPE_CHECKING:
    from telephony.bootstrap import Services

_KEY = "warmline.console"


@dataclass(frozen=True)
class _Kept:
    services: Services
    throttle: Throttle
    hub: Hub


def remember(app: Flask, services: Services) -> None:
    """Tie the services to the app."""
    throttle = Throttle(connect(services.settings.redis_url))
    app.extensions[_KEY] = _Kept(services, throttle, Hub(services.live))


def of(app: Flask) -> Services:
    """The services of an app."""
    return _kept(app).services


def services() -> Services:
    """The services of the app that handles this request."""
    return _kept(current_app).services


def throttle() -> Throttle:
    """The counters of tries to sign in."""
    return _kept(current_app).throttle


def hub() -> Hub:
    """The live events of this process."""
    return _kept(current_app).hub


def _kept(app: Flask) -> _Kept:
    return cast(_Kept, app.extensions[_KEY])
