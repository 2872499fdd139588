"""Which addresses may be dialled at all (S10), decided before any request leaves the house.

The kinds of numbers come from Google's numbering plans (`phonenumbers`). What costs the company
or endangers somebody is refused whatever the company's own lists say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from phonenumbers.shortnumberinfo import is_emergency_number

from telephony.routing.fields import is_client, is_fictional, is_sip, sip_domain
from telephony.routing.model import DiallingPolicy


class Refusal(StrEnum):
    """Why an address may not be dialled; a stable word for programs and the audit."""

    MALFORMED = "malformed"
    EMERGENCY = "emergency"
    SATELLITE = "satellite"
    PREMIUM = "premium"
    BLOCKED = "blocked"
    FOREIGN = "foreign"
    SIP_DOMAIN = "sip_domain"


_SENTENCES = {
    Refusal.MALFORMED: "This is no address that can be dialled.",
    Refusal.EMERGENCY: "Emergency services are never called by Warmline; use a telephone.",
    Refusal.SATELLITE: "Satellite and other international network numbers are never called.",
    Refusal.PREMIUM: "Premium, shared-cost and personal numbers are never called.",
    Refusal.BLOCKED: "The company has blocked numbers that begin like this.",
    Refusal.FOREIGN: "The company does not call numbers of this country.",
    Refusal.SIP_DOMAIN: "The company does not call SIP addresses of this domain.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusal` is None when the address may be dialled; `sentence` then is empty."""

    address: str
    refusal: Refusal | None = None

    @property
    def allowed(self) -> bool:
        """Whether the address may be dialled."""
        return self.refusal is None

    @property
    def sentence(self) -> str:
        """Why not, for people."""
        return "" if self.refusal is None else _SENTENCES[self.refusal]


# ITU-T E.164 assignments: Inmarsat, global mobile satellite, international networks.
_SATELLITE_CODES = frozenset({870, 881, 882, 883})
_INTERNATIONAL_PREMIUM_CODE = 979
_COSTLY = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
    }
)


@lru_cache(maxsize=4096)
def check_address(policy: DiallingPolicy, address: str) -> Verdict:
    """Whether the policy allows dialling `client:…`, `sip:…` or a number in E.164 form."""
    if address.startswith("client:"):
        return Verdict(address, None if is_client(address) else Refusal.MALFORMED)
    if address.startswith(("sip:", "sips:")):
        if not is_sip(address):
            return Verdict(address, Refusal.MALFORMED)
        known = sip_domain(address) in policy.sip_domains
        return Verdict(address, None if known else Refusal.SIP_DOMAIN)
    return Verdict(address, _refusal(policy, address))


def _refusal(policy: DiallingPolicy, address: str) -> Refusal | None:
    digits = address.removeprefix("+")
    # "112" and "911" reach help from most networks, whatever the country.
    if any(is_emergency_number(digits, region) for region in (*policy.countries, "US", "GB")):
        return Refusal.EMERGENCY
    if not (address.startswith("+") and digits.isascii() and digits.isdigit()):
        return Refusal.MALFORMED
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return Refusal.MALFORMED
    if (refusal := _kind_refusal(number)) is not None:
        return refusal
    if is_fictional(address):
        return _place_refusal(policy, address, "US")
    if not phonenumbers.is_valid_number(number):
        return Refusal.MALFORMED
    return _place_refusal(policy, address, phonenumbers.region_code_for_number(number))


def _kind_refusal(number: PhoneNumber) -> Refusal | None:
    code, national = number.country_code, str(number.national_number)
    for region in phonenumbers.region_codes_for_country_code(code or 0):
        if is_emergency_number(national, region):
            return Refusal.EMERGENCY
    if code in _SATELLITE_CODES:
        return Refusal.SATELLITE
    # In North America the exchange 976 is premium in every area, which the plans do not say.
    if code == _INTERNATIONAL_PREMIUM_CODE or (code == 1 and national[3:6] == "976"):
        return Refusal.PREMIUM
    if phonenumbers.number_type(number) in _COSTLY:
        return Refusal.PREMIUM
    return None


def _place_refusal(policy: DiallingPolicy, address: str, region: str | None) -> Refusal | None:
    if address.startswith(policy.refused_prefixes):
        return Refusal.BLOCKED
    if region in policy.countries:
        return None
    return None if address.startswith(policy.prefixes) else Refusal.FOREIGN
