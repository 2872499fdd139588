"""Every kind of command, performed."""

from __future__ import annotations

import pytest

from telephony.contact import commands as co
from telephony.contact import events as ev
from telephony.contact.model import Leg, LegState, Role, Stage
from telephony.contact.plans import Strategy, Target, TargetKind
from telephony.contact.records import replace
from telephony.errors import StoreUnavailable
from telephony.store import ledger
from telephony.store.floor import Presence
from telephony.store.live import Live
from telephony.twilio.fates import Fate
from telephony.twilio.rest import CallFact
from tests.workers.desk import CUSTOMER, ID, NOW, Desk, do
from workers.perform import PERFORMERS, perform

DIAL = co.Dial("l1", "client:carla", "", 15_000, customer=False, urgent=True)


def test_every_command_has_a_performer() -> None:
    kinds = {kind.__name__ for kind in co.Command.__subclasses__()}
    assert {kind.__name__ for kind in PERFORMERS} == kinds


# -- dials ---------------------------------------------------------------------------------------


def test_a_dial_claims_the_member_and_tells_the_sid(desk: Desk) -> None:
    desk.begin()
    assert do(desk, DIAL) == ev.DialPlaced("k99", "l1", desk.rest.sid)
    assert desk.rest.of("dial") == [(ID, "l1", "client:carla", "+12025550100")]
    assert desk.services.live.claims() == {"client:carla": ID}


def test_a_member_who_rings_for_another_contact_is_not_dialled(desk: Desk) -> None:
    other = desk.begin("CA" + "e" * 32, "+12025550188")
    ringing = Leg("l7", Role.RECEIVER, "client:carla", LegState.RINGING, NOW, call="CAx")
    desk.put(other, legs=(*other.legs, ringing))
    desk.begin()
    event = do(desk, DIAL)
    assert isinstance(event, ev.DialRefused)
    assert event.busy_elsewhere
    assert desk.rest.of("dial") == []


@pytest.mark.parametrize("to", ["+19005550199", "911", "+8816123456", "+442079460000", "sip:x@y"])
def test_a_forbidden_address_is_refused_before_any_request_and_audited(desk: Desk, to: str) -> None:
    desk.begin()
    event = do(desk, replace(DIAL, to=to))
    assert isinstance(event, ev.DialRefused)
    assert desk.rest.asked == []
    (entry,) = ledger.list_audit(desk.services.ledger, what="dial_refused").items
    assert (entry.target, entry.data["to"]) == (ID, to)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (Fate.REFUSED, ev.DialRefused("k99", "l1", "refused")),
        (Fate.GONE, ev.DialRefused("k99", "l1", "gone")),
        (Fate.TEMPORARY, ev.CommandFailed("k99", ev.Problem.TEMPORARY, "temporary")),
        (Fate.UNKNOWN, ev.CommandFailed("k99", ev.Problem.UNKNOWN, "unknown")),
    ],
)
def test_a_dial_that_did_not_work_says_how(desk: Desk, fate: Fate, expected: ev.Event) -> None:
    desk.begin()
    desk.rest.fate = fate
    assert do(desk, DIAL) == expected


BACK = replace(DIAL, to=CUSTOMER, customer=True)


def test_a_customer_is_called_back_by_one_contact_at_a_time(desk: Desk) -> None:
    desk.begin()
    other = desk.begin("CA" + "e" * 32)
    calling = Leg("l1", Role.CUSTOMER, CUSTOMER, LegState.RINGING, NOW, outbound=True)
    other = desk.put(other, legs=(calling,))
    event = do(desk, BACK)
    assert isinstance(event, ev.DialRefused)
    assert event.busy_elsewhere
    desk.put(other, legs=(replace(calling, state=LegState.ENDED),))
    assert do(desk, BACK) == ev.DialPlaced("k99", "l1", desk.rest.sid)


def test_a_customer_who_calls_us_is_not_called_and_gets_whoever_waits_for_them(desk: Desk) -> None:
    """Their webhook found the store away, so nobody has heard of the call but Twilio."""
    contact = desk.begin()
    lost = replace(contact.legs[0], state=LegState.ENDED)
    desk.put(contact, legs=(lost,), stage=Stage.RESTORING, resume=Stage.TALKING)
    new = "CA" + "f" * 32
    desk.rest.callers = (CallFact(new, "+12025550100", "in-progress", True, NOW),)
    event = do(desk, BACK)
    assert isinstance(event, ev.DialRefused)
    assert event.busy_elsewhere
    assert desk.rest.of("dial") == []
    after = desk.contact()
    assert after.stage is Stage.TALKING
    assert after.customer_leg is not None
    assert after.customer_leg.call == new


def test_the_call_whose_line_was_lost_is_no_reason_not_to_call_back(desk: Desk) -> None:
    contact = desk.begin()
    desk.rest.callers = (CallFact(contact.legs[0].call, "+12025550100", "in-progress", True, NOW),)
    assert do(desk, BACK) == ev.DialPlaced("k99", "l1", desk.rest.sid)


def test_nobody_is_called_back_while_twilio_cannot_say_whether_they_call_us(desk: Desk) -> None:
    desk.begin()
    desk.rest.fate = Fate.UNKNOWN
    assert do(desk, BACK) == ev.CommandFailed("k99", ev.Problem.TEMPORARY, "unknown")
    assert desk.rest.of("dial") == []


def test_a_bug_after_a_dial_leaves_its_fate_unknown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.begin()
    monkeypatch.setattr(desk.rest, "place_call", lambda *_: 1 / 0)
    event = do(desk, DIAL)
    assert isinstance(event, ev.CommandFailed)
    assert event.problem is ev.Problem.UNKNOWN


def fact(call: str, *, live: bool, created: int = NOW) -> CallFact:
    return CallFact(call, "client:carla", "ringing" if live else "completed", live, created)


def test_a_live_call_that_nobody_owns_is_adopted(desk: Desk) -> None:
    contact = desk.begin()
    mine = Leg("l7", Role.RECEIVER, "client:carla", LegState.RINGING, NOW, call="CA-owned")
    desk.put(contact, legs=(*contact.legs, mine))
    desk.rest.calls = (
        fact("CA-over", live=False, created=NOW + 9),
        fact("CA-owned", live=True, created=NOW + 8),
        fact("CA-free", live=True),
    )
    find = co.FindDial("l1", "client:carla", NOW - 5)
    assert do(desk, find) == ev.DialPlaced("k99", "l1", "CA-free")
    assert desk.rest.of("find") == [("client:carla", NOW - 5)]


def test_a_dial_that_rang_and_ended_meanwhile_is_adopted_too(desk: Desk) -> None:
    desk.begin()
    desk.rest.calls = (fact("CA-over", live=False),)
    find = co.FindDial("l1", "client:carla", NOW)
    assert do(desk, find) == ev.DialPlaced("k99", "l1", "CA-over")


def test_a_dial_that_never_happened_is_gone(desk: Desk) -> None:
    desk.begin()
    event = do(desk, co.FindDial("l1", "client:carla", NOW))
    assert isinstance(event, ev.CommandFailed)
    assert event.problem is ev.Problem.GONE


# -- legs ----------------------------------------------------------------------------------------


def test_hold_is_told_as_twilio_reads_it_back(desk: Desk) -> None:
    desk.begin()
    desk.rest.held = False
    assert do(desk, co.Hold("l1", "CA9", "CF9"), tries=1) == ev.HoldRead("k99", "l1", held=False)
    ((room, name, call, held, url, reread),) = desk.rest.of("hold")
    assert (room, name, call, held, reread) == ("CF9", f"wl-{ID}", "CA9", True, True)
    assert url.startswith(f"https://calls.example.com/twilio/voice/hold?c={ID}&l=l1")


def test_unhold_a_leg(desk: Desk) -> None:
    desk.begin()
    assert do(desk, co.Unhold("l1", "CA9", "")) == ev.HoldRead("k99", "l1", held=False)


@pytest.mark.parametrize("fate", [Fate.DONE, Fate.GONE])
def test_a_customer_s_ringing_is_called_off_and_who_picked_up_is_not_hung_up_on(
    desk: Desk, fate: Fate
) -> None:
    contact = desk.begin()
    rung = Leg("l5", Role.CUSTOMER, CUSTOMER, LegState.RINGING, NOW, call="CA9", outbound=True)
    desk.put(contact, legs=(*contact.legs, rung))
    desk.rest.fate = fate
    assert do(desk, co.EndCall("l5", "CA9", "cancelled")) == ev.CommandDone("k99")
    assert desk.rest.asked == [("call_off", "CA9")]


def test_a_customer_who_has_answered_and_is_let_go_is_hung_up(desk: Desk) -> None:
    desk.begin()
    assert do(desk, co.EndCall("l1", "CA9", "cancelled")) == ev.CommandDone("k99")
    assert desk.rest.asked == [("end", "CA9")]


@pytest.mark.parametrize("command", [co.EndCall("l1", "CA9", "beaten"), co.Redirect("l1", "CA9")])
@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        (Fate.DONE, ev.CommandDone("k99")),
        (Fate.GONE, ev.CommandFailed("k99", ev.Problem.GONE, "gone")),
        (Fate.TEMPORARY, ev.CommandFailed("k99", ev.Problem.TEMPORARY, "temporary")),
    ],
)
def test_ending_and_redirecting_say_what_became_of_it(
    desk: Desk, command: co.AnyCommand, fate: Fate, expected: ev.Event
) -> None:
    desk.begin()
    desk.rest.fate = fate
    assert do(desk, command) == expected


def test_an_inspection_says_when_it_asked(desk: Desk) -> None:
    desk.begin()
    desk.rest.facts = (ev.LegFact("CA9", True, False, "CF9", False),)
    assert do(desk, co.Inspect(("CA9",))) == ev.Inspected("k99", NOW, desk.rest.facts)
    assert desk.rest.of("inspect") == [(f"wl-{ID}", ("CA9",))]


# -- candidates ----------------------------------------------------------------------------------


def find(desk: Desk, kind: TargetKind, value: str) -> ev.CandidatesFound:
    event = do(desk, co.FindCandidates("h1", Target(kind, value)))
    assert isinstance(event, ev.CandidatesFound)
    return event


def test_a_department_is_planned_with_what_is_known_of_its_members(desk: Desk) -> None:
    other = desk.begin("CA" + "e" * 32, "+12025550188")
    talking = Leg("l7", Role.AGENT, "client:carla", LegState.JOINED, NOW, call="CAx")
    desk.put(other, legs=(*other.legs, talking))
    desk.services.live.floor.set_presence("dan", Presence.BREAK, NOW)
    desk.begin()
    found = find(desk, TargetKind.DEPARTMENT, "billing")
    assert found.plan is not None
    assert found.plan.strategy is Strategy.IN_ORDER
    busy = {candidate.key: candidate.busy for candidate in found.candidates}
    assert busy == {"carla": True, "dan": True, "billing_desk": False}


def test_round_robin_begins_after_the_member_who_was_first_last_time(desk: Desk) -> None:
    desk.begin()
    firsts = [find(desk, TargetKind.DEPARTMENT, "support").candidates[0].key for _ in range(4)]
    assert firsts == ["eva", "finn", "gina", "eva"]


@pytest.mark.parametrize(
    ("kind", "value", "keys", "reason"),
    [
        (TargetKind.AGENT, "dan", ["dan"], ""),
        (TargetKind.NUMBER, "+12025550155", ["+12025550155"], ""),
        (TargetKind.NUMBER, "+19005550155", [], "refused"),
        (TargetKind.DEPARTMENT, "nowhere", [], "unknown"),
    ],
)
def test_other_targets(
    desk: Desk, kind: TargetKind, value: str, keys: list[str], reason: str
) -> None:
    desk.begin()
    found = find(desk, kind, value)
    assert [candidate.key for candidate in found.candidates] == keys
    assert (found.reason, found.plan is None) == (reason, not keys)


def test_redis_being_away_is_a_reason_to_try_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.begin()

    def away(*_: object) -> bool:
        raise StoreUnavailable("Redis is away")

    contact = desk.contact()
    monkeypatch.setattr(Live, "claim_member", away)
    event = perform(desk.services, contact, desk.pending(DIAL))
    assert event == ev.CommandFailed("k99", ev.Problem.TEMPORARY, "Redis is away")
    assert desk.rest.asked == []
