from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
import redis
from click.testing import CliRunner

from console.identity import SESSION_LABEL
from telephony.embedded import EmbeddedRedis
from telephony.errors import Conflict
from telephony.store.ledger import (
    check_password,
    issue_token,
    migrate,
    open_ledger,
    user,
    user_for_token,
)
from warmline import cli
from warmline.cli import COMMANDS, Entry, group

AVAILABLE = [name for name, entry in COMMANDS.items() if entry.exists]


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(group, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_overview_names_every_installed_command_without_importing_it() -> None:
    program = (
        "import sys; from warmline.cli import group\n"
        "group(['--help'], standalone_mode=False)\n"
        "assert 'warmline.up' not in sys.modules and 'sqlalchemy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in AVAILABLE:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("name", AVAILABLE)
def test_every_command_has_help(name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert out.startswith("Usage: ")


def test_a_command_whose_module_is_missing_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"gone": Entry("warmline.gone:command", "Not here."), "away": Entry("away.a:b", "")}
    monkeypatch.setattr(cli, "COMMANDS", {**COMMANDS, **absent})
    assert "gone" not in run("--help")[1]
    assert run("gone")[0] == 2
    assert run("away")[0] == 2


def test_an_error_of_ours_is_one_sentence_what_to_do_and_code_2(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @click.command()
    def command() -> None:
        raise Conflict("Somebody was first.", what_to_do="Look again.")

    monkeypatch.setattr(Entry, "load", lambda entry: command)
    code, out, err = run("doctor")
    assert (code, out, err) == (2, "", "Error: Somebody was first.\nLook again.\n")


def test_a_person_is_added_once(data_dir: Path) -> None:
    arguments = ("user", "add", "ana", "--role", "admin", "--password", "correct horse")
    code, out, _ = run(*arguments)
    assert code == 0
    assert "ana may sign in as admin" in out
    ledger = open_ledger(f"sqlite:///{data_dir}/warmline.db")
    assert user(ledger, "ana").role == "admin"
    ledger.close()
    code, _, err = run(*arguments)
    assert code == 2
    assert "taken" in err


def test_a_token_and_a_new_password_let_a_person_in(data_dir: Path) -> None:
    run("user", "add", "ana", "--password", "correct horse")
    code, out, _ = run("user", "token", "ana", "--label", "script", "--json")
    assert code == 0
    ledger = open_ledger(f"sqlite:///{data_dir}/warmline.db")
    found = user_for_token(ledger, json.loads(out)["token"], now=0)
    assert found is not None
    assert (found.user.name, found.token.label) == ("ana", "script")
    assert run("user", "password", "ana", "--password", "battery staple")[0] == 0
    assert check_password(ledger, "ana", "battery staple") is not None
    ledger.close()
    for command in (("token", "nobody"), ("password", "nobody", "--password", "battery staple")):
        code, _, err = run("user", *command)
        assert code == 2
        assert "nobody" in err


def test_a_new_password_ends_the_sessions_and_leaves_the_programs(data_dir: Path) -> None:
    run("user", "add", "ana", "--password", "correct horse")
    ledger = open_ledger(f"sqlite:///{data_dir}/warmline.db")
    stolen = issue_token(ledger, "ana", SESSION_LABEL, now=1).plain
    script = issue_token(ledger, "ana", "script", now=1).plain
    assert run("user", "password", "ana", "--password", "battery staple")[0] == 0
    assert user_for_token(ledger, stolen, now=2) is None
    assert user_for_token(ledger, script, now=2) is not None
    ledger.close()


def test_somebody_who_has_left_is_kept_out_and_may_come_back(data_dir: Path) -> None:
    run("user", "add", "ana", "--password", "correct horse")
    ledger = open_ledger(f"sqlite:///{data_dir}/warmline.db")
    session = issue_token(ledger, "ana", SESSION_LABEL, now=1).plain
    script = issue_token(ledger, "ana", "script", now=1).plain
    code, out, told = run("user", "disable", "ana")
    assert (code, "kept out" in out) == (0, True)
    assert "client:ana may be rung in vain" in told, "there is no Redis here to say it to"
    assert check_password(ledger, "ana", "correct horse") is None
    assert user_for_token(ledger, script, now=2) is None
    assert run("user", "enable", "ana")[0] == 0
    assert check_password(ledger, "ana", "correct horse") is not None
    assert user_for_token(ledger, script, now=2) is not None
    assert user_for_token(ledger, session, now=2) is None
    assert run("user", "disable", "nobody")[0] == 2
    ledger.close()


def test_the_doctor_finds_a_healthy_redis_and_database(
    data_dir: Path, redis_server: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLINE_REDIS_URL", redis_server.url)
    ledger = open_ledger(f"sqlite:///{data_dir}/warmline.db")
    migrate(ledger)
    ledger.close()
    code, out, _ = run("doctor", "--json")
    report = json.loads(out)
    levels = {finding["check"]: finding["level"] for finding in report["findings"]}
    assert code == 0
    assert report["ok"] is True
    assert levels["redis appendonly"] == levels["redis maxmemory-policy"] == "ok"
    assert levels["sql"] == "ok"
    assert levels["twilio"] == "warn"


def test_the_doctor_says_what_to_do_about_a_forgetful_redis(
    data_dir: Path, redis_server: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLINE_REDIS_URL", redis_server.url)
    with redis.Redis.from_url(redis_server.url, socket_timeout=5) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            _, out, _ = run("doctor")
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert "! warn  redis maxmemory-policy: allkeys-lru" in out
    assert "CONFIG SET maxmemory-policy noeviction" in out


def test_the_doctor_fails_without_redis_and_warns_of_a_misspelt_variable(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLINE_REDIS_URL", f"unix://{data_dir}/nothing.sock")
    monkeypatch.setenv("WARMLINE_PUBLIK_URL", "https://calls.example.com")
    code, out, _ = run("doctor")
    assert code == 1
    assert "✗ fail  redis: not reachable" in out
    assert "WARMLINE_PUBLIK_URL is not read" in out


def test_the_doctor_reports_settings_that_cannot_be_used(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARMLINE_WORKERS", "many")
    code, out, _ = run("doctor")
    assert code == 1
    assert "✗ fail  settings: WARMLINE_WORKERS: " in out


@pytest.mark.parametrize(
    "arguments",
    [("demo", "--once", "--story", "99"), ("check-model", "--depth", "0")],
)
def test_what_would_do_nothing_is_refused(data_dir: Path, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert arguments[-2] in err


def test_a_folder_that_cannot_hold_the_data_is_named(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    code, _, err = run("up", "--data-dir", str(data_dir / "file" / "data"))
    assert code == 2
    assert "WARMLINE_DATA_DIR" in err
