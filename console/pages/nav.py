"""What the navigation shows, in this order, and from which role on."""

from __future__ import annotations

from dataclasses import dataclass

from console.guards import RANK
from telephony.store.ledger import Role


@dataclass(frozen=True)
class Item:
    """A way to a page. `path` is also what the page's own address begins with."""

    path: str
    label: str
    icon: str
    least: Role


ITEMS = (
    Item("/", "Softphone", "headset", Role.AGENT),
    Item("/wallboard", "Wallboard", "speedometer2", Role.SUPERVISOR),
    Item("/admin", "Routing", "diagram-3-fill", Role.ADMIN),
)


def items_for(role: Role) -> tuple[Item, ...]:
    """What a person with this role finds in the navigation."""
    return tuple(item for item in ITEMS if RANK[role] >= RANK[item.least])


def is_current(item: Item, path: str) -> bool:
    """Whether the page at `path` belongs to the item."""
    if item.path == "/":
        return path == "/"
    return path == item.path or path.startswith(item.path + "/")
