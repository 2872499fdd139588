"""Answers kept by Idempotency-Key, so that a request sent twice is answered twice the same.

The header is that of the IETF draft "The Idempotency-Key HTTP Header Field".
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from telephony.errors import Conflict, StoreUnavailable
from telephony.store.ledger.engine import Ledger, insert_new, reading, writing
from telephony.store.ledger.tables import idempotency

_T = idempotency.c


@dataclass(frozen=True)
class StoredResponse:
    """The HTTP status and body that this key was answered with."""

    status: int
    body: str


def stored_response(
    ledger: Ledger, user: str, key: str, request_hash: str
) -> StoredResponse | None:
    """What this user's key was answered with; None when it is new.

    Raises Conflict when the key was used for another request.
    """
    with reading(ledger) as conn:
        return _find(conn, user, key, request_hash)


def store_response(
    ledger: Ledger, user: str, key: str, request_hash: str, response: StoredResponse, *, now: int
) -> StoredResponse:
    """Keep an answer and return the one to send: the first one written wins.

    Raises Conflict when the key was used for another request.
    """
    values = {"user": user, "key": key, "request_hash": request_hash, "at": now}
    with writing(ledger) as conn:
        insert_new(conn, idempotency, values | vars(response))
        there = _find(conn, user, key, request_hash)
    if there is None:
        raise StoreUnavailable("The stored answer was removed while it was written.")
    return there


def forget_responses(ledger: Ledger, *, before: int) -> int:
    """Remove answers kept before this time and return how many they were."""
    with writing(ledger) as conn:
        return conn.execute(delete(idempotency).where(_T.at < before)).rowcount


def _find(conn: Connection, user: str, key: str, request_hash: str) -> StoredResponse | None:
    row = conn.execute(
        select(_T.request_hash, _T.status, _T.body).where(_T.user == user, _T.key == key)
    ).first()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Conflict(
            "This Idempotency-Key was used for another request.",
            what_to_do="Send a new key with every new request.",
        )
    return StoredResponse(row.status, row.body)
