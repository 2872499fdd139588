"""The web application: what Twilio calls, what people open, and the health pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import console
from telephony import bootstrap
from telephony.logs import set_up_logs
from telephony.settings import load_settings
from webhooks import customer, health, hold, incoming, promise, receiver, status
from webhooks.guard import Door
from webhooks.house import Houses
from webhooks.late_rule import LateRule

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from telephony.bootstrap import Services

SOUND = "/sound"
_SOUND_SECONDS = 86_400


class _App(Flask):
    url_rule_class = LateRule


def create_app(services: Services | None = None) -> Flask:
    """The application; without ``services`` it is wired from the environment."""
    if services is None:
        settings = load_settings()
        set_up_logs(settings)
        services = bootstrap.build(settings)
    app = _App(__name__, static_folder="static", static_url_path=SOUND)
    # Twilio keeps hold music for as long as we allow, so that it plays without a gap.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _SOUND_SECONDS
    door = Door(services, Houses(services), _asked_from(app.wsgi_app, services))
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


def _asked_from(app: WSGIApplication, services: Services) -> WSGIApplication:
    """People behind a proxy by their own addresses, so that none uses up the tries of all.

    Only the address is taken from the proxy: host and scheme are those of the settings.
    """
    proxies = services.settings.trusted_proxies
    return ProxyFix(app, x_for=proxies, x_proto=0, x_host=0) if proxies else app
