"""Callers and staff. They behave at random, each by dice of their own, and see only the network.

Customers dial in, press keys or not, and hang up when they like. Staff answer, decline, are busy,
let it ring, or let the voicemail answer; who talks with a customer ends the call, or passes it on
through the API as the softphone does. Once faults are healed everybody becomes patient: people
answer, and conversations come to their end.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import partial
from typing import Any

from simulator import behaviour, calls, phones
from simulator.transport import Delivery, Outcome
from simulator.world import Call
from warmline.campaign import deeds
from warmline.campaign.company import wider_company
from warmline.campaign.faults import Planned
from warmline.campaign.network import BASE, Line, World
from warmline.campaign.plan import ABSENT, Plan

ARRIVALS_S = 40.0
TALK_S = 8.0
LONGEST_TALK_S = 25.0
IMPATIENT = 0.4
NUMBERS = ("+12025550100", "+12025550100", "+12025550101", "+12025550102")
TARGETS: tuple[dict[str, str], ...] = (
    {"department": "billing"},
    {"department": "billing"},
    {"department": "sales"},
    {"department": "support"},
    {"department": "dispatch"},
    {"department": "returns"},
    {"department": "evening"},
    {"agent": "ana"},
    {"agent": "hugo"},
    {"agent": "kim"},
    {"number": "+12025550155"},
    {"number": "+19005550155"},
)
WIDER_TARGETS: tuple[dict[str, str], ...] = (
    *TARGETS,
    {"department": "depot"},
    {"department": "early"},
    {"department": "early"},
    {"department": "letters"},
)
STEPS = ("complete", "complete", "cancel", "swap", "merge", "complete")
KEYS = "1111222333489#"
WIDER_KEYS = "112223334555666777789#"
AWAY: tuple[dict[str, Any], ...] = ({"busy": True}, {"reject": True}, {"unreachable": True})


def staff() -> list[str]:
    """The address of everybody who may be rung, and one outside number."""
    departments = wider_company().departments
    known = {m.address for d in departments.values() for m in d.members}
    return [*sorted(known), "+12025550155"]


class People:
    """Everybody with a phone in one world."""

    def __init__(self, world: World, plan: Plan, tokens: dict[str, str]) -> None:
        self.world = world
        self.plan = plan
        self.tokens = tokens
        self.patient = False
        self.answers: Counter[str] = Counter()
        self.staff = set(staff())
        self.customers = {plan.customer(caller): caller for caller in plan.callers}
        self.dice = {
            number: random.Random(f"{plan.seed} caller {caller}")
            for number, caller in self.customers.items()
        }
        self.staff_dice = {
            address: random.Random(f"{plan.seed} {address}") for address in sorted(self.staff)
        }
        self.talking: dict[str, str] = {}
        self.clicks: list[Planned] = []
        self.links: list[Planned] = []
        self._keys = WIDER_KEYS if plan.wider else KEYS
        self._targets = WIDER_TARGETS if plan.wider else TARGETS

    def begin(self) -> None:
        """Everybody gets their phone; customers will dial in."""
        self.world.trace.listeners.append(self.hear)
        for number, dice in self.dice.items():
            self._phone(
                number, press=_keys(dice, self._keys), answer_after=round(dice.uniform(1, 20), 2)
            )
            at = dice.uniform(0.1, ARRIVALS_S)
            self.world.network.clock.after(at, partial(self._dial_in, number))
            if dice.random() < 0.35:
                after = at + dice.uniform(3, 90)
                self.world.network.clock.after(after, partial(self._leave, number))
            if dice.random() < 0.3:
                after = at + dice.uniform(40, 150)
                self.world.network.clock.after(after, partial(self._return, number))

    def calm(self) -> None:
        """From now on everybody is patient and conversations end."""
        self.patient = True
        for address in self.staff:
            self.world.network.phones.pop(address, None)

    # What they hear ------------------------------------------------------------------------------

    def hear(self, line: Line) -> None:
        """One line of the trace, as the person at that phone notices it."""
        kind = line["kind"]
        if kind == "call.dialled" and line["direction"] != "inbound":
            address = phones.address_of(line["to"])
            if address in self.staff:
                self._make_up_mind(address)
            elif address in self.dice:
                self._called_back(address)
        elif kind == "hears" and line["what"] == "people":
            self._in_company(self.world.network.calls[line["call"]])
        elif kind == "sms":
            deeds.read(self, line)
            self._promised(line["to"])

    def _make_up_mind(self, address: str) -> None:
        dice = self.staff_dice[address]
        if self.patient:
            press = [{"after": dice.uniform(0.5, 3), "digits": "1"}] * 5
            self._phone(address, answer_after=round(dice.uniform(0.5, 4), 2), press=press)
            return
        if self.plan.lure == ABSENT and dice.random() < 0.85:
            self._phone(address, **dice.choice(AWAY))
            return
        self._phone(address, **_mood(dice, address.startswith("+")))

    def _called_back(self, address: str) -> None:
        dice = self.dice[address]
        press = [{"after": round(dice.uniform(0.5, 3), 2), "digits": "1"}] * 5
        mood = dice.random()
        if self.patient and mood < 0.8:
            self._phone(address, answer_after=round(dice.uniform(1, 8), 2), press=press)
        elif mood < 0.9:
            self._phone(address, **dice.choice(({"busy": True}, {"never_answer": True})))
        else:
            self._phone(address, voicemail=True)

    def _in_company(self, call: Call) -> None:
        if not self.is_customer(call):
            self._consult(call)
            return
        mark = f"{call.sid} {self.world.now}"
        self.talking[call.sid] = mark
        dice = self._dice_of(call)
        after = dice.expovariate(1 / TALK_S) + 0.5
        after = min(after, LONGEST_TALK_S)
        self.world.network.clock.after(after, lambda: self._talked(call, mark))

    def _consult(self, call: Call) -> None:
        """Two of the staff talk: sooner or later one of them leaves."""
        dice = self.staff_dice.get(phones.address_of(call.to)) or self.world.hub.dice
        after = dice.uniform(2, LONGEST_TALK_S)

        def leave() -> None:
            if call.live and call.hears == "people" and (self.patient or dice.random() < 0.3):
                calls.hang_up(self.world.network, call)
            elif call.live and call.hears == "people":
                self.world.network.clock.after(LONGEST_TALK_S, leave)

        self.world.network.clock.after(after, leave)

    def _dice_of(self, call: Call) -> random.Random:
        return self.dice.get(call.from_) or self.dice[call.to]

    # What they do --------------------------------------------------------------------------------

    def _dial_in(self, number: str) -> None:
        to = self.dice[number].choice(NUMBERS)
        self.world.control("POST", "/sim/calls", {"from": number, "to": to})

    def _return(self, number: str) -> None:
        if not self._live_calls(number) and not self.patient:
            self._dial_in(number)

    def _promised(self, number: str) -> None:
        """Whoever was promised a call may not care to wait for it."""
        if not self.plan.wider or number not in self.customers:
            return
        dice = random.Random(f"{self.plan.seed} {number} promised {self.world.now}")
        if dice.random() < IMPATIENT:
            after = dice.uniform(5.0, 120.0)
            self.world.network.clock.after(after, partial(self._call_first, number))

    def _call_first(self, number: str) -> None:
        if not self._live_calls(number):
            self._dial_in(number)

    def _leave(self, number: str) -> None:
        for call in self._live_calls(number):
            calls.hang_up(self.world.network, call)

    def _live_calls(self, address: str) -> list[Call]:
        found = self.world.network.calls.values()
        return [call for call in found if call.live and address in (call.from_, call.to)]

    def _talked(self, call: Call, mark: str) -> None:
        """The conversation has come to a point: it ends, is passed on, or goes on."""
        if not call.live or self.talking.get(call.sid) != mark or call.hears != "people":
            return
        dice = self._dice_of(call)
        others = [self.world.network.calls[sid] for sid in call.talks_with]
        other = next((leg for leg in others if leg.live), None)
        mood = dice.random()
        if other is None or mood < 0.2 or (self.patient and mood < 0.5):
            calls.hang_up(self.world.network, call)
        elif mood < 0.45 or self.patient:
            calls.hang_up(self.world.network, other)
        elif mood < 0.9:
            self._pass_on(call, other, dice)
        if call.live:
            self.world.network.clock.after(LONGEST_TALK_S, lambda: self._talked(call, mark))

    def _pass_on(self, call: Call, agent: Call, dice: random.Random) -> None:
        contact = self.contact_of(call)
        who = self.who(agent)
        wish = {
            "to": dice.choice(self._targets),
            "mode": dice.choice(("warm", "warm", "cold")),
            "note": "about invoice 7",
        }
        key = f"{contact}-{self.world.now:.3f}"

        def told(outcome: Outcome) -> None:
            self.answers[f"transfer {outcome.status}"] += 1
            if outcome.status == 202:
                self._follow(call, agent, str(json.loads(outcome.body)["id"]), who, dice)

        self.ask(who, f"/contacts/{contact}/transfers", wish, told, key)
        if self.clicks:
            self._record(self.clicks.pop().name, call)
            self.ask(who, f"/contacts/{contact}/transfers", wish, told, key)

    def _follow(
        self, call: Call, agent: Call, transfer: str, who: str, dice: random.Random
    ) -> None:
        """What the agent does with a transfer once it is begun."""
        at = 0.0
        for _ in range(dice.choice((0, 1, 2, 3))):
            at += dice.uniform(0.3, 15)
            step = dice.choice(STEPS)
            self.world.network.clock.after(at, partial(self._step, who, transfer, step))
        mood = dice.random()
        if mood < 0.15:
            self.world.network.clock.after(dice.uniform(0.5, 20), lambda: self._hang_up(agent))
        elif mood < 0.25:
            self.world.network.clock.after(dice.uniform(0.5, 20), lambda: self._hang_up(call))

    def _step(self, who: str, transfer: str, step: str) -> None:
        def told(outcome: Outcome) -> None:
            self.answers[f"{step} {outcome.status}"] += 1

        self.ask(who, f"/transfers/{transfer}/{step}", {}, told)

    def _hang_up(self, call: Call) -> None:
        if call.live:
            calls.hang_up(self.world.network, call)

    def is_customer(self, call: Call) -> bool:
        """Whether a customer is at that phone."""
        return call.from_ in self.dice or call.to in self.dice

    def contact_of(self, call: Call) -> str:
        """The contact that the call belongs to."""
        room = self.world.network.conferences.get(call.room)
        if room is not None:
            return room.friendly_name.removeprefix("wl-")
        return self.world.gate.owner_of(call.sid) or call.sid[2:].lower()

    def who(self, agent: Call) -> str:
        """Whose softphone asks: the agent's own, or a supervisor's for an agent without one."""
        name = agent.to.removeprefix("client:")
        return name if name in self.tokens else "sam"

    def ask(self, who: str, path: str, body: dict[str, Any], told: Any, key: str = "") -> None:
        """A request of somebody's softphone."""
        headers = [
            ("Authorization", f"Bearer {self.tokens[who]}"),
            ("Content-Type", "application/json"),
        ]
        if key:
            headers.append(("Idempotency-Key", key))
        content = json.dumps(body).encode()
        url = f"{BASE}/api/v1{path}"
        self.world.submit(Delivery("POST", url, tuple(headers), content, 5.0, 15.0), told)

    # What befalls them ---------------------------------------------------------------------------

    def befall(self, planned: Planned) -> bool:
        """A fault that people are. False: there is nobody whom it could befall."""
        name = planned.name
        if name == "double_click":
            self.clicks.append(planned)
            return True
        net = self.world.network
        struck = self._struck(planned)
        for call in struck:
            self._record(name, call)
            if name == "everybody_leaves":
                calls.hang_up(net, call)
            else:
                calls.drop(net, call)
        return bool(struck)

    def _struck(self, planned: Planned) -> list[Call]:
        """The calls that it befalls: of the first contact, of those in its stage if it is aimed."""
        net, name = self.world.network, planned.name
        live = [call for call in net.calls.values() if call.live and call.answered is not None]
        if planned.stage:
            live = [call for call in live if self.stage(call) == planned.stage]
        customers = [call for call in live if self.is_customer(call)]
        others = [call for call in live if call not in customers]
        if name == "everybody_leaves":
            return customers[:1] and [
                customers[0], *(net.calls[sid] for sid in customers[0].talks_with)
            ]  # fmt: skip
        if name == "browser_closes":
            others = [call for call in others if call.to.startswith("client:")]
        return (customers if name == "line_drops" else others)[:1]

    def stage(self, call: Call) -> str:
        """Where the contact stands that the call belongs to."""
        return self.world.gate.stage_of(self.contact_of(call))

    def _record(self, name: str, call: Call) -> None:
        self.world.gate.record(name, call.sid, [self.stage(call)])

    def _phone(self, address: str, **what: Any) -> None:
        self.world.network.phones[address] = behaviour.parse({"address": address, **what})


def _keys(dice: random.Random, keys: str) -> list[dict[str, Any]]:
    """Which keys a customer presses, one Gather after the other; long waits are silence."""
    return [
        {
            "after": 30.0 if dice.random() < 0.15 else round(dice.uniform(0.3, 4.0), 2),
            "digits": dice.choice(keys),
        }
        for _ in range(12)
    ]


def _mood(dice: random.Random, telephone: bool) -> dict[str, Any]:
    """What somebody does whose phone rings now."""
    after = round(dice.uniform(0.3, 14.0), 2)
    key = {"after": round(dice.uniform(0.3, 6.0), 2)}
    mood = dice.random()
    if mood < 0.55:
        return {"answer_after": after, "press": [{**key, "digits": "1"}]}
    if mood < 0.63:
        return {"answer_after": after, "press": [{**key, "digits": "2"}]}
    if mood < 0.70:
        return {"answer_after": after, "press": [{**key, "digits": d} for d in "571"]}
    if mood < 0.76:
        return {"answer_after": after, "hang_up_after": round(dice.uniform(0.2, 6.0), 2)}
    if mood < 0.82:
        return {"voicemail": True} if telephone else {"answer_after": after}
    return dice.choice(({"never_answer": True}, *AWAY))
