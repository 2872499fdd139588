"""The story set, each story over real HTTP; the trace of the simulator is what is asserted.

What Twilio leaves undocumented is a switch of the simulator. The stories that a switch could touch
are played a second time with every switch the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest
import requests

from simulator.switches import Switches
from warmline.stories import STORIES
from warmline.stories.common import Story, dials, expect, with_ana
from warmline.stories.play import Theatre, play
from warmline.stories.scene import Scene

OTHERWISE = {
    "early_media_join": True,
    "early_media_start": True,
    "lagging_lists": 3.0,
    "conference_sequence_start": 0,
    "end_before_leave": True,
    "ended_room_status": 400,
    "restart_wait_music": True,
    "repeated_hold_event": True,
    "conference_id_in_call_status": True,
    "removed_leg_continues": False,
    "webhook_delay_max": 1.0,
}
ROOMS = {1, 2, 5, 6, 8, 9, 10, 11, 14, 19}
"""The stories in which people enter, leave or are held in a room more than once."""


def named(story: Story) -> str:
    return f"{story.number}-{story.title.lower().replace(' ', '-')}"


def as_told(theatre: Theatre, story: Story) -> None:
    played = play(theatre, story, print)
    assert played.as_told, played.failure


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_the_story_ends_as_told(theatre: Theatre, story: Story) -> None:
    as_told(theatre, story)


@pytest.fixture
def otherwise(theatre: Theatre) -> Iterator[None]:
    """Every undocumented behaviour the other way round, for one test."""
    url = f"{theatre.simulator}/sim/switches"
    requests.post(url, json=OTHERWISE, timeout=5).raise_for_status()
    yield
    defaults = {name: value for name, value in asdict(Switches()).items() if name in OTHERWISE}
    requests.post(url, json=defaults, timeout=5).raise_for_status()


@pytest.mark.usefixtures("otherwise")
@pytest.mark.parametrize("story", [s for s in STORIES if s.number in ROOMS], ids=named)
def test_the_story_ends_as_told_whatever_twilio_leaves_open(theatre: Theatre, story: Story) -> None:
    as_told(theatre, story)


def test_a_carrier_that_reports_a_broken_line_as_completed_ends_the_contact(
    theatre: Theatre,
) -> None:
    """Some carriers do. Nobody can tell it from a customer who hung up, and nobody is called."""
    url = f"{theatre.simulator}/sim/switches"
    requests.post(url, json={"carrier_drop_status": "completed"}, timeout=5).raise_for_status()
    story = Story(19, "A broken line that looks like a goodbye", looks_like_goodbye)
    try:
        as_told(theatre, story)
    finally:
        requests.post(url, json={"carrier_drop_status": "failed"}, timeout=5).raise_for_status()


def looks_like_goodbye(scene: Scene, customer: str) -> None:
    call, ana = with_ana(scene, customer)
    scene.stage(call, "talking")
    scene.drop(call)
    scene.outcome(call, "resolved")
    scene.down(ana)
    expect(not dials(scene, customer), "nobody is called back")
