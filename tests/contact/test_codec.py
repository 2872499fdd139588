"""What is stored can be read, by older and newer versions; what cannot be read says so."""

from __future__ import annotations

import json

import pytest

from telephony.contact import events as ev
from telephony.contact.codec import Corrupt, decode, encode, event_data
from telephony.contact.model import Stage, Target, TargetKind, TransferMode
from tests.contact.stages import STAGES


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_stored_and_read_again(stage: Stage) -> None:
    contact = STAGES[stage]().contact
    assert decode(encode(contact)) == contact
    assert decode(encode(contact).encode()) == contact


def test_fields_of_a_newer_version_are_left_alone_and_missing_ones_take_their_default() -> None:
    contact = STAGES[Stage.MENU]().contact
    body = json.loads(encode(contact))
    body["invented_later"] = 1
    body.pop("looked", None)
    assert decode(json.dumps(body)).id == contact.id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format":2}',
        '{"format":1}',
        '{"format":1,"id":7}',
        '{"format":1,"id":"a","version":true}',
    ],
)
def test_what_cannot_be_read_is_corrupt(text: str) -> None:
    with pytest.raises(Corrupt):
        decode(text)


@pytest.mark.parametrize(("field", "value"), [("stage", "nowhere"), ("version", "1"), ("legs", 3)])
def test_a_value_of_another_kind_is_corrupt(field: str, value: object) -> None:
    body = json.loads(encode(STAGES[Stage.TALKING]().contact))
    body[field] = value
    with pytest.raises(Corrupt):
        decode(json.dumps(body))


def test_the_journal_gets_the_fields_of_an_event() -> None:
    target = Target(TargetKind.AGENT, "eve")
    asked = ev.TransferAsked("client:ana", target, TransferMode.COLD)
    assert event_data(asked) == {
        "by": "client:ana",
        "target": {"kind": "agent", "value": "eve"},
        "mode": "cold",
    }
