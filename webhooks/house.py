"""The company as documents need it, and the moment as the routing needs it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from telephony.routing.model import Company
from telephony.twilio.urls import Urls
from telephony.twilio.voice import House

if TYPE_CHECKING:
    from telephony.bootstrap import Services


class Houses:
    """Gives the house of the company that is published now; made anew only when that changes."""

    def __init__(self, services: Services) -> None:
        self._routing = services.routing
        self._urls = Urls(services.settings.public_url)
        self._made: tuple[Company, House] | None = None

    def now(self) -> tuple[Company, House]:
        """The company and its house."""
        company = self._routing.company()
        made = self._made
        if made is None or made[0] is not company:
            made = self._made = (company, house_of(company, self._urls))
        return made

    def known(self) -> House:
        """A house in any case: the last one known, or one without a name."""
        return self._made[1] if self._made is not None else _nameless(self._urls)


def house_of(company: Company, urls: Urls) -> House:
    return House(
        urls=urls,
        company=company.name,
        language=company.languages[0],
        zone=company.timezone,
        music=company.hold_music or "",
        departments={key: one.name for key, one in company.departments.items()},
        wording=company.wording or None,
    )


@lru_cache(maxsize=4)
def _nameless(urls: Urls) -> House:
    return House(urls=urls, company="", language="en", zone="UTC")


def moment(ms: int) -> datetime:
    """A time of ours as the routing takes it."""
    return datetime.fromtimestamp(ms / 1000, UTC)
