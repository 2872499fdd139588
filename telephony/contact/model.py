"""What a contact is: frozen data, nothing that acts.

Theory. A **contact** is one customer's engagement from the first ring to the last goodbye.
It owns **legs** (single phone calls), at most one running **hunt** (the ringing of a department or
person), at most one open **transfer** and at most one **promise**. ``machine.step`` is the only
function that makes a new contact out of an old one.

Times are integers: milliseconds since the epoch, UTC. Durations end in ``_ms``.
"""

from __future__ import annotations

from telephony.contact.commands import Pending
from telephony.contact.plans import Plan, Ring, Target
from telephony.contact.records import Record
from telephony.contact.words import Word


class Role(Word):
    """Whose leg it is."""

    CUSTOMER = "customer"
    AGENT = "agent"  # has the customer now
    RECEIVER = "receiver"  # is asked to take over


class LegState(Word):
    """How far one phone call has come. The order is the order of life."""

    REQUESTED = "requested"  # we want it; Twilio may not know it yet
    RINGING = "ringing"  # the phone rings
    ANSWERED = "answered"  # hears a document: menu, whisper, question, farewell
    ACCEPTED = "accepted"  # a human proved to be there and was sent into the room
    JOINED = "joined"  # is in the room
    ENDED = "ended"


class Ending(Word):
    """Why a leg is over, as the network reports it."""

    HUNG_UP = "hung_up"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"  # the line broke, or could not be reached
    CANCELLED = "cancelled"  # we stopped the ringing
    REFUSED = "refused"  # never dialled: policy, bad number, or the member rings for somebody else


class AttemptOutcome(Word):
    """The typed result of one attempt, told to agents and counted in reports."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    NOT_ACCEPTED = "not_accepted"  # answered, but nobody pressed the key in time
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    FAILED = "failed"
    REFUSED = "refused"
    BUSY_ELSEWHERE = "busy_elsewhere"  # already rings or talks for another contact
    BEATEN = "beaten"  # somebody else accepted first
    CANCELLED = "cancelled"
    LOST = "lost"  # accepted, but hung up before the room was reached


class Stage(Word):
    """Where the customer stands. ``STAGES`` in machine.py says who is there and what they hear."""

    MENU = "menu"
    SEEKING = "seeking"
    CHOOSING = "choosing"
    RECORDING = "recording"
    PROMISING = "promising"
    TALKING = "talking"
    TRANSFER = "transfer"
    RESTORING = "restoring"
    FAREWELL = "farewell"
    PROMISED = "promised"
    KEEPING = "keeping"
    CLOSED = "closed"


class ContactOutcome(Word):
    """The one final outcome of a contact (L1)."""

    RESOLVED = "resolved"
    CUSTOMER_LEFT = "customer_left"
    PROMISE_KEPT = "promise_kept"
    TICKETED = "ticketed"


class TransferMode(Word):
    WARM = "warm"  # consult first
    COLD = "cold"  # the agent leaves at once; Warmline keeps watch as strictly


class TransferState(Word):
    """Who is together while a transfer is open."""

    HOLDING = "holding"  # customer is being put on hold; agent waits
    RINGING = "ringing"  # customer on hold; agent waits or is gone; receivers ring
    CONSULTING = "consulting"  # customer on hold; agent and receiver talk in private
    ASIDE = "aside"  # swapped: agent and customer talk; receiver on hold
    MERGED = "merged"  # all three talk
    COMPLETING = "completing"  # customer and receiver talk; the agent is being let go
    DONE = "done"


class TransferOutcome(Word):
    """The one final outcome of a transfer (L1)."""

    COMPLETED = "completed"
    RETURNED = "returned"
    CUSTOMER_LEFT = "customer_left"
    PROMISED = "promised"
    TICKETED = "ticketed"
    CANCELLED = "cancelled"


class HuntPurpose(Word):
    INBOUND = "inbound"
    TRANSFER = "transfer"
    RETURN = "return"  # ring the agent who had the customer
    PROMISE = "promise"


class HuntState(Word):
    PLANNING = "planning"  # candidates are being looked up
    RINGING = "ringing"
    RESTING = "resting"  # between two rounds
    WON = "won"
    OVER = "over"  # nobody accepted in any round
    CANCELLED = "cancelled"


class Choice(Word):
    """What the customer may choose when nobody has answered yet, or the department is closed."""

    WAIT = "wait"
    CALLBACK = "callback"
    MESSAGE = "message"
    AGENT = "agent"
    NONE = "none"  # silence


class Question(Word):
    """What the customer is asked in the stage CHOOSING."""

    AFTER_ROUND = "after_round"
    CLOSED = "closed"
    AGENT_LEFT = "agent_left"  # the agent hung up first: connected again, or done?


class PromiseState(Word):
    WRITING = "writing"
    OPEN = "open"
    KEPT = "kept"
    REDEEMED = "redeemed"
    CANCELLED = "cancelled"
    TICKETED = "ticketed"


_CUSTOMER = Role.CUSTOMER  # named once: asked several times a step (words.py)


class Leg(Record):
    """One phone call. ``id`` is ours, unique in the contact; ``call`` is Twilio's CallSid."""

    id: str
    role: Role
    address: str
    state: LegState
    since: int  # when ``state`` began
    call: str = ""  # until Twilio knows it
    name: str = ""  # how the person is called in prompts and pages
    member: str = ""  # key of the department's member, if any
    hunt: str = ""  # the hunt this attempt belongs to
    held: bool = False
    machine: bool = False  # machine detection's advice
    unwanted: str = ""  # why we want it to end ('' while wanted)
    outcome: AttemptOutcome | None = None
    ending: Ending | None = None
    misses: int = 0  # wrong keys pressed
    room: str = ""  # the ConferenceSid it was last seen in
    sequence: int = -1  # the last room event that was applied, by Twilio's SequenceNumber
    talked: bool = False  # has shared the room with somebody since it joined
    outbound: bool = False  # a customer's leg that we dialled: a callback
    ring_ms: int = 0
    parting: bool = False  # hears our last sentence to them, then their document hangs up
    strange: bool = False  # the dial's fate is unknown; it may ring
    deaf: bool = False  # does not obey hold and unhold: fetched out of the room and led back in
    unheard: int = 0  # since when a hold's music, or the news of an unhold, is missed (ms; 0: not)


class Hunt(Record):
    id: str
    purpose: HuntPurpose
    target: Target
    state: HuntState
    since: int
    plan: Plan | None = None
    round: int = 0  # counts from 1 once ringing
    wave_at: int = 0  # when the current wave began
    due: tuple[Ring, ...] = ()  # rings of the current wave not yet dialled
    waves: tuple[tuple[Ring, ...], ...] = ()  # later waves of this round
    winner: str = ""  # leg id
    visited: tuple[str, ...] = ()  # departments already tried, this one included
    rung: int = 0  # how many rungs of the ladder are used up
    reason: str = ""  # why it is over: closed, no_members, no_answer, ...


class Transfer(Record):
    id: str
    mode: TransferMode
    target: Target
    by: str  # leg id of the agent who asked
    by_name: str
    by_address: str
    state: TransferState
    since: int
    requested_at: int
    note: str = ""
    outcome: TransferOutcome | None = None
    reason: str = ""  # typed reason of a failure, for the agent
    receiver: str = ""  # leg id


class Promise(Record):
    id: str
    department: str
    state: PromiseState
    due_from: int = 0
    due_until: int = 0
    attempts: int = 0
    max_attempts: int = 3
    told: bool = False  # the customer was on the line for it
    missed: bool = False  # tried in vain: to be counted and put off
    by: str = ""  # address of the agent who promised it; '' when the customer chose it
    agent: str = ""  # who is to call, by the name of their softphone; '' for the department
    not_before: int = 0  # the customer's wish (ms); 0: as soon as it is allowed
    note: str = ""


class AgentHold(Record):
    """The agent has put the customer on hold to look something up."""

    by: str  # leg id of the agent
    since: int


class Timer(Record):
    name: str
    due: int


class Contact(Record, tag_field="format", tag=2):
    """The whole truth about one contact; everything else is a hint.

    ``tag`` numbers the format of its text (codec.py): a change that defaults cannot bridge is
    another number.
    """

    id: str
    version: int
    customer: str  # E.164, or '' when withheld
    dialled: str  # the number of ours they called
    language: str
    stage: Stage
    since: int  # when ``stage`` began
    created: int
    serial: int = 0  # for ids: legs, hunts, transfers, commands
    department: str = ""
    department_name: str = ""
    earlier: str = ""  # key of the department their last contact was with
    path: tuple[str, ...] = ()  # menu choices, in words
    question: Question | None = None
    next_open: int = 0  # for Question.CLOSED
    resume: Stage | None = None  # where RESTORING goes back to
    restores: int = 0
    waiting_since: int = 0  # since when the customer waits for a human; 0 while with one
    legs: tuple[Leg, ...] = ()
    hunt: Hunt | None = None
    transfers: tuple[Transfer, ...] = ()  # the last one may be open
    promise: Promise | None = None
    ticket: str = ""
    outcome: ContactOutcome | None = None
    reason: str = ""  # why it ended as it did, typed
    pending: tuple[Pending, ...] = ()  # the outbox
    timers: tuple[Timer, ...] = ()
    looked: int = 0  # when Twilio was last asked what is really there
    message_url: str = ""
    ticket_reason: str = ""  # why a human must act; a ticket is being opened while ``ticket`` is ''
    hold: AgentHold | None = None  # only while TALKING; a transfer has its own hold

    @property
    def room(self) -> str:
        """FriendlyName of the conference; only letters, digits, dot, dash and underscore."""
        return f"wl-{self.id}"

    @property
    def deadline(self) -> int | None:
        """When this contact must be looked at again, at the latest; None only when it is over."""
        return min((timer.due for timer in self.timers), default=None)

    @property
    def transfer(self) -> Transfer | None:
        """The open transfer."""
        if self.transfers and self.transfers[-1].outcome is None:
            return self.transfers[-1]
        return None

    @property
    def customer_leg(self) -> Leg | None:
        """The customer's newest leg."""
        for leg in reversed(self.legs):
            if leg.role is _CUSTOMER:
                return leg
        return None

    def leg(self, leg_id: str) -> Leg | None:
        for leg in self.legs:
            if leg.id == leg_id:
                return leg
        return None

    def leg_of(self, call: str) -> Leg | None:
        """The leg that Twilio knows as ``call``."""
        for leg in self.legs:
            if leg.call == call:
                return leg
        return None
