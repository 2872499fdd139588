"""Answering machine detection (https://www.twilio.com/docs/voice/answering-machine-detection)."""

from __future__ import annotations

from collections.abc import Callable

from simulator.callbacks import send_status
from simulator.engine import Engine
from simulator.world import Call, Hook, MachineDetection


def verdict(net: Engine, call: Call, wanted: MachineDetection) -> tuple[str, float]:
    """What detection says of this leg and after how many seconds.

    ``Enable`` speaks as soon as it knows; ``DetectMessageEnd`` waits for the greeting's end.
    Past the time-out the verdict is ``unknown``.
    """
    switches = net.switches
    if call.answered_kind != "machine":
        found, seconds = "human", switches.amd_human_seconds
    elif wanted.mode == "DetectMessageEnd" and call.handset is not None:
        found, seconds = "machine_end_beep", call.handset.phone.greeting
    else:
        found, seconds = "machine_start", switches.amd_machine_seconds
    return (found, seconds) if seconds <= wanted.timeout else ("unknown", wanted.timeout)


def begin(net: Engine, call: Call, go_on: Callable[[dict[str, str]], None]) -> None:
    """Start detection if asked for; synchronous detection holds ``go_on`` until the verdict."""
    wanted = call.machine_detection
    if wanted is None:
        go_on({})
        return
    found, seconds = verdict(net, call, wanted)

    def decide() -> None:
        if not call.live:
            return
        call.answered_by = found
        if wanted.callback is not None and not wanted.blocking:
            _report(net, call, wanted.callback, seconds)
        if wanted.blocking:
            go_on({"AnsweredBy": found})

    net.clock.after(seconds, decide)
    if not wanted.blocking:
        if wanted.callback is None and call.direction == "outbound-dial":
            net.alert(21262, call.sid, "")
        go_on({})


def _report(net: Engine, call: Call, hook: Hook, seconds: float) -> None:
    fields = {
        "CallSid": call.sid,
        "AccountSid": net.account.sid,
        "AnsweredBy": call.answered_by,
        "MachineDetectionDuration": str(round(seconds * 1000)),
    }
    send_status(net, hook, "amd", fields, call)
