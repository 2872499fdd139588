"""The people who may sign in, with roles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update

from telephony.errors import BadInput, Conflict, NotFound
from telephony.store.ledger import passwords
from telephony.store.ledger.engine import Ledger, insert_new, reading, writing
from telephony.store.ledger.tables import users

_T = users.c
_COLUMNS = [_T.name, _T.role, _T.display, _T.identity, _T.enabled, _T.created_at]
_WITH_HASH = [*_COLUMNS, _T.password_hash]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
# Twilio allows letters, digits and the underscore in a softphone's identity, at most 121 of them.
_IDENTITY = re.compile(r"client:[A-Za-z0-9_]{1,121}")


class Role(StrEnum):
    """What a person may do; each role may do all that the ones before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True)
class User:
    """A person. `identity` is the address of their softphone, `client:…`."""

    name: str
    role: Role
    display: str
    identity: str
    enabled: bool
    created_at: int


def add_user(
    ledger: Ledger,
    name: str,
    role: Role,
    password: str,
    *,
    now: int,
    display: str = "",
    identity: str = "",
) -> User:
    """Add a person. Without `identity` it is `client:` and the name, `.` and `-` made `_`.

    Raises BadInput, and Conflict when the name or the identity is taken.
    """
    user = new_user(name, role, display=display, identity=identity, now=now)
    values = vars(user) | {"password_hash": passwords.hashed(ledger.hasher, password)}
    with writing(ledger) as conn:
        added = insert_new(conn, users, values)
    if not added:
        raise Conflict(
            f"The name {name} or the identity {user.identity} is taken.",
            what_to_do="Choose another name, or set a new password for the person who has it.",
        )
    return user


def new_user(name: str, role: Role, *, now: int, display: str = "", identity: str = "") -> User:
    """A person who is not in the ledger yet. Raises BadInput for what cannot be a name."""
    if not _NAME.fullmatch(name):
        raise BadInput("name", "use small letters, digits, dot, dash and underscore, at most 63")
    identity = identity or "client:" + re.sub(r"[.-]", "_", name)
    if not _IDENTITY.fullmatch(identity):
        raise BadInput("identity", "use client: and then letters, digits and underscores")
    return User(name, role, display or name, identity, enabled=True, created_at=now)


def user(ledger: Ledger, name: str) -> User:
    """The person with this name, enabled or not. Raises NotFound."""
    with reading(ledger) as conn:
        row = conn.execute(select(*_COLUMNS).where(_T.name == name)).first()
    if row is None:
        raise NotFound(f"There is no user {name}.")
    return as_user(row)


def all_users(ledger: Ledger) -> tuple[User, ...]:
    """Everybody, by name."""
    with reading(ledger) as conn:
        return tuple(as_user(row) for row in conn.execute(select(*_COLUMNS).order_by(_T.name)))


def is_shut_out(ledger: Ledger, identity: str) -> bool:
    """Whether the softphone `identity` is that of somebody who was disabled."""
    query = select(_T.name).where(_T.identity == identity, ~_T.enabled)
    with reading(ledger) as conn:
        return conn.execute(query).first() is not None


def check_password(ledger: Ledger, name: str, password: str) -> User | None:
    """The enabled person whose name and password these are, or None.

    A wrong name costs the same time as a wrong password, so that names cannot be found out.
    """
    with reading(ledger) as conn:
        row = conn.execute(select(*_WITH_HASH).where(_T.name == name)).first()
    own = row.password_hash if row is not None else ""
    right = passwords.matches(ledger.hasher, own, password)
    if not right or row is None or not own or not row.enabled:
        return None
    if passwords.is_outdated(ledger.hasher, own):
        set_password(ledger, name, password)
    return as_user(row)


def set_password(ledger: Ledger, name: str, password: str) -> None:
    """Replace a password. Raises NotFound, BadInput."""
    _update(ledger, name, {"password_hash": passwords.hashed(ledger.hasher, password)})


def set_enabled(ledger: Ledger, name: str, enabled: bool) -> None:
    """Let a person in, or keep them and their tokens out. Raises NotFound."""
    _update(ledger, name, {"enabled": enabled})


def set_role(ledger: Ledger, name: str, role: Role) -> None:
    """Change what a person may do. Raises NotFound."""
    _update(ledger, name, {"role": role})


def as_user(row: Row[Any]) -> User:
    """The person in a row that holds at least the public columns of `users`."""
    return User(
        name=row.name,
        role=Role(row.role),
        display=row.display,
        identity=row.identity,
        enabled=row.enabled,
        created_at=row.created_at,
    )


def _update(ledger: Ledger, name: str, values: dict[str, Any]) -> None:
    with writing(ledger) as conn:
        changed = conn.execute(update(users).where(_T.name == name).values(values)).rowcount
    if not changed:
        raise NotFound(f"There is no user {name}.")
