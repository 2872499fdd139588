"""Supervisors are let go with the conversation, and a lost try does not block the next."""

from __future__ import annotations

from telephony.contact.events import LegEnded
from telephony.contact.model import Ending
from telephony.store.supervised import Supervision
from telephony.twilio.fates import Fate
from tests.workers.desk import CALL, ID, NOW, Desk
from workers.supervising import DIAL_MS, look_after

SAM = "CA" + "5" * 32


def supervised(desk: Desk, call: str = SAM) -> None:
    new = Supervision(ID, "client:sam", "listen", NOW, "CF1", "CA2", call)
    assert desk.services.live.supervised.begin(new)
    desk.services.live.supervised.put(new)


def end_contact(desk: Desk) -> None:
    customer = desk.seek().customer_leg
    assert customer is not None
    desk.services.dispatch.apply(ID, LegEnded(customer.id, CALL, Ending.HUNG_UP))


def test_a_supervisor_is_let_go_when_the_conversation_is_over(desk: Desk) -> None:
    end_contact(desk)
    supervised(desk)
    assert look_after(desk.services) == 1
    assert desk.rest.of("end") == [SAM]
    assert desk.services.live.supervised.all() == []
    assert look_after(desk.services) == 0


def test_a_supervisor_whose_contact_is_forgotten_is_let_go_too(desk: Desk) -> None:
    supervised(desk)
    assert look_after(desk.services) == 1
    assert desk.rest.of("end") == [SAM]


def test_a_supervisor_who_could_not_be_let_go_is_tried_again(desk: Desk) -> None:
    end_contact(desk)
    supervised(desk)
    desk.rest.fate = Fate.TEMPORARY
    assert look_after(desk.services) == 0
    desk.rest.fate = Fate.GONE
    assert look_after(desk.services) == 1
    assert desk.services.live.supervised.of(ID) is None


def test_a_dial_that_was_never_placed_frees_its_place_after_a_while(desk: Desk) -> None:
    desk.seek()
    supervised(desk, call="")
    assert look_after(desk.services) == 0
    again = Supervision(ID, "client:ada", "join", NOW, "CF1", "CA2")
    assert not desk.services.live.supervised.begin(again)
    desk.clock.now += DIAL_MS + 1
    assert look_after(desk.services) == 1
    assert desk.services.live.supervised.begin(again)
    assert desk.rest.of("end") == []


def test_the_call_of_a_supervisor_is_known_to_be_the_contacts(desk: Desk) -> None:
    desk.seek()
    supervised(desk)
    assert desk.services.live.find_call(SAM) == ID
