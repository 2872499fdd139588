"""Bearer tokens of the JSON API. Only their SHA-256 is kept; the plain one is shown once."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from telephony.errors import NotFound, StoreUnavailable
from telephony.store.ledger.engine import Ledger, reading, writing
from telephony.store.ledger.tables import api_tokens, users
from telephony.store.ledger.users import User, as_user, user

_T = api_tokens.c
_PUBLIC = [column for column in _T if column.name != "hash"]
_PREFIX = "wl_"
USED_EVERY_MS = 300_000
"""`last_used_at` is written at most this often, so that reading stays reading."""

# Asked with every request and, for open streams, every few seconds: put together only once.
_GOOD = (
    select(users, *(column.label(f"t_{column.name}") for column in _T))
    .join(api_tokens, _T.user == users.c.name)
    .where(_T.revoked_at.is_(None), users.c.enabled)
)
_OWNER = _GOOD.where(_T.hash == bindparam("digest"))
_OWNERS = _GOOD.where(_T.hash.in_(bindparam("digests", expanding=True)))

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ApiToken:
    """A token without its secret. No scopes: all that its user may do."""

    id: str
    user: str
    label: str
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None
    revoked_at: int | None


@dataclass(frozen=True)
class IssuedToken:
    """A new token and, this one time, its plain text."""

    token: ApiToken
    plain: str = field(repr=False)


@dataclass(frozen=True)
class TokenUser:
    """Who asks, and with which token."""

    user: User
    token: ApiToken


def issue_token(
    ledger: Ledger, user_name: str, label: str, *, now: int, scopes: tuple[str, ...] = ()
) -> IssuedToken:
    """Make a token of 256 random bits for a person. Raises NotFound."""
    user(ledger, user_name)
    plain = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken("tok_" + secrets.token_hex(8), user_name, label, scopes, now, None, None)
    values = vars(token) | {"hash": _hash(plain), "scopes": list(scopes)}
    with writing(ledger) as conn:
        conn.execute(insert(api_tokens).values(values))
    return IssuedToken(token, plain)


def user_for_token(ledger: Ledger, plain: str, *, now: int) -> TokenUser | None:
    """Who owns this token; None when it is unknown, revoked, or its user is disabled."""
    with reading(ledger) as conn:
        row = conn.execute(_OWNER, {"digest": _hash(plain)}).first()
    return None if row is None else _used(ledger, row, now)


def users_for_tokens(ledger: Ledger, plains: Collection[str], *, now: int) -> dict[str, TokenUser]:
    """`user_for_token` for many at once: one question. Tokens without an owner are left out."""
    by_digest = {_hash(plain): plain for plain in plains}
    with reading(ledger) as conn:
        rows = conn.execute(_OWNERS, {"digests": list(by_digest)}).all()
    return {by_digest[row.t_hash]: _used(ledger, row, now) for row in rows}


def _used(ledger: Ledger, row: Row[Any], now: int) -> TokenUser:
    values = row._asdict()
    token = _token({column.name: values[f"t_{column.name}"] for column in _PUBLIC})
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY_MS:
        _note_use(ledger, token.id, now)
    return TokenUser(as_user(row), token)


def tokens_of(ledger: Ledger, user_name: str) -> tuple[ApiToken, ...]:
    """All tokens of a person, revoked ones too, oldest first."""
    query = select(*_PUBLIC).where(_T.user == user_name).order_by(_T.created_at, _T.id)
    with reading(ledger) as conn:
        return tuple(_from_row(row) for row in conn.execute(query))


def revoke_token(ledger: Ledger, token_id: str, *, now: int) -> None:
    """End a token for good; twice is once. Raises NotFound."""
    ended = update(api_tokens).where(_T.id == token_id, _T.revoked_at.is_(None))
    with writing(ledger) as conn:
        conn.execute(ended.values(revoked_at=now))
        there = conn.scalar(select(_T.id).where(_T.id == token_id))
    if there is None:
        raise NotFound(f"There is no token {token_id}.")


def revoke_labelled(ledger: Ledger, user_name: str, label: str, *, now: int) -> int:
    """End all tokens of a person that have this label; how many there were."""
    ended = update(api_tokens).where(
        _T.user == user_name, _T.label == label, _T.revoked_at.is_(None)
    )
    with writing(ledger) as conn:
        return conn.execute(ended.values(revoked_at=now)).rowcount


def _note_use(ledger: Ledger, token_id: str, now: int) -> None:
    try:
        with writing(ledger) as conn:
            conn.execute(update(api_tokens).where(_T.id == token_id).values(last_used_at=now))
    except StoreUnavailable as error:
        # When a token was last used is worth a line, not a refused transfer.
        log.warning("the use of token %s was not noted: %s", token_id, error)


def _from_row(row: Row[Any]) -> ApiToken:
    return _token(row._asdict())


def _token(values: dict[str, Any]) -> ApiToken:
    return ApiToken(**values | {"scopes": tuple(values["scopes"])})


def _hash(plain: str) -> str:
    # A fast hash is enough: there is nothing to guess in 256 random bits.
    return hashlib.sha256(plain.encode()).hexdigest()
