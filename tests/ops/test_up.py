"""`warmline up` for real, with small stand-ins for the web process and the workers."""

from __future__ import annotations

import json
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

from telephony.embedded import free_port
from telephony.errors import SettingsError, WarmlineError
from tests.ops.waiting import alive, wait_for
from warmline.decide import decide
from warmline.own_system import own_system
from warmline.running import Running, find_running, only_one, settings_here
from warmline.up import answers, processes

ROOT = Path(__file__).parents[2]
WEB = """
def create_app():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]
    return app
"""
WORKER = """
import os, time
from pathlib import Path
with Path(os.environ["PIDS"], __spec__.name + "." + str(os.getpid())).open("w"):
    time.sleep(300)
"""
SIMULATED = {"WARMLINE_TWILIO_BASE_URL": "http://127.0.0.1:9"}


class Up:
    """A `warmline up` process in a folder of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.data = place / "var"
        self.pids = place / "pids"
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, *options: str) -> subprocess.Popen[str]:
        environ = {**os.environ, **SIMULATED, "PYTHONPATH": str(ROOT), "PIDS": str(self.pids)}
        process = subprocess.Popen(
            [sys.executable, "-m", "warmline", "up", "--web-port", "0", *options],
            cwd=self.place,
            env=environ,
            stdout=(self.place / "log").open("a"),
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def ready(self) -> Running:
        wait_for(lambda: find_running(self.data) is not None)
        running = find_running(self.data)
        assert running is not None
        return running

    def pids_of(self, name: str) -> set[int]:
        found = {int(path.suffix[1:]) for path in self.pids.glob(f"{name}.*")}
        return {pid for pid in found if alive(pid)}

    def redis(self) -> redis.Redis:
        url = self.ready().environment["WARMLINE_REDIS_URL"]
        return redis.Redis.from_url(url, decode_responses=True, socket_timeout=5)


@pytest.fixture
def up() -> Iterator[Up]:
    with tempfile.TemporaryDirectory(prefix="warmline-") as name:
        place = Path(name).resolve()
        for module in ("worker", "clock", "journal", "reconciler"):
            file = place / "workers" / f"{module}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(WORKER)
        (place / "workers" / "__init__.py").touch()
        (place / "webhooks").mkdir()
        (place / "webhooks" / "__init__.py").touch()
        (place / "webhooks" / "app.py").write_text(WEB)
        (place / "pids").mkdir()
        system = Up(place)
        try:
            yield system
        finally:
            for process in system.processes:
                process.terminate()
            for process in system.processes:
                process.wait(timeout=30)


def test_up_starts_everything_heals_it_and_leaves_nothing(up: Up) -> None:
    process = up.start("--workers", "2")
    running = up.ready()
    assert answers(f"{running.web_url}/healthz")
    wait_for(lambda: len(up.pids_of("workers.worker")) == 2)
    (clock,) = up.pids_of("workers.clock")

    with up.redis() as client:
        client.set("contact", "kept")
        server = int(client.info("server")["process_id"])
    os.kill(server, signal.SIGKILL)
    os.kill(clock, signal.SIGKILL)
    wait_for(lambda: not alive(server) and len(up.pids_of("workers.clock")) == 1)

    def is_back() -> bool:
        try:
            with up.redis() as client:
                return bool(client.get("contact") == "kept")
        except redis.RedisError:
            return False

    wait_for(is_back)
    left = {pid for name in ("worker", "clock") for pid in up.pids_of(f"workers.{name}")}
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert not any(alive(pid) for pid in left)
    assert find_running(up.data) is None
    assert not answers(f"{running.web_url}/healthz")


def test_a_run_that_was_killed_is_followed_by_a_clean_one_with_the_same_data(up: Up) -> None:
    first = up.start()
    secret = up.ready().environment["WARMLINE_SECRET_KEY"]
    with up.redis() as client:
        client.set("contact", "kept")
    first.kill()
    first.wait(timeout=10)
    second = up.start()
    wait_for(lambda: (running := find_running(up.data)) is not None and running.pid == second.pid)
    assert up.ready().environment["WARMLINE_SECRET_KEY"] == secret
    with up.redis() as client:
        assert client.get("contact") == "kept"


def test_a_second_run_in_the_same_folder_is_told_where_the_first_is(up: Up) -> None:
    up.start()
    running = up.ready()
    assert up.start().wait(timeout=30) == 2
    assert f"already runs in {up.data} at {running.web_url}" in (up.place / "log").read_text()
    assert answers(f"{running.web_url}/healthz")


def test_secrets_in_the_data_folder_are_for_their_owner_only(up: Up) -> None:
    up.start()
    up.ready()
    for name in ("up.json", "secrets.json"):
        assert (up.data / name).stat().st_mode & 0o077 == 0


def test_other_commands_find_the_running_system(up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    up.start()
    running = up.ready()
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(up.data))
    assert settings_here().redis_url == running.environment["WARMLINE_REDIS_URL"]
    monkeypatch.setenv("WARMLINE_REDIS_URL", "redis://elsewhere.example.com")
    assert settings_here().redis_url == "redis://elsewhere.example.com"


def test_an_own_system_takes_no_present_settings_and_is_gone_afterwards(
    up: Up, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(up.place)
    monkeypatch.setenv("WARMLINE_REDIS_URL", "redis://production.example.com")
    environ = {**SIMULATED, "PYTHONPATH": str(ROOT), "PIDS": str(up.pids)}
    with own_system(up.data, "--workers", "1", environ=environ) as running:
        assert answers(f"{running.web_url}/healthz")
        assert running.environment["WARMLINE_REDIS_URL"].startswith("unix://")
        wait_for(lambda: len(up.pids_of("workers.worker")) == 1)
        pids = up.pids_of("workers.worker")
    assert not any(alive(pid) for pid in (*pids, running.pid))
    assert not answers(f"{running.web_url}/healthz")


def test_an_own_system_that_cannot_start_shows_the_end_of_its_log(up: Up) -> None:
    environ = {"PYTHONPATH": str(ROOT), "WARMLINE_WORKERS": "none"}
    with pytest.raises(WarmlineError, match="WARMLINE_WORKERS") as error:
        own_system(up.data, environ=environ).__enter__()
    assert "up.log" in error.value.what_to_do


def test_a_port_in_use_is_replaced_and_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        system = decide({**SIMULATED, "WARMLINE_WEB_PORT": str(port)}, tmp_path)
    assert system.settings.web_port != port
    assert system.settings.public_url == f"http://127.0.0.1:{system.settings.web_port}"
    assert system.notes[0].startswith(f"Port {port} is in use; WEB_PORT is ")


def test_everything_missing_is_brought_along_and_told_to_every_process(tmp_path: Path) -> None:
    system = decide({"WARMLINE_WORKERS": "3"}, tmp_path)
    assert [spec.name for spec in processes(system)] == [
        *("redis", "simulator", "web", "worker.1", "worker.2", "worker.3"),
        *("clock", "journal", "reconciler"),
    ]
    environment = system.environment
    assert environment["WARMLINE_TWILIO_BASE_URL"] == (
        f"http://127.0.0.1:{system.settings.simulator_port}"
    )
    assert environment["WARMLINE_DATABASE_URL"] == f"sqlite:///{tmp_path}/warmline.db"
    assert system.settings.twilio_configured
    assert not system.settings.live_twilio


def test_what_the_environment_names_is_not_started(tmp_path: Path) -> None:
    given = {
        "WARMLINE_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "WARMLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "WARMLINE_TWILIO_AUTH_TOKEN": "token",
        "WARMLINE_WORKERS": "1",
    }
    system = decide(given, tmp_path)
    names = [spec.name for spec in processes(system)]
    assert names == ["web", "worker.1", "clock", "journal", "reconciler"]
    assert system.settings.live_twilio


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        ({"WARMLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32}, "WARMLINE_TWILIO_AUTH_TOKEN"),
        ({"WARMLINE_TWILIO_AUTH_TOKEN": "token"}, "WARMLINE_TWILIO_ACCOUNT_SID"),
    ],
)
def test_half_an_account_is_refused(tmp_path: Path, given: dict[str, str], lacking: str) -> None:
    with pytest.raises(SettingsError) as error:
        decide(given, tmp_path)
    assert error.value.problems[0].startswith(f"{lacking}: ")


def test_a_faster_system_counts_from_one_moment(tmp_path: Path) -> None:
    assert "WARMLINE_CLOCK_ANCHOR" not in decide({}, tmp_path).environment
    faster = decide({"WARMLINE_SPEED": "20"}, tmp_path)
    assert faster.environment["WARMLINE_CLOCK_ANCHOR"].isdigit()
    assert faster.settings.speed == 20


def test_in_production_nothing_is_made_up(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        decide({"WARMLINE_ENVIRONMENT": "production"}, tmp_path)
    assert error.value.problems[0].startswith("WARMLINE_REDIS_URL: must be set in production")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_announcement_is_no_running_system(tmp_path: Path) -> None:
    with only_one(tmp_path):
        assert find_running(tmp_path) is None
        (tmp_path / "up.json").write_text("{")
        assert find_running(tmp_path) is None
        (tmp_path / "up.json").write_text(json.dumps({"pid": 1}))
        assert find_running(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"secret_key": "x"}'])
def test_damaged_secrets_are_named_with_the_way_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    with pytest.raises(SettingsError, match=r"secrets\.json: cannot be read .* remove it"):
        decide({}, tmp_path)
