"""From what the asker wrote to a target of the core; refused before anything is dialled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import guards, lookup
from console.asks import TransferTo
from console.problems import Problem
from telephony.contact.plans import Target, TargetKind
from telephony.routing.hours import is_open, next_open
from telephony.routing.model import Company
from telephony.routing.plans import find_member
from telephony.routing.policy import check_address

if TYPE_CHECKING:
    from telephony.bootstrap import Services


def resolve(services: Services, to: TransferTo, by: str, now: int) -> Target:
    """The target. Raises problems with a typed reason; refused numbers are audited."""
    company = lookup.company(services)
    if to.department:
        return _department(company, to.department, now)
    if to.agent:
        return _agent(company, to.agent, by)
    return _number(company, to.number, by)


def _department(company: Company, key: str, now: int) -> Target:
    department = company.departments.get(key)
    if department is None:
        raise Problem(422, "unknown_department", f"There is no department {key}.")
    at = lookup.moment(now)
    if not is_open(company, department, at):
        opens = next_open(company, department, at)
        when = f" It opens again at {opens.isoformat(timespec='minutes')}." if opens else ""
        raise Problem(409, "department_closed", f"{department.name} is closed now.{when}")
    return Target(TargetKind.DEPARTMENT, key, department.name)


def _agent(company: Company, name: str, by: str) -> Target:
    member = find_member(company, name)
    if member is None or not member.enabled:
        raise Problem(422, "unknown_agent", f"There is no agent {name}.")
    if member.address == by:
        raise Problem(409, "own_phone")
    return Target(TargetKind.AGENT, member.key, member.name)


def _number(company: Company, number: str, by: str) -> Target:
    verdict = check_address(company.dialling, number)
    if not verdict.allowed:
        refusal = verdict.refusal.value if verdict.refusal else ""
        guards.audit("number_refused", number, {"refusal": refusal, "by": by})
        raise Problem(409, "number_not_allowed", verdict.sentence)
    if number == by:
        raise Problem(409, "own_phone")
    return Target(TargetKind.NUMBER, number)
