"""A customer picks up our callback in the very blink in which we stop its ringing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from simulator import calls
from simulator.transport import Delivery
from simulator.world import Call
from warmline.campaign import world as worlds
from warmline.campaign.house import House
from warmline.campaign.network import Line, World
from warmline.campaign.people import People
from warmline.campaign.plan import HOURS, Plan
from warmline.campaign.world import Result, play

NUMBER = "+12025550101"  # leads to sales
PLAN = Plan(seed=7, callers=(0,), epoch=HOURS[0].isoformat(), calls_per_second=30.0)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
YES, CALL_ME = ({"after": 3.0, "digits": key} for key in "12")


class Callback(People):
    """Nobody answers, and the customer chooses a callback. When it rings, ``stops`` makes us call
    it off, and they pick up once we have heard of that and before Twilio has.
    """

    stops = ""

    def __init__(self, world: World, plan: Plan, tokens: dict[str, str]) -> None:
        super().__init__(world, plan, tokens)
        self.link = ""
        self.receiver = ""
        self.ringing = ""

    def begin(self) -> None:
        self.world.trace.listeners.append(self.hear)
        (number,) = self.customers
        self._phone(number, press=[CALL_ME])
        self.world.control("POST", "/sim/calls", {"from": number, "to": NUMBER})

    def _called_back(self, address: str) -> None:
        self._phone(address, press=[YES] * 9)

    def _make_up_mind(self, address: str) -> None:
        answers = {"answer_after": 2.0, "press": [YES] * 9}
        self._phone(address, **(answers if self.link else {"never_answer": True}))

    def hear(self, line: Line) -> None:
        super().hear(line)
        call = self.world.network.calls.get(line.get("call", ""))
        if line["kind"] == "sms":
            found = re.search(r"https://\S+/p/\S+", line["body"])
            self.link = found[0] if found else ""
        elif line["kind"] == "room.join" and self.link and not self.receiver:
            self.receiver = line["call"]
        elif line["kind"] == "call.ringing" and call is not None and not self.ringing:
            if call.to in self.customers:
                self.ringing = call.sid
                self.world.network.clock.after(2.0, self._stop)
        elif (line["kind"], line.get("event")) == ("webhook", "completed"):
            self._heard_of_an_end(line["call"])

    def _heard_of_an_end(self, call: str) -> None:
        if self.stops == "receiver" and call == self.receiver:
            self._pick_up()

    def _stop(self) -> None:
        if self.stops == "receiver":
            calls.hang_up(self.world.network, self._call(self.receiver))
            return
        wish = Delivery("POST", self.link, FORM, b"do=cancel", 5.0, 15.0)
        self.world.submit(wish, lambda outcome: self._pick_up())

    def _pick_up(self) -> None:
        if self._call(self.ringing).answered is None:
            self.world.control("POST", f"/sim/calls/{self.ringing}/answer", {})

    def _call(self, sid: str) -> Call:
        return self.world.network.calls[sid]


def played(house: House, monkeypatch: pytest.MonkeyPatch, stops: str) -> tuple[Result, Callback]:
    made: list[Callback] = []

    def people(*given: Any) -> Callback:
        made.append(Callback(*given))
        made[0].stops = stops
        return made[0]

    monkeypatch.setattr(worlds, "People", people)
    result = play(house, PLAN)
    return result, made[0]


def said(result: Result, call: str) -> str:
    heard = [line for line in result.lines if line["kind"] == "said" and line["call"] == call]
    return " ".join(line["text"] for line in heard)


def test_who_picks_up_as_the_receiver_hangs_up_is_connected_and_not_called_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, people = played(house, monkeypatch, "receiver")
    assert result.violations == []
    assert "try again" not in said(result, people.ringing)
    (customer,) = people.customers
    dials = [x for x in result.lines if x["kind"] == "call.dialled" and x["to"] == customer]
    assert len(dials) == 1
    heard = [x for x in result.lines if x["kind"] == "hears" and x["call"] == people.ringing]
    assert "people" in [x["what"] for x in heard]


def test_who_picks_up_as_they_cancel_the_callback_is_told_so_before_the_line_goes_down(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, people = played(house, monkeypatch, "link")
    assert result.violations == []
    assert "You have just cancelled this callback" in said(result, people.ringing)
    assert result.outcomes == {"resolved": 1}
