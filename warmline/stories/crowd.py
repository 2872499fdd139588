"""The story of a busy hour."""

from __future__ import annotations

from warmline.stories.common import EVERYBODY, HUGO, INES, MAIN, expect
from warmline.stories.scene import Line, Scene

CUSTOMERS = 20
TALK_SECONDS = 4.0


def twenty(scene: Scene, customer: str) -> None:
    """18: twenty customers at once over three departments; every one of them talks to a person."""
    for address in EVERYBODY:
        keys = {"press": "1", "repeat": True} if address.startswith(("+", "sip:")) else {}
        scene.phone(address, answer_after=2, **keys)
    expect({HUGO, INES} <= set(EVERYBODY), "phones and SIP take part")
    calls = [scene.dial_in(f"+120255502{10 + n}", MAIN) for n in range(CUSTOMERS)]
    for place, call in enumerate(calls):
        scene.said(call, "thank you for calling")
        scene.press(call, str(place % 3 + 1))
    scene.tell(f"{CUSTOMERS} customers call within a moment, for Sales, Billing and Support.")
    served: set[str] = set()
    asked: dict[str, int] = {}

    def all_served(lines: list[Line]) -> bool:
        for call in calls:
            if call in served:
                continue
            if _asked(lines, call) > asked.get(call, 0):
                # On a slow machine the rounds end before everybody's turn has come.
                asked[call] = _asked(lines, call)
                scene.press(call, "1")
            if _talked(lines, call):
                scene.hang_up(call)
                served.add(call)
        return len(served) == len(calls)

    scene.wait("every customer has talked to a person", all_served, patience=900)
    for call in calls:
        scene.outcome(call, "resolved")
    together = [x for x in scene.lines if x["kind"] == "hears" and len(x.get("with", [])) > 1]
    expect(not together, "no customer hears another's conversation")
    scene.tell("All twenty have talked to a person; nobody was lost, nobody heard somebody else.")


def _asked(lines: list[Line], call: str) -> int:
    """How often the customer was asked whether to keep waiting."""
    said = [x["text"] for x in lines if x["kind"] == "said" and x["call"] == call]
    return sum("to keep waiting" in text.lower() for text in said)


def _talked(lines: list[Line], call: str) -> bool:
    heard = [x for x in lines if x["kind"] == "hears" and x["call"] == call]
    last = max((x["t"] for x in lines), default=0.0)
    return bool(heard) and heard[-1]["what"] == "people" and last - heard[-1]["t"] > TALK_SECONDS
