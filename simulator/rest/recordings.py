"""Recordings as metadata: of a call, of a conference, of the account. There is no sound.

https://www.twilio.com/docs/voice/api/recording
"""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.errors import not_found
from simulator.network import Network
from simulator.rest.base import API_VERSION, by_date, by_text, links, path
from simulator.rest.paging import page_of
from simulator.rest.params import Params
from simulator.rest.problems import bad_parameter
from simulator.rest.wire import Json, Request, no_content, ok
from simulator.world import Recording

CURRENT = "Twilio.CURRENT"
STATUSES = ("in-progress", "paused", "stopped")


def of_account(network: Network, request: Request) -> ApiResponse:
    """GET /Recordings.json, filtered by CallSid, ConferenceSid, DateCreated."""
    query = request.query
    found = by_text(network.list_recordings(), query, "CallSid", lambda r: r.call_sid)
    found = by_text(found, query, "ConferenceSid", lambda r: r.conference_sid)
    return _listing(network, request, found, ())


def fetch(network: Network, request: Request, recording: str) -> ApiResponse:
    """GET /Recordings/{Sid}.json"""
    return ok(view(network, network.fetch_recording(recording)))


def delete(network: Network, request: Request, recording: str) -> ApiResponse:
    """DELETE /Recordings/{Sid}.json"""
    network.delete_recording(recording)
    return no_content()


def of_owner(network: Network, request: Request, **owner: str) -> ApiResponse:
    """GET /Calls/{Sid}/Recordings.json and /Conferences/{Sid}/Recordings.json"""
    return _listing(network, request, _owned(network, request, owner), _place(owner))


def fetch_owned(network: Network, request: Request, recording: str, **owner: str) -> ApiResponse:
    """GET of one recording of a call or conference; `Twilio.CURRENT` is the running one."""
    return ok(view(network, _pick(network, request, recording, owner), _place(owner)))


def update_owned(network: Network, request: Request, recording: str, **owner: str) -> ApiResponse:
    """POST Status=paused, in-progress or stopped."""
    params = Params(request.form)
    status = params.choice("Status", STATUSES)
    if status is None:
        raise bad_parameter("Status", "is required")
    params.choice("PauseBehavior", ("skip", "silence"))
    found = _pick(network, request, recording, owner)
    return ok(view(network, network.update_recording(found.sid, status), _place(owner)))


def delete_owned(network: Network, request: Request, recording: str, **owner: str) -> ApiResponse:
    """DELETE of one recording of a call or conference."""
    network.delete_recording(_pick(network, request, recording, owner).sid)
    return no_content()


def view(network: Network, recording: Recording, place: tuple[str, ...] = ()) -> Json:
    """The Recording resource as JSON, in the shape of the collection it is read from."""
    own = (*place, "Recordings", recording.sid)
    body: Json = {
        "account_sid": network.account.sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": recording.channels,
        "conference_sid": recording.conference_sid or None,
        "date_created": network.http_date(recording.created),
        "date_updated": network.http_date(recording.updated or recording.created),
        "duration": None if recording.duration is None else str(recording.duration),
        "encryption_details": None,
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": recording.source,
        "start_time": network.http_date(recording.created),
        "status": recording.status,
        "uri": path(network, *own),
    }
    if place[:1] == ("Calls",):
        body["track"] = "both"
    if not place:
        body["media_url"] = path(network, *own).removesuffix(".json")
        body["subresource_uris"] = links(
            network, own, add_on_results="AddOnResults", transcriptions="Transcriptions"
        )
    return body


def _listing(
    network: Network, request: Request, found: list[Recording], place: tuple[str, ...]
) -> ApiResponse:
    kept = by_date(network, found, request.query, "DateCreated", lambda r: r.created)
    return page_of(request, "recordings", kept, lambda r: view(network, r, place), lambda r: r.sid)


def _place(owner: dict[str, str]) -> tuple[str, ...]:
    if "call" in owner:
        return ("Calls", owner["call"])
    return ("Conferences", owner["conference"])


def _owned(network: Network, request: Request, owner: dict[str, str]) -> list[Recording]:
    if "call" in owner:
        return network.list_recordings(call_sid=network.fetch_call(owner["call"]).sid)
    room = network.fetch_conference(owner["conference"])
    return network.list_recordings(conference_sid=room.sid)


def _pick(network: Network, request: Request, sid: str, owner: dict[str, str]) -> Recording:
    for recording in _owned(network, request, owner):
        running = recording.status in ("in-progress", "paused")
        if recording.sid == sid or (sid == CURRENT and running):
            return recording
    raise not_found(request.path)
