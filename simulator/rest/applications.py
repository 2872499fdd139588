"""The Application resource: a TwiML app, which softphones dial.

https://www.twilio.com/docs/usage/api/applications
"""

from __future__ import annotations

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.base import API_VERSION, by_text, path
from simulator.rest.hooks import COMMON, attributes
from simulator.rest.paging import page_of
from simulator.rest.params import Params
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Application

NAMES = {
    **COMMON,
    "SmsStatusCallback": "sms_status_callback",
    "MessageStatusCallback": "message_status_callback",
}


def create(network: Network, request: Request) -> ApiResponse:
    """POST /Applications.json"""
    fields = attributes(Params(request.form), NAMES)
    return created(view(network, network.create_application(fields)))


def fetch(network: Network, request: Request, application: str) -> ApiResponse:
    """GET /Applications/{Sid}.json"""
    return ok(view(network, network.fetch_application(application)))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /Applications.json, filtered by FriendlyName."""
    apps = by_text(
        network.list_applications(), request.query, "FriendlyName", lambda a: a.friendly_name
    )
    return page_of(request, "applications", apps, lambda a: view(network, a), lambda a: a.sid)


def update(network: Network, request: Request, application: str) -> ApiResponse:
    """POST /Applications/{Sid}.json"""
    fields = attributes(Params(request.form), NAMES)
    return ok(view(network, network.update_application(application, fields)))


def delete(network: Network, request: Request, application: str) -> ApiResponse:
    """DELETE /Applications/{Sid}.json"""
    network.delete_application(application)
    return no_content()


def view(network: Network, application: Application) -> Json:
    """The Application resource as JSON."""
    return {
        "account_sid": network.account.sid,
        "api_version": API_VERSION,
        "date_created": network.http_date(application.created),
        "date_updated": network.http_date(application.updated or application.created),
        "friendly_name": application.friendly_name,
        "message_status_callback": application.message_status_callback,
        "public_application_connect_enabled": False,
        "sid": application.sid,
        "sms_fallback_method": application.sms_fallback_method,
        "sms_fallback_url": application.sms_fallback_url,
        "sms_method": application.sms_method,
        "sms_status_callback": application.sms_status_callback,
        "sms_url": application.sms_url,
        "status_callback": application.status_callback,
        "status_callback_method": application.status_callback_method,
        "uri": path(network, "Applications", application.sid),
        "voice_caller_id_lookup": application.voice_caller_id_lookup,
        "voice_fallback_method": application.voice_fallback_method,
        "voice_fallback_url": application.voice_fallback_url,
        "voice_method": application.voice_method,
        "voice_url": application.voice_url,
    }
