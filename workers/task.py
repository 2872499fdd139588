"""One command to perform, and everything that its performer may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telephony.bootstrap import Services
from telephony.contact.commands import Pending
from telephony.contact.events import CommandFailed, Problem
from telephony.contact.model import Contact
from telephony.routing.model import Company
from telephony.twilio.fates import Answer, Fate
from telephony.twilio.urls import Urls


@dataclass(frozen=True, slots=True)
class Task:
    """A command in the outbox of a contact, as both stood when it was taken."""

    services: Services
    contact: Contact
    pending: Pending

    @property
    def now(self) -> int:
        """The present moment (ms)."""
        return self.services.clock.now_ms()

    @property
    def company(self) -> Company:
        """The company whose routing is published."""
        return self.services.routing.company()

    @property
    def urls(self) -> Urls:
        """The addresses that we give to Twilio."""
        return Urls(self.services.settings.public_url)

    def failed(self, answer: Answer[Any]) -> CommandFailed:
        """What a REST answer that is not DONE means for the command."""
        return CommandFailed(self.pending.id, PROBLEMS[answer.fate], answer.detail)


# DONE without the value that was asked for is an answer that cannot be used: ask again.
PROBLEMS: dict[Fate, Problem] = {
    Fate.DONE: Problem.TEMPORARY,
    Fate.GONE: Problem.GONE,
    Fate.REFUSED: Problem.REFUSED,
    Fate.TEMPORARY: Problem.TEMPORARY,
    Fate.UNKNOWN: Problem.UNKNOWN,
}


def moment(ms: int) -> datetime:
    """A moment as the routing takes it."""
    return datetime.fromtimestamp(ms / 1000, UTC)
