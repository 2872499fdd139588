"""Answering machine detection parameters, which Calls and Participants name differently.

https://www.twilio.com/docs/voice/answering-machine-detection
"""

from __future__ import annotations

from simulator.rest.params import BAD_AMD, Params
from simulator.world import Hook, MachineDetection

MODES = ("Enable", "DetectMessageEnd")
ASYNC_NAMES = ("AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod")
NO_CALLBACK_WARNING = 21262
WRONG_NAMES_WARNING = 21263


def machine_detection(params: Params, participant: bool) -> MachineDetection | None:
    """What was asked for, or None. A mode that does not exist is 400 / 21234.

    A participant's detection never blocks, and reports to AmdStatusCallback; a call's blocks
    the first TwiML request unless AsyncAmd is true, and reports to AsyncAmdStatusCallback.
    """
    mode = params.choice("MachineDetection", MODES, BAD_AMD)
    timeout = params.number("MachineDetectionTimeout", 3, 59)
    params.number("MachineDetectionSpeechThreshold", 1000, 6000)
    params.number("MachineDetectionSpeechEndThreshold", 500, 5000)
    params.number("MachineDetectionSilenceTimeout", 2000, 10000)
    prefix = "Amd" if participant else "AsyncAmd"
    url = params.url(f"{prefix}StatusCallback")
    method = params.method(f"{prefix}StatusCallbackMethod") or "POST"
    asynchronous = participant or bool(params.flag("AsyncAmd"))
    if mode is None:
        return None
    return MachineDetection(
        mode=mode,
        timeout=float(timeout or 30),
        blocking=not asynchronous,
        callback=Hook(url, method) if url and asynchronous else None,
    )


def participant_warnings(params: Params) -> list[int]:
    """The debugger warnings that a participant's parameters deserve: 21262, 21263."""
    warnings = []
    if any(params.has(name) for name in ASYNC_NAMES):
        warnings.append(WRONG_NAMES_WARNING)
    if params.has("MachineDetection") and not params.has("AmdStatusCallback"):
        warnings.append(NO_CALLBACK_WARNING)
    return warnings
