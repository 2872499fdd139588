"""Every kind of command and who performs it. The result is always an event.

A performer takes a `Task` and the command and returns the event that says what became of it.
What cannot be done now raises StoreUnavailable, or is answered with CommandFailed; nothing else
escapes: a fault in a performer is told to the contact as well, and logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from telephony.bootstrap import Services
from telephony.contact import commands as co
from telephony.contact.events import CommandFailed, Event, Problem
from telephony.contact.model import Contact
from telephony.errors import StoreUnavailable
from workers import candidates, phone, promises
from workers.task import Task

log = logging.getLogger("warmline.workers")

Performer = Callable[[Task, Any], Event]

PERFORMERS: dict[type[co.Command], Performer] = {
    co.Dial: phone.dial,
    co.FindDial: phone.find_dial,
    co.EndCall: phone.end_call,
    co.Hold: phone.hold,
    co.Unhold: phone.unhold,
    co.Redirect: phone.redirect,
    co.Inspect: phone.inspect,
    co.FindCandidates: candidates.find_candidates,
    co.WritePromise: promises.write_promise,
    co.CountAttempt: promises.count_attempt,
    co.ClosePromise: promises.close_promise,
    co.ConfirmPromise: promises.confirm_promise,
    co.OpenTicket: promises.open_ticket,
}


def perform(services: Services, contact: Contact, pending: co.Pending) -> Event:
    """Perform one command of one contact and return what became of it."""
    task = Task(services, contact, pending)
    try:
        return PERFORMERS[type(pending.command)](task, pending.command)
    except StoreUnavailable as error:
        return CommandFailed(pending.id, Problem.TEMPORARY, str(error))
    except Exception as error:
        log.exception("contact %s: %s failed", contact.id, type(pending.command).__name__)
        # A dial that broke in the middle may ring; the core looks before it does anything.
        dial = isinstance(pending.command, co.Dial)
        problem = Problem.UNKNOWN if dial else Problem.TEMPORARY
        return CommandFailed(pending.id, problem, repr(error)[:300])
