"""The manual says what there is: every option, path, behaviour, fault and switch."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from simulator.behaviour import Phone, parse
from simulator.cli import simulator
from simulator.faults import NAMES
from simulator.rest.app import ROUTES
from simulator.switches import Switches

MANUAL = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")


def named(text: str) -> bool:
    """Whether the manual has it between backticks."""
    return re.search(rf"`[^`\n]*{re.escape(text)}[^`\n]*`", MANUAL) is not None


@pytest.mark.parametrize("name", sorted({f.name for f in fields(Switches)} | NAMES))
def test_every_switch_and_fault_is_explained(name: str) -> None:
    assert named(name)


@pytest.mark.parametrize("name", [f.name for f in fields(Phone)])
def test_every_behaviour_is_explained_and_understood(name: str) -> None:
    assert named(name) or f'"{name}"' in MANUAL
    value = "1" if name in ("press", "say") else 1
    assert parse({"address": "+15550100001", **({} if name == "address" else {name: value})})


def test_every_option_is_explained() -> None:
    options = [option for parameter in simulator.params for option in parameter.opts]
    assert [option for option in options if not named(option)] == []


def test_every_path_is_listed_with_its_methods() -> None:
    rows = dict(re.findall(r"^\| `([^`]+)`[^|]*\| ([A-Z ]+) \|", MANUAL, re.MULTILINE))
    listed = {path: tuple(sorted(methods.split())) for path, methods in rows.items()}
    for route in ROUTES:
        template = re.sub(r"\(\?P<(\w+)>.*?\)", r"{\1}", route.pattern.pattern)
        path = template.removesuffix(r"\Z").replace("\\", "")
        assert listed[path] == tuple(sorted(route.handlers)), path
