"""The checker: one pass over the lines of a trace, a few small rules for each kind of line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from warmline.verify import ledger_rules, liveness, safety, words
from warmline.verify.facts import NOTHING, Facts
from warmline.verify.ground import LINK, Leg, Line, Truth
from warmline.verify.report import Report

ACCEPT_KEYS: Final = frozenset("1")


@dataclass(frozen=True, slots=True)
class Options:
    """How the application that is checked speaks; the defaults are Warmline's own.

    ``accept_keys`` are the keys by which a receiver accepts, ``told`` the words by which a customer
    knows what comes next, ``promised`` those that give a promise. ``slack`` seconds are added to
    every bound, for a network that runs N times as fast as the machine's clock: what the machine
    itself is late counts N times there.
    """

    accept_keys: frozenset[str] = ACCEPT_KEYS
    told: tuple[str, ...] = words.TOLD
    promised: tuple[str, ...] = words.PROMISED
    slack: float = 0.0


DEFAULTS: Final = Options()


class Checker:
    """Feed it lines as they come; ``finish`` judges the rest and gives the report."""

    def __init__(self, options: Options = DEFAULTS) -> None:
        self.truth = Truth(options.accept_keys, options.told, options.promised, options.slack)

    def feed(self, line: Line) -> None:
        """Fold one line in and judge it."""
        truth = self.truth
        t = line["t"]
        if truth.timers and truth.timers[0][0] < t:
            truth.pass_time(t)
        truth.t, truth.seq = t, line["seq"]
        truth.counts["lines"] += 1
        handle = HANDLERS.get(line["kind"])
        if handle is not None:
            handle(truth, line)

    def finish(self, facts: Facts = NOTHING) -> Report:
        """Nothing more comes: judge what is still open, with the facts."""
        truth = self.truth
        end = truth.t
        truth.pass_time(end)
        for leg in truth.legs.values():
            if leg.down is not None:
                continue
            if leg.customer:
                safety.s2_nothing_heard(truth, leg)
            if leg.removed is not None and end - leg.removed.t >= safety.SILENCE_SECONDS:
                truth.found.append(leg.removed)
        for rule in ledger_rules.RULES:
            rule(truth, facts)
        found = tuple(sorted(truth.found, key=lambda each: (each.t, each.seq, each.invariant)))
        return Report(found, dict(truth.counts), _outcomes(truth, facts), _not_judged(truth, facts))


def check(lines: Iterable[Line], facts: Facts = NOTHING, options: Options = DEFAULTS) -> Report:
    """Judge a whole trace. ``lines`` are its JSON objects in order.

    Raises KeyError for a line that lacks a field of the documented format.
    """
    checker = Checker(options)
    lines = list(lines)
    checker.truth.owners = owners_of(lines)
    feed = checker.feed
    for line in lines:
        feed(line)
    return checker.finish(facts)


def owners_of(lines: Iterable[Line]) -> dict[str, str]:
    """Whose each call is, from the addresses of all its webhooks: the news comes after the deed."""
    found: dict[str, str] = {}
    for line in lines:
        if line["kind"] == "webhook" and "call" in line:
            match = LINK.search(line["url"])
            if match is not None:
                found.setdefault(line["call"], match.group(1))
    return found


def _outcomes(truth: Truth, facts: Facts) -> dict[str, int]:
    """From the facts; else what the phones show."""
    if facts.contact_outcomes is not None:
        each = facts.contact_outcomes.values()
        return dict(Counter(outcomes[0] if outcomes else "none" for outcomes in each))
    counts = truth.counts
    names = ("talked", "told", "left_unserved")
    return {name: counts[name] for name in names if counts[name]}


def _not_judged(truth: Truth, facts: Facts) -> dict[str, str]:
    silent = {
        "S5": (facts.contact_outcomes, "no outcomes were handed over"),
        "S6": (facts.promises, "no promises were handed over"),
        "L2": (facts.overdue, "no deadlines were handed over; only what customers wait for"),
        "L5": (facts.promises, "no promises were handed over"),
    }
    reasons = {name: why for name, (fact, why) in silent.items() if fact is None}
    if truth.rest is None:
        reasons["L1"] = reasons["L4"] = "the trace has no rest_time"
    if not truth.calm:
        for name in ("L2", "L3", "L5"):
            reasons[name] = "faults went on to the end: no healed mark follows them"
    return dict(sorted(reasons.items()))


# One function for each kind of line ---------------------------------------------------------------


def _dialled(truth: Truth, line: Line) -> None:
    liveness.l2_watch_ringing(truth, truth.dial(line))
    safety.dialled(truth, line)


def _answered(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None:
        return
    leg.answered, leg.machine = truth.t, line["by"] == "machine"
    truth.counts["answered_by_machine" if leg.machine else "answered"] += 1
    if leg.customer and leg.nothing_since is None and not leg.hears:
        leg.nothing_since = truth.t


def _down(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None or leg.down is not None:
        return
    truth.fall(leg, line["by"], line.get("status", ""))
    if not leg.customer:
        safety.s3_agent_ended(truth, leg)
        return
    safety.s2_nothing_heard(truth, leg)
    leg.nothing_since = None
    safety.s1_taken_down(truth, leg)
    safety.s1_machine_told(truth, leg)
    contact = leg.contact
    if contact is not None and contact.left is not None:
        safety.s8_rings_on(truth, contact)
        liveness.l3_released(truth, contact)
        if leg.told is None and not contact.served_by:
            truth.counts["left_unserved"] += 1


def _join(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None:
        return
    room = truth.enter(leg, line["room"])
    safety.s7_whose_room(truth, leg, room)
    if leg.customer:
        safety.s9_kept_with_a_machine(truth, leg)
    else:
        safety.s3_came_back(truth, leg)
        safety.s3_accepted(truth, leg, room)
        safety.s4_won(truth, leg, room)


def _leave(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is not None:
        room = truth.leave(leg, line["room"])
        safety.s3_agent_removed(truth, leg, room, line["reason"])


def _ended(truth: Truth, line: Line) -> None:
    room = truth.rooms.get(line["room"])
    if room is not None:
        safety.s3_thrown_out(truth, room, line["reason"])


def _flag(name: str, value: bool) -> Callable[[Truth, Line], None]:
    def set_flag(truth: Truth, line: Line) -> None:
        leg = truth.legs.get(line["call"])
        if leg is not None:
            setattr(leg, name, value)

    return set_flag


def _hears(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None:
        return
    what = line["what"]
    if leg.customer:
        safety.s2_something_heard(truth, leg, what)
        if what == "people":
            _served(truth, leg, line["with"])
        elif leg.hears in ("", "people"):
            liveness.l2_watch(truth, leg)
    elif what == "people":
        known = (truth.legs.get(call) for call in line["with"])
        leg.had_customer = leg.had_customer or any(other and other.customer for other in known)
    elif leg.hears == "people" and leg.contact is not None:
        leg.contact.acted = truth.t
    leg.hears = what


def _served(truth: Truth, leg: Leg, others: list[str]) -> None:
    contact = leg.contact
    if contact is None or not others:
        return
    leg.served = True
    if not contact.served_by:
        truth.counts["talked"] += 1
    contact.served_by.update(others)
    contact.served_on_callback = contact.served_on_callback or not leg.inbound


def _said(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None or not leg.customer:
        return
    text = line["text"].lower()
    if any(part in text for part in truth.told_words):
        if leg.told is None:
            truth.counts["told"] += 1
        leg.told = truth.t
    if any(part in text for part in truth.promise_words):
        truth.said.append((truth.t, truth.seq, leg, line["text"]))
        truth.promised = True
        if leg.contact is not None:
            leg.contact.promised = True
            truth.promised_at[leg.contact.customer] = truth.t


def _pressed(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None:
        return
    if truth.accept_keys.intersection(line["digits"]):
        leg.proved = True
        liveness.l2_accepted(truth, leg)
    if leg.customer and leg.contact is not None:
        leg.contact.acted = truth.t


def _spoke(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line["call"])
    if leg is None:
        return
    leg.proved = True
    if leg.customer:
        safety.s2_spoke(truth, leg, line["text"])
        if leg.contact is not None:
            leg.contact.acted = truth.t


def _sms(truth: Truth, line: Line) -> None:
    contact = truth.by_customer.get(line["to"])
    if contact is not None:
        contact.promised = truth.promised = True
    truth.promised_at[line["to"]] = truth.t


def _webhook(truth: Truth, line: Line) -> None:
    leg = truth.legs.get(line.get("call", ""))
    if leg is not None and not leg.attempt[0] and truth.link(leg, line["url"]):
        safety.s4_attempt_repeated(truth, leg)
        safety.s8_too_late(truth, leg)
        safety.s9_called_while_connected(truth, leg)


def _asked(truth: Truth, line: Line) -> None:
    liveness.l3_believed(truth, line)


def _fault(truth: Truth, line: Line) -> None:
    truth.strike(line)


def _cast(truth: Truth, line: Line) -> None:
    truth.call_in(line["customers"], line["staff"])


def _healed(truth: Truth, line: Line) -> None:
    del line
    liveness.healed(truth)


def _rest(truth: Truth, line: Line) -> None:
    del line
    liveness.at_rest(truth)
    truth.forget()


HANDLERS: Final[dict[str, Callable[[Truth, dict[str, Any]], None]]] = {
    "call.dialled": _dialled,
    "call.answered": _answered,
    "call.down": _down,
    "room.join": _join,
    "room.leave": _leave,
    "room.end": _ended,
    "room.hold": _flag("held", True),
    "room.unhold": _flag("held", False),
    "room.mute": _flag("muted", True),
    "room.unmute": _flag("muted", False),
    "hears": _hears,
    "said": _said,
    "pressed": _pressed,
    "spoke": _spoke,
    "sms": _sms,
    "webhook": _webhook,
    "rest": _asked,
    "fault": _fault,
    "cast": _cast,
    "healed": _healed,
    "rest_time": _rest,
}
