"""The trace: its kinds and fields, to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.support import ALICE, BOB, HOST, SERVICE, Town, conference

FIELDS = {
    "call.dialled": {"call", "from", "to", "direction"},
    "call.ringing": {"call"},
    "call.answered": {"call", "by"},
    "call.down": {"call", "by", "status"},
    "room.join": {"room", "call", "label"},
    "room.leave": {"room", "call", "reason"},
    "room.hold": {"room", "call"},
    "room.unhold": {"room", "call"},
    "room.end": {"room", "reason"},
    "hears": {"call", "what", "with"},
    "said": {"call", "text"},
    "pressed": {"call", "digits"},
    "sms": {"to", "body"},
    "webhook": {"url", "event", "status", "ms", "attempt"},
    "rest": {"method", "path", "status"},
    "fault": {"name"},
}
HEARS = {"silence", "ringback", "hold", "prompt", "people"}


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """One story in which every kind of line occurs."""
    town = Town()
    town.serve(
        voice='<Gather numDigits="1" action="/in"><Say>Press</Say></Gather>',
        **{"in": conference(participantLabel="customer")},
        hold="<Play>m.mp3</Play>",
    )
    town.phone(ALICE, press="1")
    town.phone(BOB, answer_after=1.0)
    alice = town.ring_in()
    town.until(lambda: alice.room != "")
    room = town.client.conferences(alice.room)
    room.participants.create(from_=SERVICE, to=BOB)
    town.until(lambda: alice.hears == "people")
    room.participants(alice.sid).update(hold=True, hold_url=f"{HOST}/hold")
    town.run(2)
    room.participants(alice.sid).update(hold=False)
    town.run(1)
    town.sim.control("POST", "/sim/faults", {"name": "webhook_duplicate"})
    room.participants(alice.sid).update(announce_url=f"{HOST}/hold")
    town.client.messages.create(to=ALICE, from_=SERVICE, body="Hello")
    town.act(alice, "hangup")
    room.update(status="completed")
    town.run(5)
    return town.net.trace.lines


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_every_kind_of_line_has_its_documented_fields(
    kind: str, lines: list[dict[str, Any]]
) -> None:
    found = [line for line in lines if line["kind"] == kind]
    assert found
    for line in found:
        assert set(line) >= FIELDS[kind] | {"seq", "t", "kind"}


def test_lines_are_numbered_from_one_and_time_never_runs_back(
    lines: list[dict[str, Any]],
) -> None:
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    times = [line["t"] for line in lines]
    assert times == sorted(times)


def test_a_hears_line_is_written_only_when_it_changes(lines: list[dict[str, Any]]) -> None:
    last: dict[str, tuple[str, list[str]]] = {}
    for line in lines:
        if line["kind"] == "hears":
            assert line["what"] in HEARS
            now = (line["what"], line["with"])
            assert last.get(line["call"]) != now
            last[line["call"]] = now


def test_a_caller_is_answered_by_a_person_and_leaves_by_himself(
    lines: list[dict[str, Any]],
) -> None:
    down = {line["by"] for line in lines if line["kind"] == "call.down"}
    assert down == {"self", "service"}
    assert {line["by"] for line in lines if line["kind"] == "call.answered"} == {"human"}


def test_the_trace_can_be_read_from_any_line_on() -> None:
    town = Town()
    town.serve(voice="<Say>Hi</Say>")
    town.ring_in()
    town.run(5)
    text = town.sim.control("GET", "/sim/trace?after=3")
    assert text.splitlines()[0].startswith('{"seq":4,"t":')
