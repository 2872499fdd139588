"""What is stored can be read, by older and newer versions; what cannot be read says so."""

from __future__ import annotations

import json

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.codec import Corrupt, decode, encode, event_data, event_text
from telephony.contact.model import Stage, TransferMode
from telephony.contact.plans import Target, TargetKind
from telephony.contact.records import replace
from tests.contact.stages import STAGES


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_stored_and_read_again(stage: Stage) -> None:
    contact = STAGES[stage]().contact
    assert decode(encode(contact)) == contact
    assert decode(encode(contact).decode()) == contact


def test_an_event_is_written_for_the_journal_as_its_readers_see_it() -> None:
    target = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    asked = ev.TransferAsked("client:ana", target, TransferMode.WARM, "invoice 7")
    assert json.loads(event_text(asked)) == event_data(asked)


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
        '{"format":2,"id":7}',
        '{"format":2,"id":"a","version":true}',
        '{"id":"\\ud800"}',
        b'{"id":"\xff"}',
        b"\xff",
        '{"later":' + "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_corrupt(text: str | bytes) -> None:
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


WRITTEN_BEFORE = (
    '{"format":2,"id":"a1","version":7,"customer":"+12025550199","dialled":"+12025550100","language":"en",'
    '"stage":"transfer","since":1800000000000,"created":1799999990000,"serial":9,"path":["1"],'
    '"legs":[{"id":"l1","role":"customer","address":"+12025550199","state":"joined","since":5,'
    '"call":"CA1","held":true,"sequence":4,"talked":true},{"id":"l2","role":"agent",'
    '"address":"client:ana","state":"ended","since":6,"outcome":"accepted","ending":"hung_up"}],'
    '"hunt":{"id":"h3","purpose":"transfer","target":{"kind":"department","value":"billing"},'
    '"state":"ringing","since":7,"plan":{"target":"billing","name":"Billing","strategy":"all",'
    '"ring_ms":20000,"rounds":2,"pause_ms":0,"ladder":[{"kind":"agent","department":""},'
    '{"kind":"overflow","department":"sales"}],"caller_id":""},"round":1,"waves":[[{"candidate":{"key":"eve",'
    '"name":"Eve \u00fc \\"E\\"","address":"client:eve"},"delay_ms":0,"ring_ms":20000}]]},'
    '"pending":[{"id":"k8","key":"dial:l4","command":{"type":"Dial","leg":"l4","to":"client:eve",'
    '"caller_id":"","ring_ms":20000,"customer":false,"urgent":true},"ready":8}],'
    '"timers":[{"name":"watch","due":1800000020000}]}'
)
"""A record as it was written when this format began."""


def test_a_record_of_an_earlier_version_is_read_and_written_as_it_was() -> None:
    contact = decode(WRITTEN_BEFORE)
    assert contact.legs[0].held
    assert contact.hunt is not None
    assert contact.hunt.waves[0][0].candidate.name == 'Eve ü "E"'
    assert contact.pending[0].command == co.Dial("l4", "client:eve", "", 20_000, False, True)
    assert encode(contact).decode() == WRITTEN_BEFORE
    newer = WRITTEN_BEFORE.replace('"version":7', '"version":8')
    assert encode(replace(contact, version=8)).decode() == newer


def test_what_is_not_known_is_left_alone_in_every_part() -> None:
    def with_more(value: object) -> object:
        if isinstance(value, dict):
            return {"invented": [{}], **{name: with_more(each) for name, each in value.items()}}
        return [with_more(each) for each in value] if isinstance(value, list) else value

    more = json.dumps(with_more(json.loads(WRITTEN_BEFORE)))
    assert decode(more) == decode(WRITTEN_BEFORE)


WORDS = '"legs":[{"id":"l1","role":"customer"'


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (WORDS, WORDS.replace("customer", "stranger")),
        ('"held":true', '"held":1'),
        ('"held":true', '"held":null'),
        ('"call":"CA1"', '"call":null'),
        ('"sequence":4', '"sequence":4.0'),
        ('"sequence":4', '"sequence":true'),
        ('"outcome":"accepted"', '"outcome":[]'),
        ('"path":["1"]', '"path":[1]'),
        ('"path":["1"]', '"path":"1"'),
        ('"id":"h3",', ""),
        ('"hunt":{', '"hunt":[],"other":{'),
        ('"type":"Dial"', '"type":"Explode"'),
        ('"type":"Dial",', ""),
        ('"format":2', '"format":1'),
    ],
)
def test_a_part_that_does_not_fit_is_corrupt(was: str, becomes: str) -> None:
    assert was in WRITTEN_BEFORE
    with pytest.raises(Corrupt):
        decode(WRITTEN_BEFORE.replace(was, becomes))
