"""The agent's own hold: the customer hears music and honest news while the agent looks
something up.

It exists only while the two talk (TALKING); a transfer has its own. It ends by the word of an
agent, with the stage, or with the agent who asked for it: whoever holds a customer and is lost
leaves one who waits, not one who was served (customers.py).
"""

from __future__ import annotations

from telephony.contact import events as ev
from telephony.contact.edit import Refused, agent_leg, staff_present
from telephony.contact.model import AgentHold, Contact, Stage
from telephony.contact.records import replace


def on_hold(contact: Contact, event: ev.HoldAsked, now: int) -> Contact:
    """The customer goes on hold; asking twice changes nothing."""
    agent = agent_leg(contact, event.by)
    if agent is None:
        raise Refused("not_on_this_contact")
    return contact if contact.hold else replace(contact, hold=AgentHold(agent.id, now))


def on_resume(contact: Contact, event: ev.ResumeAsked, now: int) -> Contact:
    """Whoever of the agents is with the customer may end the hold."""
    if agent_leg(contact, event.by) is None:
        raise Refused("not_on_this_contact")
    return released(contact)


def released(contact: Contact) -> Contact:
    return replace(contact, hold=None)


def settle_hold(contact: Contact, now: int) -> Contact:
    """No hold outlives the talk or the agent who asked for it."""
    if contact.hold is None:
        return contact
    holders = {leg.id for leg in staff_present(contact)}
    kept = contact.stage is Stage.TALKING and contact.hold.by in holders
    return contact if kept else released(contact)
