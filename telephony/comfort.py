"""First aid while our own store is away: no customer is left alone in a silent room.

Twilio plays music in a conference only until the second participant has come; a customer who is
left behind later hears nothing, and only a hold brings music again. Normally the contact decides
that. When it cannot be read or written, this does it without the contact, for the customer only: a
member of staff who is on hold and of whom nobody knows would be worse than silence.
"""

from __future__ import annotations

from telephony.bootstrap import Services
from telephony.routing.members import is_staff
from telephony.twilio.coaching import LABEL as SUPERVISOR
from telephony.twilio.fates import Answer, Fate
from telephony.twilio.rest import Present
from telephony.twilio.urls import Urls


def comfort(services: Services, contact_id: str) -> Answer[str]:
    """Hold music for the customer of this contact, if nobody is in the room to talk with.

    The value is their CallSid, or '' when nothing had to be done. Four REST calls at most, each
    bounded by the client's time-out; doing it twice does no harm.
    """
    here = services.rest.present(f"wl-{contact_id}")
    if here.value is None:
        return Answer(here.fate, detail=here.detail)
    listening = [one for one in here.value if not one.held and one.label != SUPERVISOR]
    if len(listening) != 1 or not _is_customer(services, contact_id, listening[0], here.value):
        return Answer(Fate.DONE, "")
    (alone,) = listening
    music = Urls(services.settings.public_url).held(contact_id, alone.label)
    held = services.rest.set_hold(alone.room, "", alone.call, True, music)
    return Answer(held.fate, alone.call, held.detail)


def _is_customer(
    services: Services, contact_id: str, one: Present, everybody: tuple[Present, ...]
) -> bool:
    """The contact is named after the customer's first call; a later one has to be looked up."""
    first = [other for other in everybody if other.call[2:].lower() == contact_id]
    if first:
        return first == [one]
    dialled = services.rest.dialled(one.call)
    if dialled.value is None:
        return False
    return not dialled.value or not is_staff(services.routing.company(), dialled.value)
