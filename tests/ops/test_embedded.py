from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from telephony import embedded
from telephony.embedded import EmbeddedRedis, free_port
from telephony.errors import StoreUnavailable
from tests.ops.waiting import alive, wait_for


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="warmline-") as name:
        yield Path(name)


def connect(server: EmbeddedRedis) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True, socket_timeout=5)


def test_it_keeps_an_append_only_file_and_never_evicts(redis_server: EmbeddedRedis) -> None:
    with connect(redis_server) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_an_acknowledged_write_survives_kill_9(folder: Path) -> None:
    with EmbeddedRedis(folder) as server:
        with connect(server) as client:
            client.set("promise", "kept")
        server.kill()
        server.start()
        with connect(server) as client:
            assert client.get("promise") == "kept"


def test_a_stopped_server_is_gone(folder: Path) -> None:
    with EmbeddedRedis(folder) as server:
        pid = server.pid
        assert pid is not None
    assert not alive(pid)
    assert server.pid is None
    with pytest.raises(StoreUnavailable, match=r"within 0\.1 seconds"):
        embedded.wait_until_ready(server.url, limit=0.1)


def test_it_listens_on_a_chosen_loopback_port(folder: Path) -> None:
    port = free_port()
    with EmbeddedRedis(folder, port=port) as server, connect(server) as client:
        assert server.url == f"redis://127.0.0.1:{port}/0"
        assert client.ping()


def test_a_path_too_long_for_a_socket_gets_a_port(folder: Path) -> None:
    deep = folder / ("x" * 120)
    with EmbeddedRedis(deep) as server, connect(server) as client:
        assert server.url.startswith("redis://127.0.0.1:")
        assert client.ping()


def test_a_taken_port_is_an_error_that_names_the_log(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = EmbeddedRedis(folder, port=taken.getsockname()[1])
        with pytest.raises(StoreUnavailable, match="ended with code 1") as error:
            server.start()
        server.stop()
    assert "redis.log" in error.value.what_to_do


def test_it_dies_with_a_parent_that_was_killed(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from telephony.embedded import EmbeddedRedis\n"
        "server = EmbeddedRedis(Path(sys.argv[1])).start()\n"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate(timeout=10)
    wait_for(lambda: not alive(pid))


def test_an_old_redis_on_the_path_is_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, version in (("valkey-server", "garbage"), ("redis-server", "v=6.2.14 sha=0")):
        fake = folder / name
        fake.write_text(f"#!/bin/sh\necho 'Redis server {version}'\n")
        fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    assert embedded.find_server().parent != folder
    (folder / "redis-server").write_text("#!/bin/sh\necho 'Redis server v=7.0.15 sha=0'\n")
    assert embedded.find_server() == folder / "redis-server"


def test_a_machine_without_any_server_is_told_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(embedded, "find_spec", lambda name: None)
    with pytest.raises(StoreUnavailable) as error:
        embedded.find_server()
    assert "warmline[embedded]" in error.value.what_to_do
