"""Running one request through a WSGI app, without a socket (PEP 3333)."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from simulator.transport import Delivery, Outcome

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def environ_of(delivery: Delivery) -> dict[str, Any]:
    """The WSGI environment of a webhook."""
    split = urlsplit(delivery.url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": delivery.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(split.path).encode().decode("latin-1"),
        "QUERY_STRING": split.query,
        "SERVER_NAME": split.hostname or "",
        "SERVER_PORT": str(split.port or (443 if split.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": split.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(delivery.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": split.scheme,
        "wsgi.input": io.BytesIO(delivery.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in delivery.headers:
        environ[_key(name)] = value
    return environ


@lru_cache(256)
def _key(name: str) -> str:
    """A header's name as PEP 3333 spells it."""
    key = name.upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"


def call_wsgi(app: WsgiApp, delivery: Delivery) -> Outcome:
    """The app's answer. An exception in the app is its own: it propagates."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        del exc_info
        started.append((status, headers))
        return lambda chunk: None

    chunks = app(environ_of(delivery), start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    code = int(status.split(" ", 1)[0])
    return Outcome(code, tuple((name.lower(), value) for name, value in headers), body)
