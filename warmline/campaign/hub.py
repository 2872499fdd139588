"""Actors on the virtual clock: who runs next is decided by seeded delays at every gate.

An actor is a greenlet: ordinary code that gives way wherever it talks to Redis or to Twilio. Its
turn comes again after a small delay drawn from the world's dice, so that two actors overtake each
other in every possible way, and in the same way again when the seed is the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from simulator.clock import Clock

T = TypeVar("T")


class Killed(BaseException):
    """The process of this actor was killed. Nothing of ours catches it, as with SIGKILL."""


class Actor:
    """One thread of work: a webhook, a job, a tick, a sweep. ``about`` is its contact, if known."""

    def __init__(self, hub: Hub, kind: str, about: str, work: Callable[[], None]) -> None:
        self.hub = hub
        self.kind = kind
        self.about = about
        self.doomed = False
        self.over = False
        self.parent: Actor | None = None
        self.children: list[Actor] = []
        self.standing: list[Actor] | None = None
        self._work = work
        self._greenlet = greenlet(self._run, parent=hub.main)

    def resume(self) -> None:
        """Go on until the next gate. From the clock only."""
        if self.over:
            return
        self.hub.current = self
        self._greenlet.switch()
        self.hub.current = None

    @property
    def root(self) -> Actor:
        """The actor that stands for the process: side by side work belongs to its parent's."""
        return self if self.parent is None else self.parent.root

    def doom(self) -> None:
        """Its process is gone: at the next gate it ends, and nothing it does arrives any more."""
        self.doomed = True
        if self.standing is not None:
            self.standing.remove(self)
            self.standing = None
            self.hub.clock.after(0.0, self.resume)
        for child in self.children:
            child.doom()

    def _run(self) -> None:
        try:
            self._work()
        except Killed:
            pass
        except Exception as error:
            self.hub.crashed(self, error)
        finally:
            self.over = True


class Hub:
    """All actors of one world."""

    def __init__(self, clock: Clock, dice: random.Random) -> None:
        self.clock = clock
        self.dice = dice
        self.main = getcurrent()
        self.current: Actor | None = None
        self.crashes: list[str] = []

    def spawn(
        self, kind: str, work: Callable[[], None], *, about: str = "", after: float = 0.0
    ) -> Actor:
        """A new actor, which begins after so many seconds."""
        actor = Actor(self, kind, about, work)
        self.clock.after(after, actor.resume)
        return actor

    def pause(self, seconds: float) -> None:
        """Let others go on for so long. Outside of actors nothing happens."""
        actor = self.current
        if actor is None:
            return
        if actor.doomed:
            raise Killed
        self.clock.after(seconds, actor.resume)
        self.main.switch()
        if actor.doomed:
            raise Killed

    def park(self, waiting: list[Actor]) -> None:
        """Stand in line until somebody calls `wake`."""
        actor = self.current
        assert actor is not None
        waiting.append(actor)
        actor.standing = waiting
        self.main.switch()
        if actor.doomed:
            raise Killed

    def wake(self, waiting: list[Actor], most: int = 1_000) -> None:
        """Let the first in that line go on."""
        for actor in waiting[:most]:
            actor.standing = None
            self.clock.after(self.jitter(), actor.resume)
        del waiting[:most]

    def jitter(self) -> float:
        """How long a step of a process takes: mostly some hundred microseconds, seldom long."""
        dice = self.dice.random()
        if dice < 0.9:
            return 0.0002 + 0.0008 * dice
        if dice < 0.99:
            return self.dice.uniform(0.001, 0.01)
        return self.dice.uniform(0.01, 0.08)

    def crashed(self, actor: Actor, error: Exception) -> None:
        """Something raised that nobody caught: kept for the report."""
        self.crashes.append(f"{actor.kind} {actor.about}: {error!r}"[:300])

    def together(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        """Do several things side by side, each as an actor; results in the order of completion."""
        parent = self.current
        assert parent is not None
        done: list[T] = []
        broken: list[Exception] = []
        waiting: list[Actor] = []

        def child(task: Callable[[], T]) -> Callable[[], None]:
            def work() -> None:
                try:
                    done.append(task())
                except Exception as error:
                    broken.append(error)
                self.wake(waiting)

            return work

        for task in tasks:
            actor = self.spawn(parent.kind, child(task), about=parent.about)
            actor.parent = parent
            parent.children.append(actor)
        for place in range(len(tasks)):
            while len(done) <= place:
                if broken:
                    raise broken[0]
                self.park(waiting)
            yield done[place]
        parent.children = []
