"""The OpenAPI 3.1 document, made from the routes themselves."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any, cast

from apiflask import APIFlask
from flask import Response, jsonify

from console.answers import ProblemOut
from console.blueprint import PREFIX, api
from console.guards import ANYBODY, LEAST_ROLE

_ABOUT = """Steer live contacts, see what happens as it happens, and why it ended as it did.

All times are milliseconds since the epoch, UTC. Errors are problem details (RFC 9457) with a typed
`reason`. Sign in with a bearer token, or with a session cookie and the header X-CSRF-Token."""

SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "warmline"},
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body again: one effect, the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


@api.get("/openapi.json")
@api.doc(hide=True)
def openapi_document() -> Response:
    """This document."""
    return jsonify(document())


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The document. An app of its own makes it, so that any Flask app may carry the routes."""
    writer = APIFlask("warmline", title="Warmline", version="1", docs_path=None, spec_path=None)
    writer.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_OPERATION_ID=True,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        SECURITY_SCHEMES=SECURITY,
    )
    writer.description = _ABOUT
    writer.register_blueprint(api)
    spec = copy.deepcopy(cast(dict[str, Any], writer.spec))
    spec["servers"] = [{"url": "/"}]
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = ProblemOut.model_json_schema()
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                _finish(path, method, operation)
    return spec


def table() -> str:
    """All routes as a table in Markdown, for docs/api.md."""
    rows = ["| route | least role | what it does |", "|---|---|---|"]
    for path, operations in sorted(document()["paths"].items()):
        for method, told in operations.items():
            route = f"{method.upper()} {path.removeprefix(PREFIX)}"
            rows.append(f"| `{route}` | {told['x-least-role']} | {told['summary']} |")
    return "\n".join(rows)


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    name = operation["operationId"].removeprefix(f"{method}_api_")
    operation["operationId"] = name
    least = LEAST_ROLE[name]
    operation["security"] = [] if least is ANYBODY else [{"bearer": []}, {"session": []}]
    operation["x-least-role"] = "anybody" if least is ANYBODY else least.value
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    transfer = path.startswith((f"{PREFIX}/transfers/", f"{PREFIX}/contacts/"))
    if transfer and method == "post" and name != "supervise":
        operation.setdefault("parameters", []).append(_KEY_HEADER)
