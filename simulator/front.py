"""The HTTP server in front of the network: one thread a connection, HTTP/1.1, kept alive."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.api import ApiRequest, ApiResponse

log = logging.getLogger("simulator")
MOST_BYTES = 4 * 1024 * 1024
IDLE_SECONDS = 120
Serve = Callable[[ApiRequest], ApiResponse | None]


class Front(ThreadingHTTPServer):
    """Hands every request to ``serve``; an answer of None closes the connection silently."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], serve: Serve) -> None:
        self.serve = serve
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is not worth a word; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            log.exception("a request from %s failed", client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = IDLE_SECONDS
    server: Front

    def _any(self) -> None:
        given = self.headers.get("Content-Length") or "0"
        length = int(given) if given.isdigit() else MOST_BYTES + 1
        if length > MOST_BYTES:
            self.close_connection = True
            self._reply(ApiResponse(413))
            return
        response = self.server.serve(self._request(self.rfile.read(length)))
        if response is None:
            self.close_connection = True
        else:
            self._reply(response)

    def _request(self, body: bytes) -> ApiRequest:
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        form: list[tuple[str, str]] = []
        if "urlencoded" in headers.get("content-type", ""):
            form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        query = parse_qsl(split.query, keep_blank_values=True)
        path = unquote(split.path)
        return ApiRequest(self.command, path, tuple(query), tuple(form), headers, body)

    def _reply(self, response: ApiResponse) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if response.status != 204 and self.command != "HEAD":
            self.wfile.write(response.body)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = do_HEAD = _any  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """The trace is the log."""
