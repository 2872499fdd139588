"""Every field that the SDK reads from a resource is in the JSON, in the type the SDK expects."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import textwrap
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.simulator.rest_support import Box, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

RESOURCES = "twilio.rest.api.v2010.account"
ALICE = "+15550106001"
BOB = "+15550106002"


def fields_read(module: str, name: str) -> dict[str, str]:
    """Field name -> the type that the SDK's constructor annotates it with."""
    instance = getattr(importlib.import_module(f"{RESOURCES}{module}"), name)
    source = textwrap.dedent(inspect.getsource(instance.__init__))
    found = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            match = re.search(r"payload\.get\(\s*'(\w+)'", ast.unparse(node.value))
            if match:
                found[match[1]] = ast.unparse(node.annotation)
    return found


def fits(value: Any, annotation: str) -> bool:
    """Whether a JSON value has the type that the SDK's annotation names."""
    if value is None:
        return True
    if "datetime" in annotation:
        return (
            isinstance(value, str)
            and value.endswith("+0000")
            and bool(parsedate_to_datetime(value))
        )
    if "bool" in annotation:
        return isinstance(value, bool)
    if "int" in annotation or "float" in annotation:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if "Dict" in annotation:
        return isinstance(value, dict)
    return isinstance(value, str)


def account(box: Box) -> str:
    return ""


def call(box: Box) -> str:
    return "/Calls/" + box.dial(ALICE)


def conference(box: Box) -> str:
    return "/Conferences/" + box.in_room("r", ALICE)[1]


def participant(box: Box) -> str:
    sid, room = box.in_room("r", ALICE)
    return f"/Conferences/{room}/Participants/{sid}"


def message(box: Box) -> str:
    made = box.client.messages.create(to=ALICE, from_=box.number, body="Hello")
    return f"/Messages/{made.sid}"


def number(box: Box) -> str:
    return f"/IncomingPhoneNumbers/{box.client.incoming_phone_numbers.list()[0].sid}"


def application(box: Box) -> str:
    return f"/Applications/{box.client.applications.create(friendly_name='a').sid}"


def key(box: Box) -> str:
    return f"/Keys/{box.client.new_keys.create(friendly_name='k').sid}"


def queue(box: Box) -> str:
    return f"/Queues/{box.client.queues.create(friendly_name='q').sid}"


def member(box: Box) -> str:
    box.phone(ALICE, answer_after=0)
    box.dial(ALICE, "<Response><Enqueue waitUrl=''>q</Enqueue></Response>")
    found = eventually(lambda: [q for q in box.client.queues.list() if q.current_size])
    return f"/Queues/{found[0].sid}/Members/Front"


def room_recording(box: Box) -> str:
    _, room = box.in_room("r", ALICE, record="record-from-start")
    box.in_room("r", BOB)
    made = eventually(box.client.conferences(room).recordings.list)[0]
    return f"/Conferences/{room}/Recordings/{made.sid}"


def call_recording(box: Box) -> str:
    box.phone(ALICE, answer_after=0)
    sid = box.dial(ALICE, record=True)
    made = eventually(box.client.calls(sid).recordings.list)[0]
    return f"/Calls/{sid}/Recordings/{made.sid}"


def account_recording(box: Box) -> str:
    return "/Recordings/" + call_recording(box).rpartition("/")[2]


@pytest.mark.parametrize(
    ("make", "module", "instance"),
    [
        (account, "", "AccountInstance"),
        (call, ".call", "CallInstance"),
        (conference, ".conference", "ConferenceInstance"),
        (participant, ".conference.participant", "ParticipantInstance"),
        (message, ".message", "MessageInstance"),
        (number, ".incoming_phone_number", "IncomingPhoneNumberInstance"),
        (application, ".application", "ApplicationInstance"),
        (key, ".key", "KeyInstance"),
        (queue, ".queue", "QueueInstance"),
        (member, ".queue.member", "MemberInstance"),
        (room_recording, ".conference.recording", "RecordingInstance"),
        (call_recording, ".call.recording", "RecordingInstance"),
        (account_recording, ".recording", "RecordingInstance"),
    ],
)
def test_the_json_has_every_field_the_sdk_reads(
    box: Box, make: Callable[[Box], str], module: str, instance: str
) -> None:
    """fact: §1.6 dates are RFC 2822 in GMT, flags are JSON booleans, and no field is missing."""
    path = f"/2010-04-01/Accounts/{box.account_sid}{make(box)}.json"
    answer = box.client.request("GET", box.base_url + path)
    assert answer.status_code == 200, answer.text
    body = json.loads(answer.text)
    expected = fields_read(module, instance)
    assert len(expected) >= 4
    assert set(expected) - set(body) == set()
    wrong = {
        name: body[name]
        for name, annotation in expected.items()
        if name != "capabilities" and not fits(body[name], annotation)
    }
    assert wrong == {}
    for uri in (body.get("subresource_uris") or {}).values():
        assert uri.startswith(f"/2010-04-01/Accounts/{box.account_sid}/")
    if "uri" in body and not path.endswith("Front.json"):
        assert body["uri"] == path


def test_a_new_key_has_every_field_the_sdk_reads(box: Box) -> None:
    answer = box.client.request(
        "POST", f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}/Keys.json"
    )
    assert answer.status_code == 201
    assert set(fields_read(".new_key", "NewKeyInstance")) - set(json.loads(answer.text)) == set()
