"""Signing in with the company's own accounts: OpenID Connect's code flow, off unless configured.

Authlib does the protocol: state, PKCE (RFC 7636, S256), nonce, signature, issuer, audience and
times of the ID token (https://openid.net/specs/openid-connect-core-1_0.html). Here stands what is
ours: which issuer, who that is here, and which role a claim gives.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.flask_client import OAuth  # type: ignore[import-untyped]
from flask import Flask, current_app, redirect, request, session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from console import guards, identity, state
from console.pages.shell import home_of, least, pages
from console.problems import Problem
from telephony.errors import BadInput, Conflict, Refused
from telephony.settings import Settings
from telephony.store import ledger
from telephony.store.ledger import Role

TIMEOUT_S = 5.0
CALLBACK = "/signin/openid/callback"
OUT = "/signin/openid/out"
# What a signature may be made with; "none" and shared secrets are not among them.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
_KEY = "warmline.openid"
_NEXT = "openid.next"
_ENTERED = "openid.entered"
_RISING = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Know the company's provider, if one is configured. Nothing is asked of it yet."""
    settings = state.of(app).settings
    if not settings.oidc_issuer:
        return
    issuer = settings.oidc_issuer.rstrip("/")
    client = OAuth(app).register(
        "company",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
        },
    )
    app.extensions[_KEY] = client


def offered() -> bool:
    """Whether the sign-in page offers it."""
    return _KEY in current_app.extensions


@pages.get("/signin/openid")
@least(None)
def openid_begin() -> Response:
    """Off to the company's sign-in."""
    client = _client()
    identity.count_address()
    for old in [name for name in session if name.startswith("_state_")]:
        session.pop(old)
    session[_NEXT] = home_of(request.args.get("next", "/"))
    try:
        _check_provider(client)
        answer: Response = client.authorize_redirect(
            state.services().settings.public_url + CALLBACK
        )
    except (requests.RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        raise _failed(error) from error
    return answer


@pages.get(CALLBACK)
@least(None)
def openid_callback() -> Response:
    """Back from there, with a code that is worth one ID token."""
    client = _client()
    # Each return asks the provider something, also one that was sent a hundred times.
    identity.count_address("back")
    settings = state.services().settings
    try:
        _check_provider(client)
        # The keys anew for each sign-in: Authlib would keep them as long as the process lives, so
        # that one that the provider has replaced or taken back went on being believed.
        client.server_metadata.pop("jwks", None)
        token = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client_id},
                "sub": {"essential": True},
            }
        )
        claims = token["userinfo"]
    except (requests.RequestException, AuthlibBaseError, JoseError, RuntimeError) as error:
        raise _failed(error) from error
    except (KeyError, ValueError) as error:
        raise _failed(error) from error
    _enter(settings, claims)
    session[_ENTERED] = True
    return redirect(home_of(session.pop(_NEXT, "/")))


@pages.get(OUT)
@least(None)
def openid_out() -> Response:
    """After signing out here: out of the company's session, too, if its provider knows how.

    https://openid.net/specs/openid-connect-rpinitiated-1_0.html. At a shared computer the next
    person would otherwise come in as the last one by one click.
    """
    client, settings = _client(), state.services().settings
    if not session.pop(_ENTERED, False):
        return redirect("/")
    try:
        _check_provider(client)
    except (requests.RequestException, AuthlibBaseError, RuntimeError, ValueError) as error:
        raise _failed(error) from error
    if not client.server_metadata.get("end_session_endpoint"):
        return redirect("/")
    told = client.create_logout_url(settings.public_url + "/", client_id=settings.oidc_client_id)
    return redirect(told["url"])


@pages.context_processor
def _way_out() -> dict[str, str]:
    return {"way_out": OUT if session.get(_ENTERED) else "/"}


def role_of(settings: Settings, claims: Mapping[str, Any]) -> Role | None:
    """The highest role that the claim gives; None when it gives none."""
    given = claims.get(settings.oidc_role_claim, ())
    words = {given} if isinstance(given, str) else {str(each) for each in given or ()}
    pairs = [part.split("=", 1) for part in settings.oidc_roles.split(",")]
    roles = [Role(role.strip()) for role, word in pairs if word.strip() in words]
    return max(roles, key=_RISING.index, default=None)


def _enter(settings: Settings, claims: Mapping[str, Any]) -> None:
    services = state.services()
    subject = f"{settings.oidc_issuer} {claims['sub']}"
    role = role_of(settings, claims)
    if role is None:
        guards.audit("openid_refused", subject, {"why": "no role"})
        raise Problem(403, "not_allowed", "Your account has no role in Warmline.")
    called = str(claims.get(settings.oidc_name_claim) or "")
    try:
        person = ledger.person_from_outside(
            services.ledger,
            subject,
            called.lower().partition("@")[0],
            role,
            now=services.clock.now_ms(),
            display=str(claims.get("name") or ""),
        )
    except (BadInput, Conflict, Refused) as error:
        guards.audit("openid_refused", subject, {"why": str(error)})
        raise Problem(403, "not_allowed", str(error)) from error
    identity.begin_session(person)
    guards.audit("openid_entered", subject, {"name": person.name, "role": role.value})


def _client() -> Any:
    client = current_app.extensions.get(_KEY)
    if client is None:
        raise Problem(404, "not_found")
    return client


def _check_provider(client: Any) -> None:
    # The document must be the configured issuer's own (OpenID Connect Discovery 1.0, 4.3).
    told = client.load_server_metadata()
    if told.get("issuer") != state.services().settings.oidc_issuer:
        raise ValueError(f"the provider calls itself {told.get('issuer')!r}")
    named = told.get("id_token_signing_alg_values_supported") or ALGORITHMS
    told["id_token_signing_alg_values_supported"] = [x for x in named if x in ALGORITHMS]


def _failed(error: Exception) -> Problem:
    _log.warning("openid sign-in failed: %s: %s", type(error).__name__, error)
    guards.note_stranger("openid_failed", {"why": f"{type(error).__name__}: {error}"})
    return Problem(401, "openid_failed")
