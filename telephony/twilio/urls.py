"""The addresses that we give to Twilio. They all begin with the configured public address.

``c`` names the contact, ``l`` the leg, ``v`` the version of the contact that the document was
made from: a repeated delivery has the same ``v``, a new question has another.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

INCOMING = "/twilio/voice/incoming"
MENU = "/twilio/voice/menu"
CUSTOMER = "/twilio/voice/customer"
CHOICE = "/twilio/voice/choice"
MESSAGE = "/twilio/voice/message"
CONFIRM = "/twilio/voice/confirm"
RECEIVER = "/twilio/voice/receiver"
ACCEPT = "/twilio/voice/accept"
HOLD = "/twilio/voice/hold"
NEWS = "/twilio/voice/news"
SOFTPHONE = "/twilio/voice/softphone"
FALLBACK = "/twilio/voice/fallback"
STATUS_CALL = "/twilio/status/call"
STATUS_ROOM = "/twilio/status/room"
STATUS_MACHINE = "/twilio/status/machine"
STATUS_MESSAGE = "/twilio/status/message"
PROMISE = "/p/"

MUSIC = "/sound/hold.wav"
SHORT_MUSIC = "/sound/hold-10s.wav#t=10"

# Twilio repeats only failed connections unless the address asks for more
# (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). News of a leg is worth repeating.
PERSISTENT = "#rc=3&rp=ct,rt,5xx"


@dataclass(frozen=True, slots=True)
class Urls:
    """Builds addresses on one base, such as https://calls.example.com."""

    base: str

    def incoming(self) -> str:
        return self.base + INCOMING

    def menu(self, contact: str, **position: str | int) -> str:
        """Where a menu's key or word goes; ``position`` is the caller's place in the menus."""
        return f"{self.base}{MENU}?c={contact}&{urlencode(position)}"

    def customer(self, contact: str, leg: str, version: int = 0) -> str:
        """Where a customer's leg asks what to hear next."""
        return f"{self.base}{CUSTOMER}?c={contact}&l={leg}" + (f"&v={version}" if version else "")

    def called_back(self, contact: str, leg: str) -> str:
        """What a customer hears who answers our call."""
        return f"{self.base}{CUSTOMER}?c={contact}&l={leg}&answered=1"

    def choice(self, contact: str, leg: str, version: int) -> str:
        return f"{self.base}{CHOICE}?c={contact}&l={leg}&v={version}"

    def message(self, contact: str, leg: str, version: int) -> str:
        return f"{self.base}{MESSAGE}?c={contact}&l={leg}&v={version}"

    def confirm(self, contact: str, leg: str, version: int) -> str:
        return f"{self.base}{CONFIRM}?c={contact}&l={leg}&v={version}"

    def receiver(self, contact: str, leg: str, version: int = 0) -> str:
        """What somebody hears who is asked to take over, and where their leg asks again."""
        return f"{self.base}{RECEIVER}?c={contact}&l={leg}" + (f"&v={version}" if version else "")

    def accept(self, contact: str, leg: str, version: int) -> str:
        return f"{self.base}{ACCEPT}?c={contact}&l={leg}&v={version}"

    def hold(self, contact: str, leg: str, turn: int = 0) -> str:
        """News and hold music for who waits alone; ``turn`` counts the documents."""
        return f"{self.base}{HOLD}?c={contact}&l={leg}&n={turn}"

    def held(self, contact: str, leg: str) -> str:
        """The same for who is put on hold: that Twilio asks proves that they hear it."""
        return f"{self.base}{HOLD}?c={contact}&l={leg}&n=0&h=1{PERSISTENT}"

    def news(self, contact: str, leg: str) -> str:
        """The news alone, announced over the hold music."""
        return f"{self.base}{NEWS}?c={contact}&l={leg}"

    def softphone(self) -> str:
        return self.base + SOFTPHONE

    def fallback(self) -> str:
        return self.base + FALLBACK

    def status_call(self, contact: str = "", leg: str = "") -> str:
        """Progress of one leg; without contact and leg, that of a number's incoming calls."""
        return f"{self.base}{STATUS_CALL}" + (
            f"?c={contact}&l={leg}{PERSISTENT}" if contact else PERSISTENT
        )

    def status_room(self, contact: str) -> str:
        return f"{self.base}{STATUS_ROOM}?c={contact}{PERSISTENT}"

    def status_machine(self, contact: str, leg: str) -> str:
        return f"{self.base}{STATUS_MACHINE}?c={contact}&l={leg}{PERSISTENT}"

    def status_message(self) -> str:
        return self.base + STATUS_MESSAGE + PERSISTENT

    def promise(self, token: str) -> str:
        """The link by which a customer moves or cancels a promise."""
        return f"{self.base}{PROMISE}{token}"

    def music(self) -> str:
        """Half a minute of hold music of our own."""
        return self.base + MUSIC

    def short_music(self) -> str:
        """Ten seconds of it; the fragment tells players that honour media fragments."""
        return self.base + SHORT_MUSIC
