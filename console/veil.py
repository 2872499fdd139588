"""What agents see of customers' numbers: whole, the last four digits, or nothing.

The company's policy decides, and it is kept here, at the one door through which everything goes
out to an agent: every answer of the JSON API, errors among them, and every live event. So a route
that is added tomorrow keeps it too. Whatever looks like a telephone number or a SIP address and is
not the company's own (its numbers, its members) is a customer's. Supervisors and admins see all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console import lookup
from telephony.routing.model import Company, CustomerNumbers
from telephony.store.ledger import Role

if TYPE_CHECKING:
    from telephony.bootstrap import Services

HIDDEN = "•••"
_SHOWN = 4
# E.164 has 15 digits at most; people write them with blanks and signs between, addresses as %2B.
_NUMBER = re.compile(r"(?:\+|%2B)(?:\d{7,15}|\d{1,3}(?:[ ().-]{1,2}\d{2,4}){2,5})")
_SIP = re.compile(r"sips?:[^\s\"'\\<>;?,]+")
_NOT_DIGITS = re.compile(r"\D")


class Veil:
    """Hides customers' numbers in a text, as a company's policy wants it."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.policy = company.customer_numbers
        members = [one.address for each in company.departments.values() for one in each.members]
        addresses = [company.caller_id, *company.numbers, *members]
        self._own = {_bare(address) for address in addresses}

    def over(self, text: str) -> str:
        """The text as an agent may read it."""
        if self.policy is CustomerNumbers.WHOLE:
            return text
        return _SIP.sub(self._hide, _NUMBER.sub(self._hide, text))

    def _hide(self, found: re.Match[str]) -> str:
        address = found[0]
        if _bare(address) in self._own:
            return address
        if address.startswith("sip") or self.policy is CustomerNumbers.NONE:
            return HIDDEN
        return HIDDEN + _bare(address)[-_SHOWN:]


def _bare(address: str) -> str:
    if address.startswith("sip"):
        return address
    return _NOT_DIGITS.sub("", address.removeprefix("%2B"))


_last: Veil | None = None


def veil_for(services: Services, role: Role) -> Veil | None:
    """What stands between people of this role and customers' numbers; None when nothing does."""
    global _last
    if role is not Role.AGENT:
        return None
    company = lookup.company(services)
    if _last is None or _last.company is not company:
        _last = Veil(company)
    return None if _last.policy is CustomerNumbers.WHOLE else _last
