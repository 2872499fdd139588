"""What happened, in the past tense. Built at the edges, folded into a contact by ``machine.step``.

``leg`` names our leg; ``call`` is Twilio's CallSid. Events that stem from a command carry its id.
"""

from __future__ import annotations

from enum import StrEnum

from telephony.contact.model import Choice, Ending, Leg, Promise, Transfer, TransferMode
from telephony.contact.plans import Candidate, Plan, Target
from telephony.contact.records import Record


class Event(Record):
    """The root of all events."""


# -- the customer and the documents they hear -------------------------------------------------


class CustomerCalled(Event):
    """A customer dialled in: or again, while a promise is open or a line was lost."""

    call: str
    customer: str
    dialled: str
    language: str
    earlier: str = ""  # key of the department their last contact was with, '' for a new caller


class MenuHeard(Event):
    """One step of the menu: kept for the timeline and the receiver's context."""

    menu: str
    heard: str
    language: str


class DepartmentChosen(Event):
    department: str
    name: str
    language: str
    path: tuple[str, ...]


class DepartmentClosed(Event):
    department: str
    name: str
    language: str
    path: tuple[str, ...]
    next_open: int  # ms; 0 when it never opens again


class CustomerChose(Event):
    choice: Choice


class MessageRecorded(Event):
    url: str
    seconds: int


class DocumentAsked(Event):
    """The customer's leg came back for its next document, so it is in no room now."""

    leg: str


class ContactFound(Event):
    """The record of a contact is lost; this is what Twilio (``legs``: calls that are live) and the
    ledger still know of it. ``version`` is the last one that history has.
    """

    customer: str
    dialled: str
    language: str
    department: str
    department_name: str
    created: int  # ms; 0 when not known
    version: int
    legs: tuple[Leg, ...]
    promise: Promise | None = None
    transfer: Transfer | None = None  # one that history knows to be open; its legs by address only


# -- legs -------------------------------------------------------------------------------------


class LegRang(Event):
    leg: str
    call: str


class LegAnswered(Event):
    """Somebody or something answered. ``machine`` is machine detection's advice, if it ran."""

    leg: str
    call: str
    machine: bool = False


class LegAccepted(Event):
    """The proof that a human is there: key, word, or a click in the softphone."""

    leg: str
    call: str


class LegDeclined(Event):
    leg: str
    call: str


class LegMispressed(Event):
    """Neither accept nor decline: the whisper is repeated."""

    leg: str
    call: str


class MachineHeard(Event):
    """Asynchronous machine detection says that a machine answered. It only advises."""

    leg: str
    call: str


class LegEnded(Event):
    leg: str
    call: str
    ending: Ending


# -- the room (Twilio's conference) -----------------------------------------------------------


class RoomJoined(Event):
    call: str
    room: str  # ConferenceSid
    sequence: int


class RoomLeft(Event):
    call: str
    room: str
    sequence: int


class RoomHeld(Event):
    call: str
    room: str
    sequence: int


class RoomUnheld(Event):
    call: str
    room: str
    sequence: int


class MusicAsked(Event):
    """Twilio has asked for the music of a hold, so the leg is on hold and hears it."""

    leg: str


class RoomEnded(Event):
    room: str
    sequence: int


# -- results of commands ----------------------------------------------------------------------


class Problem(StrEnum):
    """How a command failed."""

    GONE = "gone"  # the leg, room or number is not there any more: already over
    REFUSED = "refused"  # will never work
    TEMPORARY = "temporary"  # try again later
    UNKNOWN = "unknown"  # it may have happened


class CommandsTaken(Event):
    """A worker took all commands that were ready, until ``lease`` (ms); dials, which wait for
    their turn, until ``dial_lease``, and what somebody hears until ``audible_lease`` (0: the same).
    """

    worker: str
    lease: int
    dial_lease: int = 0
    audible_lease: int = 0


class CommandDone(Event):
    command: str


class CommandFailed(Event):
    command: str
    problem: Problem
    detail: str = ""


class DialPlaced(Event):
    command: str
    leg: str
    call: str


class DialRefused(Event):
    """Never dialled and never will be. ``busy_elsewhere``: the member rings for another contact."""

    command: str
    leg: str
    detail: str
    busy_elsewhere: bool = False


class HoldRead(Event):
    """The participant was read back after a change of hold."""

    command: str
    leg: str
    held: bool


class CandidatesFound(Event):
    """``plan`` is None when the target is closed, unknown or has nobody."""

    command: str
    hunt: str
    plan: Plan | None
    candidates: tuple[Candidate, ...]
    reason: str = ""


class PromiseWritten(Event):
    """The ledger holds the promise; only now may it be spoken."""

    command: str
    promise: str
    due_from: int
    due_until: int
    max_attempts: int


class TicketOpened(Event):
    command: str
    ticket: str


class LegFact(Record):
    """What Twilio says of one leg right now."""

    call: str
    live: bool
    ringing: bool
    in_room: str  # ConferenceSid or ''
    held: bool
    ending: Ending | None = None


class Inspected(Event):
    """Twilio was asked about all legs of the contact. ``at`` is when the asking began."""

    command: str
    at: int
    legs: tuple[LegFact, ...]


# -- people at the softphone, the pages, the promise link --------------------------------------


class TransferAsked(Event):
    """``by`` is the address of the asking agent's phone, for example client:ana."""

    by: str
    target: Target
    mode: TransferMode
    note: str = ""


class CompleteAsked(Event):
    transfer: str


class CancelAsked(Event):
    transfer: str


class SwapAsked(Event):
    transfer: str


class MergeAsked(Event):
    transfer: str


class HoldAsked(Event):
    """The agent puts the customer on hold. ``by`` is the address of the agent's phone."""

    by: str


class ResumeAsked(Event):
    """The agent talks to the customer again."""

    by: str


class CallbackAsked(Event):
    """The agent at ``by`` promises the customer a callback; the present call goes on."""

    by: str
    department: str
    agent: str = ""  # a person, by the name of their softphone; '' for the whole department
    not_before: int = 0  # ms; 0: as soon as it is allowed
    note: str = ""


class PromiseMoved(Event):
    """The customer (by the link) or the ledger (after an attempt) set another time."""

    promise: str
    due_from: int
    due_until: int
    attempts: int
    command: str = ""


class PromiseCancelled(Event):
    promise: str


class PromiseTaken(Event):
    """A newer contact of the same customer keeps this promise from now on."""

    promise: str


# -- time -------------------------------------------------------------------------------------


class DeadlinePassed(Event):
    """The clock says that the contact's deadline is due."""
