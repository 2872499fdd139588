"""The Conference resource (https://www.twilio.com/docs/voice/api/conference-resource)."""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.base import API_VERSION, by_date, by_text, links, path
from simulator.rest.paging import page_of
from simulator.rest.params import Params
from simulator.rest.wire import Json, Request, ok
from simulator.world import Conference, ConferenceUpdate

STATUSES = ("init", "in-progress", "completed")


def fetch(network: Network, request: Request, conference: str) -> ApiResponse:
    """GET /Conferences/{Sid}.json"""
    return ok(view(network, network.fetch_conference(conference)))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Conferences.json, filtered by DateCreated, DateUpdated, FriendlyName, Status."""
    query = request.query
    Params(query).choice("Status", STATUSES)
    rooms = by_text(network.list_conferences(), query, "FriendlyName", lambda r: r.friendly_name)
    rooms = by_text(rooms, query, "Status", lambda r: r.status)
    rooms = by_date(network, rooms, query, "DateCreated", lambda r: r.created)
    rooms = by_date(network, rooms, query, "DateUpdated", lambda r: r.updated)
    return page_of(request, "conferences", rooms, lambda r: view(network, r), lambda r: r.sid)


def update(network: Network, request: Request, conference: str) -> ApiResponse:
    """POST /Conferences/{Sid}.json: end it (Status=completed) or announce to everybody."""
    params = Params(request.form)
    changes = ConferenceUpdate(
        status=params.choice("Status", ("completed",)) or "",
        announce_url=params.url("AnnounceUrl"),
        announce_method=params.method("AnnounceMethod") or "POST",
    )
    return ok(view(network, network.update_conference(conference, changes)))


def view(network: Network, room: Conference) -> Json:
    """The Conference resource as JSON."""
    own = ("Conferences", room.sid)
    return {
        "sid": room.sid,
        "account_sid": network.account.sid,
        "friendly_name": room.friendly_name,
        "status": room.status,
        "region": room.region,
        "reason_conference_ended": room.reason_conference_ended,
        "call_sid_ending_conference": room.call_sid_ending_conference,
        "date_created": network.http_date(room.created),
        "date_updated": network.http_date(room.updated or room.created),
        "api_version": API_VERSION,
        "uri": path(network, *own),
        "subresource_uris": links(
            network, own, participants="Participants", recordings="Recordings"
        ),
    }
