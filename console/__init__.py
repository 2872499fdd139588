"""What people open: the JSON API and live events (pages are mounted here, too).

`register(app, services)` hangs everything on the app that also answers Twilio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from console.mounting import mount

if TYPE_CHECKING:
    from telephony.bootstrap import Services


def register(app: Flask, services: Services) -> None:
    """Mount the console on an app. Raises nothing that depends on Redis or SQL being there."""
    mount(app, services)
