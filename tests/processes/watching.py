"""What the trace must show after every fault: nobody was dropped, in silence, or rung twice."""

from __future__ import annotations

from warmline.stories.scene import Line, Scene

SILENCE_S = 10.0
KINDLY = ("call you back", "will call", "goodbye")


def nobody_dropped(scene: Scene, *customers: str) -> None:
    """S1: a customer's line went down by the customer, or after they were told."""
    lines = scene.listen()
    for call in customers:
        for line in lines:
            if line["kind"] == "call.down" and line["call"] == call and line["by"] == "service":
                last = [x["text"] for x in lines if x["kind"] == "said" and x["call"] == call][-2:]
                told = any(words in text.lower() for text in last for words in KINDLY)
                assert told, f"{call} was dropped: {last}"


def silence_of(scene: Scene, call: str) -> float:
    """The longest time (simulated seconds) for which a customer heard nothing."""
    longest, since = 0.0, None
    lines = scene.listen()
    for line in lines:
        over = line["kind"] == "call.down" and line.get("call") == call
        if (line["kind"] == "hears" and line["call"] == call) or over:
            if since is not None:
                longest = max(longest, line["t"] - since)
            since = line["t"] if not over and line["what"] == "silence" else None
            if over:
                return longest
    return max(longest, lines[-1]["t"] - since) if since is not None else longest


def nobody_in_silence(scene: Scene, *customers: str) -> None:
    """S2: ten seconds without music, words or a human."""
    for call in customers:
        silence = silence_of(scene, call)
        assert silence < SILENCE_S, f"{call} heard nothing for {silence:.1f} s"


def nobody_rung_twice(scene: Scene) -> None:
    """S4: no address has two dials of ours alive at once."""
    alive: dict[str, str] = {}
    for line in scene.listen():
        if line["kind"] == "call.dialled" and line["direction"] != "inbound":
            address = _bare(line["to"])
            assert address not in alive, f"{address} is rung twice at once"
            alive[address] = line["call"]
        if line["kind"] == "call.down":
            alive = {to: call for to, call in alive.items() if call != line["call"]}


def dials_to(scene: Scene, address: str, since: int = 0) -> list[Line]:
    return [
        line
        for line in scene.listen()
        if line["kind"] == "call.dialled" and _bare(line["to"]) == address and line["seq"] > since
    ]


def talks(lines: list[Line], one: str, other: str) -> bool:
    """Whether ``one`` hears ``other`` at the end of these lines."""
    heard = [x for x in lines if x["kind"] == "hears" and x["call"] == one]
    return bool(heard) and other in heard[-1]["with"]


def all_is_well(scene: Scene, *customers: str) -> None:
    """The three of them."""
    nobody_dropped(scene, *customers)
    nobody_in_silence(scene, *customers)
    nobody_rung_twice(scene)


def _bare(address: str) -> str:
    return str(address).partition("?")[0].partition(";")[0]
