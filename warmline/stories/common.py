"""What many stories share: the cast, and the ways into a conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warmline.stories.scene import Scene, StoryFailed

MAIN = "+12025550100"
SALES_LINE = "+12025550101"
BILLING_LINE = "+12025550102"
BILLING_DESK = "+12025550112"

ANA, BEN = "client:ana", "client:ben"
CARLA, DAN = "client:carla", "client:dan"
EVA, FINN, GINA = "client:eva", "client:finn", "client:gina"
HUGO, INES = "+12025550118", "sip:ines@pbx.harbor.example"
JACK, KIM = "client:jack", "client:kim"
EVERYBODY = (ANA, BEN, CARLA, DAN, BILLING_DESK, EVA, FINN, GINA, HUGO, INES, JACK, KIM)


@dataclass(frozen=True)
class Story:
    """One story: its number and title, the customer's own number, and how it goes."""

    number: int
    title: str
    play: Callable[[Scene, str], None]

    @property
    def customer(self) -> str:
        """Every story has a customer of its own, so that no story remembers another."""
        return f"+120255501{40 + self.number}"


def quiet_floor(scene: Scene) -> None:
    """Nobody answers unless the story says so; a softphone that is not meant is simply busy."""
    for address in EVERYBODY:
        scene.phone(address, busy=True)


def to_menu(scene: Scene, customer: str, number: str = MAIN) -> str:
    """The customer dials in and is greeted."""
    call = scene.dial_in(customer, number)
    scene.said(call, "thank you for calling")
    scene.tell("The customer dials in and hears the greeting and the menu.")
    return call


def to_department(scene: Scene, customer: str, *digits: str) -> str:
    """Through the menu by keys, until the customer waits with hold music."""
    call = to_menu(scene, customer)
    for digit in digits:
        gathered = scene.mark()
        scene.press(call, digit)
        scene.tell(f"The customer presses {digit}.")
        if digit != digits[-1]:
            scene.said(call, "press", since=gathered)
    return call


def with_ana(scene: Scene, customer: str) -> tuple[str, str]:
    """The customer talks with Ana of Sales: the beginning of every transfer. (customer, ana)."""
    quiet_floor(scene)
    scene.phone(ANA, answer_after=2)
    call = to_department(scene, customer, "1")
    ana = scene.rung(ANA)
    scene.hears(call, "people", ana)
    # Where news is slow, they hear each other before Warmline knows that they do.
    scene.stage(call, "talking")
    scene.tell("Ana of Sales takes the call; customer and agent hear each other.")
    return call, ana


def transfer(
    scene: Scene,
    customer: str,
    to: dict[str, str],
    mode: str = "warm",
    note: str = "a question about invoice 4711",
    by: str = "ana",
) -> str:
    """The agent asks for a transfer; its id."""
    answer = scene.api(by).post(
        f"/contacts/{customer[2:].lower()}/transfers", {"to": to, "mode": mode, "note": note}
    )
    if answer.status_code != 202:
        raise StoryFailed(f"transfer refused: {answer.status_code} {answer.text[:300]}")
    return str(answer.json()["id"])


def ask(scene: Scene, transfer_id: str, action: str, by: str = "ana") -> None:
    """complete, cancel, swap or merge."""
    answer = scene.api(by).post(f"/transfers/{transfer_id}/{action}")
    if answer.status_code != 202:
        raise StoryFailed(f"{action} refused: {answer.status_code} {answer.text[:300]}")


def hold(scene: Scene, customer: str, action: str, by: str = "ana") -> None:
    """hold or resume: the agent's own hold of the customer."""
    answer = scene.api(by).post(f"/contacts/{customer[2:].lower()}/{action}")
    if answer.status_code != 202:
        raise StoryFailed(f"{action} refused: {answer.status_code} {answer.text[:300]}")


def expect(condition: object, otherwise: str) -> None:
    """A story's assertion."""
    if not condition:
        raise StoryFailed(otherwise)


def joins(scene: Scene, call: str) -> list[dict[str, Any]]:
    """Every time ``call`` entered a room."""
    return [x for x in scene.listen() if x["kind"] == "room.join" and x["call"] == call]


def dials(scene: Scene, address: str) -> list[dict[str, Any]]:
    """Every time ``address`` was dialled in this story."""
    return [
        x
        for x in scene.listen()
        if x["kind"] == "call.dialled" and x["to"].partition("?")[0] == address
    ]


def goodbye(scene: Scene, customer: str, outcome: str = "resolved", line: str = "") -> None:
    """The customer has what they wanted and hangs up, on `line` where it is not their first.

    Who is gone before Warmline knows that they talk has left while they waited.
    """
    scene.stage(customer, "talking")
    scene.hang_up(line or customer)
    scene.outcome(customer, outcome)
    scene.tell(f"The customer hangs up. The contact ends as {outcome}.")
