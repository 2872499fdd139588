"""The web application: what Twilio calls, what people open, and the health pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

import console
from telephony import bootstrap
from telephony.settings import load_settings
from webhooks import customer, health, hold, incoming, promise, receiver, status
from webhooks.guard import Door
from webhooks.house import Houses

if TYPE_CHECKING:
    from telephony.bootstrap import Services

SOUND = "/sound"
_SOUND_SECONDS = 86_400


def create_app(services: Services | None = None) -> Flask:
    """The application; without ``services`` it is wired from the environment."""
    if services is None:
        services = bootstrap.build(load_settings())
    app = Flask(__name__, static_folder="static", static_url_path=SOUND)
    # Twilio keeps hold music for as long as we allow, so that it plays without a gap.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _SOUND_SECONDS
    door = Door(services, Houses(services), app.wsgi_app)
    app.wsgi_app = door  # type: ignore[method-assign]
    incoming.register(door)
    customer.register(door)
    receiver.register(door)
    hold.register(door)
    status.register(door)
    promise.register(app, door)
    health.register(app, services)
    console.register(app, services)
    return app
