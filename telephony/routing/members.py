"""Who is one of us."""

from __future__ import annotations

from collections.abc import Iterable

from telephony.routing.model import Company


def is_staff(company: Company, address: str) -> bool:
    """A softphone, a desk phone of ours, or a member of a department."""
    return address.startswith(("client:", "sip:")) or bool(name_of(company, address))


def name_of(company: Company, address: str) -> str:
    """How the member with this address is called; '' when there is none."""
    members: Iterable[tuple[str, str]] = (
        (member.address, member.name)
        for department in company.departments.values()
        for member in department.members
    )
    return next((name for known, name in members if known == address), "")
