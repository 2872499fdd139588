"""From a path to the function that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.api import ApiRequest, ApiResponse
from simulator.errors import not_found
from simulator.rest.problems import method_not_allowed

Handler = Callable[..., ApiResponse]
"""A resource's function: (network, request, **named parts of the path) -> answer."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path with the handlers of its methods."""

    pattern: re.Pattern[str]
    handlers: Mapping[str, Handler]


def route(template: str, **handlers: Handler) -> Route:
    """A route from a template such as `/Calls/{call}.json` and handlers by method."""
    pieces = re.split(r"\{(\w+)\}", template)
    source = "".join(
        f"(?P<{piece}>[^/]+?)" if index % 2 else re.escape(piece)
        for index, piece in enumerate(pieces)
    )
    return Route(re.compile(source + r"\Z"), handlers)


def find(
    routes: tuple[Route, ...], request: ApiRequest, path: str
) -> tuple[Handler, dict[str, str]]:
    """The handler for `path` and its named parts. Raises 404 / 20404 or 405 / 20004."""
    for candidate in routes:
        match = candidate.pattern.match(path)
        if match is None:
            continue
        handler = candidate.handlers.get(request.method)
        if handler is None:
            raise method_not_allowed()
        return handler, match.groupdict()
    raise not_found(request.path)
