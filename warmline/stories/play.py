"""Plays stories one after the other and says how each ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import requests

from warmline.stories.check import check_story
from warmline.stories.common import Story
from warmline.stories.narrator import Narrator
from warmline.stories.scene import Line, Scene, StoryFailed


@dataclass(frozen=True)
class Played:
    """How one story ended. ``failure`` is '' when it ended as told."""

    number: int
    title: str
    seconds: float
    failure: str

    @property
    def as_told(self) -> bool:
        return not self.failure


@dataclass(frozen=True)
class Theatre:
    """Where stories are played: a running system and its simulator, with the demo's users."""

    simulator: str
    web: str
    speed: float
    password: str

    def scene(self, story: Story, tell: Callable[[str], None]) -> Scene:
        """A fresh scene whose trace begins now; every line is told as it is heard."""
        narrator = Narrator(story.customer)

        def aloud(line: Line) -> None:
            sentence = narrator.sentence(line)
            if sentence:
                tell(f"{line['t']:9.1f} s  {sentence}")

        scene = Scene(self.simulator, self.web, self.speed, self.password, tell, heard=aloud)
        scene.after = scene.end_of_trace()
        return scene


def play(theatre: Theatre, story: Story, tell: Callable[[str], None]) -> Played:
    """Play one story; whatever goes wrong in it is its failure, not ours."""
    began = time.monotonic()
    failure = ""
    scene = theatre.scene(story, tell)
    try:
        story.play(scene, story.customer)
        check_story(scene)
    except (StoryFailed, requests.RequestException) as error:
        failure = str(error)
        hang_up_all(scene)
    return Played(story.number, story.title, time.monotonic() - began, failure)


def hang_up_all(scene: Scene) -> None:
    """After a failed story: nobody of it stays on a line to disturb the next."""
    for line in list(scene.lines):
        if line["kind"] == "call.dialled":
            url = f"{scene.simulator}/sim/calls/{line['call']}/hangup"
            scene.http.post(url, timeout=5)


def play_all(
    theatre: Theatre, stories: Iterable[Story], tell: Callable[[str], None]
) -> list[Played]:
    """Play the stories in their order."""
    return [play(theatre, story, tell) for story in stories]
