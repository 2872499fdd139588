"""The Queue and Member resources (https://www.twilio.com/docs/voice/api/queue-resource)."""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.base import path
from simulator.rest.paging import page_of
from simulator.rest.params import BAD_URL, Params
from simulator.rest.problems import bad_parameter, problem
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Member, Queue

LONGEST_NAME = 64
LARGEST_QUEUE = 5000
USUAL_QUEUE = 1000


def create(network: Network, request: Request) -> ApiResponse:
    """POST /Queues.json"""
    params = Params(request.form)
    name = params.text("FriendlyName", LONGEST_NAME)
    if not name:
        raise bad_parameter("FriendlyName", "is required")
    size = params.number("MaxSize", 1, LARGEST_QUEUE) or USUAL_QUEUE
    return created(view(network, network.create_queue(name, size)))


def fetch(network: Network, request: Request, queue: str) -> ApiResponse:
    """GET /Queues/{Sid}.json"""
    return ok(view(network, network.fetch_queue(queue)))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Queues.json"""
    queues = network.list_queues()
    return page_of(request, "queues", queues, lambda q: view(network, q), lambda q: q.sid)


def update(network: Network, request: Request, queue: str) -> ApiResponse:
    """POST /Queues/{Sid}.json"""
    params = Params(request.form)
    name = params.text("FriendlyName", LONGEST_NAME)
    if name == "":
        raise bad_parameter("FriendlyName", "may not be empty")
    size = params.number("MaxSize", 1, LARGEST_QUEUE)
    return ok(view(network, network.update_queue(queue, name, size)))


def delete(network: Network, request: Request, queue: str) -> ApiResponse:
    """DELETE /Queues/{Sid}.json"""
    network.delete_queue(queue)
    return no_content()


def fetch_member(network: Network, request: Request, queue: str, member: str) -> ApiResponse:
    """GET /Queues/{Sid}/Members/{CallSid or Front}.json"""
    return ok(member_view(network, network.fetch_member(queue, member)))


def list_members(network: Network, request: Request, queue: str) -> ApiResponse:
    """GET /Queues/{Sid}/Members.json, front first."""
    members = network.list_members(queue)
    return page_of(
        request,
        "queue_members",
        members,
        lambda m: member_view(network, m),
        lambda m: m.call_sid,
    )


def dequeue(network: Network, request: Request, queue: str, member: str) -> ApiResponse:
    """POST /Queues/{Sid}/Members/{CallSid or Front}.json: off the queue and on to Url."""
    params = Params(request.form)
    url = params.url("Url", BAD_URL)
    if not url:
        raise problem(BAD_URL, "Url parameter is required.")
    method = params.method("Method") or "POST"
    # Read first: once it has left, a member has no place any more.
    body = member_view(network, network.fetch_member(queue, member))
    network.dequeue_member(queue, body["call_sid"], url, method)
    return ok({**body, "position": 0})


def view(network: Network, queue: Queue) -> Json:
    """The Queue resource as JSON."""
    return {
        "account_sid": network.account.sid,
        "average_wait_time": network.average_wait(queue),
        "current_size": len(queue.members),
        "date_created": network.http_date(queue.created),
        "date_updated": network.http_date(queue.updated or queue.created),
        "friendly_name": queue.friendly_name,
        "max_size": queue.max_size,
        "sid": queue.sid,
        "uri": path(network, "Queues", queue.sid),
    }


def member_view(network: Network, member: Member) -> Json:
    """The Member resource as JSON; wait_time in whole seconds."""
    return {
        "call_sid": member.call_sid,
        "date_enqueued": network.http_date(member.enqueued),
        "position": network.member_position(member),
        "queue_sid": member.queue_sid,
        "uri": path(network, "Queues", member.queue_sid, "Members", member.call_sid),
        "wait_time": int(network.clock.now - member.enqueued),
    }
