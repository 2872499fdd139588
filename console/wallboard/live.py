"""What happens now, counted by department from the live contacts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from console.lookup import softphone
from console.wallboard.shapes import AgentsOut, LiveOut, TransfersOut
from telephony.contact.model import Contact, Leg, LegState, Role, Stage, TransferState
from telephony.contact.wants import PRIVATE
from telephony.routing.model import Department
from telephony.store.floor import Present
from telephony.store.ledger import PromiseBacklog

WITHOUT_A_PERSON = frozenset({Stage.SEEKING, Stage.CHOOSING, Stage.RESTORING})
READ = frozenset(Stage) - {Stage.PROMISED, Stage.CLOSED}
"""Stages whose contacts are read; open promises are counted in the ledger."""


@dataclass
class Tally:
    """One department while it is counted."""

    in_menu: int = 0
    waits: list[int] = field(default_factory=list)
    holds: list[int] = field(default_factory=list)
    held_by_agent: int = 0
    ringing: int = 0
    talking: int = 0
    transfers: Counter[str] = field(default_factory=Counter)

    def add(self, contact: Contact, now: int) -> None:
        """Count one contact."""
        waited = max(0, now - contact.waiting_since) if contact.waiting_since else 0
        transfer = contact.transfer
        held = transfer is not None and transfer.state in PRIVATE
        if contact.stage is Stage.MENU:
            self.in_menu += 1
        elif contact.stage in WITHOUT_A_PERSON:
            self.waits.append(waited)
        elif contact.stage is Stage.TRANSFER and held:
            self.holds.append(waited)
        elif contact.hold is not None:
            self.holds.append(max(0, now - contact.hold.since))
            self.held_by_agent += 1
        elif contact.stage in {Stage.TALKING, Stage.TRANSFER}:
            self.talking += 1
        if transfer is not None and transfer.state is not TransferState.DONE:
            self.transfers[transfer.state.value] += 1
        self.ringing += sum(_rings(leg) for leg in contact.legs)

    def shown(self, promises: PromiseBacklog) -> LiveOut:
        """The numbers, with the promises of the ledger."""
        return LiveOut(
            in_menu=self.in_menu,
            waiting=len(self.waits),
            longest_wait_ms=max(self.waits, default=0),
            ringing=self.ringing,
            on_hold=len(self.holds),
            held_by_agent=self.held_by_agent,
            longest_hold_ms=max(self.holds, default=0),
            talking=self.talking,
            transfers=TransfersOut(**self.transfers),
            promises_open=promises.open,
            promises_due=promises.due,
            promises_overdue=promises.overdue,
        )


def tallies(contacts: Iterable[Contact], now: int) -> tuple[Tally, dict[str, Tally]]:
    """The whole company, and each department that has a contact ('' while in the menu)."""
    total, by_department = Tally(), dict[str, Tally]()
    for contact in contacts:
        total.add(contact, now)
        by_department.setdefault(contact.department, Tally()).add(contact, now)
    return total, by_department


def agents(
    departments: Iterable[Department], present: Mapping[str, Present], busy: Mapping[str, str]
) -> AgentsOut:
    """What the members of the departments do; somebody in two of them is one person."""
    doing: dict[str, str] = {}
    for department in departments:
        for member in department.members:
            if member.enabled:
                doing[member.address] = _doing(member.address, present, busy)
    return AgentsOut.model_validate(Counter(doing.values()))


def _doing(address: str, present: Mapping[str, Present], busy: Mapping[str, str]) -> str:
    if address in busy:
        return "talking"
    found = present.get(softphone(address)) if address.startswith("client:") else None
    return found.state.value if found else "unknown"


def _rings(leg: Leg) -> bool:
    return leg.role is not Role.CUSTOMER and leg.state is LegState.RINGING and not leg.unwanted
