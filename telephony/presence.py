"""Who is there now: what agents say of themselves, and the wrap-up that follows a conversation.

Nothing begins or ends a wrap-up: it follows from when the last conversation ended, from the routing
and from what the agent said last. So no browser has to be alive for it, and none can forget it.
"""

from __future__ import annotations

from telephony.routing.model import Company
from telephony.store.floor import Presence, Present
from telephony.store.live import Live


def presence_now(live: Live, company: Company, now: int) -> dict[str, Present]:
    """Everybody who ever said something of themselves, by the name of their softphone."""
    said = live.floor.presence()
    there = [name for name, each in said.items() if each.state is Presence.AVAILABLE]
    limits = _limits(company)
    addresses = [f"client:{name}" for name in there if limits.get(f"client:{name}")]
    for address, stats in live.floor.stats(addresses, now).items():
        name = address.removeprefix("client:")
        said[name] = wrapping(said[name], stats.idle_since, limits[address], now)
    return said


def wrapping(said: Present, ended: int, limit_ms: int, now: int) -> Present:
    """``said``, or the wrap-up of a conversation that ended (ms) after the agent said so."""
    until = ended + limit_ms
    if said.since >= ended or now >= until:
        return said
    return Present(Presence.WRAP_UP, ended, until)


def _limits(company: Company) -> dict[str, int]:
    """How long a wrap-up may last (ms), by address; the longest of a member's departments."""
    found: dict[str, int] = {}
    for department in company.departments.values():
        for member in department.members:
            limit = department.wrap_up_seconds * 1000
            found[member.address] = max(limit, found.get(member.address, 0))
    return found
