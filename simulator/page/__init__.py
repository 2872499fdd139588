"""The page at /sim/: all phones and calls, live, and a hand on each of them."""

from __future__ import annotations

from importlib.resources import files

from simulator.api import ApiResponse
from simulator.errors import not_found
from simulator.rest.problems import method_not_allowed
from simulator.rest.wire import error_answer

ROOT = "/sim/"
TYPES = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def owns(path: str) -> bool:
    """Whether `path` is one of the page's files (or `/sim`, which leads to the page)."""
    if path == "/sim":
        return True
    return path.startswith(ROOT) and _name(path) in TYPES


def serve(method: str, path: str) -> ApiResponse:
    """The page, its style, its script, its icon; anything else is 404."""
    if method not in ("GET", "HEAD"):
        return error_answer(method_not_allowed())
    if path == "/sim":
        return ApiResponse(308, b"", {"Location": ROOT})
    if not owns(path):
        return error_answer(not_found(path))
    name = _name(path)
    headers = {
        "Content-Type": TYPES[name],
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    return ApiResponse(200, files(__name__).joinpath(name).read_bytes(), headers)


def _name(path: str) -> str:
    return path[len(ROOT) :] or "index.html"
