from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from telephony.bootstrap import build
from telephony.routing.example import EXAMPLE_FILE, example_company
from telephony.routing.text import from_yaml
from telephony.settings import load_settings
from telephony.store.ledger import migrate
from warmline.cli import group

EXAMPLE = str(EXAMPLE_FILE)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, so that no published routing of this machine is seen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARMLINE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("WARMLINE_DATABASE_URL", raising=False)


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(group, ["routing", *arguments], input=given)


def broken(old: str, new: str) -> str:
    text = EXAMPLE_FILE.read_text()
    assert old in text
    return text.replace(old, new)


def test_a_clean_file_passes_the_linter() -> None:
    result = run("lint", EXAMPLE)
    assert (result.exit_code, result.stdout) == (0, "Nothing to complain about.\n")


def test_lint_leaves_with_one_when_there_are_errors() -> None:
    text = broken("ladder: [{overflow: support}, callback, message, ticket]", "ladder: []")
    result = run("lint", "-", "--json", given=text)
    assert result.exit_code == 1
    found = json.loads(result.stdout)["findings"]
    assert [(each["severity"], each["code"]) for each in found] == [("error", "ladder_without_end")]


def test_lint_leaves_with_two_and_every_problem_when_the_file_is_no_routing() -> None:
    text = broken("client:ana", "ana").replace("longest_idle", "loudest")
    result = run("lint", "-", "--json", given=text)
    assert result.exit_code == 2
    paths = [problem["path"] for problem in json.loads(result.stdout)["problems"]]
    assert paths == ["departments.sales.members[0].address", "departments.sales.strategy"]
    for_people = run("lint", "-", given=text)
    assert for_people.exit_code == 2
    assert "departments.sales.strategy" in for_people.stderr


def test_explain_reads_a_bare_time_by_the_departments_clock() -> None:
    moment = "2026-11-24T17:55"
    result = run("explain", "billing", "--at", moment, "--busy", "dan", "--file", EXAMPLE, "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["at"] == "2026-11-24T17:55:00-05:00"
    ringing = [step["member"] for step in answer["steps"] if step["kind"] == "ring"]
    assert ringing == ["carla", "billing_desk", "carla", "billing_desk"]


@pytest.mark.parametrize(
    "arguments",
    [("atlantis",), ("billing", "--busy", "nobody"), ("billing", "--at", "teatime")],
)
def test_explain_refuses_what_it_does_not_know(arguments: tuple[str, ...]) -> None:
    result = run("explain", *arguments, "--file", EXAMPLE)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_what_was_imported_is_exported_and_used_without_a_file() -> None:
    before = run("export")
    assert from_yaml(before.stdout) == example_company()
    assert "Nothing has been published yet" in before.stderr
    imported = run("import", "-", "--json", given=broken("Harbor Supplies", "Lakeside"))
    assert (imported.exit_code, json.loads(imported.stdout)["version"]) == (0, 1)
    after = run("export")
    assert from_yaml(after.stdout).name == "Lakeside"
    assert after.stderr == ""
    assert run("import", EXAMPLE).stdout == (
        "name: Lakeside became Harbor Supplies\nVersion 2 is now in force.\n"
    )


def test_what_was_imported_is_what_a_running_process_routes_its_next_call_by(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WARMLINE_REDIS_URL", redis_url)
    with closing(build(load_settings())) as running:
        migrate(running.ledger)
        assert running.routing.company().name == "Harbor Supplies"
        run("import", "-", given=broken("Harbor Supplies", "Lakeside"))
        running.ledger.close()  # What is found now was told by the import, not by SQL.
        assert running.routing.newest().name == "Lakeside"


def test_a_routing_with_errors_is_published_only_on_demand() -> None:
    text = broken("ladder: [{overflow: support}, callback, message, ticket]", "ladder: []")
    refused = run("import", "-", given=text)
    assert refused.exit_code == 1
    assert "Not published" in refused.stderr
    assert "example company" in run("export").stderr
    assert run("import", "-", "--anyway", given=text).exit_code == 0


def test_describe_tells_what_each_department_does() -> None:
    told = json.loads(run("describe", EXAMPLE, "--json").stdout)
    assert list(told) == list(example_company().departments)
    assert run("describe", EXAMPLE).stdout.startswith("Sales is open day and night.")


def test_every_command_explains_itself() -> None:
    for command in ("lint", "explain", "describe", "export", "import"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.stdout
