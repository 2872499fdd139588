"""A contact of the core as the API shows it. Pure: a contact and a moment in, models out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from console.answers import (
    ActionOut,
    ContactOut,
    ContactPromiseOut,
    ContactSummaryOut,
    HoldOut,
    HuntOut,
    LegOut,
    RingingOut,
    TargetOut,
    TransferOut,
)
from console.hearing import hears, label
from console.reasons import explain
from telephony.contact import machine
from telephony.contact.events import (
    CancelAsked,
    CompleteAsked,
    Event,
    HoldAsked,
    MergeAsked,
    ResumeAsked,
    SwapAsked,
)
from telephony.contact.model import (
    Contact,
    Hunt,
    HuntPurpose,
    HuntState,
    Leg,
    LegState,
    Role,
    Stage,
    Transfer,
)
from telephony.contact.plans import Target

ACTIONS: dict[str, Callable[[str], Event]] = {
    "complete": CompleteAsked,
    "cancel": CancelAsked,
    "swap": SwapAsked,
    "merge": MergeAsked,
}


HOLDS: dict[str, Callable[[str], Event]] = {"hold": HoldAsked, "resume": ResumeAsked}


Names = Mapping[str, str]
"""The names of departments, by key."""


def summary(contact: Contact, names: Names) -> ContactSummaryOut:
    """One line about a contact."""
    return ContactSummaryOut(**_line(contact, names))


def whole(contact: Contact, now: int, names: Names) -> ContactOut:
    """Everything about a contact, live or ended."""
    transfer = contact.transfer
    live = contact.stage is not Stage.CLOSED
    return ContactOut(
        **_line(contact, names),
        version=contact.version,
        since=contact.since,
        waited_ms=waited_ms(contact, now),
        path=_path(contact, names),
        say_this_first=say_this_first(contact, now, names),
        next_action=min(contact.timers, key=lambda timer: timer.due).name if contact.timers else "",
        deadline=contact.deadline,
        parties=[leg_out(contact, leg) for leg in contact.legs if leg.state is not LegState.ENDED],
        legs=[leg_out(contact, leg) for leg in contact.legs],
        hunt=hunt_out(contact, contact.hunt) if contact.hunt and live else None,
        hold=hold_out(contact, now),
        transfer=transfer_out(contact, transfer, now) if transfer else None,
        transfers=[transfer_out(contact, each, now) for each in contact.transfers],
        promise=_promise(contact),
        ticket=contact.ticket,
        message_url=contact.message_url,
        reason=contact.reason,
        explained=explain(contact.reason).meaning if contact.reason else "",
    )


def _line(contact: Contact, names: Names) -> dict[str, Any]:
    ended = contact.stage is Stage.CLOSED
    here = [leg for leg in contact.legs if leg.state is LegState.JOINED]
    return {
        "id": contact.id,
        "live": not ended,
        "state": contact.stage.value,
        "customer": contact.customer,
        "dialled": contact.dialled,
        "department": contact.department,
        "department_name": names.get(contact.department, contact.department_name),
        "language": contact.language,
        "started_at": contact.created,
        "ended_at": contact.since if ended else None,
        "waiting_since": contact.waiting_since if contact.waiting_since and not ended else None,
        "outcome": contact.outcome,
        "with_whom": [label(leg) for leg in here if leg.role is not Role.CUSTOMER],
    }


def waited_ms(contact: Contact, now: int) -> int:
    """How long the customer has waited for a human by now; 0 while with one."""
    if not contact.waiting_since:
        return 0
    end = contact.since if contact.stage is Stage.CLOSED else now
    return max(0, end - contact.waiting_since)


def leg_out(contact: Contact, leg: Leg) -> LegOut:
    word, sentence = hears(contact, leg)
    return LegOut(
        id=leg.id,
        call=leg.call,
        role=leg.role,
        name=leg.name,
        address=leg.address,
        state=leg.state,
        since=leg.since,
        held=leg.held,
        hears=word,
        hears_text=sentence,
        outcome=leg.outcome,
        ending=leg.ending.value if leg.ending else None,
    )


def hunt_out(contact: Contact, hunt: Hunt) -> HuntOut:
    """The ringing, with the number of this attempt and the most that there can be."""
    tried = [leg for leg in contact.legs if leg.hunt == hunt.id]
    ringing = [_ringing(leg) for leg in tried if _rings(leg)]
    ends = [each.ring_deadline for each in ringing if each.ring_deadline is not None]
    rounds = hunt.plan.rounds if hunt.plan else 0
    return HuntOut(
        id=hunt.id,
        purpose=hunt.purpose,
        target=target_out(hunt.target),
        state=hunt.state,
        since=hunt.since,
        round=hunt.round,
        rounds=rounds,
        attempt=len(tried),
        attempts=_most_attempts(hunt, len(tried), rounds),
        ringing=ringing,
        ring_deadline=max(ends, default=None),
    )


def _most_attempts(hunt: Hunt, tried: int, rounds: int) -> int:
    if hunt.state not in {HuntState.RINGING, HuntState.RESTING}:
        return tried
    this_round = tried + len(hunt.due) + sum(len(wave) for wave in hunt.waves)
    # Later rounds ring as many members as the rounds so far did.
    each = -(-this_round // max(1, hunt.round))
    return this_round + max(0, rounds - hunt.round) * each


def _rings(leg: Leg) -> bool:
    return leg.state in {LegState.REQUESTED, LegState.RINGING} and not leg.unwanted


def _ringing(leg: Leg) -> RingingOut:
    # Ring time counts from ringing, not from the request: Twilio may have queued the dial.
    end = leg.since + leg.ring_ms if leg.state is LegState.RINGING and leg.ring_ms else None
    return RingingOut(
        leg=leg.id, name=label(leg), address=leg.address, since=leg.since, ring_deadline=end
    )


def hold_out(contact: Contact, now: int) -> HoldOut:
    """The agent's own hold, and whether it can begin or end now."""
    hold, customer = contact.hold, contact.customer_leg
    holder = contact.leg(hold.by) if hold else None
    by = next((leg.address for leg in reversed(contact.legs) if leg.role is Role.AGENT), "")
    return HoldOut(
        on=hold is not None,
        held=hold is not None and customer is not None and customer.held,
        by=label(holder) if holder else "",
        since=hold.since if hold else None,
        actions={name: _possible(contact, make(by), now) for name, make in HOLDS.items()},
    )


NO_HOLD = HoldOut(
    on=False,
    held=False,
    by="",
    since=None,
    actions=dict.fromkeys(HOLDS, ActionOut(allowed=False, reason="contact_closed")),
)
"""Of a contact that only history knows."""


def target_out(target: Target) -> TargetOut:
    return TargetOut(kind=target.kind, value=target.value, name=target.name or target.value)


def transfer_out(contact: Contact, transfer: Transfer, now: int) -> TransferOut:
    """A transfer, open or ended, and what may be done with it now."""
    hunt = contact.hunt
    receiver = contact.leg(transfer.receiver)
    shown = hunt if hunt and hunt.purpose is HuntPurpose.TRANSFER else None
    return TransferOut(
        id=transfer.id,
        contact=contact.id,
        mode=transfer.mode,
        to=target_out(transfer.target),
        by=transfer.by_name or transfer.by_address,
        by_address=transfer.by_address,
        note=transfer.note,
        state=transfer.state,
        since=transfer.since,
        requested_at=transfer.requested_at,
        outcome=transfer.outcome,
        reason=transfer.reason,
        explained=explain(transfer.reason).meaning if transfer.reason else "",
        receiver=label(receiver) if receiver else "",
        hunt=hunt_out(contact, shown) if shown and transfer.outcome is None else None,
        actions={
            name: _possible(contact, make(transfer.id), now) for name, make in ACTIONS.items()
        },
    )


def _possible(contact: Contact, event: Event, now: int) -> ActionOut:
    """The core itself is asked, on a contact that is thrown away: the page cannot disagree."""
    try:
        step = machine.step(contact, event, now)
    except machine.Refused as refusal:
        return ActionOut(allowed=False, reason=refusal.reason)
    if step.verdict is machine.Verdict.STALE:
        return ActionOut(allowed=False, reason="already_so")
    return ActionOut(allowed=True, reason=None)


def _promise(contact: Contact) -> ContactPromiseOut | None:
    promise = contact.promise
    if promise is None:
        return None
    return ContactPromiseOut(
        id=promise.id,
        department=promise.department,
        state=promise.state,
        due_from=promise.due_from,
        due_until=promise.due_until,
        attempts=promise.attempts,
        max_attempts=promise.max_attempts,
        told=promise.told,
        by=promise.by,
        agent=promise.agent,
        note=promise.note,
    )


def say_this_first(contact: Contact, now: int, names: Names) -> str:
    """One line for whoever speaks next, made from facts only."""
    parts = [f"{contact.customer or 'A caller without a number'} called"]
    if contact.path:
        parts[0] += " about " + ", then ".join(_path(contact, names))
    elif contact.department_name:
        parts[0] += f" for {names.get(contact.department, contact.department_name)}"
    if contact.earlier and contact.earlier != contact.department:
        parts.append(f"called before, then for {names.get(contact.earlier, contact.earlier)}")
    elif contact.earlier:
        parts.append("called before about the same")
    waited = waited_ms(contact, now)
    if waited >= 1000:
        parts.append(f"has waited {duration(waited)}")
    passed = len(contact.transfers)
    if passed:
        times = {1: "once", 2: "twice"}.get(passed, f"{passed} times")
        parts.append(
            f"was passed on {times}, last by {contact.transfers[-1].by_name or 'an agent'}"
        )
    if contact.restores:
        parts.append("lost the line and was called back")
    line = "; ".join(parts) + "."
    note = next((each.note for each in reversed(contact.transfers) if each.note), "")
    return f"{line} Note: {note}" if note else line


def _path(contact: Contact, names: Names) -> list[str]:
    """What was chosen in the menus; the department by its name instead of the word for it."""
    own = names.get(contact.department, contact.department_name)
    return [own if word == contact.department_name else word for word in contact.path]


def duration(ms: int) -> str:
    """A length of time as people say it: 45 s, 2 min 10 s, 1 h 5 min."""
    seconds = ms // 1000
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
