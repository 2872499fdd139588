"""Promises: callbacks that a customer was told of, written before the customer hears of them.

Rules kept here: the same id twice is one promise; a customer has one open promise per department;
a promise that has ended stays as it ended; attempts never exceed their maximum.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from telephony.errors import BadInput, Conflict, NotFound, Refused
from telephony.store.ledger.engine import Ledger, insert_new, reading, writing
from telephony.store.ledger.paging import Page, fetch_page
from telephony.store.ledger.tables import promises

_T = promises.c
_COLUMNS = [column for column in _T if column.name != "token_hash"]


class PromiseState(StrEnum):
    """Where a promise stands. A promise that was moved is still open, at another time."""

    OPEN = "open"
    KEPT = "kept"
    """Called back, and the customer was there."""
    REDEEMED = "redeemed"
    """The customer was served in another way first, for instance by calling again."""
    CANCELLED = "cancelled"
    """The customer does not want it any more."""
    TICKETED = "ticketed"
    """It could not be kept; a ticket took its place."""


@dataclass(frozen=True)
class NewPromise:
    """What is to be promised. Times are ms since the epoch, UTC; `token` is the plain one."""

    id: str
    contact_id: str
    customer: str
    department: str
    language: str
    zone: str
    due_from: int
    due_until: int
    max_attempts: int
    token: str = field(repr=False)
    note: str = ""
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PromiseRecord:
    """A promise as it stands in the ledger. `zone` is the customer's IANA time zone."""

    id: str
    contact_id: str
    customer: str
    department: str
    language: str
    zone: str
    due_from: int
    due_until: int
    state: PromiseState
    attempts: int
    max_attempts: int
    note: str
    context: dict[str, Any]
    created_at: int
    updated_at: int
    closed_at: int | None


@dataclass(frozen=True)
class WrittenPromise:
    """The promise that is in the ledger now; `created` is False when it was there before."""

    promise: PromiseRecord
    created: bool


@dataclass(frozen=True)
class CountedAttempt:
    """The promise after an attempt; `first` is False when this attempt was counted before."""

    promise: PromiseRecord
    first: bool


def promise_token(secret: str, promise_id: str) -> str:
    """The unguessable word in the SMS link of a promise: 160 bits of HMAC-SHA256, URL-safe.

    It is derived, not drawn, so that an SMS sent again after a crash carries the same link though
    the ledger keeps only a hash.
    """
    digest = hmac.digest(secret.encode(), b"promise:" + promise_id.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:20]).decode().rstrip("=")


def write_promise(ledger: Ledger, new: NewPromise, *, now: int) -> WrittenPromise:
    """Write a promise. When this returns, the customer may be told of what it returns.

    The same id again returns the promise that is there. So does another id for a customer who has
    an open promise with this department: from now on it belongs to the contact that asks.
    Raises StoreUnavailable (tell the customer nothing), BadInput for a window or a maximum that
    makes no sense.
    """
    _check_window(new.due_from, new.due_until)
    if new.max_attempts < 1:
        raise BadInput("max_attempts", "a promise needs at least one attempt")
    if not new.token:
        raise BadInput("token", "it must not be empty")
    values = asdict(new)
    values["token_hash"] = _hash(values.pop("token"))
    values |= {"state": PromiseState.OPEN, "attempts": 0, "created_at": now, "updated_at": now}
    with writing(ledger) as conn:
        # The promise in the way can end between the two statements (PostgreSQL only); then the
        # way is free and the second round writes.
        for _ in range(3):
            created = insert_new(conn, promises, values)
            found = _find(conn, new.id) or _take_over(conn, new, now)
            if found is not None:
                return WrittenPromise(found, created)
    raise Conflict(f"The promise {new.id} cannot be written: its token belongs to another one.")


def promise(ledger: Ledger, promise_id: str) -> PromiseRecord:
    """The promise with this id. Raises NotFound."""
    with reading(ledger) as conn:
        return _get(conn, promise_id)


def promise_by_token(ledger: Ledger, token: str) -> PromiseRecord:
    """The promise whose SMS link carries `token`, open or not. Raises NotFound."""
    with reading(ledger) as conn:
        row = conn.execute(select(*_COLUMNS).where(_T.token_hash == _hash(token))).first()
    if row is None:
        raise NotFound("No promise belongs to this link.")
    return _record(row)


def open_promises(
    ledger: Ledger,
    *,
    customer: str | None = None,
    department: str | None = None,
    contact_id: str | None = None,
    due_before: int | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[PromiseRecord]:
    """Open promises, earliest first; `due_before` compares with the start of the window."""
    query = select(*_COLUMNS).where(_T.state == PromiseState.OPEN)
    if customer is not None:
        query = query.where(_T.customer == customer)
    if department is not None:
        query = query.where(_T.department == department)
    if contact_id is not None:
        query = query.where(_T.contact_id == contact_id)
    if due_before is not None:
        query = query.where(_T.due_from < due_before)
    with reading(ledger) as conn:
        return fetch_page(conn, query, (_T.due_from, _T.id), _record, cursor=cursor, limit=limit)


# Built once: it is asked every few seconds, and to build a statement costs more than to run it.
_PROMISED = select(_T.contact_id).where(_T.state == PromiseState.OPEN).order_by(_T.due_from, _T.id)


def promised_contacts(ledger: Ledger) -> list[str]:
    """The contacts of all open promises, earliest first."""
    with reading(ledger) as conn:
        return list(conn.scalars(_PROMISED))


def closed_promises(
    ledger: Ledger,
    *,
    department: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[PromiseRecord]:
    """Promises that have ended in whatever way, the latest hour first."""
    query = select(*_COLUMNS).where(_T.state != PromiseState.OPEN)
    if department is not None:
        query = query.where(_T.department == department)
    order = (_T.due_from, _T.id)
    with reading(ledger) as conn:
        return fetch_page(
            conn, query, order, _record, cursor=cursor, limit=limit, newest_first=True
        )


def move_promise(
    ledger: Ledger, promise_id: str, *, due_from: int, due_until: int, now: int
) -> PromiseRecord:
    """Give an open promise another window.

    Raises NotFound, Refused (`promise_closed`), BadInput.
    """
    _check_window(due_from, due_until)
    change = {"due_from": due_from, "due_until": due_until, "updated_at": now}
    with writing(ledger) as conn:
        moved = _change_open(conn, promise_id, change)
        if moved is not None:
            return moved
        there = _get(conn, promise_id)
    raise Refused("promise_closed", f"The promise cannot be moved: it is {there.state}.")


def close_promise(
    ledger: Ledger, promise_id: str, state: PromiseState, *, now: int
) -> PromiseRecord:
    """End a promise. The same end twice is one end.

    Raises NotFound, and Refused (`promise_closed`) when it has ended in another way.
    """
    if state is PromiseState.OPEN:
        raise BadInput("state", "a promise is closed with kept, redeemed, cancelled or ticketed")
    change = {"state": state, "updated_at": now, "closed_at": now}
    with writing(ledger) as conn:
        closed = _change_open(conn, promise_id, change)
        there = closed or _get(conn, promise_id)
    if there.state is not state:
        raise Refused("promise_closed", f"The promise has ended already: it is {there.state}.")
    return there


def count_attempt(ledger: Ledger, promise_id: str, ordinal: int, *, now: int) -> CountedAttempt:
    """Count attempt number `ordinal` (1, 2, …) before it is dialled.

    Counting the same number again changes nothing. Raises NotFound and Refused with
    `promise_closed`, `no_attempts_left`, or `attempt_out_of_order` when one was left out.
    """
    if ordinal < 1:
        raise BadInput("ordinal", "attempts are numbered from 1")
    counted = (
        update(promises)
        .where(
            _T.id == promise_id,
            _T.state == PromiseState.OPEN,
            _T.attempts == ordinal - 1,
            _T.max_attempts >= ordinal,
        )
        .values(attempts=ordinal, updated_at=now)
        .returning(*_COLUMNS)
    )
    with writing(ledger) as conn:
        row = conn.execute(counted).first()
        if row is not None:
            return CountedAttempt(_record(row), first=True)
        there = _get(conn, promise_id)
    if there.state is not PromiseState.OPEN:
        raise Refused("promise_closed", f"Nobody is to be called: the promise is {there.state}.")
    if ordinal > there.max_attempts:
        raise Refused("no_attempts_left", f"All {there.max_attempts} attempts have been made.")
    if ordinal > there.attempts:
        raise Refused("attempt_out_of_order", f"Only {there.attempts} attempts are counted yet.")
    return CountedAttempt(there, first=False)


def _check_window(due_from: int, due_until: int) -> None:
    if not 0 <= due_from <= due_until:
        raise BadInput("due_until", "the window must not end before it begins")


def _change_open(conn: Connection, promise_id: str, values: dict[str, Any]) -> PromiseRecord | None:
    row = conn.execute(
        update(promises)
        .where(_T.id == promise_id, _T.state == PromiseState.OPEN)
        .values(values)
        .returning(*_COLUMNS)
    ).first()
    return None if row is None else _record(row)


def _get(conn: Connection, promise_id: str) -> PromiseRecord:
    found = _find(conn, promise_id)
    if found is None:
        raise NotFound(f"There is no promise {promise_id}.")
    return found


def _find(conn: Connection, promise_id: str) -> PromiseRecord | None:
    row = conn.execute(select(*_COLUMNS).where(_T.id == promise_id)).first()
    return None if row is None else _record(row)


def _take_over(conn: Connection, new: NewPromise, now: int) -> PromiseRecord | None:
    """The customer's open promise with this department, which becomes the new contact's."""
    row = conn.execute(
        update(promises)
        .where(
            _T.customer == new.customer,
            _T.department == new.department,
            _T.state == PromiseState.OPEN,
        )
        .values(contact_id=new.contact_id, updated_at=now)
        .returning(*_COLUMNS)
    ).first()
    return None if row is None else _record(row)


def _record(row: Row[Any]) -> PromiseRecord:
    values = row._asdict()
    return PromiseRecord(**values | {"state": PromiseState(values["state"])})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
