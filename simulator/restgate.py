"""The gate every REST request passes: faults strike here, and the trace line is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simulator import faults
from simulator.api import ApiRequest, ApiResponse, Handler, as_json
from simulator.network import Network


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the client gets: an answer, a time-out, or no connection at all.

    ``seconds`` is how long it waits first (for a time-out: how long the server stays silent).
    """

    kind: Literal["answer", "timeout", "refused"]
    response: ApiResponse
    seconds: float = 0.0


def problem(status: int, code: int, message: str) -> ApiResponse:
    """An error body of the 2010 API."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return as_json(status, {"code": code, "message": message, "more_info": more, "status": status})


def serve(net: Network, request: ApiRequest, handler: Handler) -> Verdict:
    """Answer one request, unless a fault answers it; "after" faults let it happen first."""
    verdict = _serve(net, request, handler)
    status = verdict.response.status if verdict.kind == "answer" else 0
    net.trace.write("rest", method=request.method, path=request.path, status=status)
    return verdict


def _serve(net: Network, request: ApiRequest, handler: Handler) -> Verdict:
    fault = faults.strike(net, faults.REST_FAULTS, f"{request.method} {request.path}")
    if fault is None:
        return Verdict("answer", handler(net, request))
    if fault.name == "rest_outage":
        return Verdict("refused", ApiResponse(0))
    if fault.name == "rest_429":
        return Verdict("answer", problem(429, 20429, "Too Many Requests"))
    if fault.name == "rest_timeout_before":
        return Verdict("timeout", ApiResponse(0), fault.seconds)
    if fault.name == "rest_5xx_before":
        return Verdict("answer", _unavailable(fault))
    response = handler(net, request)
    if fault.name == "rest_timeout_after":
        return Verdict("timeout", response, fault.seconds)
    if fault.name == "rest_5xx_after":
        return Verdict("answer", _unavailable(fault))
    return Verdict("answer", response, fault.seconds)


def _unavailable(fault: faults.Fault) -> ApiResponse:
    code = 20503 if fault.status == 503 else 20500
    return problem(fault.status, code, "Service is unavailable. Please try again.")
