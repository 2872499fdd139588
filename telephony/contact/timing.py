"""Every duration that the core knows, in milliseconds, each with its reason."""

from __future__ import annotations

from typing import Final

from telephony.contact.model import LegState, Stage

LEASE_MS: Final = 7_000
"""A worker that took commands has this long: more than the REST time-out of 5 s, and so little that
somebody else can still fill a customer's silence within 10 s if the worker has died (S2).
"""

AUDIBLE_LEASE_MS: Final = 4_000
"""The same for what somebody hears, where REST is given up after 2 s; done twice it does no harm.
"""

SAFETY_MS: Final = 5_000
"""A command that is ready but not taken wakes the clock after this long: its job was lost."""

BACKOFF_MS: Final = 400
BACKOFF_MAX_MS: Final = 8_000
BACKOFF_AUDIBLE_MS: Final = 1_600
"""What somebody hears is tried again sooner: they may be waiting in silence (S2)."""

PATIENCE_MS: Final = 4_000
"""A command that Twilio acknowledged, but whose news has not come, is repeated after this long."""

DIAL_TRIES: Final = 3
HOLD_TRIES: Final = 3
LEDGER_TRIES: Final = 3
PLAN_TRIES: Final = 8
"""After this many tries to look up whom to ring (about 35 s) the ladder is climbed without them."""
FIND_AFTER_MS: Final = 3_000
"""Twilio's lists lag: look for a dial of unknown fate only after this long."""

WATCH_MS: Final = 20_000
"""A contact with live legs is compared with Twilio at least this often (a lost webhook heals in
30 s).
"""

ARRIVE_MS: Final = 5_000
"""Who accepted and is not heard of in the room for this long is asked for at Twilio; nobody is let
go for silence of the news alone (S3).
"""

ECHO_MS: Final = 2_500
"""A hold for whose music Twilio does not ask: our addresses may not be reachable. An unhold of
which no news comes: Twilio may have said yes and done nothing (fault 45).
"""

ASTRAY_MS: Final = 10_000
"""A customer who has not reached the room after this long, says Twilio, is led in again."""

SHORT_TALK_MS: Final = 30_000
"""An agent who leaves within this time of being joined did not serve the customer."""

CALLBACK_RING_MS: Final = 30_000
RESTORE_TRIES: Final = 2

LEG_LIMITS: Final[dict[LegState, int]] = {
    # Twilio queues dials at one a second; a busy hour must not skip a member.
    LegState.REQUESTED: 120_000,
    LegState.ANSWERED: 30_000,  # three whispers without a key
    LegState.ACCEPTED: 10_000,  # the room is reached within a second or so
}
"""How long an attempt may stay in a state. RINGING is limited by the member's own ring time."""

STAGE_LIMITS: Final[dict[Stage, int]] = {
    Stage.CHOOSING: 60_000,
    Stage.RECORDING: 200_000,
    Stage.FAREWELL: 60_000,
}
"""After this long in a stage the next step is taken without the customer's word."""

RECORDING_GRACE_MS: Final = 10_000
"""A recorded message may be reported after the caller hung up."""

BLINK_MS: Final = 700
"""Two who accept in the same instant: the second webhook is this close behind the first."""

PARTING_MS: Final = 30_000
"""Who accepted too late or declined hears one sentence; after this long the call is ended anyway.
"""
