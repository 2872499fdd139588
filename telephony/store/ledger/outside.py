"""People whom another system vouches for: found by its word for them, added when they are new."""

from __future__ import annotations

from sqlalchemy import select, update

from telephony.errors import Conflict, NotFound, Refused
from telephony.store.ledger.engine import Ledger, insert_new, reading, writing
from telephony.store.ledger.tables import users
from telephony.store.ledger.users import Role, User, as_user, new_user

_T = users.c
NO_PASSWORD = ""
"""A hash that no password has: who comes from outside signs in there."""


def person_from_outside(
    ledger: Ledger, subject: str, name: str, role: Role, *, now: int, display: str = ""
) -> User:
    """The person behind `subject`, with the role that the other system gives them now.

    Somebody new is added under `name`. Raises Conflict when that name belongs to somebody else:
    nobody becomes a colleague by calling themselves so elsewhere. Raises Refused (`disabled`) for
    somebody who was shut out here, and BadInput for a name that cannot be.
    """
    found = _found(ledger, subject)
    if found is None:
        fresh = new_user(name, role, display=display, now=now)
        values = vars(fresh) | {"password_hash": NO_PASSWORD, "subject": subject}
        with writing(ledger) as conn:
            insert_new(conn, users, values)
        # Whoever came in the same moment through another window is the same person.
        found = _found(ledger, subject)
    if found is None:
        raise Conflict(
            f"The name {name} belongs to somebody else here.",
            what_to_do=f"If it is the same person, an admin runs: warmline user link {name} "
            f"'{subject}'",
        )
    if not found.enabled:
        raise Refused("disabled", f"{found.name} may not sign in.")
    with writing(ledger) as conn:
        conn.execute(update(users).where(_T.subject == subject).values(role=role))
    return User(**vars(found) | {"role": role})


def link(ledger: Ledger, name: str, subject: str) -> None:
    """Say that the person `name` is `subject` in the other system. Raises NotFound, Conflict."""
    with writing(ledger) as conn:
        if conn.execute(select(_T.name).where(_T.subject == subject, _T.name != name)).first():
            raise Conflict(f"Somebody else is {subject} already.")
        changed = conn.execute(update(users).where(_T.name == name).values(subject=subject))
        if not changed.rowcount:
            raise NotFound(f"There is no user {name}.")


def _found(ledger: Ledger, subject: str) -> User | None:
    with reading(ledger) as conn:
        row = conn.execute(select(users).where(_T.subject == subject)).first()
    return None if row is None else as_user(row)
