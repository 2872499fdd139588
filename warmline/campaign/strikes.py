"""How each fault of a plan comes about: at its moment, or where it is aimed.

A fault that strikes a step of an actor waits at the gate (`faults`). The others begin here, and
those that are aimed look now and then whether a contact stands in their stage.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from functools import partial

from telephony.twilio.urls import STATUS_CALL, STATUS_ROOM
from warmline.campaign import deeds, losses
from warmline.campaign.faults import (
    BOUNDARIES,
    DEEDS,
    HANDED,
    LOSSES,
    OUTAGES,
    PEOPLE,
    SPELLS,
    Planned,
)
from warmline.campaign.network import World
from warmline.campaign.people import People
from warmline.campaign.plan import Plan
from warmline.campaign.system import System

LOOK_S = (0.1, 0.6)
"""So often an aimed fault looks for its stage; and soon after a contact has come there."""
BLINK_S = 0.02
NEWS = (STATUS_CALL, STATUS_CALL, STATUS_ROOM)
"""News may be lost or late; a document is asked for and answered in one go, or web_slow."""
AFTERWARDS_S = 1.0
"""An outage that would follow another too soon is tried again after so long."""


@dataclass(eq=False)
class Lurker:
    """A fault that waits for its stage; ``turn`` counts its looks, so that one counts."""

    planned: Planned
    dice: random.Random
    turn: int = 0


@dataclass(frozen=True)
class Strikes:
    """The faults of one world."""

    world: World
    system: System
    people: People
    plan: Plan
    lurkers: list[Lurker] = field(default_factory=list)

    def set_up(self) -> None:
        """Every fault waits for its moment."""
        self.world.gate.hand_over = lambda planned: self._ask_network(replace(planned, match=""))
        self.world.gate.entered = self._entered
        for planned in self.plan.faults:
            self.world.network.clock.after(planned.at, partial(self._arm, planned))

    def _arm(self, planned: Planned) -> None:
        """Its moment has come; not any more once faults are healed."""
        name, gate = planned.name, self.world.gate
        if self.people.patient:
            return
        if name in BOUNDARIES or (planned.stage and name in HANDED):
            gate.waiting.append(planned)
        elif planned.stage or name in DEEDS or name in LOSSES:
            dice = random.Random(f"{self.plan.seed} {name} {planned.at} aim")
            self.lurkers.append(Lurker(planned, dice))
            self._look(self.lurkers[-1], 0)
        elif name in OUTAGES and self.plan.aimed and not gate.rest(planned):
            self.world.network.clock.after(AFTERWARDS_S, partial(self._arm, planned))
        else:
            self._begin(planned, "")

    def _look(self, lurker: Lurker, turn: int) -> None:
        """Strike if somebody stands there; else look again."""
        if self.people.patient or turn != lurker.turn:
            return
        lurker.turn += 1
        planned, dice, gate = lurker.planned, lurker.dice, self.world.gate
        there = self.system.standing(planned.stage)
        # An unaimed deed has nothing to do with outages.
        free = not planned.stage or gate.hub.clock.now >= gate.rested
        # A document that comes twice is no different from one that is asked for again.
        news = "c=" if planned.name == "webhook_duplicate" else f"{dice.choice(NEWS)}?c="
        if there and free and self._begin(planned, news + dice.choice(there)):
            self.lurkers.remove(lurker)
            if planned.stage:
                gate.rest(planned)
            return
        again = partial(self._look, lurker, lurker.turn)
        self.world.network.clock.after(dice.uniform(*LOOK_S), again)

    def _entered(self, stage: str) -> None:
        """A contact has come into that stage; some last for milliseconds only."""
        for lurker in self.lurkers:
            if lurker.planned.stage == stage:
                soon = partial(self._look, lurker, lurker.turn)
                self.world.network.clock.after(BLINK_S * lurker.dice.random(), soon)

    def _begin(self, planned: Planned, news: str) -> bool:
        """Let it happen; ``news`` is what is lost or late of whom it is aimed at. False: there was
        nobody to whom it could.
        """
        name = planned.name
        if name in DEEDS:
            return deeds.befall(self.people, planned)
        if name in PEOPLE:
            return self.people.befall(planned)
        if name in LOSSES:
            return losses.befall(self.system, planned)
        if name == "webhooks_lost":
            self._lose_webhooks(planned)
        elif name == "rest_away":
            self._rest_away(planned)
        elif name in SPELLS:
            self.world.gate.begin(planned)
        elif planned.stage:
            self._ask_network(replace(planned, match=news))
        else:
            self._ask_network(planned)
        return True

    # The simulated network -----------------------------------------------------------------------

    def _ask_network(self, planned: Planned) -> None:
        value = {
            "name": planned.name,
            "match": planned.match,
            "times": planned.times,
            "seconds": planned.seconds,
        }
        self.world.control("POST", "/sim/faults", value)

    def _lose_webhooks(self, planned: Planned) -> None:
        self.world.gate.begin(planned)
        # News is lost; documents still come, or nothing at all could be heard.
        match = "/twilio/status/"
        self._ask_network(replace(planned, name="webhook_lose", match=match, seconds=0, times=-1))
        self._lift_later(planned.seconds, "webhook_lose")

    def _rest_away(self, planned: Planned) -> None:
        self.world.gate.begin(planned)
        self._ask_network(replace(planned, name="rest_outage", match="", seconds=0, times=-1))
        self._lift_later(planned.seconds, "rest_outage")

    def _lift_later(self, seconds: float, name: str) -> None:
        def lift() -> None:
            net = self.world.network
            net.faults = [f for f in net.faults if f.name != name or f.times != -1]

        self.world.network.clock.after(seconds, lift)


__all__ = ["Strikes"]
