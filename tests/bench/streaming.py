"""A web application with one answer that does not end by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Flask, Response

LONG_S = 30.0
BEAT_S = 2.0


def create_app() -> Flask:
    app = Flask(__name__)
    never = threading.Event()

    @app.get("/stream")
    def stream() -> Response:
        def lines() -> Iterator[str]:
            for number in range(round(LONG_S / BEAT_S)):
                yield f": {number}\n\n"
                never.wait(BEAT_S)

        return Response(lines(), mimetype="text/event-stream")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
