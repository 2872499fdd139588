"""`/admin`: all departments at a glance, in plain words, with what the check has found."""

from __future__ import annotations

from dataclasses import dataclass

from console import routing_desk as desk
from console import state
from console.pages.shell import least, pages
from console.routing_pages import frame
from telephony.routing.hours import is_open, next_open, zone_of
from telephony.routing.lint import Finding
from telephony.routing.model import Department
from telephony.routing.summary import describe
from telephony.store.ledger import Role


@dataclass(frozen=True)
class Card:
    """One department. `opens` is when it opens next, in words, while it is closed."""

    department: Department
    summary: str
    opened: bool
    opens: str
    findings: tuple[Finding, ...]
    changed: bool


@pages.get("/admin")
@least(Role.ADMIN)
def admin() -> str:
    """The draft's departments."""
    services = state.services()
    lying = desk.look(services)
    findings = desk.check(services, lying.company)
    places = {f"departments.{key}" for key in lying.company.departments}
    elsewhere = [each for each in findings if _department_of(each.path) not in places]
    cards = [_card(lying, key, findings) for key in lying.company.departments]
    return frame.show("admin/overview.html", lying, cards=cards, elsewhere=elsewhere)


def _card(lying: desk.Desk, key: str, findings: tuple[Finding, ...]) -> Card:
    company = lying.company
    department = company.departments[key]
    at = frame.now()
    opened = is_open(company, department, at)
    following = None if opened else next_open(company, department, at)
    zone = zone_of(company, department)
    return Card(
        department=department,
        summary=describe(company, department),
        opened=opened,
        opens=f"{following.astimezone(zone):%A %d %B, %H:%M}" if following else "",
        findings=tuple(
            each for each in findings if _department_of(each.path) == f"departments.{key}"
        ),
        changed=lying.in_force.departments.get(key) != department,
    )


def _department_of(path: str) -> str:
    return ".".join(path.split(".")[:2]).partition("[")[0]
