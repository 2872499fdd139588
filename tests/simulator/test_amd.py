"""Answering machine detection."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.support import BOB, HOST, SERVICE, Town, conference


def _town(machine: bool, greeting: float = 4.0) -> Town:
    town = Town()
    town.phone(BOB, answer_after=1.0, voicemail=machine, greeting=greeting)
    town.serve(out="<Say>Hello</Say><Pause length='60'/>")
    return town


@pytest.mark.parametrize(
    ("machine", "mode", "found"),
    [
        (False, "Enable", "human"),
        (True, "Enable", "machine_start"),
        (True, "DetectMessageEnd", "machine_end_beep"),
        (False, "DetectMessageEnd", "human"),
    ],
)
def test_synchronous_detection_holds_the_document_until_the_verdict(
    machine: bool, mode: str, found: str
) -> None:
    """fact: §3.6 sync AMD blocks the TwiML request; AnsweredBy is sent along."""
    town = _town(machine)
    call = town.call_out(machine_detection=mode)
    town.run(1.5)
    assert call.status == "in-progress"
    assert not town.app.asked("/out")
    town.run(6)
    assert town.app.asked("/out")[0]["AnsweredBy"] == found
    assert call.answered_by == found


def test_a_greeting_longer_than_the_timeout_is_unknown() -> None:
    """fact: §3.6 MachineDetectionTimeout; unknown."""
    town = _town(machine=True, greeting=40.0)
    call = town.call_out(machine_detection="DetectMessageEnd", machine_detection_timeout=10)
    town.run(15)
    assert call.answered_by == "unknown"


def test_asynchronous_detection_runs_the_document_at_once_and_reports_later() -> None:
    """fact: §3.6 AsyncAmd: callback with AnsweredBy and MachineDetectionDuration in ms."""
    town = _town(machine=True)
    town.call_out(
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{HOST}/amd",
    )
    town.run(2)
    assert town.app.asked("/out")
    assert not town.app.asked("/amd")
    town.run(5)
    told = town.app.asked("/amd")[0]
    assert (told["AnsweredBy"], told["MachineDetectionDuration"]) == ("machine_start", "3000")


def _participant(town: Town, **options: Any) -> None:
    town.serve(voice=conference())
    town.ring_in()
    town.client.conferences("room").participants.create(from_=SERVICE, to=BOB, **options)
    town.run(10)


def test_a_participants_detection_never_holds_the_join() -> None:
    """fact: §1.3 AmdStatusCallback on Participants; the leg joins when it is answered."""
    town = _town(machine=True)
    _participant(
        town, machine_detection="Enable", amd_status_callback=f"{HOST}/amd", label="receiver"
    )
    assert town.app.asked("/amd")[0]["AnsweredBy"] == "machine_start"
    joined = town.lines("room.join", label="receiver")[0]["t"]
    assert joined == town.lines("call.answered", by="machine")[0]["t"]


def test_a_participants_detection_without_a_callback_is_warned_of() -> None:
    """fact: §1.3 warning 21262."""
    town = _town(machine=False)
    _participant(town, machine_detection="Enable")
    assert [a.code for a in town.net.alerts] == [21262]


def test_detection_on_a_dialled_number_reports_to_its_noun() -> None:
    """fact: §3.6 AMD works on Dial's Number."""
    town = _town(machine=True)
    noun = f'<Number machineDetection="Enable" amdStatusCallback="/amd">{BOB}</Number>'
    town.serve(voice=f"<Dial>{noun}</Dial>")
    town.ring_in()
    town.run(8)
    assert town.app.asked("/amd")[0]["AnsweredBy"] == "machine_start"


def test_the_end_tells_who_answered() -> None:
    """fact: §3.4 AnsweredBy in the completed callback when AMD ran."""
    town = _town(machine=True)
    call = town.call_out(machine_detection="Enable", status_callback=f"{HOST}/status")
    town.run(8)
    town.act(call, "hangup")
    town.run(1)
    assert town.app.asked("/status")[0]["AnsweredBy"] == "machine_start"
