"""/sim/…: the hands on the phones, the faults and the switches. Local use only, no sign-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulator import behaviour, calls, faults, given, inbound, switches
from simulator.api import ApiRequest, ApiResponse, as_json
from simulator.network import Network
from simulator.phones import address_of
from simulator.trace import as_line
from simulator.world import Call, Number

MARKS = frozenset({"cast", "healed", "rest_time"})


class Refused(Exception):
    """A control request that cannot be done; ``status`` 400, 404, 405 or 409."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def handle(net: Network, request: ApiRequest) -> ApiResponse:
    """Answer one /sim/ request."""
    parts = request.path.strip("/").split("/")[1:]
    try:
        if request.method == "GET":
            return _read(net, parts, dict(request.query))
        return _write(net, request.method, parts, _body(request))
    except Refused as refused:
        return as_json(refused.status, {"error": str(refused)})
    except ValueError as error:
        return as_json(400, {"error": str(error)})


def _body(request: ApiRequest) -> dict[str, Any]:
    if request.form or not request.body:
        return dict(request.form)
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value


def _call(net: Network, sid: str) -> Call:
    call = net.calls.get(sid)
    if call is None:
        raise Refused(404, f"there is no call {sid}")
    return call


# Reading -------------------------------------------------------------------------------------


def _read(net: Network, parts: list[str], query: dict[str, str]) -> ApiResponse:
    match parts:
        case ["calls"]:
            return as_json(200, {"calls": [describe(net, call) for call in _chosen(net, query)]})
        case ["calls", sid]:
            return as_json(200, describe(net, _call(net, sid)))
        case ["phones"]:
            return as_json(200, {"phones": [asdict(p) for p in net.phones.values()]})
        case ["numbers"]:
            return as_json(200, {"numbers": [_number(each) for each in net.list_numbers()]})
        case ["faults"]:
            return as_json(200, {"faults": [asdict(f) for f in net.faults]})
        case ["switches"]:
            return as_json(200, asdict(net.switches))
        case ["alerts"]:
            return as_json(200, {"alerts": [asdict(a) for a in net.alerts]})
        case ["trace"]:
            return trace(net, first_wanted(query))
    raise Refused(404, "there is nothing at this address")


def _chosen(net: Network, query: dict[str, str]) -> list[Call]:
    """All calls, or those that are live and at one address."""
    to, live = query.get("to", ""), query.get("live", "") not in {"", "0", "false"}
    return [
        call
        for call in net.calls.values()
        if (call.live or not live) and to in {"", address_of(call.to)}
    ]


def _number(number: Number) -> dict[str, str]:
    return {"phone_number": number.phone_number, "friendly_name": number.friendly_name}


def first_wanted(query: dict[str, str]) -> int:
    """The number above which trace lines are asked for; ValueError if it is none."""
    return given.whole("after", query.get("after") or 0, 0, 10**12)


def wait_wanted(query: dict[str, str]) -> float:
    """How many wall seconds a reader of the trace will wait; ValueError if it is no number."""
    return given.number("wait", query.get("wait") or 0)


def trace(net: Network, after: int) -> ApiResponse:
    """Trace lines above a number, as JSON lines."""
    text = "".join(as_line(line) + "\n" for line in net.trace.after(after))
    return ApiResponse(200, text.encode(), {"Content-Type": "application/x-ndjson"})


def describe(net: Network, call: Call) -> dict[str, Any]:
    """One call as its phone knows it: status, room, what it hears, with whom it can speak."""
    room = net.conferences.get(call.room)
    participant = room.participants.get(call.sid) if room else None
    return {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "direction": call.direction,
        "status": call.status,
        "by": call.answered_kind,
        "parent": call.parent_sid,
        "room": call.room,
        "room_name": room.friendly_name if room else "",
        "label": participant.label if participant else "",
        "hold": participant.hold if participant else False,
        "muted": participant.muted if participant else False,
        "hears": call.hears or "silence",
        "with": list(call.talks_with),
        "said": call.said,
        "gathering": any(s.gather is not None for s in calls.listeners(net, call)),
        "params": call.custom or call.extra,
        "since": round(call.created, 3),
        "answered": None if call.answered is None else round(call.answered, 3),
        "ended": None if call.ended is None else round(call.ended, 3),
    }


# Writing -------------------------------------------------------------------------------------


def _write(net: Network, method: str, parts: list[str], value: dict[str, Any]) -> ApiResponse:
    if method == "DELETE" and parts == ["faults"]:
        net.faults.clear()
        return as_json(200, {"faults": []})
    if method == "DELETE" and parts == ["phones"]:
        net.phones.clear()
        return as_json(200, {"phones": []})
    if method != "POST":
        raise Refused(405, f"{method} is not possible here")
    match parts:
        case ["phones"]:
            phone = behaviour.parse(value)
            net.phones[phone.address] = phone
            return as_json(201, asdict(phone))
        case ["calls"]:
            return as_json(201, describe(net, dial_in(net, value)))
        case ["calls", sid, act] if act in ACTS:
            return as_json(200, describe(net, act_on(net, _call(net, sid), act, value)))
        case ["faults"]:
            return _fault(net, value)
        case ["switches"]:
            switches.change(net.switches, value)
            return as_json(200, asdict(net.switches))
        case ["trace"]:
            return _mark(net, value)
    raise Refused(404, "there is nothing at this address")


def dial_in(net: Network, value: dict[str, Any]) -> Call:
    """A phone calls a number of the account, or a softphone one of its applications."""
    from_, to, forwarded = (
        given.text(name, value.get(name, "")) for name in ("from", "to", "forwarded_from")
    )
    if not from_ or not to:
        raise ValueError("a call needs from and to")
    params = value.get("params") or {}
    if not isinstance(params, dict):
        raise ValueError("params must be an object of names and values")
    try:
        return inbound.place(net, from_, to, {k: str(v) for k, v in params.items()}, forwarded)
    except ValueError as error:
        raise Refused(404, str(error)) from error


def _answer(net: Network, call: Call, value: dict[str, Any]) -> None:
    del value
    if call.status != "ringing" or call.direction == "inbound":
        raise Refused(409, f"the call is {call.status}: there is no ringing phone to answer")
    calls.answer(net, call)


def _digits(net: Network, call: Call, value: dict[str, Any]) -> None:
    digits = given.text("digits", value.get("digits", ""))
    if not behaviour.valid_keys(digits):
        raise ValueError(behaviour.NOT_KEYS)
    calls.press(net, call, digits)


def _speech(net: Network, call: Call, value: dict[str, Any]) -> None:
    sentence = given.text("text", value.get("text", ""))
    if not sentence:
        raise ValueError("speech needs text")
    calls.speech(net, call, sentence)


def _hangup(net: Network, call: Call, value: dict[str, Any]) -> None:
    del value
    calls.hang_up(net, call)


def _drop(net: Network, call: Call, value: dict[str, Any]) -> None:
    del value
    calls.drop(net, call)


ACTS: dict[str, Callable[[Network, Call, dict[str, Any]], None]] = {
    "answer": _answer,
    "digits": _digits,
    "speech": _speech,
    "hangup": _hangup,
    "drop": _drop,
}


def act_on(net: Network, call: Call, act: str, value: dict[str, Any]) -> Call:
    """Answer, press, speak, hang up, or lose the line of one call."""
    if not call.live:
        raise Refused(409, f"the call is over ({call.status})")
    if act in ("digits", "speech") and call.answered is None:
        raise Refused(409, "nobody has answered this call yet")
    ACTS[act](net, call, value)
    return call


def _fault(net: Network, value: dict[str, Any]) -> ApiResponse:
    fault = faults.parse(value)
    if fault.name == "carrier_drop":
        net.clock.after(fault.seconds, lambda: _break_lines(net, fault))
    else:
        net.faults.append(fault)
    return as_json(201, asdict(fault))


def _break_lines(net: Network, fault: faults.Fault) -> None:
    """Drop live answered lines whose sid or address fits; ``times`` -1 means all of them."""
    left = fault.times
    for call in list(net.calls.values()):
        if left == 0:
            return
        fits = fault.match in f"{call.sid} {call.from_} {call.to}"
        if call.live and call.answered is not None and fits:
            left -= 1
            net.trace.write("fault", name=fault.name, match=fault.match, subject=call.sid)
            calls.drop(net, call)


def _mark(net: Network, value: dict[str, Any]) -> ApiResponse:
    """A campaign's own marks in the trace: cast, healed, rest_time."""
    kind = str(value.pop("kind", ""))
    if kind not in MARKS:
        raise ValueError(f"only {', '.join(sorted(MARKS))} can be written into the trace")
    net.trace.write(kind, **{k: v for k, v in value.items() if k not in ("seq", "t")})
    return as_json(201, {"seq": len(net.trace.lines)})
