"""Who is on which line, in which room, with whom: the trace folded, one line at a time.

Nothing is judged here. Whose contact a leg belongs to is read from the addresses of its webhooks
(``c=``, ``l=``), else from the room it enters, else from there being only one customer it could
be for. An application that names no contact in its addresses is checked all the same, by rooms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

from warmline.verify.report import Violation

Line = dict[str, Any]
SOFTPHONES: Final = ("client:", "sip:", "app:")
NAMELESS: Final = frozenset({"", "anonymous", "unknown", "+266696687"})
LINK: Final = re.compile(r"[?&]c=([^&#]+)(?:[^#]*?[&]l=([^&#]+))?")
_SUBJECT = re.compile(r"[?&]c=([^&# ]+)|(CA[0-9a-fA-F]{32})")
RESTORE_SECONDS: Final = 120.0
"""A dial to a customer this soon after their line broke restores the line and keeps no promise."""


@dataclass(slots=True, eq=False)
class Contact:
    """One customer's engagement. ``id`` is '' until an address names it."""

    customer: str = ""
    id: str = ""
    legs: dict[str, Leg] = field(default_factory=dict)  # live ones only
    connected: int = 0  # live legs of the customer
    left: float | None = None  # when the last of them went down, while none is live
    left_by: str = ""
    line_broke: float | None = None
    broke_in_room: bool = False  # past the menu: somebody was sought for them, or with them
    struck: float = float("-inf")  # when a fault last hit something of this contact
    promised: bool = False
    acted: float = 0.0  # when something was last done for the customer
    served_by: set[str] = field(default_factory=set)
    ended_by: set[str] = field(default_factory=set)
    served_on_callback: bool = False
    dials: list[float] = field(default_factory=list)
    callbacks: list[float] = field(default_factory=list)
    rang: list[tuple[float, float, str]] = field(default_factory=list)  # in vain: from, to, whom

    @property
    def name(self) -> str:
        return self.id or self.customer

    def same(self, other: Contact) -> bool:
        """Whether the two are one contact, as far as anybody can tell."""
        if self is other:
            return True
        if self.id and other.id:
            return self.id == other.id
        return self.customer == other.customer and self.customer not in NAMELESS


@dataclass(slots=True, eq=False)
class Room:
    """One conference."""

    sid: str
    contact: Contact | None = None
    members: dict[str, Leg] = field(default_factory=dict)
    winners: list[Leg] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Leg:
    """One call, from the side of its phone."""

    call: str
    address: str
    customer: bool
    inbound: bool
    dialled: float
    contact: Contact | None = None
    sure: bool = False  # the contact is known, not guessed
    attempt: tuple[str, str] = ("", "")  # contact and leg as the addresses name them
    answered: float | None = None
    machine: bool = False
    down: float | None = None
    by: str = ""
    room: Room | None = None
    last_room: Room | None = None
    joined: float | None = None
    joins: int = 0
    left_room: float = float("-inf")
    held: bool = False
    muted: bool = False
    hears: str = ""
    nothing_since: float | None = None
    proved: bool = False  # a human pressed the key or spoke
    told: float | None = None
    watched: bool = False
    served: bool = False  # customer: has spoken with a human in this call
    had_customer: bool = False  # staff: has spoken with a customer
    removed: Violation | None = None

    @property
    def accepted(self) -> bool:
        """A human proved to be there: dialled in, clicked in the softphone, pressed or spoke."""
        if self.machine or self.answered is None:
            return False
        return self.proved or self.inbound or self.address.startswith("client:")


Visit = tuple[Contact, float, float]
"""A call in which a customer was served: when they dialled in, and when it was over."""

Timer = tuple[float, int, Callable[["Truth", Any], None], Any]


@dataclass(slots=True)
class Truth:
    """Everything that is known at line ``seq``, at ``t`` seconds."""

    accept_keys: frozenset[str]
    told_words: tuple[str, ...]
    promise_words: tuple[str, ...]
    slack: float = 0.0
    t: float = 0.0
    seq: int = 0
    legs: dict[str, Leg] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    by_id: dict[str, Contact] = field(default_factory=dict)
    by_customer: dict[str, Contact] = field(default_factory=dict)
    waiting: dict[int, Contact] = field(default_factory=dict)  # contacts with a customer on a line
    live_to: dict[str, list[Leg]] = field(default_factory=dict)  # dialled and not down, by address
    attempts: dict[tuple[str, str], Leg] = field(default_factory=dict)
    customers: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    cast: bool = False
    promised: bool = False
    last_left: float = float("-inf")
    last_fault: float = float("-inf")
    faults: list[tuple[float, Contact | None]] = field(default_factory=list)
    healed: float | None = None
    rest: float | None = None
    counts: Counter[str] = field(default_factory=Counter)
    found: list[Violation] = field(default_factory=list)
    said: list[tuple[float, int, Leg, str]] = field(default_factory=list)
    partings: list[tuple[float, int, Leg]] = field(default_factory=list)
    late_dials: list[tuple[float, int, Leg, str]] = field(default_factory=list)
    dialled: dict[str, tuple[float, int]] = field(default_factory=dict)
    visits: dict[str, list[Visit]] = field(default_factory=dict)  # by customer
    promised_at: dict[str, float] = field(default_factory=dict)  # last told of a callback
    gone: Counter[str] = field(default_factory=Counter)  # requests about calls that are over
    timers: list[Timer] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)  # call -> contact, when read beforehand
    _ticks: int = 0

    @property
    def calm(self) -> bool:
        """No fault has struck, or all have healed: liveness may be judged."""
        return self.healed is not None or not self.counts["faults"]

    def violate(self, invariant: str, reason: str, leg: Leg | None, t: float | None = None) -> None:
        """Note a violation, now or at ``t``."""
        self.found.append(self.violation(invariant, reason, leg, t))

    def violation(
        self, invariant: str, reason: str, leg: Leg | None, t: float | None = None
    ) -> Violation:
        name = leg.contact.name if leg is not None and leg.contact is not None else ""
        when = self.t if t is None else t
        return Violation(invariant, round(when, 3), reason, self.seq, leg.call if leg else "", name)

    def at(self, due: float, what: Callable[[Truth, Any], None], about: Any) -> None:
        """Judge ``about`` once the trace has passed ``due``."""
        self._ticks += 1
        heappush(self.timers, (due, self._ticks, what, about))

    def pass_time(self, t: float) -> None:
        """Everything that was to be judged before ``t``, in its order."""
        while self.timers and self.timers[0][0] < t:
            due, _, what, about = heappop(self.timers)
            self.t = due
            what(self, about)
        self.t = t

    def struck(self, contact: Contact | None) -> float:
        """When a fault last hit this contact, or something that may concern it."""
        return max(self.last_fault, contact.struck if contact else self.last_fault)

    # -- folding --------------------------------------------------------------------------------

    def dial(self, line: Line) -> Leg:
        """``call.dialled``."""
        inbound = line["direction"] == "inbound"
        address = (line["from"] if inbound else line["to"]).partition("?")[0]
        customer = self._is_customer(address, inbound)
        leg = Leg(line["call"], address, customer, inbound, self.t)
        self.legs[leg.call] = leg
        self.counts["legs"] += 1
        if inbound:
            if customer:
                leg.nothing_since = self.t
                contact = self._caller(leg.call, address)
                self.by_customer[address] = contact
                self.adopt(leg, contact, sure=True)
            return leg
        self.counts["dials"] += 1
        self.live_to.setdefault(address, []).append(leg)
        self.dialled.setdefault(address, (self.t, self.seq))
        if customer:
            known = self.by_customer.get(address)
            if known is not None:
                self.adopt(leg, known, sure=False)
        elif len(self.waiting) == 1:
            self.adopt(leg, next(iter(self.waiting.values())), sure=False)
        return leg

    def _caller(self, call: str, address: str) -> Contact:
        """Who calls in: somebody new, or a contact that the addresses of this call will name."""
        name = self.owners.get(call, "")
        known = self.by_id.get(name)
        if known is not None:
            return known
        self.counts["contacts"] += 1
        contact = Contact(address, name)
        if name:
            self.by_id[name] = contact
        return contact

    def _is_customer(self, address: str, inbound: bool) -> bool:
        if address in self.customers:
            return True
        if address in self.staff or address.startswith(SOFTPHONES):
            return False
        return inbound or address in self.by_customer

    def adopt(self, leg: Leg, contact: Contact, *, sure: bool) -> None:
        """The leg belongs to ``contact``; whatever it was taken for before is forgotten."""
        old = leg.contact
        if old is not contact:
            if old is not None:
                self._part(leg, old)
            leg.contact = contact
            contact.customer = contact.customer or (leg.address if leg.customer else "")
            contact.acted = self.t
            if leg.down is None:
                contact.legs[leg.call] = leg
                if leg.customer:
                    contact.connected += 1
                    contact.left = None
                    self.waiting[id(contact)] = contact
            if not leg.inbound:
                (contact.callbacks if leg.customer else contact.dials).append(leg.dialled)
        leg.sure = leg.sure or sure

    def _part(self, leg: Leg, old: Contact) -> None:
        moments = old.callbacks if leg.customer else old.dials
        if not leg.inbound and leg.dialled in moments:
            moments.remove(leg.dialled)
        if old.legs.pop(leg.call, None) is not None and leg.customer:
            old.connected -= 1
            if old.connected == 0:
                self.waiting.pop(id(old), None)
        if leg.inbound and leg.customer and not old.id and not old.legs:
            self.counts["contacts"] -= 1
            if self.by_customer.get(old.customer) is old:
                del self.by_customer[old.customer]

    def link(self, leg: Leg, url: str) -> bool:
        """Learn from an address whose leg this is; True when that is news."""
        match = LINK.search(url)
        if match is None:
            return False
        name, attempt = match.group(1), match.group(2) or ""
        contact = self.by_id.get(name)
        if contact is None:
            contact = self._named_by(leg, name)
            contact.id = name
            self.by_id[name] = contact
        self.adopt(leg, contact, sure=True)
        if leg.customer:
            self.by_customer[leg.address] = contact
        leg.attempt = (name, attempt)
        return True

    def _named_by(self, leg: Leg, name: str) -> Contact:
        """Whose name this is: the leg's own contact, or that of the call it is made from."""
        first = self.legs.get(f"CA{name}", leg)
        own = first.contact if first.sure else None
        return own if own is not None and not own.id else Contact()

    def fall(self, leg: Leg, by: str, status: str = "") -> None:
        """``call.down``."""
        leg.down, leg.by = self.t, by
        if not leg.inbound:
            if leg.contact is not None and leg.answered is None and not leg.customer:
                leg.contact.rang.append((leg.dialled, self.t, leg.address))
            others = self.live_to.get(leg.address, [])
            if leg in others:
                others.remove(leg)
            if not others:
                self.live_to.pop(leg.address, None)
        if self.attempts.get(leg.attempt) is leg:
            del self.attempts[leg.attempt]
        contact = leg.contact
        if contact is None:
            return
        contact.acted = self.t
        contact.legs.pop(leg.call, None)
        if leg.customer:
            contact.connected -= 1
            contact.ended_by.add(by)
            if leg.inbound and leg.served and by != "carrier":
                visit = (contact, leg.dialled, self.t)
                self.visits.setdefault(leg.address, []).append(visit)
            if contact.connected == 0:
                contact.left, contact.left_by = self.t, by
                self.waiting.pop(id(contact), None)
                # Whose line broke is called back, and may be transferred meanwhile.
                self.last_left = self.t if by != "carrier" else float("inf")
            # A carrier that reports "completed" cannot be told from a customer who hangs up.
            if by == "carrier" and leg.answered is not None and status != "completed":
                contact.line_broke = self.t
                contact.broke_in_room = leg.joined is not None

    def enter(self, leg: Leg, sid: str) -> Room:
        """``room.join``; an unknown contact of the leg or of the room is learnt from the other."""
        room = self.rooms.get(sid)
        if room is None:
            room = self.rooms[sid] = Room(sid)
        leg.room = room
        leg.joins += 1
        leg.joined = self.t if leg.joined is None else leg.joined
        room.members[leg.call] = leg
        if leg.sure and leg.contact is not None and room.contact is None:
            room.contact = leg.contact
            for member in room.members.values():
                if not member.sure:
                    self.adopt(member, leg.contact, sure=True)
        elif not leg.sure and room.contact is not None:
            self.adopt(leg, room.contact, sure=True)
        elif leg.customer and leg.contact is not None and room.contact is not None:
            self._recognise(leg, leg.contact, room.contact)
        return room

    def _recognise(self, leg: Leg, mine: Contact, owner: Contact) -> None:
        """The room's contact is known by name only, the customer by number only: they are one."""
        if mine is not owner and not mine.id and not owner.customer:
            self.adopt(leg, owner, sure=True)
            self.by_customer[leg.address] = owner
            self.counts["contacts"] += 1

    def leave(self, leg: Leg, sid: str) -> Room | None:
        """``room.leave``."""
        room = self.rooms.get(sid)
        if room is not None:
            room.members.pop(leg.call, None)
        leg.last_room, leg.room, leg.left_room = room, None, self.t
        leg.held = leg.muted = False
        return room

    def strike(self, line: Line) -> None:
        """``fault``: it hits the contact that its subject names, or nobody knows whom."""
        self.counts["faults"] += 1
        self.healed = None
        match = _SUBJECT.search(str(line.get("subject") or ""))
        contact = None
        if match is not None:
            leg = self.legs.get(match.group(2) or "")
            contact = leg.contact if leg else self.by_id.get(match.group(1) or "")
        self.faults.append((self.t, contact))
        if contact is None:
            self.last_fault = self.t
        else:
            contact.struck = self.t

    def undisturbed(self, contact: Contact, since: float, until: float) -> bool:
        """Whether no fault struck this contact, or nobody knows whom, between the two moments."""
        return not any(since <= t <= until and whose in (None, contact) for t, whose in self.faults)

    def forget(self) -> None:
        """Everything is at rest: what is over is not needed any more."""
        self.legs = {sid: leg for sid, leg in self.legs.items() if leg.down is None}
        self.rooms = {sid: room for sid, room in self.rooms.items() if room.members}

    def call_in(self, customers: Iterable[str], staff: Iterable[str]) -> None:
        """``cast``."""
        self.cast = True
        self.customers.update(customers)
        self.staff.update(staff)
