"""Whatever is sent, the REST surface answers in Twilio's form and stays whole."""

from __future__ import annotations

import base64
import json
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.api import ApiRequest, ApiResponse
from simulator.inprocess import InProcess
from simulator.rest.app import ROUTES, handle

NAMES = [
    "To", "From", "Url", "Twiml", "Method", "Status", "Timeout", "TimeLimit", "Label", "Hold",
    "HoldUrl", "Muted", "Beep", "Coaching", "CallSidToCoach", "EndConferenceOnExit", "WaitUrl",
    "ApplicationSid", "SendDigits", "MachineDetection", "MachineDetectionTimeout", "StatusCallback",
    "StatusCallbackEvent", "AnnounceUrl", "FriendlyName", "PhoneNumber", "VoiceUrl", "VoiceMethod",
    "MaxSize", "Body", "SendAt", "ScheduleType", "Page", "PageSize", "PageToken", "StartTime",
    "StartTime<", "DateCreated>", "ConferenceRecord", "MaxParticipants", "Record", "VoiceMethod",
]  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "", "true", "false", "-1", "0", "1", "60", "9" * 30, "+15550100000", "+15550100001",
            "client:a", "sip:a@b", "http://a.example/x", "http://", "http://[", "javascript:0",
            "https://a.example:99999/", "completed", "canceled", "in-progress", "Enable", "POST",
            "2026-01-05", "2026-13-45T", "a\r\nb", "\x00", "<Response/>", "²", "٣", "Front",
        ]
    ),
)  # fmt: skip
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)
SUCCESS = {"GET": {200}, "POST": {200, 201}, "DELETE": {204}}


def templates() -> list[str]:
    """The paths of all routes, with {} where a sid belongs."""
    found = []
    for route in ROUTES:
        path = re.sub(r"\(\?P<\w+>.*?\)", "{}", route.pattern.pattern)
        found.append(path.removesuffix(r"\Z").replace("\\", ""))
    return found


def network() -> tuple[InProcess, list[str]]:
    """A network with one of each thing, and their sids."""
    box = InProcess()
    box.network.switches.calls_per_second = 0.0
    send(box, "POST", "/IncomingPhoneNumbers.json", (("PhoneNumber", "+15550100000"),))
    dial = (("To", "+15550100001"), ("From", "+15550100000"))
    send(box, "POST", "/Calls.json", (*dial, ("Twiml", "<Response/>")))
    send(box, "POST", "/Conferences/desk/Participants.json", (*dial, ("Label", "a")))
    send(box, "POST", "/Queues.json", (("FriendlyName", "q"),))
    net = box.network
    things = (net.numbers, net.calls, net.conferences, net.queues)
    return box, [sid for kept in things for sid in kept]


def send(
    box: InProcess,
    method: str,
    path: str,
    form: tuple[tuple[str, str], ...] = (),
    query: tuple[tuple[str, str], ...] = (),
) -> ApiResponse:
    """One request with the account's credentials."""
    account = box.network.account
    token = base64.b64encode(f"{account.sid}:{account.auth_token}".encode()).decode()
    return handle(
        box.network,
        ApiRequest(
            method,
            f"/2010-04-01/Accounts/{account.sid}{path}",
            query,
            form,
            {"authorization": f"Basic {token}"},
        ),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    template=st.sampled_from(templates()),
    parts=st.lists(st.one_of(st.integers(0, 3), st.text(max_size=12)), min_size=2, max_size=2),
    form=FIELDS,
    query=FIELDS,
)
def test_every_answer_has_twilios_form(
    method: str,
    template: str,
    parts: list[int | str],
    form: list[tuple[str, str]],
    query: list[tuple[str, str]],
) -> None:
    box, sids = network()
    before = (len(box.network.calls), len(box.network.conferences))
    names = [sids[part % len(sids)] if isinstance(part, int) else part for part in parts]
    pieces = template.split("{}")
    path = pieces[0] + "".join(name + piece for name, piece in zip(names, pieces[1:], strict=False))
    answer = send(box, method, path, tuple(form), tuple(query))
    if answer.status in SUCCESS[method]:
        assert answer.status == 204 or json.loads(answer.body)
    else:
        assert answer.status in (400, 404, 405, 409)
        body = json.loads(answer.body)
        assert set(body) == {"code", "message", "more_info", "status"}
        assert body["status"] == answer.status
        assert (len(box.network.calls), len(box.network.conferences)) == before
    box.advance(5)
