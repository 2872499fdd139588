"""The Call resource (https://www.twilio.com/docs/voice/api/call-resource)."""

from __future__ import annotations

import re

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.amd import machine_detection
from simulator.rest.base import API_VERSION, by_date, by_text, links, path
from simulator.rest.paging import page_of
from simulator.rest.params import (
    BAD_TIMEOUT,
    BAD_URL,
    Params,
    callback,
    recording_callback,
)
from simulator.rest.problems import bad_parameter, problem
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Call, CallOptions, CallUpdate, Entry

STATUSES = (
    "queued",
    "ringing",
    "in-progress",
    "canceled",
    "completed",
    "failed",
    "busy",
    "no-answer",
)
EVENTS = ("initiated", "ringing", "answered", "completed")
LONGEST_TIMEOUT = 600
LONGEST_TWIML = 4000
LONGEST_DIGITS = 32
BAD_APPLICATION = 21218


def create(network: Network, request: Request) -> ApiResponse:
    """POST /Calls.json"""
    params = Params(request.form)
    options = CallOptions(
        to=params.text("To") or "",
        from_=params.text("From") or "",
        entry=_entry(params),
        application_sid=_application(params),
        status_callback=callback(params, "StatusCallback", EVENTS),
        timeout=float(params.number("Timeout", 1, LONGEST_TIMEOUT, BAD_TIMEOUT) or 60),
        time_limit=_seconds(params, "TimeLimit"),
        send_digits=_digits(params),
        record=params.flag("Record") or False,
        recording_callback=recording_callback(params, "RecordingStatusCallback"),
        machine_detection=machine_detection(params, participant=False),
        caller_id=params.text("CallerId") or "",
    )
    return created(view(network, network.create_call(options)))


def fetch(network: Network, request: Request, call: str) -> ApiResponse:
    """GET /Calls/{Sid}.json"""
    return ok(view(network, network.fetch_call(call)))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Calls.json, with the filters To, From, Status, ParentCallSid, StartTime, EndTime."""
    query = request.query
    Params(query).choice("Status", STATUSES)
    calls = by_text(network.list_calls(), query, "To", lambda call: call.to)
    calls = by_text(calls, query, "From", lambda call: call.from_)
    calls = by_text(calls, query, "Status", lambda call: call.status)
    calls = by_text(calls, query, "ParentCallSid", lambda call: call.parent_sid)
    calls = by_date(network, calls, query, "StartTime", lambda call: call.started)
    calls = by_date(network, calls, query, "EndTime", lambda call: call.ended)
    return page_of(request, "calls", calls, lambda c: view(network, c), lambda c: c.sid)


def update(network: Network, request: Request, call: str) -> ApiResponse:
    """POST /Calls/{Sid}.json: redirect (Url or Twiml), cancel or complete."""
    params = Params(request.form)
    if params.has("Url") and params.has("Twiml"):
        raise bad_parameter("Twiml", "and Url exclude each other: give one of them")
    entry = _entry(params)
    redirects = _has_entry(entry)
    if params.has("StatusCallback") and not redirects:
        raise problem(BAD_URL, "StatusCallback can be changed only together with Url or Twiml.")
    changes = CallUpdate(
        status=params.choice("Status", ("canceled", "completed")) or "",
        entry=entry if redirects else None,
        status_callback=callback(params, "StatusCallback", EVENTS),
        time_limit=_seconds(params, "TimeLimit"),
    )
    return ok(view(network, network.update_call(call, changes)))


def delete(network: Network, request: Request, call: str) -> ApiResponse:
    """DELETE /Calls/{Sid}.json"""
    network.delete_call(call)
    return no_content()


def view(network: Network, call: Call) -> Json:
    """The Call resource as JSON."""
    own = ("Calls", call.sid)
    return {
        "sid": call.sid,
        "date_created": network.http_date(call.created),
        "date_updated": network.http_date(call.updated or call.created),
        "parent_call_sid": call.parent_sid or None,
        "account_sid": network.account.sid,
        "to": call.to,
        "to_formatted": formatted(call.to),
        "from": call.from_,
        "from_formatted": formatted(call.from_),
        "phone_number_sid": call.number_sid or None,
        "status": call.status,
        "start_time": network.http_date(call.started),
        "end_time": network.http_date(call.ended),
        "duration": None if call.duration is None else str(call.duration),
        "price": None,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by or None,
        "annotation": None,
        "api_version": API_VERSION,
        "forwarded_from": call.forwarded_from or None,
        "group_sid": None,
        "caller_name": call.caller_name or None,
        "queue_time": str(call.queue_time),
        "stir_verstat": None,
        "trunk_sid": None,
        "uri": path(network, *own),
        "subresource_uris": links(
            network,
            own,
            events="Events",
            notifications="Notifications",
            payments="Payments",
            recordings="Recordings",
            siprec="Siprec",
            streams="Streams",
            transcriptions="Transcriptions",
            user_defined_message_subscriptions="UserDefinedMessageSubscriptions",
            user_defined_messages="UserDefinedMessages",
        ),
    }


def formatted(address: str) -> str:
    """A North American number as people write it; everything else as it is."""
    match = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", address)
    return "({}) {}-{}".format(*match.groups()) if match else address


def _entry(params: Params) -> Entry:
    return Entry(
        url=params.url("Url", BAD_URL) or "",
        method=params.method("Method") or "POST",
        twiml=params.text("Twiml", LONGEST_TWIML) or "",
        fallback_url=params.url("FallbackUrl", BAD_URL) or "",
        fallback_method=params.method("FallbackMethod") or "POST",
    )


def _has_entry(entry: Entry) -> bool:
    return bool(entry.url or entry.twiml)


def _application(params: Params) -> str:
    sid = params.text("ApplicationSid") or ""
    if sid and not re.fullmatch(r"AP[0-9a-fA-F]{32}", sid):
        raise problem(BAD_APPLICATION, f"ApplicationSid {sid} is not valid.")
    return sid


def _seconds(params: Params, name: str) -> float | None:
    seconds = params.number(name, 1)
    return None if seconds is None else float(seconds)


def _digits(params: Params) -> str:
    digits = params.text("SendDigits", LONGEST_DIGITS) or ""
    if not re.fullmatch(r"[0-9#*wW]*", digits):
        raise bad_parameter("SendDigits", "may hold only digits, #, * and w")
    return digits
