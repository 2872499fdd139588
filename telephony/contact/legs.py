"""One phone call as a state machine, and the folding of all news about legs into the contact.

Theory. A leg only moves forward (REQUESTED, RINGING, ANSWERED, ACCEPTED, JOINED, ENDED), except
that a leg that left the room is ACCEPTED again: it may come back. News travels in separate requests
and arrives in any order, so news of an earlier state is late, not wrong. What Twilio answers when
it is asked stands in inspecting.py. Room news carries Twilio's SequenceNumber and the
ConferenceSid; whatever is older than what is known is late.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.contact import events as ev
from telephony.contact.edit import put_leg, unwant
from telephony.contact.model import AttemptOutcome, Contact, Ending, Leg, LegState, Role, Stage
from telephony.contact.records import replace
from telephony.contact.words import Word


class News(Word):
    """What can be heard of one leg."""

    PLACED = "placed"
    RANG = "rang"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISPRESSED = "mispressed"
    MACHINE = "machine"
    JOINED = "joined"
    LEFT = "left"
    HELD = "held"
    MUSIC = "music"
    UNHELD = "unheld"
    ENDED = "ended"


_S = LegState
LATE = None
"""The cell of late news: nothing changes."""

LEG_TABLE: dict[LegState, dict[News, LegState | None]] = {
    _S.REQUESTED: {
        News.PLACED: _S.REQUESTED,
        News.RANG: _S.RINGING,
        News.ANSWERED: _S.ANSWERED,
        News.ACCEPTED: _S.ACCEPTED,
        News.DECLINED: _S.REQUESTED,
        News.MISPRESSED: _S.ANSWERED,
        News.MACHINE: _S.ANSWERED,
        News.JOINED: _S.JOINED,
        News.LEFT: LATE,
        News.HELD: LATE,
        News.MUSIC: LATE,
        News.UNHELD: LATE,
        News.ENDED: _S.ENDED,
    },
    _S.RINGING: {
        News.PLACED: _S.RINGING,
        News.RANG: LATE,
        News.ANSWERED: _S.ANSWERED,
        News.ACCEPTED: _S.ACCEPTED,
        News.DECLINED: _S.RINGING,
        News.MISPRESSED: _S.ANSWERED,
        News.MACHINE: _S.ANSWERED,
        News.JOINED: _S.JOINED,
        News.LEFT: LATE,
        News.HELD: LATE,
        News.MUSIC: LATE,
        News.UNHELD: LATE,
        News.ENDED: _S.ENDED,
    },
    _S.ANSWERED: {
        News.PLACED: _S.ANSWERED,
        News.RANG: LATE,
        News.ANSWERED: _S.ANSWERED,
        News.ACCEPTED: _S.ACCEPTED,
        News.DECLINED: _S.ANSWERED,
        News.MISPRESSED: _S.ANSWERED,
        News.MACHINE: _S.ANSWERED,
        News.JOINED: _S.JOINED,
        News.LEFT: LATE,
        News.HELD: LATE,
        News.MUSIC: LATE,
        News.UNHELD: LATE,
        News.ENDED: _S.ENDED,
    },
    _S.ACCEPTED: {
        News.PLACED: _S.ACCEPTED,
        News.RANG: LATE,
        News.ANSWERED: LATE,
        News.ACCEPTED: LATE,
        News.DECLINED: LATE,
        News.MISPRESSED: LATE,
        News.MACHINE: LATE,
        News.JOINED: _S.JOINED,
        News.LEFT: LATE,
        News.HELD: LATE,
        News.MUSIC: LATE,
        News.UNHELD: LATE,
        News.ENDED: _S.ENDED,
    },
    _S.JOINED: {
        News.PLACED: _S.JOINED,
        News.RANG: LATE,
        News.ANSWERED: LATE,
        News.ACCEPTED: LATE,
        News.DECLINED: LATE,
        News.MISPRESSED: LATE,
        News.MACHINE: LATE,
        News.JOINED: _S.JOINED,
        News.LEFT: _S.ACCEPTED,
        News.HELD: _S.JOINED,
        News.MUSIC: _S.JOINED,
        News.UNHELD: _S.JOINED,
        News.ENDED: _S.ENDED,
    },
    _S.ENDED: dict.fromkeys(News, LATE),
}

ENDING_OUTCOMES: dict[Ending, AttemptOutcome] = {
    Ending.BUSY: AttemptOutcome.BUSY,
    Ending.NO_ANSWER: AttemptOutcome.NO_ANSWER,
    Ending.FAILED: AttemptOutcome.FAILED,
    Ending.CANCELLED: AttemptOutcome.CANCELLED,
    Ending.REFUSED: AttemptOutcome.REFUSED,
}


def _placed(leg: Leg, event: ev.Event) -> Leg:
    return leg


def _accepted(leg: Leg, event: ev.Event) -> Leg:
    return _wanted_again(replace(leg, machine=False))


def _wanted_again(leg: Leg) -> Leg:
    """A customer who was given up for silent, and answers at the last moment, is kept."""
    if leg.role is Role.CUSTOMER and leg.unwanted in GIVEN_UP:
        return replace(leg, unwanted="", outcome=None)
    return leg


GIVEN_UP = frozenset(
    {
        AttemptOutcome.FAILED,
        AttemptOutcome.NO_ANSWER,
        AttemptOutcome.NOT_ACCEPTED,
        AttemptOutcome.LOST,
    }
)
"""Why a leg is let go that stayed too long where it was (deadlines.py)."""


def _declined(leg: Leg, event: ev.Event) -> Leg:
    if leg.role is Role.CUSTOMER:
        return leg  # a customer is never let go for a key
    return replace(unwant(leg, AttemptOutcome.DECLINED), parting=True)


def _mispressed(leg: Leg, event: ev.Event) -> Leg:
    return replace(leg, misses=leg.misses + 1)


def _answered(leg: Leg, event: ev.Event) -> Leg:
    machine = isinstance(event, ev.LegAnswered) and event.machine
    return replace(leg, machine=True) if machine else leg


def _machine(leg: Leg, event: ev.Event) -> Leg:
    leg = replace(leg, machine=True)
    # A customer's machine hears our message first; a member's machine is let go at once.
    return leg if leg.role is Role.CUSTOMER else unwant(leg, AttemptOutcome.VOICEMAIL)


def _joined(leg: Leg, event: ev.Event) -> Leg:
    return _wanted_again(replace(leg, talked=False, held=False, deaf=False, unheard=0))


def _left(leg: Leg, event: ev.Event) -> Leg:
    return replace(leg, talked=False, held=False, unheard=0)


def _held(leg: Leg, event: ev.Event) -> Leg:
    return replace(leg, held=True)


def _music(leg: Leg, event: ev.Event) -> Leg:
    return replace(leg, held=True, unheard=0)


def _unheld(leg: Leg, event: ev.Event) -> Leg:
    return replace(leg, held=False, unheard=0)


def read_hold(leg: Leg, held: bool, now: int) -> Leg:
    """What Twilio says about the hold. That its music plays, or that it has ended, is proved by
    what comes separately, or is lost.
    """
    return leg if leg.held is held else replace(leg, held=held, unheard=now)


def _ended(leg: Leg, event: ev.Event) -> Leg:
    ending = event.ending if isinstance(event, ev.LegEnded) else Ending.HUNG_UP
    outcome = leg.outcome or _outcome_of_end(leg, ending)
    return replace(leg, ending=ending, outcome=outcome, held=False, talked=False)


def _outcome_of_end(leg: Leg, ending: Ending) -> AttemptOutcome | None:
    if leg.role is Role.CUSTOMER:
        return None
    if leg.state is LegState.ACCEPTED:
        return AttemptOutcome.LOST
    if leg.state is LegState.ANSWERED:
        return AttemptOutcome.VOICEMAIL if leg.machine else AttemptOutcome.NOT_ACCEPTED
    return ENDING_OUTCOMES.get(ending, AttemptOutcome.NO_ANSWER)


APPLY: dict[News, Callable[[Leg, ev.Event], Leg]] = {
    News.PLACED: _placed,
    News.RANG: _placed,
    News.ANSWERED: _answered,
    News.ACCEPTED: _accepted,
    News.DECLINED: _declined,
    News.MISPRESSED: _mispressed,
    News.MACHINE: _machine,
    News.JOINED: _joined,
    News.LEFT: _left,
    News.HELD: _held,
    News.MUSIC: _music,
    News.UNHELD: _unheld,
    News.ENDED: _ended,
}


def hear(leg: Leg, news: News, event: ev.Event, now: int, call: str = "") -> Leg:
    """The leg after ``news``; the same object when the news is late.

    A receiver can be in the room only after an accept, so a join without one is late news of
    another life.
    """
    goal = LEG_TABLE[leg.state][news]
    if goal is None:
        return leg
    unproven = leg.role is not Role.CUSTOMER and leg.state is not LegState.ACCEPTED
    if news is News.JOINED and unproven and leg.state is not LegState.JOINED:
        return leg
    after = APPLY[news](leg, event)
    since = now if goal is not leg.state else leg.since
    return replace(after, state=goal, since=since, call=call or leg.call, strange=False)


def moved(contact: Contact, old: Leg, new: Leg) -> Contact:
    """The contact with the leg as it is now; the same object when nothing changed."""
    return contact if new == old else put_leg(contact, new)


LegEvent = (
    ev.LegRang
    | ev.LegAnswered
    | ev.LegAccepted
    | ev.LegDeclined
    | ev.LegMispressed
    | ev.MachineHeard
    | ev.LegEnded
    | ev.DialPlaced
)

LEG_NEWS: dict[type[ev.Event], News] = {
    ev.DialPlaced: News.PLACED,
    ev.LegRang: News.RANG,
    ev.LegAnswered: News.ANSWERED,
    ev.LegAccepted: News.ACCEPTED,
    ev.LegDeclined: News.DECLINED,
    ev.LegMispressed: News.MISPRESSED,
    ev.MachineHeard: News.MACHINE,
    ev.LegEnded: News.ENDED,
}

RoomEvent = ev.RoomJoined | ev.RoomLeft | ev.RoomHeld | ev.RoomUnheld

ROOM_NEWS: dict[type[ev.Event], News] = {
    ev.RoomJoined: News.JOINED,
    ev.RoomLeft: News.LEFT,
    ev.RoomHeld: News.HELD,
    ev.RoomUnheld: News.UNHELD,
}


def fold_leg(contact: Contact, event: LegEvent, now: int) -> Contact:
    """News about a leg that we name in the callback URL. A leg we do not know is none of ours:
    late.
    """
    leg = contact.leg(event.leg) if event.leg else contact.leg_of(event.call)
    if leg is None or (leg.call and event.call and leg.call != event.call):
        return contact
    return moved(contact, leg, hear(leg, LEG_NEWS[type(event)], event, now, event.call))


def fold_room(contact: Contact, event: RoomEvent, now: int) -> Contact:
    """News about the room. Ordered by SequenceNumber within one conference; another sid is
    another life.
    """
    leg = contact.leg_of(event.call)
    if leg is None:
        return contact
    if leg.state is LegState.ENDED:
        if leg.outcome is not AttemptOutcome.LOST or leg.room:
            return contact
        # Their end overtook the news of the room; that they were there still matters (S2).
        return put_leg(contact, replace(leg, room=event.room))
    if _out_of_order(leg, event):
        return contact
    after = hear(leg, ROOM_NEWS[type(event)], event, now)
    if after.held and not leg.held:
        after = replace(after, unheard=now)  # the music is asked for separately
    back = after.state is LegState.JOINED and after.unwanted in GIVEN_UP
    if back and leg.role is Role.AGENT and contact.stage in {Stage.TALKING, Stage.TRANSFER}:
        after = replace(after, unwanted="")  # they had only stepped out for too long (S3)
    # Even news that changes nothing is remembered, so that a reordered pair (left before
    # joined) ends with the leg outside the room.
    return put_leg(contact, replace(after, room=event.room, sequence=event.sequence))


def _out_of_order(leg: Leg, event: RoomEvent) -> bool:
    if leg.room == event.room:
        return event.sequence <= leg.sequence
    in_another_room = leg.state is LegState.JOINED
    return in_another_room and not isinstance(event, ev.RoomJoined)


def fold_room_end(contact: Contact, event: ev.RoomEnded, now: int) -> Contact:
    """The conference is over: whoever was in it is not any more."""
    for leg in contact.legs:
        if leg.room == event.room and leg.state is LegState.JOINED:
            left = hear(leg, News.LEFT, event, now)
            contact = put_leg(contact, replace(left, sequence=max(leg.sequence, event.sequence)))
    return contact


def fold_music(contact: Contact, event: ev.MusicAsked, now: int) -> Contact:
    """Only the request for the music proves that somebody hears it: the news of a hold may come
    while our addresses cannot be reached for its document.
    """
    leg = contact.leg(event.leg)
    return contact if leg is None else moved(contact, leg, hear(leg, News.MUSIC, event, now))


def fold_asked(contact: Contact, event: ev.DocumentAsked, now: int) -> Contact:
    """A leg asks for its document, so it is in no room; a customer is on the way to one."""
    leg = contact.leg(event.leg)
    if leg is None:
        return contact
    if leg.state is LegState.JOINED:
        return put_leg(contact, hear(leg, News.LEFT, event, now))
    on_the_way = leg.role is Role.CUSTOMER and leg.state is LegState.ACCEPTED
    return put_leg(contact, replace(leg, since=now)) if on_the_way else contact


__all__ = [
    "LEG_TABLE",
    "fold_asked",
    "fold_leg",
    "fold_music",
    "fold_room",
    "fold_room_end",
    "hear",
    "moved",
    "read_hold",
]
