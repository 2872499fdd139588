"""What a webhook is measured against: a bare Flask view that returns a constant document."""

from __future__ import annotations

from flask import Flask, Response

from telephony.twilio import urls

DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def create_app() -> Flask:
    """One view at the address of the busiest webhook, and nothing around it."""
    app = Flask(__name__)

    @app.post(urls.STATUS_ROOM)
    def constant() -> Response:
        return Response(DOCUMENT, content_type="text/xml; charset=utf-8")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
