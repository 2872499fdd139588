"""Which addresses may call and be called, with Twilio's codes for those that may not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.errors import TwilioError

if TYPE_CHECKING:
    from simulator.engine import Engine

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_CLIENT = re.compile(r"client:[A-Za-z0-9_.@%+-]{1,256}(\?.*)?")
_SIP = re.compile(r"sips?:[^@\s]+@[^\s]+")
_APP = re.compile(r"app:(AP[0-9a-f]{32})(\?.*)?")


def is_phone(address: str) -> bool:
    """Whether this is an E.164 number."""
    return _E164.fullmatch(address) is not None


def callable_(address: str) -> bool:
    """Whether the address has a form that can be dialled at all."""
    return any(p.fullmatch(address) for p in (_E164, _CLIENT, _SIP, _APP))


def check(net: Engine, from_: str, to: str) -> None:
    """Refuse a pair of addresses as POST /Calls and POST /Participants do."""
    if not to:
        raise TwilioError(400, 21201, "No 'To' number is specified")
    if not from_:
        raise TwilioError(400, 21213, "A 'From' phone number is required.")
    if not callable_(to):
        raise TwilioError(
            400, 21211, f"The phone number you are attempting to call, {to}, is not valid."
        )
    app = _APP.fullmatch(to)
    if app and app.group(1) not in net.applications:
        raise TwilioError(400, 21218, f"Application Sid {app.group(1)} does not exist")
    if from_.startswith(("client:", "sip:")) and not is_phone(to):
        return
    if not is_phone(from_):
        if is_phone(to):
            raise TwilioError(400, 21212, f"The 'From' number {from_} is not a valid phone number")
        return
    if is_phone(to) and net.switches.strict_numbers and net.number_for(from_) is None:
        raise TwilioError(
            400,
            21210,
            f"The source phone number provided, {from_}, is not yet verified for your account. "
            "You may only make calls from phone numbers that you've verified or purchased "
            "from Twilio.",
        )
