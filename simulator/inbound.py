"""A phone dials a number of the account, or a softphone one of its applications."""

from __future__ import annotations

from simulator import calls, phones
from simulator.engine import Engine
from simulator.world import Application, Call, Entry, Hook, Number


def place(
    net: Engine, from_: str, to: str, params: dict[str, str], forwarded_from: str = ""
) -> Call:
    """Ring in from a phone, or from ``client:name`` to ``app:AP…`` with connect parameters.

    Raises ValueError when nothing of this account is at ``to``.
    """
    number = net.number_for(to)
    sid = number.voice_application_sid if number else to.partition("?")[0].removeprefix("app:")
    application = net.applications.get(sid)
    if number is None and (application is None or not to.startswith("app:")):
        raise ValueError(f"the account has no number and no application at {to}")
    call = calls.new(net, from_, to, "inbound")
    call.status, call.started = "ringing", net.clock.now
    call.forwarded_from, call.extra = forwarded_from, params
    call.handset = phones.Handset(phones.phone_at(net, from_))
    if number is not None:
        call.number_sid = number.sid
    elif application is not None:
        call.application_sid, call.to = application.sid, params.get("To", "")
    owner = application or number
    if owner is not None:
        call.entry, call.callback = settings(owner)
    net.trace.write("call.dialled", call=call.sid, **{"from": from_}, to=to, direction="inbound")
    net.trace.write("call.ringing", call=call.sid)
    net.touch(call.sid)
    calls.run(net, call, {})
    return call


def settings(owner: Number | Application) -> tuple[Entry, Hook | None]:
    """Voice URL, fallback and status callback of a number or an application."""
    entry = Entry(
        owner.voice_url,
        owner.voice_method,
        "",
        owner.voice_fallback_url,
        owner.voice_fallback_method,
    )
    news = Hook(owner.status_callback, owner.status_callback_method)
    return entry, news if news.url else None
