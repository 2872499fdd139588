"""The command that runs the phone network alone, as a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import simulator
from tests.simulator.rest_support import Box

ACCOUNT = "AC" + "ab" * 16
START = "from simulator.cli import simulator; simulator()"


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in its own process; killed if it does not end."""
    process = subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def first_line(process: subprocess.Popen[str]) -> str:
    """The first line it prints."""
    assert process.stdout is not None
    return process.stdout.readline()


def test_it_prints_where_it_is_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    with running(
        "--json", "--port", "0", "--account-sid", ACCOUNT, "--auth-token", "secret",
        "--trace", str(trace), "--speed", "20", "--calls-per-second", "0",
    ) as process:  # fmt: skip
        told = json.loads(first_line(process))
        assert set(told) == {"base_url", "account_sid", "auth_token", "page"}
        box = Box(told["base_url"], ACCOUNT, "secret")
        assert box.client.api.v2010.accounts(ACCOUNT).fetch().sid == ACCOUNT
        assert box.raw("GET", "/sim/")[0] == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == ""
    lines = [json.loads(line) for line in trace.read_text().splitlines()]
    assert lines[0]["kind"] == "rest"
    assert lines[0]["status"] == 200


def test_a_port_in_use_is_replaced_and_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("--port", str(port)) as process:
            assert f"Port {port} is in use" in first_line(process)
            base = first_line(process).split()[-1]
            assert base.startswith("http://127.0.0.1:")
            assert not base.endswith(f":{port}")
            process.terminate()
            process.communicate(timeout=10)
        assert process.returncode == 0


def test_help_names_every_option() -> None:
    result = CliRunner().invoke(simulator, ["--help"])
    assert result.exit_code == 0
    for option in ("--port", "--host", "--account-sid", "--auth-token", "--trace", "--speed",
                   "--calls-per-second", "--json"):  # fmt: skip
        assert option in result.output


@pytest.mark.parametrize(
    "arguments",
    [["--account-sid", "AC1"], ["--port", "70000"], ["--speed", "0"], ["--trace", "/"]],
)
def test_a_wrong_option_is_refused(arguments: list[str]) -> None:
    assert CliRunner().invoke(simulator, arguments).exit_code == 2


def test_an_address_that_is_not_ours_is_explained() -> None:
    result = CliRunner().invoke(simulator, ["--host", "192.0.2.1", "--port", "0"])
    assert result.exit_code == 1
    assert "Cannot listen on 192.0.2.1" in result.output
