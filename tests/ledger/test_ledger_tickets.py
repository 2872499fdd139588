from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from telephony.errors import NotFound, Refused
from telephony.store.ledger import (
    Ledger,
    NewTicket,
    TicketState,
    close_ticket,
    list_tickets,
    open_ticket,
    take_ticket,
    ticket,
)

NOW = 1_790_000_000_000


def new_ticket(ticket_id: str = "ti_1", department: str = "billing") -> NewTicket:
    return NewTicket(ticket_id, "ct_1", "+493012345678", department, "no promise could be written")


def test_the_same_ticket_twice_is_one(ledger: Ledger) -> None:
    first = open_ticket(ledger, new_ticket(), now=NOW)
    assert (first.state, first.created_at, first.taken_by) == (TicketState.OPEN, NOW, None)
    assert open_ticket(ledger, new_ticket(), now=NOW + 1) == first
    assert list_tickets(ledger).items == (first,)


def test_the_first_who_takes_a_ticket_has_it(ledger: Ledger) -> None:
    open_ticket(ledger, new_ticket(), now=NOW)
    taken = take_ticket(ledger, "ti_1", by="ana", now=NOW + 1)
    assert (taken.state, taken.taken_by, taken.taken_at) == (TicketState.TAKEN, "ana", NOW + 1)
    assert take_ticket(ledger, "ti_1", by="ana", now=NOW + 2) == taken
    with pytest.raises(Refused) as caught:
        take_ticket(ledger, "ti_1", by="ben", now=NOW + 2)
    assert caught.value.reason == "ticket_taken"
    assert ticket(ledger, "ti_1") == taken


def test_a_ticket_is_closed_only_after_somebody_took_it_and_only_once(ledger: Ledger) -> None:
    open_ticket(ledger, new_ticket(), now=NOW)
    with pytest.raises(Refused) as caught:
        close_ticket(ledger, "ti_1", by="ana", now=NOW)
    assert caught.value.reason == "ticket_not_taken"
    take_ticket(ledger, "ti_1", by="ana", now=NOW + 1)
    closed = close_ticket(ledger, "ti_1", by="ben", now=NOW + 2)
    assert (closed.state, closed.closed_by, closed.closed_at) == (
        TicketState.CLOSED,
        "ben",
        NOW + 2,
    )
    assert close_ticket(ledger, "ti_1", by="ana", now=NOW + 3) == closed
    with pytest.raises(Refused) as caught:
        take_ticket(ledger, "ti_1", by="ana", now=NOW + 4)
    assert caught.value.reason == "ticket_closed"
    assert open_ticket(ledger, new_ticket(), now=NOW + 5) == closed


def test_tickets_are_listed_oldest_first_by_state_and_department(ledger: Ledger) -> None:
    for number, department in enumerate(["billing", "sales", "billing"]):
        open_ticket(ledger, new_ticket(f"ti_{number}", department), now=NOW - number)
    take_ticket(ledger, "ti_0", by="ana", now=NOW)
    close_ticket(ledger, "ti_0", by="ana", now=NOW)
    take_ticket(ledger, "ti_1", by="ana", now=NOW)

    def ids(**asked: Any) -> list[str]:
        return [one.id for one in list_tickets(ledger, **asked).items]

    assert ids() == ["ti_2", "ti_1"]
    assert ids(states=(TicketState.OPEN,)) == ["ti_2"]
    assert ids(states=tuple(TicketState)) == ["ti_2", "ti_1", "ti_0"]
    assert ids(department="sales") == ["ti_1"]


@pytest.mark.parametrize("act", [take_ticket, close_ticket])
def test_an_unknown_ticket_is_not_found(ledger: Ledger, act: Callable[..., object]) -> None:
    with pytest.raises(NotFound):
        act(ledger, "ti_9", by="ana", now=NOW)
    with pytest.raises(NotFound):
        ticket(ledger, "ti_9")
