"""What people do at a moment that a plan names, apart from calling, answering and hanging up.

Agents hold their customer themselves, or promise a callback while they talk; customers move or
cancel a promise by the link that was sent to them. Each deed waits for its opportunity and has
dice of its own, so that a plan without it stays what it was.
"""

from __future__ import annotations

import random
import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulator import calls
from simulator.transport import Delivery, Outcome
from simulator.world import Call
from warmline.campaign.faults import Planned
from warmline.campaign.network import BASE, Line

if TYPE_CHECKING:
    from warmline.campaign.people import People

AGAIN_S = 1.0
"""So often a customer looks whether the moment for the link has come."""
ASKED_AGAIN_S = 3.0
"""So long an agent waits whose button did not work, before pressing it again."""
LATER_MS = (0, 0, 3_600_000)

_LINK = re.compile(re.escape(BASE) + r"/p/[A-Za-z0-9_-]+")
_OFFER = re.compile(r'name="at" value="(\d+)"')
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def befall(people: People, planned: Planned) -> bool:
    """Do it if it can be done now. A link waits for the message that brings it."""
    if planned.name.startswith("link_"):
        people.links.append(planned)
        return True
    pair = _in_talk(people, planned.stage)
    if pair is None:
        return False
    contact = people.contact_of(pair[0])
    _record(people, planned.name, contact)
    deed = _hold if planned.name == "agent_holds" else _promise
    deed(people, contact, pair[1], _dice(people, planned))
    return True


def _in_talk(people: People, stage: str) -> tuple[Call, Call] | None:
    """A customer whose contact is in that stage, if one is named, and whom they talk with."""
    known = people.world.network.calls
    for call in known.values():
        if call.live and call.hears == "people" and people.is_customer(call):
            other = next((known[sid] for sid in call.talks_with if known[sid].live), None)
            if other is not None and stage in ("", people.stage(call)):
                return call, other
    return None


def _dice(people: People, planned: Planned) -> random.Random:
    return random.Random(f"{people.plan.seed} {planned.name} {planned.at}")


def _record(people: People, name: str, contact: str) -> None:
    gate = people.world.gate
    gate.record(name, contact, [gate.stage_of(contact)])


# The agent's own hold ----------------------------------------------------------------------------


def _hold(people: People, contact: str, agent: Call, dice: random.Random) -> None:
    """Hold the customer; resume after a while, or hang up and leave them there."""
    who = people.who(agent)
    leaves, after = dice.random() < 0.25, dice.uniform(1.0, 25.0)

    def told(outcome: Outcome) -> None:
        people.answers[f"hold {outcome.status}"] += 1

    def go_on() -> None:
        if leaves and agent.live:
            calls.hang_up(people.world.network, agent)
        elif agent.live:
            people.ask(who, f"/contacts/{contact}/resume", {}, resumed)

    def resumed(outcome: Outcome) -> None:
        people.answers[f"resume {outcome.status}"] += 1
        if outcome.status not in (202, 404, 409):
            people.world.network.clock.after(ASKED_AGAIN_S, go_on)

    people.ask(who, f"/contacts/{contact}/hold", {}, told)
    people.world.network.clock.after(after, go_on)


# Promises ----------------------------------------------------------------------------------------


def _promise(people: People, contact: str, agent: Call, dice: random.Random) -> None:
    """Promise the customer a callback; the call goes on."""
    net = people.world.network
    later = dice.choice(LATER_MS)
    now = int((net.epoch.timestamp() + net.clock.now) * 1000)
    wish: dict[str, Any] = {"not_before": now + later if later else 0, "note": "about invoice 7"}
    if dice.random() < 0.3:
        wish["agent"] = "ana"

    def told(outcome: Outcome) -> None:
        people.answers[f"callback {outcome.status}"] += 1

    people.ask(people.who(agent), f"/contacts/{contact}/callbacks", wish, told)


def read(people: People, line: Line) -> None:
    """A text message has come to a customer, who follows its link if they mean to."""
    link = _LINK.search(line["body"])
    if link is None or not people.links or line["to"] not in people.customers:
        return
    planned = people.links.pop(0)
    dice = _dice(people, planned)
    people.world.network.clock.after(
        dice.uniform(0.5, 30.0), lambda: _follow(people, planned, link[0], dice)
    )


def _follow(people: People, planned: Planned, link: str, dice: random.Random) -> None:
    """Open the page when the time has come, and press one of its buttons a little later."""
    contact = people.world.gate.promised_to(link.rpartition("/")[2])
    if planned.stage and people.world.gate.stage_of(contact) != planned.stage:
        if not people.patient:
            again = partial(_follow, people, planned, link, dice)
            people.world.network.clock.after(AGAIN_S, again)
        return
    _record(people, planned.name, contact)

    def opened(outcome: Outcome) -> None:
        people.answers[f"link {outcome.status}"] += 1
        offers = _OFFER.findall(outcome.body.decode())
        if planned.name == "link_cancels":
            _post(people, link, {"do": "cancel"})
        elif offers:
            _post(people, link, {"do": "move", "at": dice.choice(offers)})

    people.world.submit(Delivery("GET", link, (), b"", 5.0, 15.0), opened)


def _post(people: People, link: str, form: dict[str, str]) -> None:
    def told(outcome: Outcome) -> None:
        people.answers[f"{form['do']} by link {outcome.status}"] += 1

    body = urlencode(form).encode()
    people.world.submit(Delivery("POST", link, _FORM, body, 5.0, 15.0), told)
