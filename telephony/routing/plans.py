"""From routing to ringing: the plan and the candidates of one hunt, as the core wants them.

What lives elsewhere (who is busy, who has been idle for how long, whose turn it is) comes in as a
`Knowledge`; this module reads no store.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from telephony.contact.plans import Candidate, Plan, Rung, RungKind, Strategy, Target, TargetKind
from telephony.contact.records import replace
from telephony.routing.fields import is_client
from telephony.routing.hours import is_open
from telephony.routing.model import Company, Department, Member, spoken_name
from telephony.routing.policy import check_address

PERSON_RING_SECONDS = 25
"""How long one person, asked for by name or number, is rung."""

_PERSON_LADDER = (Rung(RungKind.AGENT), Rung(RungKind.CALLBACK), Rung(RungKind.TICKET))


class NoPlan(StrEnum):
    """Why nobody can be rung for a target; a stable word for programs."""

    UNKNOWN = "unknown"
    CLOSED = "closed"
    NOBODY = "nobody"  # no members, or none enabled
    REFUSED = "refused"  # the dialling policy forbids the number


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of members, by their key, at the moment of planning.

    `idle_since` is in milliseconds since the epoch; `last_rung` is whom round robin rang last.
    """

    busy: Set[str] = frozenset()
    idle_since: Mapping[str, int] = field(default_factory=dict)
    calls_today: Mapping[str, int] = field(default_factory=dict)
    last_rung: str = ""


NOTHING_KNOWN = Knowledge()


@dataclass(frozen=True, slots=True)
class HuntPlan:
    """What a hunt needs; `reason` says why nobody can be rung.

    A closed or empty department still has a plan, of one round without candidates, so that its
    ladder starts at once. What is unknown or refused has none.
    """

    plan: Plan | None
    candidates: tuple[Candidate, ...] = ()
    reason: NoPlan | None = None


def plan_hunt(
    company: Company,
    target: Target,
    language: str,
    at: datetime,
    known: Knowledge = NOTHING_KNOWN,
) -> HuntPlan:
    """The plan and the candidates for a department, a person or a number at `at`."""
    if target.kind is TargetKind.DEPARTMENT:
        department = company.departments.get(target.value)
        if department is None:
            return HuntPlan(None, reason=NoPlan.UNKNOWN)
        plan = plan_of(department, language)
        if not is_open(company, department, at):
            return HuntPlan(replace(plan, rounds=1), reason=NoPlan.CLOSED)
        candidates = candidates_of(department, language, known)
        if not candidates:
            return HuntPlan(replace(plan, rounds=1), reason=NoPlan.NOBODY)
        return HuntPlan(plan, candidates)
    if target.kind is TargetKind.AGENT:
        return _agent(company, target)
    if not check_address(company.dialling, target.value).allowed:
        return HuntPlan(None, reason=NoPlan.REFUSED)
    return _person(target.value, target.name or target.value, target.value, target)


def plan_of(department: Department, language: str) -> Plan:
    """The department's ringing policy, named in the customer's language."""
    return Plan(
        target=department.key,
        name=spoken_name(department, language),
        strategy=department.strategy,
        ring_ms=department.ring_seconds * 1000,
        rounds=department.rounds,
        pause_ms=department.pause_seconds * 1000,
        ladder=department.ladder,
        caller_id=department.caller_id or "",
        step_ms=department.step_seconds * 1000,
    )


def candidates_of(
    department: Department, language: str, known: Knowledge = NOTHING_KNOWN
) -> tuple[Candidate, ...]:
    """The enabled members, in the order in which their strategy wants them.

    Members who speak the customer's language come alone if any of them is free; a member without
    languages speaks them all. Nobody is left out for a language that no free member speaks.
    """
    members = tuple(member for member in department.members if member.enabled)
    if department.strategy is Strategy.ROUND_ROBIN:
        members = _turned(members, known.last_rung)
    candidates = {member: _candidate(department, member, known) for member in members}
    fitting = {
        member: candidate
        for member, candidate in candidates.items()
        if not member.languages or language in member.languages
    }
    if any(not candidate.busy for candidate in fitting.values()):
        return tuple(fitting.values())
    return tuple(candidates.values())


def find_member(company: Company, name: str) -> Member | None:
    """The member with this key, or with the softphone `client:name`, enabled or not."""
    address = name if is_client(name) else f"client:{name}"
    for department in company.departments.values():
        for member in department.members:
            if name == member.key or address == member.address:
                return member
    return None


def _turned(members: tuple[Member, ...], last: str) -> tuple[Member, ...]:
    keys = [member.key for member in members]
    first = keys.index(last) + 1 if last in keys else 0
    return members[first:] + members[:first]


def _candidate(department: Department, member: Member, known: Knowledge) -> Candidate:
    return Candidate(
        key=member.key,
        name=member.name,
        address=member.address,
        delay_ms=member.delay_seconds * 1000,
        ring_ms=(member.ring_seconds or 0) * 1000,
        busy=department.skip_busy and member.key in known.busy,
        idle_since=known.idle_since.get(member.key, 0),
        calls_today=known.calls_today.get(member.key, 0),
    )


def _agent(company: Company, target: Target) -> HuntPlan:
    member = find_member(company, target.value)
    if member is not None:
        return _person(member.key, member.name, member.address, target)
    # A customer goes back to whoever had them, even to a colleague who is in no department.
    address = f"client:{target.value}"
    if not is_client(address):
        return HuntPlan(None, reason=NoPlan.UNKNOWN)
    return _person(target.value, target.name or target.value, address, target)


def _person(key: str, name: str, address: str, target: Target) -> HuntPlan:
    plan = Plan(
        target=target.value,
        name=name,
        strategy=Strategy.IN_ORDER,
        ring_ms=PERSON_RING_SECONDS * 1000,
        rounds=1,
        pause_ms=0,
        ladder=_PERSON_LADDER,
        caller_id="",
    )
    return HuntPlan(plan, (Candidate(key=key, name=name, address=address),))
