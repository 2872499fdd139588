"""The web server as `warmline up` starts it."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from bench.processes import web
from console.events_api import MOST_HELD
from telephony.embedded import free_port
from tests.bench.streaming import LONG_S
from warmline.up import WEB_KILL_SECONDS, WEB_THREADS, answers

LIMIT_S = WEB_KILL_SECONDS + 10


def test_the_server_stops_soon_although_somebody_listens_to_a_stream(tmp_path: Path) -> None:
    assert LIMIT_S < LONG_S
    port = free_port()
    with web("tests.bench.streaming:create_app", port, tmp_path, {}) as pid:
        stream = requests.get(f"http://127.0.0.1:{port}/stream", stream=True, timeout=10)
        lines = stream.iter_lines()  # kept: without it the connection would be closed
        assert next(lines) == b": 0"
        # To the server alone, as the supervisor of a host does it.
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + LIMIT_S
        while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            assert time.monotonic() < until, "the server waits for the end of the stream"
            time.sleep(0.05)
        stream.close()


def test_as_many_streams_as_are_held_leave_threads_for_webhooks(tmp_path: Path) -> None:
    assert WEB_THREADS - MOST_HELD >= 32
    port = free_port()
    with web("tests.bench.streaming:create_app", port, tmp_path, {}), ExitStack() as open_streams:
        for _ in range(MOST_HELD):
            stream = socket.create_connection(("127.0.0.1", port), timeout=10)
            open_streams.enter_context(stream)
            stream.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert stream.recv(12) == b"HTTP/1.1 200"
        assert answers(f"http://127.0.0.1:{port}/healthz")
