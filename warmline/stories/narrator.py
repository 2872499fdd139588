"""Tells a trace in plain words while it happens: who is on the line, and who hears what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Line = dict[str, Any]

NAMES = {
    "+12025550112": "the billing desk",
    "+12025550118": "Hugo",
    "sip:ines@pbx.harbor.example": "Ines",
}
ENDED_BY = {"self": "hangs up", "carrier": "is cut off by the carrier", "service": "is let go"}


class Narrator:
    """Knows who is behind each call and turns trace lines into sentences."""

    def __init__(self, customer: str) -> None:
        self._customer = customer
        self._names: dict[str, str] = {}
        self._inbound: set[str] = set()

    def sentence(self, line: Line) -> str:
        """One line in words; '' for what a listener does not need."""
        make = _SENTENCES.get(line["kind"])
        return "" if make is None else make(self, line)

    def name(self, call: str) -> str:
        return self._names.get(call, "somebody")

    def meet(self, line: Line) -> str:
        """A call begins: learn whose it is."""
        outbound = line["direction"] != "inbound"
        address = line["to"] if outbound else line["from"]
        self._names[line["call"]] = self._called(address.partition("?")[0])
        if outbound:
            return ""
        self._inbound.add(line["call"])
        return f"{self.name(line['call'])} dials {line['to']}"

    def of_phone(self, line: Line, what: str) -> str:
        """What a phone does; a caller's own phone does not ring."""
        inbound = line["call"] in self._inbound
        return "" if inbound else f"{self.name(line['call'])}'s phone {what}"

    def _called(self, address: str) -> str:
        if address == self._customer:
            return "the customer"
        if address.startswith("client:"):
            return address.removeprefix("client:").title()
        return NAMES.get(address, address)


def _hears(who: Narrator, line: Line) -> str:
    name = who.name(line["call"])
    if line["what"] == "people":
        others = " and ".join(who.name(call) for call in line["with"])
        return f"{name} hears {others}"
    return f"{name} hears music" if line["what"] == "hold" else ""


_SENTENCES: dict[str, Callable[[Narrator, Line], str]] = {
    "call.dialled": Narrator.meet,
    "call.ringing": lambda who, line: who.of_phone(line, "rings"),
    "call.answered": lambda who, line: who.of_phone(line, f"is answered by a {line['by']}"),
    "call.down": lambda who, line: f"{who.name(line['call'])} {ENDED_BY[line['by']]}",
    "said": lambda who, line: f"to {who.name(line['call'])}: “{line['text']}”",
    "pressed": lambda who, line: f"{who.name(line['call'])} presses {line['digits']}",
    "sms": lambda who, line: f"message to {line['to']}: “{line['body']}”",
    "hears": _hears,
}
