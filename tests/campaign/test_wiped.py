"""Redis is emptied in the middle of a transfer: it goes on where the room shows who is who."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator import calls
from simulator.transport import Outcome
from telephony.store import ledger
from warmline.campaign import world as worlds
from warmline.campaign.house import House
from warmline.campaign.network import Line, World
from warmline.campaign.people import People
from warmline.campaign.plan import HOURS, Plan
from warmline.campaign.world import Result, play

PLAN = Plan(seed=7, callers=(0,), epoch=HOURS[0].isoformat(), calls_per_second=30.0)
COPIED_S, REBUILT_S, TALK_S = 20.0, 15.0, 10.0
"""Until history knows of the transfer, until the contact is there again, and how long they talk."""


class Passed(People):
    """Ana, who has the customer, passes them on to Carla in billing, and Redis is emptied."""

    answers_carla = True
    steps: tuple[str, ...] = ()

    def __init__(self, world: World, plan: Plan, tokens: dict[str, str]) -> None:
        super().__init__(world, plan, tokens)
        self.customer = self.agent = self.transfer = ""
        self.wipe: Callable[[], object] = lambda: None
        self.refused: list[int] = []

    def begin(self) -> None:
        self.world.trace.listeners.append(self.hear)
        (number,) = self.customers
        called = self.world.control("POST", "/sim/calls", {"from": number, "to": "+12025550101"})
        self.customer = str(called["sid"])

    def _make_up_mind(self, address: str) -> None:
        answers = address == "client:ana" or self.answers_carla
        press = [{"after": 1.0, "digits": "1"}] * 9
        self._phone(
            address,
            **({"answer_after": 2.0, "press": press} if answers else {"never_answer": True}),
        )

    def hear(self, line: Line) -> None:
        if line["kind"] == "call.dialled" and line["direction"] != "inbound":
            self._make_up_mind(line["to"])
        first = line["kind"] == "hears" and line["what"] == "people" and not self.agent
        if first and line["call"] == self.customer:
            (self.agent,) = line["with"]
            self._after(5.0, self._pass)

    def _after(self, seconds: float, what: Callable[[], None]) -> None:
        self.world.network.clock.after(seconds, what)

    def _pass(self) -> None:
        wish = {"to": {"department": "billing"}, "mode": "warm", "note": "invoice 7"}
        contact = self.customer[2:].lower()
        self.ask("ana", f"/contacts/{contact}/transfers", wish, self._begun, "once")

    def _begun(self, outcome: Outcome) -> None:
        self.transfer = str(json.loads(outcome.body)["id"])
        self._after(COPIED_S, self._lose)

    def _lose(self) -> None:
        self.wipe()
        self.world.trace.write("fault", name="wiped", match="", subject="")
        for number, step in enumerate(self.steps):
            self._after(REBUILT_S + number * TALK_S, lambda step=step: self._ask(step))  # type: ignore[misc]
        done = REBUILT_S + (len(self.steps) + 1) * TALK_S
        self._after(done, lambda: calls.hang_up(self.world.network, self._call(self.customer)))

    def _ask(self, step: str) -> None:
        def told(outcome: Outcome) -> None:
            self.refused += [outcome.status] if outcome.status >= 300 else []

        self.ask("ana", f"/transfers/{self.transfer}/{step}", {}, told)

    def _call(self, sid: str) -> Any:
        return self.world.network.calls[sid]


def played(
    house: House, monkeypatch: pytest.MonkeyPatch, *steps: str, answers: bool = True
) -> tuple[Result, Passed]:
    made: list[Passed] = []

    def people(*given: Any) -> Passed:
        made.append(Passed(*given))
        made[0].steps, made[0].answers_carla = steps, answers
        made[0].wipe = house.line.flushdb
        return made[0]

    monkeypatch.setattr(worlds, "People", people)
    return play(house, PLAN), made[0]


def heard(result: Result, call: str) -> list[tuple[str, ...]]:
    """With whom this phone could speak since Redis was emptied, or what it heard instead."""
    (wiped,) = (x["seq"] for x in result.lines if x["kind"] == "fault" and x["name"] == "wiped")
    return [
        tuple(line["with"]) or (line["what"],)
        for line in result.lines
        if line["seq"] > wiped and line["kind"] == "hears" and line["call"] == call
    ]


def outcome_of(house: House, people: Passed) -> str | None:
    (transfer,) = ledger.transfers_of(house.services.ledger, people.customer[2:].lower())
    assert transfer.id == people.transfer
    return transfer.outcome


def carla_in(result: Result) -> str:
    (dialled,) = (x for x in result.lines if x["kind"] == "call.dialled" and "carla" in x["to"])
    return str(dialled["call"])


def test_a_consultation_goes_on_and_is_completed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, people = played(house, monkeypatch, "complete")
    assert people.refused == []
    carla = carla_in(result)
    assert heard(result, people.customer) == [(people.agent, carla), (carla,)]
    assert outcome_of(house, people) == "completed"


def test_a_merged_transfer_goes_on_and_is_completed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, people = played(house, monkeypatch, "merge", "swap", "complete")
    assert people.refused == [409], "who are all together cannot be swapped"
    assert heard(result, people.customer)[-1] == (carla_in(result),)
    assert outcome_of(house, people) == "completed"


def test_a_transfer_whose_receiver_is_not_there_yet_gives_the_customer_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, people = played(house, monkeypatch, answers=False)
    assert heard(result, people.customer)[-1] == (people.agent,)
    assert outcome_of(house, people) == "returned"
