"""The keys of the softphone: kept for each person, each letter for one thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from console.keys_api import DEFAULTS
from tests.console.house import Actors

PAGE = Path(__file__).parents[2] / "console/static/js/softphone/keys.js"


def test_who_chose_nothing_has_the_usual_keys(as_: Actors) -> None:
    told = as_("ana")("GET", "/me/keys").get_json()
    assert told == {"keys": DEFAULTS, "defaults": DEFAULTS}


def test_chosen_letters_are_kept_for_each_person(as_: Actors) -> None:
    chosen = as_("ana")("PUT", "/me/keys", {"keys": {"mute": "X"}})
    assert chosen.get_json()["keys"] == DEFAULTS | {"mute": "X"}
    assert as_("ana")("GET", "/me/keys").get_json()["keys"]["mute"] == "X"
    assert as_("ben")("GET", "/me/keys").get_json()["keys"] == DEFAULTS
    as_("ana")("PUT", "/me/keys", {"keys": {}})
    assert as_("ana")("GET", "/me/keys").get_json()["keys"] == DEFAULTS


@pytest.mark.parametrize("keys", [{"mute": "A"}, {"mute": "7"}, {"mute": "xy"}, {"sing": "S"}])
def test_a_letter_does_one_thing_and_things_are_known(as_: Actors, keys: dict[str, str]) -> None:
    answer = as_("ana")("PUT", "/me/keys", {"keys": keys})
    assert (answer.status_code, answer.get_json()["reason"]) == (422, "invalid")
    assert as_("ana")("GET", "/me/keys").get_json()["keys"] == DEFAULTS


def test_the_page_knows_the_same_things_and_letters() -> None:
    rows = re.findall(r'name: "(\w+)".*?letter: "(\w)"', PAGE.read_text())
    assert dict(rows) == DEFAULTS
