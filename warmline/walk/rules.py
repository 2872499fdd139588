"""What must hold in every state and at every step. Each rule returns what is wrong, or ''."""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import (
    Contact,
    HuntState,
    Leg,
    LegState,
    PromiseState,
    Stage,
    TransferState,
)
from telephony.contact.wants import hold_wanted

NO_DIALS = frozenset(
    {Stage.MENU, Stage.CHOOSING, Stage.RECORDING, Stage.PROMISING, Stage.FAREWELL}
    | {Stage.PROMISED, Stage.CLOSED}
)
WITH_TRANSFER = frozenset(
    {Stage.TRANSFER, Stage.RESTORING, Stage.CHOOSING, Stage.RECORDING, Stage.PROMISING}
)


def wrong(was: Contact, event: ev.Event, contact: Contact, now: int) -> str:
    """The first rule that the step from ``was`` to ``contact`` breaks, in words; '' if none."""
    for rule in (_deadline, _keys, _outcomes, _one_winner, _customer_kept, _agent_kept):
        found = rule(was, contact)
        if found:
            return found
    for check in (_dials, _transfer, _hold, _silence):
        found = check(contact)
        if found:
            return found
    struck = isinstance(event, ev.DeadlinePassed)
    if struck and contact.deadline is not None and contact.deadline <= now:
        return "the clock struck, and the same deadline is due again at once"
    return ""


def at_rest(contact: Contact) -> bool:
    """Over: nobody on a line, nothing to do, nothing due."""
    return contact.stage is Stage.CLOSED and contact.deadline is None


def _deadline(was: Contact, contact: Contact) -> str:
    over = contact.stage is Stage.CLOSED and not contact.pending
    if contact.deadline is None:
        live = any(leg.state is not LegState.ENDED for leg in contact.legs)
        return "nobody will look at this contact again" if live or not over else ""
    return ""


def _keys(was: Contact, contact: Contact) -> str:
    keys = [entry.key for entry in contact.pending]
    return "two commands under one key" if len(set(keys)) != len(keys) else ""


def _outcomes(was: Contact, contact: Contact) -> str:
    if was.outcome is not None and contact.outcome is not was.outcome:
        return "a second final outcome"
    for old, new in zip(was.transfers, contact.transfers, strict=False):
        if old.outcome is not None and new.outcome is not old.outcome:
            return "a second outcome of a transfer"
    if contact.stage is Stage.CLOSED and (contact.outcome is None or contact.transfer):
        return "closed without an outcome"
    return ""


def _here(leg: Leg) -> bool:
    return leg.state in {LegState.ACCEPTED, LegState.JOINED} and not leg.unwanted


def _one_winner(was: Contact, contact: Contact) -> str:
    hunt = contact.hunt
    if hunt is None:
        return ""
    won = [leg.id for leg in contact.legs if leg.hunt == hunt.id and _here(leg)]
    if len(won) > 1:
        return "two winners of one hunt"
    if won and hunt.state is HuntState.RINGING:
        return "somebody accepted, and the hunt rings on"
    return ""


def _ended(contact: Contact) -> list[str]:
    """Legs that a worker may end from now on. What one has taken cannot be called back."""
    free = (entry.command for entry in contact.pending if not entry.lease)
    return [command.leg for command in free if isinstance(command, co.EndCall)]


def _customer_kept(was: Contact, contact: Contact) -> str:
    leg = contact.customer_leg
    if leg is None or leg.id not in _ended(contact):
        return ""
    promised = contact.promise is not None and contact.promise.state is not PromiseState.WRITING
    calling = leg.outbound and leg.state is not LegState.JOINED
    return "" if promised or contact.ticket or calling else "the customer is cut off untold (S1)"


def _agent_kept(was: Contact, contact: Contact) -> str:
    transfer, customer = contact.transfer, contact.customer_leg
    if transfer is None or contact.stage is not Stage.TRANSFER or customer is None:
        return ""
    newly = transfer.by in _ended(contact) and transfer.by not in _ended(was)
    agent, receiver = contact.leg(transfer.by), contact.leg(transfer.receiver)
    if not newly or agent is None or agent.state is not LegState.JOINED:
        return ""
    together = receiver is not None and receiver.state is LegState.JOINED and not receiver.held
    together = together and customer.state is LegState.JOINED and not customer.held
    return "" if together else "the agent is let go, and nobody else is with the customer (S3)"


def _dials(contact: Contact) -> str:
    waiting = any(isinstance(e.command, co.Dial) and not e.lease for e in contact.pending)
    return (
        "a dial waits, and nobody is to be dialled (S8)"
        if (waiting and contact.stage in NO_DIALS)
        else ""
    )


def _transfer(contact: Contact) -> str:
    if contact.transfer is not None and contact.stage not in WITH_TRANSFER:
        return f"a transfer is open in stage {contact.stage}"
    if contact.stage is Stage.TRANSFER and contact.transfer is None:
        return "stage transfer without an open transfer"
    over = contact.transfers and contact.transfers[-1].state is TransferState.DONE
    if over and contact.transfers[-1].outcome is None:
        return "a transfer is done without an outcome"
    return ""


def _hold(contact: Contact) -> str:
    if contact.hold is None:
        return ""
    holder = contact.leg(contact.hold.by)
    there = contact.stage is Stage.TALKING and holder is not None and _here(holder)
    return "" if there else "the customer is on hold, and the agent who holds them is not there"


def _silence(contact: Contact) -> str:
    leg = contact.customer_leg
    if leg is None or leg.state is not LegState.JOINED or leg.unwanted:
        return ""
    should = hold_wanted(contact, leg)
    if should is None or should == leg.held:
        return ""
    keys = {entry.key for entry in contact.pending}
    helped = {f"hold:{leg.id}", f"redirect:{leg.id}"} & keys
    return "" if helped else "the customer hears the wrong thing, and nobody acts (S2)"
