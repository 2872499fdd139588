"""Who asks: a bearer token, or a session cookie that carries one.

A session is a token of the ledger with the label `session`, so that signing out ends it for good:
a cookie that was copied before is worth nothing afterwards. While SQL does not answer, people who
were known a short while ago stay known, because calls in the air must be steered.
"""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, request
from flask_login import (  # type: ignore[import-untyped]
    LoginManager,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)

from console import state
from console.problems import Problem
from telephony.errors import StoreUnavailable
from telephony.store import ledger
from telephony.store.ledger import Role, TokenUser, User

if TYPE_CHECKING:
    from telephony.bootstrap import Services

SESSION_LABEL = "session"
BOARD_SCOPE = "board"
"""A token with this scope shows the wallboard's numbers and opens nothing else."""
SESSION_MS = 12 * 3_600_000
MEMORY_MS = 10 * 60_000
MEMORY_SIZE = 1_000

WINDOW_S = 300
TRIES_BY_NAME_AND_ADDRESS = 5
TRIES_BY_NAME = 30
TRIES_BY_ADDRESS = 100
AT_ONCE = 4
"""Passwords that one process looks at side by side: each takes 64 MiB and four threads, and a
stranger's hundred at once would take the memory and the processor from the calls in the air."""
TURN_S = 3.0
_CHECKING = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Asker(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A person who is signed in. `identity` is the address of their softphone, `client:…`."""

    name: str
    display: str
    role: Role
    identity: str
    token_id: str
    plain: str
    expires_at: int | None
    by_cookie: bool
    scopes: tuple[str, ...] = ()

    def get_id(self) -> str:
        """What Flask-Login keeps in the signed session cookie."""
        return self.plain


class _Memory:
    """The last known owners of tokens, for the time that SQL does not answer."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[int, TokenUser]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, plain: str, found: TokenUser | None, now: int) -> None:
        with self._lock:
            self._known.pop(plain, None)
            if found is not None:
                self._known[plain] = (now, found)
            while len(self._known) > MEMORY_SIZE:
                self._known.popitem(last=False)

    def recall(self, plain: str, now: int) -> TokenUser | None:
        with self._lock:
            at, found = self._known.get(plain, (0, None))
        return found if now - at <= MEMORY_MS else None


_memory = _Memory()


def install(app: Flask) -> None:
    """Let the app keep sessions. Cookies are for this site and not for scripts."""
    settings = state.of(app).settings
    app.secret_key = app.secret_key or settings.key_for("session")
    app.config.update(
        SESSION_COOKIE_NAME="warmline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
    )
    manager = LoginManager()
    manager.session_protection = None
    manager.user_loader(lambda plain: _owner(state.of(app), plain, by_cookie=True))
    manager.init_app(app)


def identify(scope: str = "") -> Asker:
    """Who sent this request. Raises a 401 problem, and 403 for a token whose scopes do not hold
    `scope`; tokens without scopes may do all that their owner may.
    """
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, plain = header.partition(" ")
        bearer = scheme.lower() == "bearer"
        services = state.services()
        found = _owner(services, plain.strip(), by_cookie=False) if bearer else None
    else:
        found = current_user._get_current_object() if current_user.is_authenticated else None
    if not isinstance(found, Asker):
        raise Problem(401, "not_signed_in", headers={"WWW-Authenticate": 'Bearer realm="warmline"'})
    if found.scopes and scope not in found.scopes:
        raise Problem(403, "not_allowed", "This token opens something else.")
    return found


def sign_in(name: str, password: str) -> Asker:
    """Begin a session. Raises 401, and 429 after too many tries; Redis counts them."""
    services = state.services()
    _count_try(name)
    if not _CHECKING.acquire(timeout=TURN_S):
        raise Problem(429, "too_many", headers={"Retry-After": "5"})
    try:
        person = ledger.check_password(services.ledger, name, password)
    finally:
        _CHECKING.release()
    if person is None:
        raise Problem(401, "wrong_password")
    state.throttle().forget(_name_and_address(name))
    return begin_session(person)


def begin_session(person: User) -> Asker:
    """Let somebody in who has proved who they are."""
    services = state.services()
    now = services.clock.now_ms()
    issued = ledger.issue_token(services.ledger, person.name, SESSION_LABEL, now=now)
    asker = _asker(TokenUser(person, issued.token), issued.plain, by_cookie=True)
    login_user(asker)
    return asker


def sign_out(asker: Asker) -> None:
    """End the session or the token that was used, everywhere and for good."""
    services = state.services()
    ledger.revoke_token(services.ledger, asker.token_id, now=services.clock.now_ms())
    _memory.keep(asker.plain, None, 0)
    logout_user()


def still_valid(services: Services, plains: Collection[str]) -> set[str]:
    """Those of the given sessions and tokens that have not ended; for streams that stay open."""
    now = services.clock.now_ms()
    try:
        found = ledger.users_for_tokens(services.ledger, plains, now=now)
    except StoreUnavailable:
        remembered = {plain: _memory.recall(plain, now) for plain in plains}
        found = {plain: owner for plain, owner in remembered.items() if owner is not None}
    else:
        for plain in plains:
            _memory.keep(plain, found.get(plain), now)
    return {plain for plain, owner in found.items() if not _expired(owner, now)}


def csrf_token(asker: Asker) -> str:
    """The word that our pages send with every change; it belongs to one session."""
    secret = state.services().settings.key_for("csrf")
    return hmac.new(secret.encode(), b"csrf:" + asker.plain.encode(), "sha256").hexdigest()


def check_csrf(asker: Asker) -> None:
    """Raises a 403 problem unless the request comes from one of our pages."""
    given = request.headers.get("X-CSRF-Token", "")
    if not hmac.compare_digest(given.encode(), csrf_token(asker).encode()):
        raise Problem(403, "csrf")


def _owner(services: Services, plain: str, *, by_cookie: bool) -> Asker | None:
    now = services.clock.now_ms()
    try:
        found = ledger.user_for_token(services.ledger, plain, now=now)
        _memory.keep(plain, found, now)
    except StoreUnavailable:
        found = _memory.recall(plain, now)
        if found is None:
            raise
    if found is None or _expired(found, now):
        return None
    if by_cookie and found.token.label != SESSION_LABEL:
        return None
    return _asker(found, plain, by_cookie=by_cookie)


def _expired(found: TokenUser, now: int) -> bool:
    return found.token.label == SESSION_LABEL and now > found.token.created_at + SESSION_MS


def _asker(found: TokenUser, plain: str, *, by_cookie: bool) -> Asker:
    person, token = found.user, found.token
    ends = token.created_at + SESSION_MS if token.label == SESSION_LABEL else None
    return Asker(
        name=person.name,
        display=person.display,
        role=person.role,
        identity=person.identity,
        token_id=token.id,
        plain=plain,
        expires_at=ends,
        by_cookie=by_cookie,
        scopes=token.scopes,
    )


def _count_try(name: str) -> None:
    # Counted before the password is looked at, so that tries side by side do not slip through.
    # The name alone has a wide limit: a narrow one would let anybody lock anybody out.
    limits = (
        (_name_and_address(name), TRIES_BY_NAME_AND_ADDRESS),
        (f"name:{name}", TRIES_BY_NAME),
        (f"address:{request.remote_addr}", TRIES_BY_ADDRESS),
    )
    for key, most in limits:
        if state.throttle().count(key, WINDOW_S) > most:
            raise Problem(429, "too_many", headers={"Retry-After": str(WINDOW_S)})


def count_address(what: str = "address") -> None:
    """One more try to sign in from this address. Raises 429 after too many."""
    if state.throttle().count(f"{what}:{request.remote_addr}", WINDOW_S) > TRIES_BY_ADDRESS:
        raise Problem(429, "too_many", headers={"Retry-After": str(WINDOW_S)})


def _name_and_address(name: str) -> str:
    return f"both:{request.remote_addr}:{name}"
