"""Random stories: whatever people and programs do, the network stays consistent."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from simulator.world import Call
from tests.simulator.support import BOB, CAROL, HOST, SERVICE, Town, conference

DOCUMENTS: list[str | Response] = [
    "<Say>Hello</Say>",
    '<Gather numDigits="1" action="/d1"><Say>Press</Say></Gather><Redirect>/d2</Redirect>',
    f'<Dial action="/d0">{conference(waitUrl="/wait", endConferenceOnExit="true")[6:-7]}</Dial>',
    conference(
        "two", startConferenceOnEnter="false", statusCallback="/s", statusCallbackEvent="end"
    ),
    f'<Dial action="/d4" timeout="9"><Number url="/d0">{BOB}</Number><Client>ana</Client></Dial>',
    f'<Dial hangupOnStar="true">{CAROL}</Dial><Say>after</Say>',
    '<Enqueue action="/d0" waitUrl="/wait">line</Enqueue>',
    "<Dial timeout='8' action='/d3'><Queue>line</Queue></Dial>",
    "<Reject/>",
    "<Record timeout='1' action='/d0'/>",
    "<Nonsense/><Leave/><Pause length='3'/>",
    Response(status=500),
    Response("<Resp", mimetype="text/xml"),
]
WAITS: list[str | Response] = [
    "<Play>m.mp3</Play><Redirect/>",
    "<Say>x</Say>",
    "<Dial/>",
    "<Leave/>",
]
PEOPLE = [BOB, CAROL, "client:ana", "+15550100009", "sip:x@example.com"]


class Story:
    """One seeded run of anything at any time."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.town = Town(seed=seed)
        self.town.net.update_number(self.town.number.sid, {"voice_url": f"{HOST}/d0"})
        for number in range(8):
            self.town.serve(**{f"d{number}": lambda fields: self.dice.choice(DOCUMENTS)})
        self.town.serve(wait=lambda fields: self.dice.choice(WAITS))
        for who in PEOPLE:
            self.town.phone(who, **self.behaviour())

    def behaviour(self) -> dict[str, Any]:
        roll = self.dice.random
        keys = {"press": self.dice.choice(["1", "*", "12#"]), "repeat": roll() < 0.5}
        kind = self.dice.choice(["busy", "reject", "voicemail", "never_answer", "unreachable", ""])
        if kind and roll() < 0.4:
            keys[kind] = True
        else:
            keys["answer_after"] = roll() * 5
        if roll() < 0.3:
            keys[self.dice.choice(["hang_up_after", "drop_after"])] = roll() * 20
        return keys

    def anything(self) -> None:
        town, dice = self.town, self.dice
        live = [call for call in town.net.calls.values() if call.live]
        call = dice.choice(live) if live else None
        room = dice.choice([c.room for c in live if c.room] or [""])
        deeds: list[Any] = [
            lambda: town.ring_in(f"+1555030{dice.randrange(9999):04d}"),
            lambda: town.call_out(dice.choice(PEOPLE), url=f"{HOST}/d1"),
            lambda: town.client.conferences(room or "room").participants.create(
                from_=SERVICE, to=dice.choice(PEOPLE), label=dice.choice(["a", "b", "c"])
            ),
        ]
        if call is not None:
            leg: Call = call
            deeds += [
                lambda: town.act(leg, dice.choice(["answer", "hangup", "drop"])),
                lambda: town.act(leg, "digits", digits=dice.choice(["1", "*"])),
                lambda: town.client.calls(leg.sid).update(url=f"{HOST}/d5"),
                lambda: town.client.calls(leg.sid).update(status="completed"),
            ]
            deeds += self.in_room(leg)
        with suppress(TwilioRestException, ValueError):
            dice.choice(deeds)()

    def in_room(self, leg: Call) -> list[Any]:
        if not leg.room:
            return []
        room = self.town.client.conferences(leg.room)
        part = room.participants(leg.sid)
        flag = self.dice.random() < 0.5
        return [
            lambda: part.update(hold=flag, hold_url=f"{HOST}/wait"),
            lambda: part.update(muted=flag, end_conference_on_exit=flag),
            lambda: part.update(announce_url=f"{HOST}/wait"),
            part.delete,
            lambda: room.update(status="completed", announce_url=f"{HOST}/wait"),
        ]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_everything_ends_once_and_nothing_is_left_over(seed: int) -> None:
    story = Story(seed)
    town, net = story.town, story.town.net
    for _ in range(60):
        story.anything()
        town.run(story.dice.random() * 4)
    for call in list(net.calls.values()):
        if call.live:
            town.act(call, "hangup")
    town.run(120)
    assert not any(call.live for call in net.calls.values())
    assert net.open_rooms == {}
    assert not any(queue.members for queue in net.queues.values())
    assert not net.servers
    assert not net.served
    down = [line["call"] for line in town.lines("call.down")]
    assert sorted(down) == sorted(net.calls)
    ended = [line["room"] for line in town.lines("room.end")]
    assert sorted(ended) == sorted(net.conferences)
    joins = [(line["room"], line["call"]) for line in town.lines("room.join")]
    leaves = [(line["room"], line["call"]) for line in town.lines("room.leave")]
    assert sorted(joins) == sorted(leaves)
    answered = [line["call"] for line in town.lines("call.answered")]
    assert len(answered) == len(set(answered))
    assert [line["seq"] for line in net.trace.lines] == list(range(1, len(net.trace.lines) + 1))


def test_the_same_seed_tells_the_same_story_byte_for_byte() -> None:
    def told(seed: int) -> str:
        story = Story(seed)
        for _ in range(60):
            story.anything()
            story.town.run(story.dice.random() * 4)
        return str(story.town.sim.control("GET", "/sim/trace"))

    assert told(11) == told(11)
