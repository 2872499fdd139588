"""The processes of Warmline in one world: workers, clock, reconciler and journal, as actors."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from telephony.contact.codec import Corrupt, decode
from telephony.errors import StoreUnavailable
from telephony.store import keys
from telephony.store.ledger import promise_by_token
from telephony.store.ledger.tables import journal as table
from telephony.store.live import REARM_MS
from warmline.campaign.house import House
from warmline.campaign.network import World
from workers import jobs, journal, reconciler
from workers.hands import Hands
from workers.worker import BEAT_S

WORKERS = 3
RESTART_S = (0.5, 3.0)
SWEEP_S = reconciler.LOOK_S
JOURNAL_S = 15.0


class System:
    """The processes of Warmline in one world, as actors."""

    def __init__(self, house: House, world: World, calls_per_second: float) -> None:
        self.house = house
        self.world = world
        self.hub = world.hub
        self.gate = world.gate
        settings = house.services.settings.model_copy(update={"calls_per_second": calls_per_second})
        self.services = replace(house.services, settings=settings)
        self.idle: list[Any] = []
        self.watch = reconciler.Watch()
        # Until then history is compared with what is live, though nobody is on the line.
        self.compared_until = 0.0
        self._tick_at = float("inf")
        self._popped = ""
        self._outcomes: dict[str, list[str]] | None = None
        house.empty()
        house.clock.world = house.rest.world = world
        house.rest._clients.clear()
        house.line.pool.gate = world.gate
        self.gate.note = self._note
        self.gate.stage_of = self.stage_of
        self.gate.open_stages = self.open_stages
        self.gate.owner_of = self.owner_of
        self.gate.promised_to = self.promised_to
        self.gate.again = self._again
        # Leases are told apart by a number drawn from the process's own generator.
        random.seed(f"{world.network.account.sid} {world.hub.dice.random()}")

    def start(self) -> None:
        """Bring up the workers, the reconciler and the journal."""
        for number in range(WORKERS):
            self._worker(number, 0.0)
        self.world.network.clock.after(SWEEP_S, self._sweep)
        self.world.network.clock.after(JOURNAL_S, self._copy)

    def close(self) -> None:
        """No actor of this world goes on."""
        self.house.line.pool.gate = None
        self.house.clock.world = None

    # The workers ---------------------------------------------------------------------------------

    def _worker(self, number: int, after: float) -> None:
        hands = Hands(
            self.services,
            f"worker:campaign:{number}",
            self.hub.together,
            self.hub.pause,
        )
        self.hub.spawn("worker", lambda: self._work(hands, number), after=after)

    def _work(self, hands: Hands, number: int) -> None:
        """Job after job, until killed; then another worker takes its place."""
        try:
            while True:
                self._job(hands)
        except StoreUnavailable:
            # As workers/worker.py: it ends, and the supervisor starts another.
            pass
        finally:
            self._worker(number, self.hub.dice.uniform(*RESTART_S))

    def _job(self, hands: Hands) -> None:
        actor = self.hub.current
        assert actor is not None
        actor.about = ""
        while self.gate.away("workers_down"):
            self.hub.pause(1.0)
        name = self._pop()
        if not name:
            self.hub.park(self.idle)
            return
        contact = name.partition("-")[0]
        actor.about = contact
        jobs.use(hands)
        try:
            jobs.wake(contact)
        except StoreUnavailable:
            return
        except Exception as error:
            self.hub.crashed(actor, error)

    def _pop(self) -> str:
        """The oldest job: its id begins with the contact's, and its data says the same."""
        line: Any = self.house.line
        try:
            (popped,) = line.exchange(("LPOP", keys.QUEUE))
            if popped is None:
                return ""
            name = str(popped.decode())
            (data,) = line.exchange(("HGET", keys.JOB + name, "data"))
        except Exception as error:
            raise StoreUnavailable(repr(error)) from error
        if data is None:
            return self._pop()  # Redis has lost it meanwhile; RQ takes the next one, too.
        func, _, args, _ = json.loads(data)
        assert func == keys.WAKE_FUNCTION
        assert name.startswith(args[0])
        return name

    def _again(self) -> None:
        self.house.line.ask("RPUSH", keys.QUEUE, self._popped)

    # The clock -----------------------------------------------------------------------------------

    def _note(self, name: str, words: tuple[Any, ...], answer: Any) -> None:
        """Watch what is written, so that nobody has to poll: jobs wake workers, moments ticks."""
        if name == "commit":
            if "WAKE" in words:
                self.hub.wake(self.idle, 1)
            for place, word in enumerate(words):
                if word == keys.DUE and words[place - 1] == "ZADD":
                    self.tick(int(words[place + 1]))
                elif word == keys.OPEN and words[place - 1] == "HSET":
                    self.gate.entered(str(words[place + 2]))
        elif name == "due":
            self.hub.wake(self.idle)
            if answer[1]:
                self.tick(int(answer[1]))
            if answer[0]:
                self.tick(self.services.clock.now_ms() + REARM_MS)
        elif name == "LPOP" and answer is not None:
            self._popped = answer.decode()
            actor = self.hub.current
            if actor is not None:
                actor.about = self._popped.partition("-")[0]
        elif name == "ZADD" and words[1] == keys.TURNS:
            self.tick(int(words[2]))

    def tick(self, moment: int) -> None:
        """Let the clock look at that moment (ms), unless it looks earlier anyway."""
        if moment >= self._tick_at:
            return
        self._tick_at = moment
        after = (moment - self.services.clock.now_ms()) / 1000
        delay = max(0.0, after) + self.hub.dice.uniform(0.001, 0.025)
        self.world.network.clock.after(delay, lambda: self._tick(moment))

    def _tick(self, moment: int) -> None:
        if self._tick_at == moment:
            self._tick_at = float("inf")
            self.hub.spawn("clock", self._look)

    def _look(self) -> None:
        again = self.services.clock.now_ms() + 200
        try:
            if self.gate.away("clock_down"):
                # Each worker looks with its beat.
                self.hub.pause(self.hub.dice.uniform(0.0, BEAT_S))
                while self.gate.away("workers_down"):
                    self.hub.pause(1.0)
            self.services.live.due(self.services.clock.now_ms())
        except StoreUnavailable:
            self.tick(again)
        finally:
            actor = self.hub.current
            if actor is not None and actor.doomed:
                self.tick(again + 1000)

    # Sweeps --------------------------------------------------------------------------------------

    def _sweep(self) -> None:
        self.world.network.clock.after(SWEEP_S, self._sweep)
        if self._at_work():
            self.hub.spawn("reconciler", self._reconcile)

    def _reconcile(self) -> None:
        if self.gate.away("reconciler_down"):
            return
        asked: set[str] = set()
        if self.house.line.ask("EXISTS", keys.LOST):
            with suppress(StoreUnavailable):
                asked = self.services.live.asked_for()
        try:
            reconciler.look(self.services, self.watch, asked)
        except StoreUnavailable:
            return

    def _at_work(self) -> bool:
        """Whether there is anything to look at: it would be costly to look for days."""
        live = any(call.live for call in self.world.network.calls.values())
        return live or self.world.now < self.compared_until

    def _copy(self) -> None:
        self.world.network.clock.after(JOURNAL_S, self._copy)
        if self._at_work():
            self.hub.spawn("journal", self._journal)

    def _journal(self) -> None:
        try:
            journal.copy(self.services)
        except StoreUnavailable:
            return

    # What is so ----------------------------------------------------------------------------------

    def stage_of(self, contact_id: str) -> str:
        """The stage of a contact as it stands, '' when it is not known. No gate is passed."""
        record = self.house.line.ask("GET", keys.contact(contact_id)) if contact_id else None
        if not record:
            return ""
        try:
            return decode(record.partition(b" ")[2]).stage.value
        except Corrupt:
            return ""

    def standing(self, stage: str) -> list[str]:
        """The contacts that stand in that stage, all open ones when it is ''; in order."""
        found: dict[bytes, bytes] = self.house.line.ask("HGETALL", keys.OPEN)
        return sorted(name.decode() for name, at in found.items() if stage in ("", at.decode()))

    def owner_of(self, call: str) -> str:
        """The contact that a CallSid belongs to, '' when nobody knows."""
        found = self.house.line.ask("GET", keys.call(call))
        return found.decode() if found else ""

    def promised_to(self, token: str) -> str:
        """The contact of the promise to which this link leads."""
        return promise_by_token(self.services.ledger, token).contact_id

    def quiet(self) -> bool:
        """Whether no contact is in the middle of something; promises may be open."""
        if self.world.now < self.compared_until:
            return False
        return not {"promised"}.symmetric_difference({*self.open_stages(), "promised"})

    def outcomes_in_journal(self) -> dict[str, list[str]]:
        """The different outcomes that each contact ever had, in order."""
        if self._outcomes is None:
            self._outcomes = {}
            for contact, outcome in self._told():
                told = self._outcomes.setdefault(contact, [])
                if outcome and (not told or told[-1] != outcome):
                    told.append(outcome)
        return self._outcomes

    def _told(self) -> Iterator[tuple[str, str]]:
        """Contact and outcome of every event: what the journal has copied, then the stream."""
        if self.compared_until:
            with self.services.ledger.engine.connect() as conn:
                rows = conn.execute(select(table.c.contact_id, table.c.data).order_by(table.c.id))
                yield from [(contact, data.get("outcome", "")) for contact, data in rows]
        for _, fields in self.house.line.ask("XRANGE", keys.JOURNAL, "-", "+"):
            entry = dict(zip(fields[::2], fields[1::2], strict=True))
            yield entry[b"contact"].decode(), entry[b"outcome"].decode()

    def open_stages(self) -> list[str]:
        """The stages of all contacts that are not closed."""
        found: list[bytes] = self.house.line.ask("HVALS", keys.OPEN)
        return [stage.decode() for stage in found]
