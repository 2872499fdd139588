"""The warm (or cold) transfer: who is together while it is open, and what the agent may ask.

HOLDING -> RINGING -> CONSULTING <-> ASIDE, either -> MERGED, any of the three -> COMPLETING ->
DONE.
The customer is on hold in HOLDING, RINGING and CONSULTING. The agent is let go in COMPLETING
only, and
only while an accepted receiver is in the room, neither held nor muted, together with the customer
(S3).
An agent who vanishes never ends anything: the transfer goes on without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from telephony.contact import events as ev
from telephony.contact.edit import (
    Refused,
    agent_leg,
    cancel_hunt,
    end_transfer,
    enter,
    joined,
    live,
    next_id,
    put_hunt,
    put_leg,
    put_transfer,
    unwant,
)
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    Role,
    Stage,
    Transfer,
    TransferMode,
    TransferOutcome,
    TransferState,
)
from telephony.contact.records import replace
from telephony.contact.seeking import agent_present, begin_hunt, begin_return, seek_again

_T = TransferState


def on_asked(contact: Contact, event: ev.TransferAsked, now: int) -> Contact:
    """Begin a transfer: the customer goes on hold first, then the target rings."""
    agent = agent_leg(contact, event.by)
    if agent is None:
        raise Refused("not_on_this_contact")
    contact = _without_old_hunt(contact)
    contact, suffix = next_id(contact, "t")
    transfer = Transfer(
        id=f"{contact.id}.{suffix}",
        mode=event.mode,
        target=event.target,
        by=agent.id,
        by_name=agent.name,
        by_address=agent.address,
        state=_T.HOLDING,
        since=now,
        requested_at=now,
        note=event.note,
    )
    contact = replace(contact, transfers=(*contact.transfers, transfer))
    return enter(contact, Stage.TRANSFER, now)


def _without_old_hunt(contact: Contact) -> Contact:
    """A search that ended in vain must not end this transfer, before its own has begun, too."""
    hunt = contact.hunt
    if hunt is None or hunt.state is not HuntState.OVER:
        return contact
    return put_hunt(contact, replace(hunt, state=HuntState.CANCELLED))


Ask = ev.CompleteAsked | ev.CancelAsked | ev.SwapAsked | ev.MergeAsked
Answer = Callable[[Contact, Transfer, int], Contact]


def _go(state: TransferState) -> Answer:
    def move(contact: Contact, transfer: Transfer, now: int) -> Contact:
        return put_transfer(contact, replace(transfer, state=state, since=now))

    return move


def _no(reason: str) -> Answer:
    def refuse(contact: Contact, transfer: Transfer, now: int) -> Contact:
        raise Refused(reason)

    return refuse


def _already(contact: Contact, transfer: Transfer, now: int) -> Contact:
    return contact


def _cancel(contact: Contact, transfer: Transfer, now: int) -> Contact:
    if not agent_present(contact):
        raise Refused("agent_gone")
    contact = _free_receiver(cancel_hunt(contact), transfer)
    contact = end_transfer(contact, TransferOutcome.CANCELLED, now, "cancelled_by_agent")
    return enter(contact, Stage.TALKING, now)


def _free_receiver(contact: Contact, transfer: Transfer) -> Contact:
    for leg in contact.legs:
        asked = leg.role is Role.RECEIVER and leg.id != transfer.by
        if asked:
            contact = put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))
    return contact


ASKS: Final[dict[type[ev.Event], dict[TransferState, Answer]]] = {
    ev.CompleteAsked: {
        _T.HOLDING: _no("receiver_not_joined"),
        _T.RINGING: _no("receiver_not_joined"),
        _T.CONSULTING: _go(_T.COMPLETING),
        _T.ASIDE: _go(_T.COMPLETING),
        _T.MERGED: _go(_T.COMPLETING),
        _T.COMPLETING: _already,
        _T.DONE: _no("transfer_over"),
    },
    ev.CancelAsked: {
        _T.HOLDING: _cancel,
        _T.RINGING: _cancel,
        _T.CONSULTING: _cancel,
        _T.ASIDE: _cancel,
        _T.MERGED: _cancel,
        _T.COMPLETING: _no("completing"),
        _T.DONE: _no("transfer_over"),
    },
    ev.SwapAsked: {
        _T.HOLDING: _no("nobody_to_swap"),
        _T.RINGING: _no("nobody_to_swap"),
        _T.CONSULTING: _go(_T.ASIDE),
        _T.ASIDE: _go(_T.CONSULTING),
        _T.MERGED: _no("nobody_to_swap"),
        _T.COMPLETING: _no("completing"),
        _T.DONE: _no("transfer_over"),
    },
    ev.MergeAsked: {
        _T.HOLDING: _no("receiver_not_joined"),
        _T.RINGING: _no("receiver_not_joined"),
        _T.CONSULTING: _go(_T.MERGED),
        _T.ASIDE: _go(_T.MERGED),
        _T.MERGED: _already,
        _T.COMPLETING: _no("completing"),
        _T.DONE: _no("transfer_over"),
    },
}


def on_ask(contact: Contact, event: Ask, now: int) -> Contact:
    """What the agent asks of a transfer, by its state."""
    transfer = _asked_for(contact, event)
    return ASKS[type(event)][transfer.state](contact, transfer, now)


def on_ask_elsewhere(contact: Contact, event: Ask, now: int) -> Contact:
    """The transfer is over, or it goes on without the agent, or the customer's line was lost."""
    if _asked_for(contact, event).outcome is not None:
        raise Refused("transfer_over")
    raise Refused("customer_line_lost" if contact.stage is Stage.RESTORING else "agent_gone")


def _asked_for(contact: Contact, event: Ask) -> Transfer:
    for transfer in contact.transfers:
        if transfer.id == event.transfer:
            return transfer
    raise Refused("no_such_transfer")


def progress(contact: Contact, now: int) -> Contact:
    """One step of the open transfer, if one is due. Only in the stage TRANSFER."""
    transfer = contact.transfer
    if transfer is None or contact.stage is not Stage.TRANSFER:
        return contact
    return _PROGRESS[transfer.state](contact, transfer, now)


def _customer_held(contact: Contact) -> bool:
    leg = contact.customer_leg
    return leg is not None and leg.held


def _holding(contact: Contact, transfer: Transfer, now: int) -> Contact:
    if _customer_held(contact) or not agent_present(contact):
        contact = _go(_T.RINGING)(contact, transfer, now)
        return begin_hunt(contact, HuntPurpose.TRANSFER, transfer.target, now)
    return contact


def hold_failed(contact: Contact, now: int) -> Contact:
    """Twilio would not hold the customer: the agent keeps them (fault 45)."""
    if contact.transfer is None or contact.transfer.state is not _T.HOLDING:
        return contact
    contact = end_transfer(contact, TransferOutcome.RETURNED, now, "hold_failed")
    return enter(contact, Stage.TALKING, now)


def _ringing(contact: Contact, transfer: Transfer, now: int) -> Contact:
    kept = _keep(contact, transfer, contact.leg(transfer.by))
    if kept is not contact:  # Whoever was to let them go has died, and the receiver is gone.
        kept = _free_receiver(cancel_hunt(kept), transfer)
        return _receiver_lost(kept, transfer, now)
    hunt = contact.hunt
    if hunt is None or hunt.state is not HuntState.WON:
        return contact
    winner = contact.leg(hunt.winner)
    if winner is None or not joined(winner) or winner.unwanted:
        return seek_again(contact, now)
    consult = transfer.mode is TransferMode.WARM and agent_present(contact)
    state = _T.CONSULTING if consult else _T.COMPLETING
    return put_transfer(contact, replace(transfer, state=state, since=now, receiver=winner.id))


def _receiver(contact: Contact, transfer: Transfer) -> Leg | None:
    return contact.leg(transfer.receiver)


def _together(contact: Contact, transfer: Transfer, now: int) -> Contact:
    """CONSULTING, ASIDE, MERGED: a receiver who leaves gives the customer back; an agent who
    leaves completes.
    """
    receiver = _receiver(contact, transfer)
    if not _stays(receiver):
        return _receiver_lost(contact, transfer, now)
    if not _stays(contact.leg(transfer.by)):
        return _go(_T.COMPLETING)(contact, transfer, now)
    return contact


def _stays(leg: Leg | None) -> bool:
    """In the room, or out of it for a moment with the line still up."""
    return (
        leg is not None and leg.state in {LegState.JOINED, LegState.ACCEPTED} and not leg.unwanted
    )


def _receiver_lost(contact: Contact, transfer: Transfer, now: int) -> Contact:
    if agent_present(contact):
        contact = end_transfer(contact, TransferOutcome.RETURNED, now, "receiver_left")
        return enter(contact, Stage.TALKING, now)
    contact = _go(_T.RINGING)(contact, transfer, now)
    return begin_return(contact, now)


def _completing(contact: Contact, transfer: Transfer, now: int) -> Contact:
    receiver, customer = _receiver(contact, transfer), contact.customer_leg
    agent = contact.leg(transfer.by)
    if not _stays(receiver):
        return _receiver_lost(_keep(contact, transfer, agent), transfer, now)
    assert receiver is not None
    if not _together_now(receiver, customer):
        return _keep(contact, transfer, agent)
    if live(agent) and agent is not None:
        return put_leg(contact, unwant(agent, AttemptOutcome.ACCEPTED))
    returned = receiver.address == transfer.by_address
    outcome = TransferOutcome.RETURNED if returned else TransferOutcome.COMPLETED
    reason = "agent_rung_back" if returned else ""
    contact = end_transfer(contact, outcome, now, reason)
    contact = put_leg(contact, replace(receiver, role=Role.AGENT))
    return enter(contact, Stage.TALKING, now)


def _together_now(receiver: Leg, customer: Leg | None) -> bool:
    """Are the two in one room, and does each hear the other? Only then is the agent let go (S3)."""
    if customer is None or not joined(customer) or not joined(receiver):
        return False
    return receiver.room == customer.room and not receiver.held and not customer.held


def _keep(contact: Contact, transfer: Transfer, agent: Leg | None) -> Contact:
    """The agent was to be let go, but customer and receiver are not together: keep the agent, if
    that is still possible.
    """
    leaving = any(entry.key == f"end:{transfer.by}" and entry.lease for entry in contact.pending)
    if agent is None or not joined(agent) or not agent.unwanted or leaving:
        return contact
    return put_leg(contact, replace(agent, unwanted=""))


_PROGRESS: Final[dict[TransferState, Answer]] = {
    _T.HOLDING: _holding,
    _T.RINGING: _ringing,
    _T.CONSULTING: _together,
    _T.ASIDE: _together,
    _T.MERGED: _together,
    _T.COMPLETING: _completing,
    _T.DONE: _already,
}
