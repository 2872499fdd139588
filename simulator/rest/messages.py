"""The Message resource (https://www.twilio.com/docs/messaging/api/message-resource)."""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.base import API_VERSION, by_date, by_text, links, path
from simulator.rest.paging import page_of
from simulator.rest.params import BAD_CALLBACK, Params
from simulator.rest.problems import bad_parameter
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Hook, Message, MessageOptions, MessageUpdate


def create(network: Network, request: Request) -> ApiResponse:
    """POST /Messages.json"""
    params = Params(request.form)
    params.number("ValidityPeriod", 1, 36000)
    url = params.url("StatusCallback", BAD_CALLBACK, empty=True)
    options = MessageOptions(
        to=params.text("To") or "",
        from_=params.text("From") or "",
        body=params.text("Body") or "",
        messaging_service_sid=params.text("MessagingServiceSid") or "",
        status_callback=Hook(url) if url else None,
        media_urls=params.fields.all("MediaUrl"),
        send_at=_send_at(params),
    )
    return created(view(network, network.send_message(options)))


def fetch(network: Network, request: Request, message: str) -> ApiResponse:
    """GET /Messages/{Sid}.json"""
    return ok(view(network, network.fetch_message(message)))


def update(network: Network, request: Request, message: str) -> ApiResponse:
    """POST /Messages/{Sid}.json: an empty Body redacts, Status=canceled stops a scheduled one."""
    params = Params(request.form)
    change = MessageUpdate(body=params.text("Body"), status=params.text("Status"))
    return ok(view(network, network.update_message(message, change)))


def delete(network: Network, request: Request, message: str) -> ApiResponse:
    """DELETE /Messages/{Sid}.json"""
    network.delete_message(message)
    return no_content()


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Messages.json, filtered by To, From, DateSent."""
    query = request.query
    messages = by_text(network.list_messages(), query, "To", lambda m: m.to)
    messages = by_text(messages, query, "From", lambda m: m.from_)
    messages = by_date(network, messages, query, "DateSent", lambda m: m.sent)
    return page_of(request, "messages", messages, lambda m: view(network, m), lambda m: m.sid)


def view(network: Network, message: Message) -> Json:
    """The Message resource as JSON; counts are text."""
    own = ("Messages", message.sid)
    return {
        "account_sid": network.account.sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": network.http_date(message.created),
        "date_sent": network.http_date(message.sent),
        "date_updated": network.http_date(message.updated or message.created),
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": message.error_message,
        "from": message.from_ or None,
        "messaging_service_sid": message.messaging_service_sid or None,
        "num_media": str(message.num_media),
        "num_segments": str(message.num_segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": links(network, own, media="Media"),
        "to": message.to,
        "uri": path(network, *own),
    }


def _send_at(params: Params) -> str:
    kind = params.choice("ScheduleType", ("fixed",))
    moment = params.text("SendAt") or ""
    if bool(kind) != bool(moment):
        raise bad_parameter("SendAt", "and ScheduleType=fixed belong together")
    return moment
