"""What to do about it, in the imperative. Commands wait in the contact's outbox until performed.

Every command may be performed twice without harm, except ``Dial``, which is guarded: it is taken
under a lease and, when its fate is unknown, looked up before anybody is rung again.
"""

from __future__ import annotations

from telephony.contact.plans import Target
from telephony.contact.records import Record


class Command(Record, tag=True):
    """The root of all commands."""


class Dial(Command):
    """Ring ``to``. The leg id travels in every callback URL, so a lost answer is adopted."""

    leg: str
    to: str
    caller_id: str  # '' means: the number that the customer dialled, or the company's
    ring_ms: int
    customer: bool  # a customer is called back (detect machines before speaking)
    urgent: bool  # a customer is waiting on the line right now
    department: str = ""


class FindDial(Command):
    """A dial's fate is unknown: look for a live call of ours to ``to`` that nobody owns."""

    leg: str
    to: str
    since: int


class EndCall(Command):
    leg: str
    call: str
    why: str


class Hold(Command):
    leg: str
    call: str
    room: str  # ConferenceSid, '' when not known


class Unhold(Command):
    leg: str
    call: str
    room: str


class Redirect(Command):
    """Fetch the customer's leg out of the room to hear its next document."""

    leg: str
    call: str


class FindCandidates(Command):
    hunt: str
    target: Target


class WritePromise(Command):
    promise: str
    department: str
    not_before: int  # ms; the next opening hour of a closed department, else 0


class CountAttempt(Command):
    """A promise was tried in vain: count it and find the next time inside the allowed hours."""

    promise: str


class ClosePromise(Command):
    promise: str
    state: str  # a PromiseState


class ConfirmPromise(Command):
    """Send the customer the message with the link that moves or cancels the promise."""

    promise: str
    due_from: int


class OpenTicket(Command):
    ticket: str
    reason: str


class Inspect(Command):
    """Ask Twilio what is really there."""

    calls: tuple[str, ...]


AnyCommand = (
    Dial
    | FindDial
    | EndCall
    | Hold
    | Unhold
    | Redirect
    | FindCandidates
    | WritePromise
    | CountAttempt
    | ClosePromise
    | ConfirmPromise
    | OpenTicket
    | Inspect
)
"""Every kind of command; as text each carries its name under ``type``."""


class Pending(Record):
    """A command in the outbox. ``key`` says what it is about: one command a key at a time."""

    id: str
    key: str
    command: AnyCommand
    ready: int  # not before (ms)
    tries: int = 0
    lease: int = 0  # taken until (ms); 0 while not taken
