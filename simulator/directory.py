"""Numbers, applications and keys: things that are only kept and shown."""

from __future__ import annotations

from typing import Any, TypeVar

from simulator.engine import Engine
from simulator.errors import TwilioError, not_found
from simulator.world import Application, Key, Number

T = TypeVar("T")
Kept = TypeVar("Kept", Number, Application, Key)


def path_of(net: Engine, collection: str, sid: str) -> str:
    """The resource path Twilio names in a 404."""
    return f"/2010-04-01/Accounts/{net.account.sid}/{collection}/{sid}.json"


def fetch(net: Engine, kept: dict[str, T], collection: str, sid: str) -> T:
    """The thing of that sid, or Twilio's 404."""
    found = kept.get(sid)
    if found is None:
        raise not_found(path_of(net, collection, sid))
    return found


def change(net: Engine, thing: Kept, fields: dict[str, Any]) -> Kept:
    """Set attributes and the date of the change."""
    for name, value in fields.items():
        if not hasattr(thing, name) or name in {"sid", "created", "updated"}:
            raise TwilioError(400, 20001, f"{name} is not an attribute that can be set")
        setattr(thing, name, value)
    thing.updated = net.clock.now
    return thing


def create_number(net: Engine, phone_number: str, fields: dict[str, Any]) -> Number:
    """Buy a number; 21421 when it is not E.164 and 21422 when it is taken."""
    if not (phone_number.startswith("+") and phone_number[1:].isdigit()):
        raise TwilioError(400, 21421, f"PhoneNumber is invalid: {phone_number}")
    if net.number_for(phone_number):
        raise TwilioError(400, 21422, f"PhoneNumber is not available: {phone_number}")
    number = Number(net.dice.sid("PN"), phone_number, phone_number, created=net.clock.now)
    net.numbers[number.sid] = number
    return change(net, number, fields)


def create_application(net: Engine, fields: dict[str, Any]) -> Application:
    """Make a TwiML app."""
    application = Application(net.dice.sid("AP"), created=net.clock.now)
    net.applications[application.sid] = application
    return change(net, application, fields)


def create_key(net: Engine, friendly_name: str) -> Key:
    """Make an API key."""
    now = net.clock.now
    key = Key(net.dice.sid("SK"), net.dice.secret(), friendly_name, now, now)
    net.keys[key.sid] = key
    return key
