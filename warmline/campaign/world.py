"""One world, from the first call to rest."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simulator.trace import as_line
from telephony.routing.example import example_company
from telephony.twilio.urls import Urls
from warmline.campaign import judge
from warmline.campaign.company import company_of
from warmline.campaign.faults import NETWORK
from warmline.campaign.house import House
from warmline.campaign.network import FALLBACK_URL, HOST, Line, World, contact_in
from warmline.campaign.people import People, staff
from warmline.campaign.plan import FAULTY_S, Plan
from warmline.campaign.strikes import Strikes
from warmline.campaign.system import System
from warmline.provision import application_form, number_form

REST_LIMIT_S = 1_800.0
"""A world that does not come to rest within this time after it healed has a problem."""

PROMISES_LIMIT_S = 5 * 24 * 3600.0


@dataclass
class Result:
    """What became of one world."""

    plan: Plan
    lines: list[Line]
    struck: Counter[str]
    stages: Counter[tuple[str, str]]
    violations: list[judge.Violation]
    outcomes: Counter[str] = field(default_factory=Counter)
    transfers: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    virtual: float = 0.0

    def text(self) -> str:
        """The trace as JSON lines."""
        return "".join(as_line(line) + "\n" for line in self.lines)


def play(house: House, plan: Plan) -> Result:
    """Let a world happen and judge it."""
    began = time.perf_counter()
    world = World(plan.seed, plan.begins, house.app)
    system = System(house, world, plan.calls_per_second)
    people = People(world, plan, house.tokens)
    house.routing.publish(company_of(wider=plan.wider))
    try:
        _set_up(world, plan)
        world.trace.write("cast", customers=list(people.customers), staff=staff())
        world.trace.listeners.append(_counter_of(world, system))
        system.start()
        people.begin()
        Strikes(world, system, people, plan).set_up()
        world.run(FAULTY_S)
        _heal(world, people)
        _come_to_rest(world, system)
        violations = judge.judge(world, system)
        result = Result(plan, world.trace.lines, world.gate.struck, world.gate.stages, violations)
        judge.count(system, result.outcomes, result.transfers)
        result.answers = people.answers
        result.virtual = world.now
    finally:
        system.close()
    result.seconds = time.perf_counter() - began
    return result


def _set_up(world: World, plan: Plan) -> None:
    """The account's numbers and the softphone, as `warmline twilio setup` would leave them."""
    urls = Urls(f"https://{HOST}")
    wanted = {_snake(name): value for name, value in number_form(urls, FALLBACK_URL).items()}
    for number in example_company().numbers:
        world.network.create_number(number, dict(wanted))
    app = {_snake(name): value for name, value in application_form(urls, FALLBACK_URL).items()}
    world.network.create_application(app)
    world.control("POST", "/sim/switches", {"calls_per_second": plan.calls_per_second})
    if plan.switches:
        world.control("POST", "/sim/switches", dict(plan.switches))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def _counter_of(world: World, system: System) -> Any:
    """Faults that the network itself lets strike are counted from the trace: for the contact that
    the news or the request is about.
    """

    def listen(line: Line) -> None:
        if line["kind"] == "fault" and line["name"] in NETWORK:
            world.gate.struck[line["name"]] += 1
            actor = world.hub.current
            about = contact_in(line["subject"].rpartition(" ")[2])
            about = about or (actor.about if actor is not None else "")
            world.gate.count(line["name"], [system.stage_of(about)])

    return listen


def _heal(world: World, people: People) -> None:
    world.gate.heal()
    world.network.faults.clear()
    people.calm()
    world.trace.write("healed")


def _come_to_rest(world: World, system: System) -> None:
    """Until nobody is on the line and nothing is open; first calls, then promises.

    What does not come to rest in time is judged as it stands.
    """
    _calm_down(world, system)
    last = world.now + PROMISES_LIMIT_S
    while world.now < last and system.open_stages() and not judge.live_calls(world):
        due = world.network.clock.next_due()
        if due is None:
            break
        world.run(max(due, world.now) + 5.0)
        until = world.now + REST_LIMIT_S
        while world.now < until and judge.live_calls(world):
            world.run(world.now + 5.0)
    world.run(world.now + 15.0)
    # Whoever was promised a call may have called just then.
    _calm_down(world, system)
    world.trace.write("rest_time")


def _calm_down(world: World, system: System) -> None:
    until = world.now + REST_LIMIT_S
    while world.now < until and (judge.live_calls(world) or not system.quiet()):
        world.run(world.now + 5.0)


__all__ = ["Result", "play"]
