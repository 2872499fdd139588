"""The IncomingPhoneNumber resource: the numbers one owns, and their webhooks.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from __future__ import annotations

import re

from simulator.api import ApiResponse
from simulator.network import Network
from simulator.rest.base import API_VERSION, by_text, links, path
from simulator.rest.hooks import COMMON, attributes
from simulator.rest.paging import page_of
from simulator.rest.params import Params
from simulator.rest.wire import Json, Request, created, no_content, ok
from simulator.world import Number

NAMES = {
    **COMMON,
    "VoiceApplicationSid": "voice_application_sid",
    "SmsApplicationSid": "sms_application_sid",
}


def create(network: Network, request: Request) -> ApiResponse:
    """POST /IncomingPhoneNumbers.json"""
    params = Params(request.form)
    fields = attributes(params, NAMES)
    number = network.create_number(params.text("PhoneNumber") or "", fields)
    return created(view(network, number))


def fetch(network: Network, request: Request, number: str) -> ApiResponse:
    """GET /IncomingPhoneNumbers/{Sid}.json"""
    return ok(view(network, network.fetch_number(number)))


def listing(network: Network, request: Request) -> ApiResponse:
    """GET /IncomingPhoneNumbers.json, filtered by PhoneNumber (partly, `*` any digit) and name."""
    query = request.query
    numbers = by_text(network.list_numbers(), query, "FriendlyName", lambda n: n.friendly_name)
    numbers = by_text(numbers, query, "Origin", lambda n: "twilio")
    numbers = by_text(numbers, query, "Beta", lambda n: "false")
    wanted = query.get("PhoneNumber")
    if wanted is not None:
        pattern = re.compile(re.escape(wanted).replace(r"\*", r"\d"))
        numbers = [number for number in numbers if pattern.search(number.phone_number)]
    return page_of(
        request, "incoming_phone_numbers", numbers, lambda n: view(network, n), lambda n: n.sid
    )


def update(network: Network, request: Request, number: str) -> ApiResponse:
    """POST /IncomingPhoneNumbers/{Sid}.json"""
    fields = attributes(Params(request.form), NAMES)
    return ok(view(network, network.update_number(number, fields)))


def delete(network: Network, request: Request, number: str) -> ApiResponse:
    """DELETE /IncomingPhoneNumbers/{Sid}.json"""
    network.delete_number(number)
    return no_content()


def view(network: Network, number: Number) -> Json:
    """The IncomingPhoneNumber resource as JSON."""
    own = ("IncomingPhoneNumbers", number.sid)
    return {
        "account_sid": network.account.sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"fax": False, "mms": True, "sms": True, "voice": True},
        "date_created": network.http_date(number.created),
        "date_updated": network.http_date(number.updated or number.created),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": number.friendly_name or number.phone_number,
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.phone_number,
        "sid": number.sid,
        "sms_application_sid": number.sms_application_sid,
        "sms_fallback_method": number.sms_fallback_method,
        "sms_fallback_url": number.sms_fallback_url,
        "sms_method": number.sms_method,
        "sms_url": number.sms_url,
        "status": "in-use",
        "status_callback": number.status_callback,
        "status_callback_method": number.status_callback_method,
        "subresource_uris": links(network, own, assigned_add_ons="AssignedAddOns"),
        "trunk_sid": None,
        "type": "local",
        "uri": path(network, *own),
        "voice_application_sid": number.voice_application_sid,
        "voice_caller_id_lookup": number.voice_caller_id_lookup,
        "voice_fallback_method": number.voice_fallback_method,
        "voice_fallback_url": number.voice_fallback_url,
        "voice_method": number.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": number.voice_url,
    }
