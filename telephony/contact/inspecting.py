"""What Twilio says is there, when it was asked: legs whose news was lost are put right.

An answer is as old as its question, so news that came meanwhile wins over it.
"""

from __future__ import annotations

from telephony.contact import events as ev
from telephony.contact.edit import put_leg, staff_present
from telephony.contact.legs import News, hear, moved, read_hold
from telephony.contact.model import Contact, Ending, Leg, LegState, Role
from telephony.contact.records import replace


def fold_inspection(contact: Contact, event: ev.Inspected, now: int) -> Contact:
    """What Twilio says is there. News younger than the question wins over the answer."""
    contact = replace(contact, looked=now)
    present = staff_present(contact)
    for fact in event.legs:
        leg = contact.leg_of(fact.call)
        if leg is not None and leg.since < event.at:
            contact = moved(contact, leg, _correct(leg, fact, event, now))
    return _left_unheard(contact) if present and not staff_present(contact) else contact


def _left_unheard(contact: Contact) -> Contact:
    """The last of ours went, and no news told us: nothing of ours may be reachable, the music of a
    hold neither. Whoever is left alone is fetched instead, for a redirect has a fallback address.
    """
    leg = contact.customer_leg
    if leg is None or leg.state is not LegState.JOINED:
        return contact
    return put_leg(contact, replace(leg, deaf=True))


_UNANSWERED = frozenset({LegState.REQUESTED, LegState.RINGING})


def _correct(leg: Leg, fact: ev.LegFact, event: ev.Inspected, now: int) -> Leg:
    if not fact.live:
        ended = ev.LegEnded(leg.id, leg.call, fact.ending or Ending.HUNG_UP)
        return hear(leg, News.ENDED, ended, now)
    if leg.state is LegState.REQUESTED and fact.ringing:
        return hear(leg, News.RANG, event, now)
    if leg.role is Role.CUSTOMER and leg.state in _UNANSWERED and not fact.ringing:
        leg = hear(leg, News.ANSWERED, event, now)
    if leg.state is LegState.JOINED and not fact.in_room:
        return hear(leg, News.LEFT, event, now)
    return _placed_in(leg, fact, event, now) if fact.in_room else leg


def _placed_in(leg: Leg, fact: ev.LegFact, event: ev.Inspected, now: int) -> Leg:
    """Twilio says in which room the leg is. Another conference counts its news from the start."""
    entered = leg if leg.state is LegState.JOINED else hear(leg, News.JOINED, event, now)
    if entered.state is not LegState.JOINED:
        return leg
    if entered.room != fact.in_room:
        entered = replace(entered, room=fact.in_room, sequence=-1)
    return read_hold(entered, fact.held, now)


__all__ = ["fold_inspection"]
