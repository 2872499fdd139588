"""`warmline verify-trace` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.verify.stage import DESK, Play, handed_over, talking, waiting
from warmline.cli import group


def _run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(group, ["verify-trace", str(file), *options])


def _written(folder: Path, play: Play) -> Path:
    file = folder / "trace.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in play.numbered()))
    return file


def test_a_clean_trace_ends_with_0_and_names_what_could_not_be_judged(tmp_path: Path) -> None:
    done = _run(_written(tmp_path, handed_over()))
    assert done.exit_code == 0
    assert " S1  holds" in done.output
    assert " S5  not judged: no outcomes were handed over" in done.output


def test_a_violation_ends_with_1_and_says_where(tmp_path: Path) -> None:
    done = _run(_written(tmp_path, talking().down(20, "ana", "service", "R")))
    assert done.exit_code == 1
    assert "S3 at 20.000 s" in done.output
    assert " S3  1 violations" in done.output


def test_json_has_every_invariant_and_every_finding(tmp_path: Path) -> None:
    done = _run(_written(tmp_path, waiting().down(30, "mary", "service", "R")), "--json")
    report = json.loads(done.output)
    assert (done.exit_code, report["clean"]) == (1, False)
    assert len(report["violations"]) == 15
    assert [each["invariant"] for each in report["found"]] == ["S1"]
    assert report["counts"]["contacts"] == 1


def test_another_application_has_its_own_key_and_words(tmp_path: Path) -> None:
    play = waiting().dials(5, "desk", DESK).answers(9, "desk").presses(9.5, "desk", "5")
    play.joins(10, "desk").talk(10, "mary", "desk").leaves(20, "mary")
    play.told(20, "mary", "We will phone you. Bye!").down(25, "mary", "service")
    file = _written(tmp_path, play.down(26, "desk", "self", "R"))
    assert _run(file).exit_code == 1
    assert _run(file, "--accept-keys", "15", "--told", "we will phone you").exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no json\n", "Line 1 of"),
        ("[1]\n", "is not a JSON object"),
        ('{"seq":1,"t":0,"kind":"call.dialled","call":"x"}\n', "is not as documented"),
        ('{"a":1}\n', "is not as documented"),
    ],
)
def test_what_is_no_trace_ends_with_2_and_says_what_to_do(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text(text)
    done = _run(file)
    assert done.exit_code == 2
    assert told in done.output


def test_kinds_of_a_newer_network_are_passed_over(tmp_path: Path) -> None:
    play = handed_over().line(81, "weather", wind=3)
    assert _run(_written(tmp_path, play)).exit_code == 0
