"""What all pages share: who may open them, what their templates know, and the headers they go
out with. No page has inline script or style, so the policy needs neither nonce nor exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Blueprint, Flask, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from console import guards, identity, problems, state
from console.guards import RANK
from console.identity import Asker
from console.pages import nav
from console.problems import Problem
from console.reasons import explain
from telephony.store.ledger import Role

STATIC = Path(__file__).parent.parent / "static"
_View = TypeVar("_View", bound=Callable[..., Any])
_DAY = 86_400
_ODD = re.compile(r"[\\\x00-\x1f\x7f]")

# Addresses the vendored Voice SDK talks to (Twilio's page "Voice JavaScript SDK: Content Security
# Policy"); allowed only when calls go to Twilio itself.
_TWILIO = (
    "https://*.twilio.com wss://*.twilio.com https://media.twiliocdn.com https://sdk.twilio.com"
)


class _Pages(Blueprint):
    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Libraries have their version in the path; our own files are asked for again."""
        return _DAY if (filename or "").startswith("vendor/") else 0


pages = _Pages(
    "pages",
    "console.pages",
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/assets",
)

# Endpoint (without "pages.") -> the least role, or None for everybody.
LEAST_ROLE: dict[str, Role | None] = {"static": None}


def least(role: Role | None) -> Callable[[_View], _View]:
    """Say who may open a page. Every page needs this; without it the page answers nobody."""

    def mark(view: _View) -> _View:
        LEAST_ROLE[view.__name__] = role
        return view

    return mark


def install(app: Flask) -> None:
    """Hang the pages on the app. Call it once, after all modules have added their routes."""
    app.register_blueprint(pages)
    app.after_request(_headers)


def signed_in() -> Asker | None:
    """Who opened this page, or None."""
    return getattr(g, "asker", None)


def home_of(target: str) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    parts = urlsplit(target)
    # Browsers leave out tabs and line ends and read "\\" as "/" (the URL standard of the WHATWG).
    ours = target.startswith("/") and not target.startswith("//") and not _ODD.search(target)
    return target if ours and not parts.scheme and not parts.netloc else "/"


@pages.before_request
def _check() -> AnyResponse | None:
    role = LEAST_ROLE[(request.endpoint or "").removeprefix("pages.")]
    if request.endpoint == "pages.static":
        return None
    request.max_content_length = guards.MAX_BODY
    try:
        g.asker = identity.identify()
    except Problem as problem:
        if role is None:
            return None
        if problem.status != 401:
            raise
        return _to_sign_in()
    if role is not None and RANK[g.asker.role] < RANK[role]:
        known = {"role": g.asker.role.value, "needs": role.value}
        guards.audit("role_refused", request.path, known)
        raise Problem(403, "not_allowed", f"This page needs the role {role.value}.")
    if request.method not in {"GET", "HEAD", "OPTIONS"} and g.asker.by_cookie:
        identity.check_csrf(g.asker)
    return None


def _to_sign_in() -> AnyResponse:
    target = f"/?next={quote(request.full_path.rstrip('?'), safe='/')}"
    if request.headers.get("HX-Request"):
        # htmx would put the sign-in page into a corner of this one; this header moves the whole.
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target)


@pages.errorhandler(Exception)
def _trouble(error: Exception) -> tuple[str, int, dict[str, str]]:
    problem = problems.as_problem(error)
    page = render_template("problem.html", problem=problem, title=explain(problem.reason))
    return page, problem.status, problem.headers


@pages.context_processor
def _known() -> dict[str, object]:
    who = signed_in()
    return {
        "asker": who,
        "csrf": identity.csrf_token(who) if who and who.by_cookie else "",
        "navigation": nav.items_for(who.role) if who else (),
        "is_current": nav.is_current,
        "asset": lambda name: url_for("pages.static", filename=name),
        "demo": state.services().settings.demo_mode,
    }


def _headers(answer: Response) -> Response:
    if request.path.startswith(("/twilio/", "/sound/")):
        return answer
    live = state.services().settings.live_twilio
    answer.headers.setdefault("Content-Security-Policy", content_security_policy(live))
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("X-Frame-Options", "DENY")
    answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    answer.headers.setdefault(
        "Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=()"
    )
    if state.services().settings.public_url.startswith("https://"):
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.blueprint == "pages" and request.endpoint != "pages.static":
        # What one person saw is not for the next one at the same browser.
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def content_security_policy(live_twilio: bool) -> str:
    """What the browser may load and where it may connect: our own origin, and Twilio if used."""
    twilio = f" {_TWILIO}" if live_twilio else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self'{twilio}",
            f"media-src 'self' blob:{twilio}",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "manifest-src 'self'",
        )
    )
