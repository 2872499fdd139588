"""A web application with one answer that does not end by itself."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

from flask import Flask, Response

LONG_S = 30.0


def create_app() -> Flask:
    app = Flask(__name__)
    never = threading.Event()

    @app.get("/stream")
    def stream() -> Response:
        def lines() -> Iterator[str]:
            for number in itertools.count():
                yield f": {number}\n\n"
                if never.wait(LONG_S):
                    return

        return Response(lines(), mimetype="text/event-stream")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app
