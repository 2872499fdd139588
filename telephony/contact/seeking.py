"""The hunt: ringing a department or person in rounds until one accepts, then up the ladder.

States: PLANNING (candidates are looked up) -> RINGING (a wave rings) -> WON | RESTING -> PLANNING
... | OVER.
One rule moves the hunt on (``progress``); it looks at the attempts and the time, never at which
event
came, so a lost or doubled event cannot lead it astray.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.contact import events as ev
from telephony.contact import hunting, ladder
from telephony.contact.calls import ring_member
from telephony.contact.edit import (
    cancel_hunt,
    end_transfer,
    enter,
    joined,
    next_id,
    owed,
    put_hunt,
    put_leg,
    unwant,
)
from telephony.contact.legs import fold_leg
from telephony.contact.model import (
    AttemptOutcome,
    Contact,
    Hunt,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    Promise,
    PromiseState,
    Question,
    Role,
    Stage,
    TransferOutcome,
)
from telephony.contact.plans import Ring, Rung, RungKind, Target, TargetKind
from telephony.contact.records import replace
from telephony.contact.targets import (
    ANEW,
    department_of,
    first_of,
    instead,
    return_target,
)

HUNTING = frozenset({Stage.SEEKING, Stage.TRANSFER, Stage.KEEPING})
"""The stages in which somebody new may be dialled (S8)."""

UNSPOKEN = frozenset({RungKind.OVERFLOW, RungKind.AGENT})
"""Rungs that are tried without asking the customer first."""


def seeking_stage(contact: Contact) -> Stage:
    """Where a waiting customer belongs: under the open transfer, if there is one."""
    return Stage.TRANSFER if contact.transfer else Stage.SEEKING


def agent_present(contact: Contact) -> bool:
    """Is the agent who asked for the open transfer still in the room?"""
    transfer = contact.transfer
    if transfer is None:
        return False
    agent = contact.leg(transfer.by)
    return agent is not None and joined(agent) and not agent.unwanted


def begin_hunt(
    contact: Contact,
    purpose: HuntPurpose,
    target: Target,
    now: int,
    visited: tuple[str, ...] = (),
) -> Contact:
    """Stop the old hunt, if any, and look for candidates of ``target``."""
    contact, hunt_id = next_id(cancel_hunt(contact), "h")
    if target.kind is TargetKind.DEPARTMENT:
        visited = (*visited, target.value)
    hunt = Hunt(
        id=hunt_id,
        purpose=purpose,
        target=target,
        state=HuntState.PLANNING,
        since=now,
        visited=visited,
    )
    return put_hunt(contact, hunt)


def on_candidates(contact: Contact, event: ev.CandidatesFound, now: int) -> Contact:
    """The round can begin, or there is nobody to ring."""
    hunt = contact.hunt
    if hunt is None or hunt.id != event.hunt or hunt.state is not HuntState.PLANNING:
        return contact
    if event.plan is None:
        reason = event.reason or "nobody_on_duty"
        return put_hunt(
            contact, replace(hunt, state=HuntState.OVER, since=now, plan=hunt.plan, reason=reason)
        )
    number = hunt.round + 1
    waves = hunting.waves(event.plan, event.candidates, f"{contact.id}/{hunt.id}/{number}")
    ringing = replace(
        hunt,
        state=HuntState.RINGING,
        since=now,
        plan=event.plan,
        round=number,
        wave_at=now,
        due=waves[0] if waves else (),
        waves=waves[1:],
        reason="" if waves else event.reason or "nobody_free",
        target=replace(hunt.target, name=event.plan.name),
    )
    return put_hunt(contact, ringing)


def winner_of(contact: Contact) -> Leg | None:
    """Who won the hunt and is meant to stay."""
    hunt = contact.hunt
    if hunt is None or hunt.state is not HuntState.WON:
        return None
    leg = contact.leg(hunt.winner)
    return leg if leg is not None and not leg.unwanted else None


def winner_left(contact: Contact) -> bool:
    """The winner was in the room, and left before the customer was there to talk with. (One who
    never came there leaves the turn to the next: ``_won``.)
    """
    hunt = contact.hunt
    winner = contact.leg(hunt.winner) if hunt and hunt.state is HuntState.WON else None
    if winner is None or winner.outcome is not AttemptOutcome.ACCEPTED:
        return False
    return winner.state is LegState.ENDED or bool(winner.unwanted)


def seek_again(contact: Contact, now: int) -> Contact:
    """Look again when the winner has left."""
    hunt = contact.hunt
    if hunt is None or not winner_left(contact):
        return contact
    return begin_hunt(contact, hunt.purpose, hunt.target, now)


def on_accept(contact: Contact, event: ev.LegAccepted, now: int) -> Contact:
    """The first accept wins; every other phone is freed, and whoever accepted later hears why."""
    leg = contact.leg(event.leg)
    hunt = contact.hunt
    if leg is None or leg.role is Role.CUSTOMER:
        return fold_leg(contact, event, now)
    if leg.state in {LegState.ACCEPTED, LegState.JOINED, LegState.ENDED}:
        return contact
    open_hunt = hunt is not None and hunt.state is HuntState.RINGING and hunt.id == leg.hunt
    if hunt is None or not open_hunt or leg.unwanted or contact.stage is Stage.CLOSED:
        answered = ev.LegAnswered(event.leg, event.call)
        contact = fold_leg(contact, answered, now)
        return _beaten(contact, event.leg)
    contact = fold_leg(contact, event, now)
    for other in contact.legs:
        if other.hunt == hunt.id and other.id != leg.id:
            contact = put_leg(contact, unwant(other, AttemptOutcome.BEATEN))
    won = replace(hunt, state=HuntState.WON, since=now, winner=leg.id, due=())
    return put_hunt(contact, won)


def _beaten(contact: Contact, leg_id: str) -> Contact:
    leg = contact.leg(leg_id)
    assert leg is not None
    gone = contact.stage is Stage.CLOSED
    outcome = AttemptOutcome.CANCELLED if gone else AttemptOutcome.BEATEN
    return put_leg(contact, replace(leg, unwanted=outcome.value, outcome=outcome, parting=True))


def progress(contact: Contact, now: int) -> Contact:
    """One step of the hunt, if one is due."""
    hunt = contact.hunt
    if hunt is None:
        return contact
    return _PROGRESS[hunt.state](contact, hunt, now)


def _stay(contact: Contact, hunt: Hunt, now: int) -> Contact:
    return contact


def _ringing(contact: Contact, hunt: Hunt, now: int) -> Contact:
    if contact.stage not in HUNTING:
        return contact
    due = tuple(
        ring
        for ring in hunt.due
        if hunt.wave_at + ring.delay_ms <= now and not _rings_still(contact, ring)
    )
    if due:
        later = tuple(ring for ring in hunt.due if ring not in due)
        contact = put_hunt(contact, replace(hunt, due=later))
        for ring in due:
            contact = ring_member(contact, hunt, ring, now)
        return contact
    if hunt.due or not _attempts_over(contact, hunt):
        return contact
    if hunt.waves:
        following = replace(hunt, wave_at=now, due=hunt.waves[0], waves=hunt.waves[1:])
        return put_hunt(contact, following)
    return _round_over(contact, hunt, now)


def _rings_still(contact: Contact, ring: Ring) -> bool:
    """Is the phone being called off from the round before? A phone is dialled once at a time (S4);
    the news that it is quiet begins the attempt.
    """
    return any(
        leg.address == ring.candidate.address and leg.unwanted and leg.state is not LegState.ENDED
        for leg in contact.legs
    )


def _attempts_over(contact: Contact, hunt: Hunt) -> bool:
    return all(
        leg.state is LegState.ENDED or leg.unwanted for leg in contact.legs if leg.hunt == hunt.id
    )


def _round_over(contact: Contact, hunt: Hunt, now: int) -> Contact:
    assert hunt.plan is not None
    more = hunt.round < hunt.plan.rounds
    state = HuntState.RESTING if more else HuntState.OVER
    reason = hunt.reason or "no_answer"
    contact = put_hunt(contact, replace(hunt, state=state, since=now, reason=reason))
    if contact.stage is Stage.KEEPING or agent_present(contact):
        return contact
    if not more and _for_person(hunt):
        return contact
    if not more and ladder.climb(contact, hunt).rung.kind in UNSPOKEN:
        return contact
    contact = replace(contact, question=Question.AFTER_ROUND)
    return enter(contact, Stage.CHOOSING, now)


def _resting(contact: Contact, hunt: Hunt, now: int) -> Contact:
    pause = hunt.plan.pause_ms if hunt.plan else 0
    if contact.stage in HUNTING and now >= hunt.since + pause:
        return plan_again(contact, hunt, now)
    return contact


def plan_again(contact: Contact, hunt: Hunt, now: int) -> Contact:
    """The next round, with fresh news of who is free."""
    return put_hunt(contact, replace(hunt, state=HuntState.PLANNING, since=now))


def _won(contact: Contact, hunt: Hunt, now: int) -> Contact:
    winner = contact.leg(hunt.winner)
    assert winner is not None
    if winner.state is LegState.JOINED and winner.outcome is None:
        return put_leg(contact, replace(winner, outcome=AttemptOutcome.ACCEPTED))
    lost = winner.state is LegState.ENDED or bool(winner.unwanted)
    if lost and winner.outcome is not AttemptOutcome.ACCEPTED:
        return put_hunt(contact, replace(hunt, state=HuntState.RINGING, since=now, winner=""))
    return contact


def _over(contact: Contact, hunt: Hunt, now: int) -> Contact:
    if contact.stage not in HUNTING:
        return contact
    if _for_person(hunt):  # They are away: whoever is there helps.
        return begin_hunt(contact, hunt.purpose, instead(contact), now)
    climb = ladder.climb(contact, hunt)
    if contact.stage is Stage.KEEPING:
        return _give_up_keeping(contact, hunt, climb.rung, now)
    if agent_present(contact) and climb.rung.kind is not RungKind.OVERFLOW:
        contact = end_transfer(contact, TransferOutcome.RETURNED, now, hunt.reason)
        return enter(cancel_hunt(contact), Stage.TALKING, now)
    contact = put_hunt(contact, replace(hunt, rung=climb.used))
    return CLIMB[climb.rung.kind](contact, hunt, climb.rung, now)


def _for_person(hunt: Hunt) -> bool:
    """Is the person sought who was to call the customer back?"""
    return hunt.target.kind is TargetKind.AGENT and hunt.purpose in ANEW


def _give_up_keeping(contact: Contact, hunt: Hunt, rung: Rung, now: int) -> Contact:
    if rung.kind is RungKind.OVERFLOW:
        return _overflow(contact, hunt, rung, now)
    promise = contact.promise
    assert promise is not None
    return enter(replace(contact, promise=replace(promise, missed=True)), Stage.PROMISED, now)


def _overflow(contact: Contact, hunt: Hunt, rung: Rung, now: int) -> Contact:
    target = Target(TargetKind.DEPARTMENT, rung.department)
    return begin_hunt(contact, hunt.purpose, target, now, hunt.visited)


def _to_agent(contact: Contact, hunt: Hunt, rung: Rung, now: int) -> Contact:
    return begin_return(contact, now)


def begin_return(contact: Contact, now: int) -> Contact:
    """Ring the agent who last passed the customer on."""
    target = return_target(contact.transfers[-1])
    visited = contact.hunt.visited if contact.hunt else ()
    return begin_hunt(contact, HuntPurpose.RETURN, target, now, visited)


def _to_callback(contact: Contact, hunt: Hunt, rung: Rung, now: int) -> Contact:
    return ask_promise(contact, now)


def ask_promise(contact: Contact, now: int) -> Contact:
    """Have a promise written, unless one stands. Only what the ledger holds is ever spoken."""
    if owed(contact) is not None:
        return enter(cancel_hunt(contact), Stage.PROMISING, now)
    contact, promise_id = next_id(cancel_hunt(contact), "p")
    named = department_of(contact)
    promise = Promise(id=f"{contact.id}.{promise_id}", department=named, state=PromiseState.WRITING)
    return enter(replace(contact, promise=promise), Stage.PROMISING, now)


def _to_message(contact: Contact, hunt: Hunt, rung: Rung, now: int) -> Contact:
    return enter(cancel_hunt(contact), Stage.RECORDING, now)


def _to_ticket(contact: Contact, hunt: Hunt, rung: Rung, now: int) -> Contact:
    return ask_ticket(contact, hunt.reason or "no_answer", now)


def ask_ticket(contact: Contact, reason: str, now: int) -> Contact:
    """Have a ticket opened: a named human must act."""
    contact = replace(cancel_hunt(contact), ticket_reason=reason)
    return enter(contact, Stage.PROMISING, now)


CLIMB: dict[RungKind, Callable[[Contact, Hunt, Rung, int], Contact]] = {
    RungKind.OVERFLOW: _overflow,
    RungKind.AGENT: _to_agent,
    RungKind.CALLBACK: _to_callback,
    RungKind.MESSAGE: _to_message,
    RungKind.TICKET: _to_ticket,
}

_PROGRESS: dict[HuntState, Callable[[Contact, Hunt, int], Contact]] = {
    HuntState.PLANNING: _stay,
    HuntState.RINGING: _ringing,
    HuntState.RESTING: _resting,
    HuntState.WON: _won,
    HuntState.OVER: _over,
    HuntState.CANCELLED: _stay,
}


def restart(contact: Contact, hunt: Hunt, now: int) -> Contact:
    """The customer chose to keep waiting after the last round: begin again from the first
    department.
    """
    return begin_hunt(contact, hunt.purpose, first_of(hunt), now)
