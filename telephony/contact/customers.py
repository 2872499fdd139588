"""The customer: called, asked, held, restored when the line breaks, promised, called back.

Every way off the line leads through here, so that what happens to a customer who is gone (or whose
line is gone) is decided in one table, ``LEFT``.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.contact import events as ev
from telephony.contact.calls import ring_customer
from telephony.contact.edit import (
    Refused,
    cancel_hunt,
    close,
    enter,
    joined,
    next_id,
    put_hunt,
    put_leg,
    staff_present,
    unwant,
)
from telephony.contact.model import (
    AttemptOutcome,
    Choice,
    Contact,
    ContactOutcome,
    Ending,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    PromiseState,
    Question,
    Role,
    Stage,
)
from telephony.contact.promises import (
    forget_promise,
    keep_in_vain,
    keeping,
    on_line,
    part,
    redeem,
)
from telephony.contact.records import replace
from telephony.contact.seeking import (
    ask_promise,
    ask_ticket,
    begin_hunt,
    begin_return,
    plan_again,
    restart,
    seek_again,
    seeking_stage,
    winner_of,
)
from telephony.contact.targets import ANEW, awaited, department_target, sought_last
from telephony.contact.timing import RESTORE_TRIES, SHORT_TALK_MS


def new_contact(contact_id: str, event: ev.CustomerCalled, now: int) -> Contact:
    """The first ring of a new contact."""
    contact = Contact(
        id=contact_id,
        version=0,
        customer=event.customer,
        dialled=event.dialled,
        language=event.language,
        earlier=event.earlier,
        stage=Stage.MENU,
        since=now,
        created=now,
        waiting_since=now,
        looked=now,
    )
    return _add_customer_leg(contact, event, now)


def _add_customer_leg(contact: Contact, event: ev.CustomerCalled, now: int) -> Contact:
    contact, leg_id = next_id(contact, "l")
    leg = Leg(
        id=leg_id,
        role=Role.CUSTOMER,
        address=event.customer,
        state=LegState.ANSWERED,
        since=now,
        call=event.call,
    )
    return put_leg(contact, leg)


# -- the customer calls in again ---------------------------------------------------------------


def on_called_again(contact: Contact, event: ev.CustomerCalled, now: int) -> Contact:
    """The customer calls while a promise is open or their line is being restored: the place is
    kept.
    """
    if contact.leg_of(event.call) is not None:
        return contact
    old = contact.customer_leg
    if old is not None:
        contact = put_leg(contact, unwant(old, AttemptOutcome.CANCELLED))
    contact = _add_customer_leg(contact, event, now)
    if contact.stage is Stage.RESTORING:
        return enter(replace(contact, resume=None), _resumed(contact), now)
    target, hunt = awaited(contact), contact.hunt
    contact = redeem(replace(contact, ticket_reason=""), now)
    if contact.stage is Stage.KEEPING and hunt is not None:
        contact = put_hunt(contact, replace(hunt, purpose=HuntPurpose.INBOUND))
    else:
        contact = begin_hunt(contact, HuntPurpose.INBOUND, target, now)
    return enter(replace(contact, waiting_since=now), Stage.SEEKING, now)


def on_called_early(contact: Contact, event: ev.CustomerCalled, now: int) -> Contact:
    """The customer redials before we know that they hung up, with a promise under way: the place is
    kept all the same. Their old call is left to end by itself.
    """
    if contact.leg_of(event.call) is not None:
        return contact
    if not awaits(contact):
        raise Refused("not_waiting")
    contact = _add_customer_leg(contact, event, now)
    promise, target = contact.promise, awaited(contact)
    assert promise is not None
    if promise.state is PromiseState.WRITING:
        contact = forget_promise(replace(contact, promise=None), promise.id, now)
    contact = begin_hunt(redeem(contact, now), HuntPurpose.INBOUND, target, now)
    return enter(replace(contact, waiting_since=now), seeking_stage(contact), now)


def awaits(contact: Contact) -> bool:
    """Does a new call of this customer belong to this contact?"""
    if contact.stage in _AWAITING:
        return True
    told = contact.stage in {Stage.PROMISING, Stage.FAREWELL} and contact.promise is not None
    return told and not contact.ticket and not contact.ticket_reason


_AWAITING = frozenset({Stage.PROMISED, Stage.KEEPING, Stage.RESTORING})


def on_called_elsewhere(contact: Contact, event: ev.CustomerCalled, now: int) -> Contact:
    """A repeat of the first webhook is late; a second call of the same customer is another
    contact.
    """
    if contact.leg_of(event.call) is not None:
        return contact
    raise Refused("not_waiting")


# -- menu and questions --------------------------------------------------------------------------


def on_menu(contact: Contact, event: ev.MenuHeard, now: int) -> Contact:
    return replace(contact, language=event.language)


def on_department(contact: Contact, event: ev.DepartmentChosen, now: int) -> Contact:
    """The menu is done: into the room with music, and the hunt begins."""
    contact = replace(
        contact,
        department=event.department,
        department_name=event.name,
        language=event.language,
        path=event.path,
    )
    contact = begin_hunt(contact, HuntPurpose.INBOUND, department_target(contact), now)
    return enter(contact, Stage.SEEKING, now)


def on_closed(contact: Contact, event: ev.DepartmentClosed, now: int) -> Contact:
    """The department is closed: the customer chooses a callback or a message."""
    contact = replace(
        contact,
        department=event.department,
        department_name=event.name,
        language=event.language,
        path=event.path,
        question=Question.CLOSED,
        next_open=event.next_open,
    )
    return enter(contact, Stage.CHOOSING, now)


def on_choice(contact: Contact, event: ev.CustomerChose, now: int) -> Contact:
    """What the customer chose; silence takes the kindest way on."""
    if event.choice is Choice.CALLBACK and contact.customer:
        return ask_promise(contact, now)
    if event.choice is Choice.MESSAGE:
        return enter(cancel_hunt(contact), Stage.RECORDING, now)
    if event.choice is Choice.AGENT and contact.transfers:
        return enter(begin_return(contact, now), seeking_stage(contact), now)
    if contact.question is Question.CLOSED:
        if contact.customer:
            return ask_promise(contact, now)
        return enter(cancel_hunt(contact), Stage.RECORDING, now)
    return _keep_waiting(contact, event.choice, now)


def _keep_waiting(contact: Contact, choice: Choice, now: int) -> Contact:
    hunt = contact.hunt
    if contact.question is Question.AGENT_LEFT or hunt is None:
        contact = begin_hunt(contact, HuntPurpose.INBOUND, sought_last(contact), now)
    elif hunt.state is HuntState.RESTING:
        contact = plan_again(contact, hunt, now)
    elif choice is Choice.WAIT or hunt.state is HuntState.CANCELLED:
        contact = restart(contact, hunt, now)
    return enter(contact, seeking_stage(contact), now)


def choice_overdue(contact: Contact, now: int) -> Contact:
    return on_choice(contact, ev.CustomerChose(Choice.NONE), now)


def recording_overdue(contact: Contact, now: int) -> Contact:
    """No message was recorded: whoever waits is led on, and whose line broke is called back."""
    if not on_line(contact):
        if _line_broke(contact, contact.customer_leg):
            return _restore(contact, Stage.CHOOSING, now)
        return part(contact, ContactOutcome.CUSTOMER_LEFT, "left_without_message", now)
    if contact.question is Question.CLOSED and not contact.customer:
        return ask_ticket(contact, "no_message", now)
    return choice_overdue(contact, now)


def farewell_overdue(contact: Contact, now: int) -> Contact:
    """Who was told and stays on the line is let go; who could not be told is not (S1)."""
    leg = contact.customer_leg
    assert leg is not None
    if not joined(leg):
        return put_leg(contact, unwant(leg, AttemptOutcome.CANCELLED))
    target = awaited(contact)
    contact = redeem(replace(contact, ticket="", ticket_reason=""), now)
    contact = begin_hunt(contact, HuntPurpose.INBOUND, target, now)
    return enter(contact, Stage.SEEKING, now)


def on_message(contact: Contact, event: ev.MessageRecorded, now: int) -> Contact:
    """A recorded message becomes a ticket."""
    return ask_ticket(replace(contact, message_url=event.url), "message", now)


def on_late_message(contact: Contact, event: ev.MessageRecorded, now: int) -> Contact:
    """It is reported when all is over; somebody has to hear it all the same."""
    if not event.url or contact.ticket:
        return contact
    return replace(contact, message_url=event.url, ticket_reason="message")


# -- rules that look at the customer's line ----------------------------------------------------


def settle_line(contact: Contact, now: int) -> Contact:
    """The customer's line is down: what now?"""
    leg = contact.customer_leg
    if leg is None or leg.state is not LegState.ENDED:
        return contact
    return LEFT[contact.stage](contact, leg, now)


def _line_broke(contact: Contact, leg: Leg | None) -> bool:
    return leg is not None and leg.ending is Ending.FAILED and bool(contact.customer)


def _gone_waiting(contact: Contact, leg: Leg, now: int) -> Contact:
    if _line_broke(contact, leg):
        return _restore(contact, contact.stage, now)
    talked = contact.question is Question.AGENT_LEFT and contact.stage is Stage.CHOOSING
    if talked:
        return _close_served(contact, now)
    return part(contact, ContactOutcome.CUSTOMER_LEFT, f"left_while_{contact.stage.value}", now)


def _gone_from_menu(contact: Contact, leg: Leg, now: int) -> Contact:
    return close(contact, ContactOutcome.CUSTOMER_LEFT, "left_while_menu", now)


def _gone_from_talk(contact: Contact, leg: Leg, now: int) -> Contact:
    if _line_broke(contact, leg):
        return _restore(contact, Stage.TALKING, now)
    return _close_served(contact, now)


def _close_served(contact: Contact, now: int) -> Contact:
    kept = contact.promise is not None and contact.promise.state is PromiseState.KEPT
    outcome = ContactOutcome.PROMISE_KEPT if kept else ContactOutcome.RESOLVED
    return part(contact, outcome, "served", now)


def _gone_recording(contact: Contact, leg: Leg, now: int) -> Contact:
    return contact  # the recording may still be reported; STAGE_LIMITS ends the wait


def _gone_told(contact: Contact, leg: Leg, now: int) -> Contact:
    if contact.ticket:
        return close(contact, ContactOutcome.TICKETED, contact.ticket_reason, now)
    promise = contact.promise
    assert promise is not None  # who is told goodbye has a ticket or a promise
    contact = replace(contact, promise=replace(promise, told=True))
    return enter(contact, Stage.PROMISED, now)


def _stay(contact: Contact, leg: Leg, now: int) -> Contact:
    return contact


def _restore_again(contact: Contact, leg: Leg, now: int) -> Contact:
    if contact.restores < RESTORE_TRIES:
        return ring_customer(replace(contact, restores=contact.restores + 1), now)
    for other in staff_present(contact):
        contact = put_leg(contact, unwant(other, AttemptOutcome.CANCELLED))
    return ask_promise(replace(contact, resume=None), now)


def _restore(contact: Contact, resume: Stage, now: int) -> Contact:
    """The line broke: call the customer back at once; whoever is in the room waits."""
    back = seeking_stage(contact) if resume is Stage.CHOOSING else resume
    contact = enter(replace(contact, resume=back), Stage.RESTORING, now)
    return ring_customer(replace(contact, restores=1), now)


def _resumed(contact: Contact) -> Stage:
    return contact.resume or seeking_stage(contact)


LEFT: dict[Stage, Callable[[Contact, Leg, int], Contact]] = {
    Stage.MENU: _gone_from_menu,
    Stage.SEEKING: _gone_waiting,
    Stage.CHOOSING: _gone_waiting,
    Stage.RECORDING: _gone_recording,
    Stage.PROMISING: _stay,
    Stage.TALKING: _gone_from_talk,
    Stage.TRANSFER: _gone_waiting,
    Stage.RESTORING: _restore_again,
    Stage.FAREWELL: _gone_told,
    Stage.PROMISED: _stay,
    Stage.KEEPING: keep_in_vain,
    Stage.CLOSED: _stay,
}
"""What becomes of a contact whose customer's line is down, by stage."""


# -- rules that look at who is with the customer -----------------------------------------------


def settle_company(contact: Contact, now: int) -> Contact:
    """Who is with the customer decides SEEKING, TALKING, RESTORING and KEEPING."""
    rule = _COMPANY.get(contact.stage)
    return contact if rule is None else rule(contact, now)


def _seeking(contact: Contact, now: int) -> Contact:
    winner = winner_of(contact)
    if winner is None or not joined(winner) or not joined(contact.customer_leg):
        return seek_again(contact, now)
    contact = put_leg(contact, replace(winner, role=Role.AGENT))
    return enter(contact, Stage.TALKING, now)


def _talking(contact: Contact, now: int) -> Contact:
    if not joined(contact.customer_leg) or staff_present(contact):
        return contact
    served = now - contact.since >= SHORT_TALK_MS and contact.hold is None
    if served:
        contact = replace(contact, question=Question.AGENT_LEFT)
        return enter(contact, Stage.CHOOSING, now)
    if contact.transfers and not _sought_since(contact):
        contact = begin_return(contact, now)
    else:
        contact = begin_hunt(contact, HuntPurpose.INBOUND, sought_last(contact), now)
    return enter(contact, Stage.SEEKING, now)


def _sought_since(contact: Contact) -> bool:
    """Was a first human sought anew after the last transfer, as for a callback? Then whoever passed
    the customer on has nothing to do with who has left.
    """
    hunt = contact.hunt
    anew = hunt is not None and hunt.purpose in ANEW
    return anew and hunt is not None and hunt.since > contact.transfers[-1].since


def _restoring(contact: Contact, now: int) -> Contact:
    if not joined(contact.customer_leg):
        return contact
    return enter(replace(contact, resume=None, restores=0), _resumed(contact), now)


_COMPANY: dict[Stage, Callable[[Contact, int], Contact]] = {
    Stage.SEEKING: _seeking,
    Stage.TALKING: _talking,
    Stage.RESTORING: _restoring,
    Stage.KEEPING: keeping,
}
