"""The stand-in for a softphone's line while the phone network is simulated.

A browser cannot speak WebRTC with the simulator, so the page's stand-in for Twilio's Device asks
here: is my phone ringing, pick up, decline, press a key, hang up. Everything goes on to the
simulator's control API, for the asker's own phone only. With Twilio itself none of this exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from console import state
from console.answers import LineCallOut, LineOut
from console.asks import LineAct, NewLine
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem

TIMEOUT_S = 3.0
_LIVE = frozenset({"ringing", "in-progress"})
_CALL = re.compile(r"CA[0-9a-fA-F]{32}")
# What a softphone can do, as the simulator calls it. Hanging up before answering is declining.
_ACTS: Mapping[LineAct.Act, str] = {
    LineAct.Act.ACCEPT: "answer",
    LineAct.Act.REJECT: "hangup",
    LineAct.Act.HANG_UP: "hangup",
    LineAct.Act.DIGITS: "digits",
}


@api.get("/softphone/line")
@api.output(LineOut)
@problems(401, 404, 503)
def show_line() -> LineOut:
    """Simulated network only: the calls at my softphone that ring or talk now."""
    return LineOut(calls=_calls(asker().identity))


@api.put("/softphone/line")
@api.input(NewLine)
@api.output(LineOut)
@problems(400, 401, 403, 404, 413, 415, 422, 503)
def set_line(json_data: NewLine) -> LineOut:
    """Simulated network only: my softphone is registered and rings, or cannot be reached."""
    identity = asker().identity
    unreachable = {} if json_data.registered else {"unreachable": True}
    _control("POST", "phones", {"address": identity, **unreachable})
    return LineOut(calls=_calls(identity))


@api.post("/softphone/line/<call>")
@api.input(LineAct)
@api.output(LineOut)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def act_on_line(call: str, json_data: LineAct) -> LineOut:
    """Simulated network only: accept, reject, hang up, or press keys in a call at my softphone."""
    identity = asker().identity
    if not _CALL.fullmatch(call) or all(each.call != call for each in _calls(identity)):
        raise Problem(404, "not_found", "There is no such call at your softphone.")
    body = {"digits": json_data.digits} if json_data.act is LineAct.Act.DIGITS else {}
    _control("POST", f"calls/{call}/{_ACTS[json_data.act]}", body)
    return LineOut(calls=_calls(identity))


def _calls(identity: str) -> list[LineCallOut]:
    found = _control("GET", f"calls?live=1&to={quote(identity, safe='')}")["calls"]
    return [
        LineCallOut(
            call=each["sid"],
            caller=each["from"],
            ringing=each["status"] == "ringing",
            hears=each["hears"],
        )
        for each in found
        if each["status"] in _LIVE and each["to"].partition("?")[0] == identity
    ]


def _control(method: str, path: str, body: object = None) -> Any:
    base = state.services().settings.twilio_base_url
    if not base:
        raise Problem(404, "not_found", "The phone network is not simulated here.")
    request = Request(
        f"{base}/sim/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT_S) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            if error.code == 409:
                # The call went on or ended in the meantime; the page asks again and sees it.
                raise Problem(409, "conflict") from None
        raise Problem(503, "unavailable") from error
    except OSError as error:
        raise Problem(503, "unavailable") from error
