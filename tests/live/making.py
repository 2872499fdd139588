"""What the tests of the live store are made of: a customer who calls, a clock that stands still."""

from __future__ import annotations

from telephony.contact import machine
from telephony.contact.events import CustomerCalled
from telephony.contact.model import Contact, Timer
from telephony.contact.records import replace

CALL = "CA" + "0" * 31 + "1"
CUSTOMER = "+12025550199"
NOW = 1_800_000_000_000


class Time:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def called(call: str = CALL, customer: str = CUSTOMER) -> CustomerCalled:
    return CustomerCalled(call=call, customer=customer, dialled="+12025550100", language="en")


def contact_due(place: int, due: int) -> Contact:
    """A contact whose only moment is ``due``."""
    call = f"CA{place:032x}"
    contact = machine.begin(call[2:], called(call), NOW).contact
    return replace(contact, pending=(), timers=(Timer("watch", due),))
