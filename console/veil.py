"""What agents see of customers' numbers: whole, the last four digits, or nothing.

The company's policy decides, and it is kept here, at the one door through which everything goes
out to an agent: every answer of the JSON API, errors among them, and every live event. So a route
that is added tomorrow keeps it too. Whatever looks like a telephone number or a SIP address and is
not the company's own (its numbers, its members) is a customer's. Supervisors and admins see all.

People write numbers as they speak them, without a country: "(202) 555-0199". In what they wrote,
those are found by Google's numbering plans, read as in the company's country; and of whatever
country they are, if the same answer names the number in full, as each answer about a customer does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

import phonenumbers

from console import lookup
from telephony.routing.model import Company, CustomerNumbers
from telephony.store.ledger import Role

if TYPE_CHECKING:
    from telephony.bootstrap import Services

HIDDEN = "•••"
_SHOWN = 4
_FEWEST = 7
# E.164 has 15 digits at most; people write them with blanks and signs between, addresses as %2B.
_NUMBER = re.compile(r"(?:\+|%2B)(?:\d{7,15}|\d{1,3}(?:[ ().-]{1,2}\d{2,4}){2,5})")
_SIP = re.compile(r"sips?:[^\s\"'\\<>;?,]+")
_NOT_DIGITS = re.compile(r"\D")
# What is searched for national forms: texts in JSON in which seven digits stand near each other,
# but not places in a stream of Redis.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SIGNS = r"[\s().,/\u2010-\u2015-]{0,3}"
_RUN = re.compile(rf"\(?\d(?:{_SIGNS}\d){{6,17}}")
_PLACE = re.compile(r"\d{13}-\d+")
# In front of a number without its country; longer ones lead abroad, and the country follows.
_TRUNK = "0"
_ABROAD = ("00", "011", "0011", "010", "")


class Veil:
    """Hides customers' numbers in a text, as a company's policy wants it."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.policy = company.customer_numbers
        members = [one.address for each in company.departments.values() for one in each.members]
        addresses = [company.caller_id, *company.numbers, *members]
        self._own = {_bare(address) for address in addresses}
        self._region = _region(company.caller_id)

    def over(self, text: str) -> str:
        """The text as an agent may read it."""
        if self.policy is CustomerNumbers.WHOLE:
            return text
        secret = {found for found in map(_bare, _NUMBER.findall(text)) if found not in self._own}
        spelt = frozenset(form for number in secret for form in _forms(number))
        covered = _SIP.sub(self._hide, _NUMBER.sub(self._hide, text))
        return _QUOTED.sub(partial(self._over_written, spelt), covered)

    def _over_written(self, spelt: Collection[str], quoted: re.Match[str]) -> str:
        """One text in JSON, without the numbers that people wrote as they speak them."""
        literal = quoted[0]
        if sum(map(str.isdigit, literal)) < _FEWEST:
            return literal
        text = str(json.loads(literal))
        if _PLACE.fullmatch(text) or not _RUN.search(text):
            return literal
        places = [each.span() for each in _RUN.finditer(text) if _bare(each[0]) in spelt]
        for found in phonenumbers.PhoneNumberMatcher(text, self._region):
            number = f"{found.number.country_code}{found.number.national_number}"
            if number not in self._own:
                places.append((found.start, found.end))
        return json.dumps(self._without(text, places)) if places else literal

    def _without(self, text: str, places: list[tuple[int, int]]) -> str:
        told, last = [], 0
        for start, end in sorted(places):
            if start >= last:
                told += [text[last:start], self._short(text[start:end])]
                last = end
        return "".join([*told, text[last:]])

    def _hide(self, found: re.Match[str]) -> str:
        address = found[0]
        if _bare(address) in self._own:
            return address
        return HIDDEN if address.startswith("sip") else self._short(address)

    def _short(self, number: str) -> str:
        last_four = self.policy is CustomerNumbers.LAST_FOUR
        return HIDDEN + _bare(number)[-_SHOWN:] if last_four else HIDDEN


def _bare(address: str) -> str:
    if address.startswith("sip"):
        return address
    return _NOT_DIGITS.sub("", address.removeprefix("%2B"))


def _region(number: str) -> str | None:
    """The country of the company's own number; None for a number of no country."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number))


def _forms(number: str) -> set[str]:
    """The digits with which people write a number (its digits with the country), in all forms."""
    try:
        parsed = phonenumbers.parse(f"+{number}")
    except phonenumbers.NumberParseException:
        return set()
    national = phonenumbers.national_significant_number(parsed)
    abroad = {f"{prefix}{parsed.country_code}{national}" for prefix in _ABROAD}
    # Written "+49 (0) 151 ...", as many do.
    both = f"{parsed.country_code}{_TRUNK}{national}"
    return {form for form in {national, _TRUNK + national, both} | abroad if len(form) >= _FEWEST}


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
