"""What Twilio leaves undocumented, and how fast people and documents are: all switchable."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from simulator import given


@dataclass(slots=True)
class Switches:
    """Settings of the network, changed by POST /sim/switches. Durations are simulated seconds."""

    calls_per_second: float = 1.0
    """API-started calls per second (Twilio's default is 1); 0 means unlimited."""
    ring_delay: float = 0.2
    """From the dial to the first ring."""
    ring_buffer: float = 5.0
    """What Twilio adds to the Timeout of API-started legs."""
    speech_rate: float = 15.0
    """Characters a ``<Say>`` speaks a second."""
    play_seconds: float = 30.0
    """How long a ``<Play>`` lasts; ``#t=SECONDS`` at the end of its URL overrides it."""
    webhook_delay_min: float = 0.0
    """Least time between an event and its status callback being sent."""
    webhook_delay_max: float = 0.0
    """Most time; a spread makes callbacks overtake one another, as they may at Twilio."""
    carrier_drop_status: str = "failed"
    """Final CallStatus of a leg whose line broke: failed or completed."""
    early_media_join: bool = False
    """Send participant-join already at ringing when EarlyMedia is true."""
    early_media_start: bool = False
    """Send conference-start already when an early-media leg rings."""
    lagging_lists: float = 0.0
    """For how long a participant that left is still listed."""
    conference_sequence_start: int = 1
    """First SequenceNumber of conference events."""
    end_before_leave: bool = False
    """Announce conference-end before the participant-leave that caused it."""
    ended_room_status: int = 404
    """HTTP status of a change to a completed room: 404 (20404) or 400 (16022)."""
    restart_wait_music: bool = False
    """Whether the last participant of a started room hears wait music again."""
    repeated_hold_event: bool = False
    """Whether holding the held (or unholding the unheld) is announced again."""
    conference_id_in_call_status: bool = False
    """Whether progress callbacks of a participant leg carry ConferenceSid."""
    removed_leg_continues: bool = True
    """Whether a TwiML leg removed by DELETE goes on to its Dial action."""
    silent_empty_wait: bool = False
    """Whether ``<Enqueue waitUrl="">`` is silent, as a conference is, instead of Twilio's music."""
    strict_numbers: bool = True
    """Refuse From numbers that the account does not own (21210)."""
    amd_human_seconds: float = 1.5
    """How long machine detection takes to recognise a person."""
    amd_machine_seconds: float = 3.0
    """How long machine detection takes to recognise a machine."""


CHOICES: dict[str, tuple[object, ...]] = {
    "carrier_drop_status": ("failed", "completed"),
    "ended_room_status": (404, 400),
}
LEAST = {"speech_rate": 0.1, "play_seconds": 0.1}


def change(switches: Switches, values: dict[str, Any]) -> None:
    """Set switches by name; a wrong name or value raises ValueError, and nothing is changed."""
    checked = {name: _checked(name, value) for name, value in values.items()}
    for name, value in checked.items():
        setattr(switches, name, value)
    switches.webhook_delay_max = max(switches.webhook_delay_max, switches.webhook_delay_min)


def _checked(name: str, value: object) -> object:
    known = {f.name: f.default for f in fields(Switches)}
    if name not in known:
        raise ValueError(f"no switch is called {name!r}; there are {', '.join(sorted(known))}")
    if name in CHOICES:
        if isinstance(value, bool) or value not in CHOICES[name]:
            words = " or ".join(str(choice) for choice in CHOICES[name])
            raise ValueError(f"switch {name} must be {words}, not {value!r}")
        return value
    usual = known[name]
    if isinstance(usual, bool):
        return given.flag(f"switch {name}", value)
    if isinstance(usual, int):
        return given.whole(f"switch {name}", value, 0, 1_000_000)
    return given.number(f"switch {name}", value, LEAST.get(name, 0.0))
