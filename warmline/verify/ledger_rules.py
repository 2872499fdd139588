"""What is judged in the end, with the facts of the ledger beside the trace (`facts.py`).

Without a fact its rule is silent. S1 is judged without facts too: then the words that the customer
heard must do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from warmline.verify.facts import CONTACT_OUTCOMES, TRANSFER_OUTCOMES, Facts, PromiseFact
from warmline.verify.ground import NAMELESS, Contact, Leg, Truth
from warmline.verify.report import Violation
from warmline.verify.safety import DISTURBED_SECONDS, STOP_SECONDS

ROUNDING: Final = 0.002
GRACE_SECONDS: Final = 60.0
DEADLINE_SECONDS: Final = 10.0
BEGUN_SECONDS: Final = 30.0
"""Within this time somebody rings for a transfer, or it has its outcome: the hold has three tries
of some seconds, and dials wait for their turn.
"""


def _durable(facts: Facts, contact: Contact | None, t: float) -> bool:
    """Whether a promise or a ticket of this contact existed at ``t``."""
    if contact is None:
        return False
    whose = (contact.id, contact.customer)
    written = [each.written for each in facts.promises_of(*whose)]
    opened = [each.opened for each in facts.tickets_of(*whose)]
    return any(at <= t + ROUNDING for at in (*written, *opened))


def s1_told_first(truth: Truth, facts: Facts) -> None:
    """Each customer whom the service took down was told, after something durable was written."""
    known = facts.promises is not None or facts.tickets is not None
    for t, seq, leg in truth.partings:
        if leg.told is None:
            _add(truth, "S1", t, seq, leg, "the service took the customer down without a word")
        elif known and not _durable(facts, leg.contact, leg.told):
            reason = "the service took the customer down; nothing durable stood behind its words"
            _add(truth, "S1", t, seq, leg, reason)


def s4_cancelled_rings_on(truth: Truth, facts: Facts) -> None:
    """5 s after a transfer was cancelled, or given back, none of its phones rings any more."""
    for each in facts.transfers:
        contact = truth.by_id.get(each.contact)
        over = each.ended
        if contact is None or over is None:
            continue
        for dialled, quiet, address in contact.rang:
            rang_on = each.asked < dialled < over and quiet - over > STOP_SECONDS + truth.slack
            if rang_on and truth.undisturbed(contact, over - DISTURBED_SECONDS, quiet):
                reason = f"{address} rang on for {quiet - over:.1f} s after transfer {each.id}"
                _add_contact(truth, "S4", each.contact, reason, over + STOP_SECONDS)


def s5_one_outcome(truth: Truth, facts: Facts) -> None:
    """One final outcome each, and for contacts one that the phones bear out."""
    for name, outcomes in (facts.contact_outcomes or {}).items():
        if len(outcomes) > 1:
            _add_contact(truth, "S5", name, f"several final outcomes: {', '.join(outcomes)}")
        for outcome in outcomes[:1]:
            _s5_fits(truth, facts, name, outcome)
    for name, outcomes in (facts.transfer_outcomes or {}).items():
        whose = facts.transfer_contacts.get(name, "")
        if len(outcomes) > 1:
            several = ", ".join(outcomes)
            _add_contact(truth, "S5", whose, f"transfer {name} ended several times: {several}")
        contact = truth.by_id.get(whose)
        if outcomes[:1] == ("completed",) and contact and len(contact.served_by) < 2:
            reason = f"transfer {name} is completed, and the customer never spoke to a second human"
            _add_contact(truth, "S5", whose, reason)


def _s5_fits(truth: Truth, facts: Facts, name: str, outcome: str) -> None:
    contact = truth.by_id.get(name)
    if contact is None:
        return
    mine = facts.promises_of(name, "")
    over = any(p.state in {"cancelled", "redeemed", "kept"} for p in mine)
    ticket = facts.tickets is None or bool(facts.tickets_of(name, ""))
    fits: dict[str, bool] = {
        "customer_left": bool(contact.ended_by & {"self", "carrier"}) or not contact.ended_by,
        "resolved": bool(contact.served_by) or over or facts.promises is None,
        "promise_kept": contact.served_on_callback or facts.promises is None,
        "ticketed": ticket,
    }
    if not fits.get(outcome, True):
        _add_contact(truth, "S5", name, f"the outcome {outcome} does not fit what happened")


def s5_left_to_a_broken_line(truth: Truth, facts: Facts) -> None:
    """A line that breaks is no goodbye: the customer is called back, or promised, or ticketed."""
    for name, outcomes in (facts.contact_outcomes or {}).items():
        contact = truth.by_id.get(name)
        if contact is None or contact.line_broke is None or not contact.broke_in_room:
            continue
        if contact.ended_by != {"carrier"} or contact.customer in NAMELESS or not outcomes:
            continue
        later = any(t >= contact.line_broke for t in contact.callbacks)
        if not later and not facts.promises_of(name, "") and not facts.tickets_of(name, ""):
            reason = f"the line broke at {contact.line_broke:.1f} s, and nobody called back"
            _add_contact(truth, "S5", name, f"{outcomes[0]}: {reason}")


def s6_kept_word(truth: Truth, facts: Facts) -> None:
    """A promise that was spoken is in the ledger, written before; what was acknowledged is kept."""
    if facts.promises is not None:
        for t, seq, leg, text in truth.said:
            mine = _promises_of(facts, leg.contact)
            if not any(p.written <= t + ROUNDING for p in mine):
                _add(truth, "S6", t, seq, leg, f"spoken, and not in the ledger: {text[:60]!r}")
    for each in facts.acknowledged or ():
        if not each.kept:
            reason = f"acknowledged and lost: {each.what}"
            truth.found.append(Violation("S6", each.t, reason, contact=each.contact))


def _promises_of(facts: Facts, contact: Contact | None) -> Sequence[PromiseFact]:
    return facts.promises_of(contact.id, contact.customer) if contact else ()


def s8_promises_excepted(truth: Truth, facts: Facts) -> None:
    """A late dial is right when a promise was open, and wrong otherwise."""
    for t, seq, leg, reason in truth.late_dials:
        contact = leg.contact
        if facts.promises is None:
            excused = contact.promised if contact is not None else truth.promised
        else:
            mine = facts.promises if contact is None else _promises_of(facts, contact)
            excused = any(p.open_at(leg.dialled) for p in mine)
        if not excused:
            _add(truth, "S8", t, seq, leg, reason)


def s9_promises(truth: Truth, facts: Facts) -> None:
    """Attempts, hours, and one open promise per customer and department."""
    promises = facts.promises or ()
    for promise in promises:
        calls = _attempts(truth, promise)
        most = max(len(calls), promise.attempts or 0)
        if most > promise.max_attempts:
            reason = f"{most} attempts at promise {promise.id}, and {promise.max_attempts} allowed"
            _add_contact(truth, "S9", promise.contact, reason, calls[-1] if calls else None)
        for t in calls:
            if facts.hours is not None and not facts.hours(promise.customer, t):
                reason = f"promise {promise.id}: called outside the customer's allowed hours"
                _add_contact(truth, "S9", promise.contact, reason, t)
    _s9_one_open(truth, promises)


def _attempts(truth: Truth, promise: PromiseFact) -> list[float]:
    contact = truth.by_id.get(promise.contact) or truth.by_customer.get(promise.customer)
    return [t for t in (contact.callbacks if contact else ()) if promise.open_at(t)]


def _s9_one_open(truth: Truth, promises: Iterable[PromiseFact]) -> None:
    by_line: dict[tuple[str, str], list[PromiseFact]] = {}
    for promise in sorted(promises, key=lambda p: p.written):
        line = by_line.setdefault((promise.customer, promise.department), [])
        for other in line:
            if other.closed is None or other.closed > promise.written + ROUNDING:
                reason = f"promises {other.id} and {promise.id} are open at the same time"
                _add_contact(truth, "S9", promise.contact, reason, promise.written)
        line.append(promise)


def s9_redeemed(truth: Truth, facts: Facts) -> None:
    """Who called in first and was served is not called back as well (fault 57)."""
    for promise in facts.promises or ():
        contact = truth.by_id.get(promise.contact)
        if contact is None:
            continue
        told = max(promise.written, truth.promised_at.get(promise.customer, 0.0))
        for t in contact.callbacks:
            served = [
                went
                for whose, came, went in truth.visits.get(promise.customer, ())
                if told < came and went <= t and (whose is contact or _seen(truth, whose, came))
            ]
            if served and promise.open_at(t):
                reason = f"promise {promise.id}: called back, though served at {served[0]:.1f} s"
                _add_contact(truth, "S9", promise.contact, reason, t)


def _seen(truth: Truth, contact: Contact, came: float) -> bool:
    """Whether we could know who called in: the store may have been away."""
    return truth.undisturbed(contact, came - DISTURBED_SECONDS, came)


def s10_policy(truth: Truth, facts: Facts) -> None:
    """Every address dialled was allowed by the policy that is handed over."""
    if facts.allowed is None:
        return
    for address, (t, seq) in truth.dialled.items():
        if not facts.allowed(address):
            reason = f"{address} was dialled against the dialling policy"
            truth.found.append(Violation("S10", t, reason, seq))


def l1_outcomes(truth: Truth, facts: Facts) -> None:
    """At rest every contact and transfer has an outcome, one of those that there are."""
    if facts.contact_outcomes is not None and truth.rest is not None:
        for name, contact in truth.by_id.items():
            if contact.ended_by and name not in facts.contact_outcomes:
                _add_contact(truth, "L1", name, "the contact has no record", truth.rest)
    groups = (
        ("contact", facts.contact_outcomes, CONTACT_OUTCOMES),
        ("transfer", facts.transfer_outcomes, TRANSFER_OUTCOMES),
    )
    for kind, recorded, allowed in groups:
        for name, outcomes in (recorded or {}).items():
            whose = facts.transfer_contacts.get(name, "") if kind == "transfer" else name
            if not outcomes and truth.rest is not None and not _promised_later(truth, facts, whose):
                _add_contact(truth, "L1", whose, f"{kind} {name} has no outcome", truth.rest)
            for odd in set(outcomes) - allowed:
                _add_contact(truth, "L1", whose, f"{kind} {name} ended as {odd}")


def _promised_later(truth: Truth, facts: Facts, contact: str) -> bool:
    """The contact waits for the window of a promise that has not passed yet."""
    return any(
        p.state == "open" and p.windows[-1][1] > (truth.rest or 0.0)
        for p in facts.promises_of(contact, "")
    )


def l2_deadlines(truth: Truth, facts: Facts) -> None:
    """Due deadlines that nobody dealt with for more than 10 s."""
    for each in facts.overdue or ():
        since = max(each.due, truth.healed or 0.0)
        if truth.calm and each.seen - since > DEADLINE_SECONDS:
            reason = f"a deadline is {each.seen - each.due:.1f} s overdue"
            truth.found.append(Violation("L2", each.seen, reason, contact=each.contact))


def l2_transfers_begin(truth: Truth, facts: Facts) -> None:
    """A transfer that was asked for goes on: a phone rings, or it is over, if no fault is near."""
    for each in facts.transfers:
        contact = truth.by_id.get(each.contact)
        until = each.asked + BEGUN_SECONDS
        over = each.ended is not None and each.ended <= until
        if contact is None or over or until > (truth.rest or truth.t):
            continue
        begun = any(each.asked - ROUNDING <= t <= until for t in contact.dials)
        if not begun and truth.undisturbed(contact, each.asked - DISTURBED_SECONDS, until):
            reason = f"transfer {each.id}: nobody rang within {BEGUN_SECONDS:.0f} s"
            _add_contact(truth, "L2", each.contact, reason, until)


def l4_same_calls(truth: Truth, facts: Facts) -> None:
    """At rest the calls that are live at Twilio are those that we hold for live."""
    if facts.open_calls is None or truth.rest is None:
        return
    live = {leg.call for leg in truth.legs.values() if leg.down is None}
    for call in sorted(live - facts.open_calls):
        _add(truth, "L4", truth.rest, 0, truth.legs[call], "live, and our state does not know it")
    for call in sorted(facts.open_calls - live):
        truth.found.append(Violation("L4", truth.rest, "we hold it for live; it is over", 0, call))


def l5_tried(truth: Truth, facts: Facts) -> None:
    """Every window that passed while its promise was open saw a try, or a ticket."""
    end = truth.t if truth.rest is None else truth.rest
    for promise in facts.promises or ():
        begins, ends = promise.windows[-1]
        until = max(ends, truth.healed or 0.0) + GRACE_SECONDS
        if (
            end <= until
            or not truth.calm
            or (promise.state != "open" and _closed_by(promise, until))
        ):
            continue
        contact = truth.by_id.get(promise.contact)
        tries = [*contact.dials, *contact.callbacks] if contact else []
        ticket = facts.tickets_of(promise.contact, promise.customer)
        if not ticket and not any(begins - ROUNDING <= t <= until for t in tries):
            reason = f"promise {promise.id} was not tried within its window and not ticketed"
            _add_contact(truth, "L5", promise.contact, reason, until)


def _closed_by(promise: PromiseFact, t: float) -> bool:
    closed = promise.closed
    return promise.state != "open" and closed is not None and closed <= t + ROUNDING


RULES: Final[tuple[Callable[[Truth, Facts], None], ...]] = (
    s1_told_first,
    s4_cancelled_rings_on,
    s5_one_outcome,
    s5_left_to_a_broken_line,
    s6_kept_word,
    s8_promises_excepted,
    s9_promises,
    s9_redeemed,
    s10_policy,
    l1_outcomes,
    l2_deadlines,
    l2_transfers_begin,
    l4_same_calls,
    l5_tried,
)


def _add(truth: Truth, invariant: str, t: float, seq: int, leg: Leg, reason: str) -> None:
    name = leg.contact.name if leg.contact else ""
    truth.found.append(Violation(invariant, round(t, 3), reason, seq, leg.call, name))


def _add_contact(
    truth: Truth, invariant: str, contact: str, reason: str, t: float | None = None
) -> None:
    at = truth.t if t is None else t
    truth.found.append(Violation(invariant, round(at, 3), reason, contact=contact))
