"""Whom to ring for what: a department, the person who was promised, the agent who passed on."""

from __future__ import annotations

from telephony.contact.edit import owed
from telephony.contact.model import Contact, Hunt, HuntPurpose, Promise, Transfer
from telephony.contact.plans import Target, TargetKind

ANEW = frozenset({HuntPurpose.INBOUND, HuntPurpose.PROMISE})
"""Searches for a first human, not for somebody to take over from one."""


def department_target(contact: Contact) -> Target:
    """The department that the customer chose."""
    return Target(TargetKind.DEPARTMENT, contact.department, contact.department_name)


def promised(contact: Contact, promise: Promise) -> Target:
    """Who is to call: the person who was named, else the department."""
    if promise.agent:
        return Target(TargetKind.AGENT, promise.agent)
    return instead(contact)


def instead(contact: Contact) -> Target:
    """The department that keeps the promise when the person is away. It has its own name."""
    promise = contact.promise
    if promise is None or promise.department == contact.department:
        return department_target(contact)
    return Target(TargetKind.DEPARTMENT, promise.department)


def awaited(contact: Contact) -> Target:
    """Whom a customer waits for: who owes them a callback, else the department they chose."""
    promise = owed(contact)
    return department_target(contact) if promise is None else promised(contact, promise)


def sought_last(contact: Contact) -> Target:
    """Whom the customer was last led to, before anybody passed them on."""
    hunt = contact.hunt
    if hunt is None or hunt.purpose not in ANEW:
        return department_target(contact)
    return first_of(hunt)


def first_of(hunt: Hunt) -> Target:
    """With whom a search began, before it went on to other departments."""
    if not hunt.visited or hunt.target.kind is not TargetKind.DEPARTMENT:
        return hunt.target
    same = hunt.visited[0] == hunt.target.value
    return hunt.target if same else Target(TargetKind.DEPARTMENT, hunt.visited[0])


def department_of(contact: Contact) -> str:
    """The key of the department that is to help the customer now: who asks for a callback is
    called by it.
    """
    target = contact.transfer.target if contact.transfer else sought_last(contact)
    if target.kind is TargetKind.DEPARTMENT:
        return target.value
    promise = None if contact.transfer else contact.promise
    return contact.department if promise is None else promise.department


def return_target(transfer: Transfer) -> Target:
    """The agent who passed the customer on."""
    kind, _, name = transfer.by_address.partition(":")
    if kind == "client":
        return Target(TargetKind.AGENT, name, transfer.by_name)
    return Target(TargetKind.NUMBER, transfer.by_address, transfer.by_name)
