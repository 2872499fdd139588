"""Who may be rung for a target, as things stand now."""

from __future__ import annotations

from telephony.contact import commands as co
from telephony.contact.events import CandidatesFound, Event
from telephony.contact.plans import Candidate, Strategy, TargetKind
from telephony.presence import presence_now
from telephony.routing.model import Company, Department, Member
from telephony.routing.plans import Knowledge, plan_hunt
from telephony.store.floor import Presence, Present
from workers.task import Task, moment

_ABSENT = frozenset({Presence.BUSY, Presence.BREAK, Presence.WRAP_UP, Presence.OFFLINE})


def find_candidates(task: Task, command: co.FindCandidates) -> Event:
    """The plan and the candidates of a hunt, from the routing and from what is known of members."""
    company, target = task.services.routing.newest(), command.target
    department = (
        company.departments.get(target.value) if target.kind is TargetKind.DEPARTMENT else None
    )
    known = _knowledge(task, company, department) if department else Knowledge()
    found = plan_hunt(company, target, task.contact.language, moment(task.now), known)
    if department and department.strategy is Strategy.ROUND_ROBIN:
        _take_turn(task, department, found.candidates)
    reason = str(found.reason) if found.reason else ""
    return CandidatesFound(task.pending.id, command.hunt, found.plan, found.candidates, reason)


def _knowledge(task: Task, company: Company, department: Department) -> Knowledge:
    live = task.services.live
    members = [member for member in department.members if member.enabled]
    claims, present = live.claims(), presence_now(live, company, task.now)
    stats = live.floor.stats([member.address for member in members], task.now)
    return Knowledge(
        busy=frozenset(
            member.key
            for member in members
            if claims.get(member.address, task.contact.id) != task.contact.id
            or _absent(member, present)
        ),
        idle_since={member.key: stats[member.address].idle_since for member in members},
        calls_today={member.key: stats[member.address].calls_today for member in members},
        last_rung=(
            live.floor.last_rung(department.key)
            if department.strategy is Strategy.ROUND_ROBIN
            else ""
        ),
    )


def _absent(member: Member, present: dict[str, Present]) -> bool:
    """Agents who said that they are away are left out; who never said anything is rung."""
    said = present.get(member.address.removeprefix("client:"))
    return said is not None and said.state in _ABSENT


def _take_turn(task: Task, department: Department, found: tuple[Candidate, ...]) -> None:
    free = next((member for member in found if not member.busy), None)
    if free is not None:
        task.services.live.floor.set_last_rung(department.key, free.key)
