"""The people (and machines) at the ends of the lines, and what they do of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import calls
from simulator.behaviour import THINKING, Phone
from simulator.clock import Timer
from simulator.engine import Engine
from simulator.world import Call

if TYPE_CHECKING:
    from simulator.gather import Gather

VOICEMAIL_PICKS_UP = 5.0


class Handset:
    """One phone in one call: what it has still to press, to say and to do."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.press = list(phone.press)
        self.say = list(phone.say)
        self.timers: list[Timer] = []

    def stop(self) -> None:
        """The call is over; do nothing more."""
        for timer in self.timers:
            timer.cancel()


def address_of(uri: str) -> str:
    """The bare address a phone is known by: client and SIP parameters taken off."""
    return uri.partition("?")[0].partition(";")[0]


def phone_at(net: Engine, uri: str) -> Phone:
    """The behaviour set for an address, or a phone that only rings."""
    address = address_of(uri)
    return net.phones.get(address) or Phone(address)


def ringing(net: Engine, call: Call) -> None:
    """The phone rings: answer, refuse or let it ring."""
    phone = phone_at(net, call.to)
    call.handset = handset = Handset(phone)
    if phone.never_answer:
        return
    after = phone.answer_after
    if after is None and phone.voicemail:
        after = VOICEMAIL_PICKS_UP
    if phone.reject:
        what = lambda: calls.finish(net, call, "no-answer", "self", 480)  # noqa: E731
        handset.timers.append(net.clock.after(after or THINKING, what))
    elif after is not None:
        handset.timers.append(net.clock.after(after, lambda: calls.answer(net, call)))


def answered(net: Engine, call: Call) -> None:
    """The line is open: from now on the person may hang up, or the line may break."""
    handset = call.handset
    if handset is None:
        return
    phone = handset.phone
    if phone.hang_up_after is not None:
        what = lambda: calls.hang_up(net, call)  # noqa: E731
        handset.timers.append(net.clock.after(phone.hang_up_after, what))
    if phone.drop_after is not None:
        what = lambda: calls.drop(net, call)  # noqa: E731
        handset.timers.append(net.clock.after(phone.drop_after, what))


def gathering(net: Engine, call: Call, gather: Gather) -> None:
    """A Gather listens: press and say what is still to be pressed and said."""
    handset = call.handset
    if handset is None:
        return
    if handset.phone.repeat:
        handset.press, handset.say = list(handset.phone.press), list(handset.phone.say)
    begun = net.clock.now
    if gather.wants_keys:
        _next_press(net, call, handset, gather, begun)
    if gather.wants_speech:
        _next_say(net, call, handset, gather, begun)


def _next_press(net: Engine, call: Call, handset: Handset, gather: Gather, begun: float) -> None:
    if not handset.press:
        return

    def act() -> None:
        if gather.open and handset.press:
            calls.press(net, call, handset.press.pop(0).what)
            if gather.open:
                _next_press(net, call, handset, gather, begun)

    due = begun + handset.press[0].after - net.clock.now
    handset.timers.append(net.clock.after(due, act))


def _next_say(net: Engine, call: Call, handset: Handset, gather: Gather, begun: float) -> None:
    if not handset.say:
        return

    def act() -> None:
        if gather.open and handset.say:
            calls.speech(net, call, handset.say.pop(0).what)
            if gather.open:
                _next_say(net, call, handset, gather, begun)

    due = begun + handset.say[0].after - net.clock.now
    handset.timers.append(net.clock.after(due, act))
