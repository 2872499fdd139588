"""The forms in which single values stand in a routing file, and what each may hold.

Every type here is an `Annotated` alias: pydantic reads the file's form into the Python value,
refuses what does not fit with a sentence for people, and writes the same form back.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from holidays.registry import EntityLoader
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from telephony.prompts import LANGUAGES

_CLIENT = re.compile(r"client:[A-Za-z0-9_.@+-]{1,100}")
_SIP = re.compile(r"sips?:[A-Za-z0-9_.+~-]{1,64}@[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def is_client(address: str) -> bool:
    """Whether an address is a softphone, such as client:ana."""
    return _CLIENT.fullmatch(address) is not None


def is_sip(address: str) -> bool:
    """Whether an address is a SIP phone, such as sip:desk@pbx.example.com."""
    return _SIP.fullmatch(address) is not None


def is_fictional(number: str) -> bool:
    """Whether a number is of the North American area code 555, which is assigned to nobody.

    Demos and phone networks in a box live there; the real network simply cannot reach it.
    """
    return re.fullmatch(r"\+1555[0-9]{7}", number) is not None


def sip_domain(address: str) -> str:
    """The domain of a SIP address, in lower case."""
    return address.partition("@")[2].partition(":")[0].lower()


def _speakable(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must be a single line without control characters")
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


@lru_cache(maxsize=4096)
def _number(value: str) -> str:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not (phonenumbers.is_valid_number(number) or is_fictional(value)):
        raise ValueError("must be a real telephone number with its country, such as +12025550123")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if written != value:
        raise ValueError(f"must be written in E.164 form: {written}")
    return value


def _address(value: str) -> str:
    if value.startswith("client:"):
        if not is_client(value):
            raise ValueError("must be client: and a name of letters, digits and _ . @ + -")
    elif value.startswith(("sip:", "sips:")):
        if not is_sip(value):
            raise ValueError("must look like sip:desk@pbx.example.com")
    elif value.startswith("+"):
        _number(value)
    else:
        raise ValueError("must begin with client:, sip: or + (a telephone number)")
    return value


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        raise ValueError("must be a key of up to 40 small letters, digits and underscores")
    return value


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return value


@lru_cache(maxsize=1024)
def _zone(value: str) -> str:
    # Only listed names: ZoneInfo would also read files that are no zones, whatever their path.
    if value not in available_timezones():
        raise ValueError("must be a known time zone such as America/New_York")
    ZoneInfo(value)
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError("must be a web address that begins with https://") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or _CONTROL.search(value):
        raise ValueError("must be a web address that begins with https://")
    return value


def _region(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("must be a country of two capital letters, such as US")
    return value


def _holiday_country(value: str) -> str:
    # By name only: to list them with their parts, the library loads two hundred modules.
    if value not in EntityLoader.get_country_codes(include_aliases=False):
        raise ValueError("must be a country whose holidays are known, such as US")
    return value


def _prefix(value: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{0,13}", value):
        raise ValueError("must be the beginning of a number in E.164 form, such as +4420")
    return value


def _sip_domain(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?", value):
        raise ValueError("must be a domain in small letters, such as pbx.example.com")
    return value


def _iso_date(value: Any) -> Any:
    if isinstance(value, date) or (
        isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    ):
        return value
    raise ValueError("must be a date such as 2026-12-24")


IsoDate = Annotated[date, BeforeValidator(_iso_date)]
Key = Annotated[str, AfterValidator(_key)]
Text = Annotated[str, StringConstraints(max_length=120), AfterValidator(_speakable)]
Sentence = Annotated[str, StringConstraints(max_length=600), AfterValidator(_speakable)]
Word = Annotated[str, StringConstraints(max_length=60), AfterValidator(_speakable)]
Number = Annotated[str, StringConstraints(max_length=20), AfterValidator(_number)]
Address = Annotated[str, StringConstraints(max_length=300), AfterValidator(_address)]
Language = Annotated[str, AfterValidator(_language)]
Zone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_zone)]
WebAddress = Annotated[str, StringConstraints(max_length=500), AfterValidator(_web_address)]
Region = Annotated[str, AfterValidator(_region)]
HolidayCountry = Annotated[str, AfterValidator(_holiday_country)]
Prefix = Annotated[str, AfterValidator(_prefix)]
SipDomain = Annotated[str, AfterValidator(_sip_domain)]
