"""Routing versions: drafts and published documents, numbered 1, 2, 3, … and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.exc import IntegrityError

from telephony.errors import Conflict, NotFound
from telephony.store.ledger.engine import Ledger, reading, writing
from telephony.store.ledger.paging import Page, fetch_page
from telephony.store.ledger.tables import routing_versions

_T = routing_versions.c


@dataclass(frozen=True)
class RoutingVersion:
    """One version. `base` is the published number that it was made from (0: from nothing)."""

    number: int
    base: int
    author: str
    at: int
    note: str
    document: str
    published: bool


def publish_routing(
    ledger: Ledger,
    document: str,
    author: str,
    note: str,
    base: int,
    *,
    now: int,
    newest: int | None = None,
) -> RoutingVersion:
    """Make `document` the current routing.

    `base` is the number of the published version that the author started from, 0 for the first;
    `newest`, if given, is the number of the newest version of all that they know, drafts too.
    Raises Conflict when somebody else has published (or drafted) since; then nothing was written.
    To roll back, publish the old document again, based on the current number.
    """
    with writing(ledger) as conn:
        _check_newest(conn, newest)
        current = conn.scalar(select(func.max(_T.number)).where(_T.published)) or 0
        if current != base:
            raise _overtaken(base, current)
        return _insert(conn, document, author, note, base, now, published=True)


def draft_routing(
    ledger: Ledger,
    document: str,
    author: str,
    note: str,
    base: int,
    *,
    now: int,
    newest: int | None = None,
) -> RoutingVersion:
    """Keep `document` as a version that does not ring anybody yet.

    `newest`, if given, is the number of the newest version that the author knows (0: none).
    Raises Conflict when there is a newer one; then nothing was written.
    """
    with writing(ledger) as conn:
        _check_newest(conn, newest)
        return _insert(conn, document, author, note, base, now, published=False)


def current_routing(ledger: Ledger) -> RoutingVersion | None:
    """The version published last; None before the first."""
    query = select(routing_versions).where(_T.published).order_by(_T.number.desc()).limit(1)
    with reading(ledger) as conn:
        row = conn.execute(query).first()
    return None if row is None else _version(row)


def routing_version(ledger: Ledger, number: int) -> RoutingVersion:
    """The version with this number. Raises NotFound."""
    with reading(ledger) as conn:
        row = conn.execute(select(routing_versions).where(_T.number == number)).first()
    if row is None:
        raise NotFound(f"There is no routing version {number}.")
    return _version(row)


def routing_history(
    ledger: Ledger, *, cursor: str | None = None, limit: int = 50
) -> Page[RoutingVersion]:
    """All versions, drafts too, newest first."""
    with reading(ledger) as conn:
        return fetch_page(
            conn,
            select(routing_versions),
            (_T.number,),
            _version,
            cursor=cursor,
            limit=limit,
            newest_first=True,
        )


def _insert(
    conn: Connection, document: str, author: str, note: str, base: int, now: int, *, published: bool
) -> RoutingVersion:
    version = RoutingVersion(
        number=(conn.scalar(select(func.max(_T.number))) or 0) + 1,
        base=base,
        author=author,
        at=now,
        note=note,
        document=document,
        published=published,
    )
    try:
        conn.execute(plain_insert(routing_versions).values(vars(version)))
    except IntegrityError as error:
        # PostgreSQL only: another admin took the number, or published, since we looked.
        raise _overtaken(base, version.number) from error
    return version


def _check_newest(conn: Connection, known: int | None) -> None:
    newest = conn.scalar(select(func.max(_T.number))) or 0
    if known is not None and known != newest:
        raise _overtaken(known, newest)


def _overtaken(base: int, newest: int) -> Conflict:
    return Conflict(
        f"This routing was made from version {base}, and version {newest} has come since.",
        what_to_do=f"Compare with version {newest}, take over what you need, and publish again.",
    )


def _version(row: Row[Any]) -> RoutingVersion:
    return RoutingVersion(**row._asdict())
