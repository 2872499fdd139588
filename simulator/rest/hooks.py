"""The webhook fields that phone numbers and TwiML apps have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.rest.params import Params, is_url
from simulator.rest.problems import bad_parameter, problem

BAD_URL = 21402
BAD_METHOD = 21403
LONGEST_NAME = 64

COMMON = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "VoiceCallerIdLookup": "voice_caller_id_lookup",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
}


def attributes(params: Params, names: Mapping[str, str]) -> dict[str, Any]:
    """The fields that were sent, checked, under the attribute names of the state.

    An empty URL clears it. Raises 21402 for a bad URL and 21403 for a bad method.
    """
    return {
        attribute: _value(params, name) for name, attribute in names.items() if params.has(name)
    }


def _value(params: Params, name: str) -> Any:
    value = params.fields[name]
    if name == "VoiceCallerIdLookup":
        return params.flag(name)
    if name == "FriendlyName":
        return params.text(name, LONGEST_NAME)
    if name.endswith("Method"):
        if value.upper() not in ("GET", "POST"):
            raise problem(BAD_METHOD, f"{name} is not a valid HTTP method: {value}")
        return value.upper()
    if name.endswith("Sid"):
        if value and not (value.startswith("AP") and len(value) == 34):
            raise bad_parameter(name, "must be the sid of an application")
        return value
    if value and not is_url(value):
        raise problem(BAD_URL, f"{name} is not a valid URL: {value}")
    return value
