"""What people open: the JSON API and live events (pages are mounted here, too).

`register(app, services)` hangs everything on the app that also answers Twilio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from telephony.bootstrap import Services


def register(app: Flask, services: Services) -> None:
    """Mount the console on an app. Raises nothing that depends on Redis or SQL being there."""
    # Not above: `warmline up` takes the demo's people from here, and would load all of it.
    from console.mounting import mount

    mount(app, services)
