"""`warmline bench core`: what one step of a contact is made of, on one core and without a network.

All parts are timed in one run, over the webhooks of a recorded warm transfer, and set against
reading the same records as JSON: that ratio means something on any machine, the microseconds only
on this one.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.machine import Machine, machine
from bench.recording import TOKEN, Recording, record
from telephony.contact import machine as core
from telephony.contact.codec import decode, encode
from telephony.contact.events import Event
from telephony.contact.model import Contact
from telephony.embedded import EmbeddedRedis
from telephony.store.changes import Commit, changes_of, record_of
from telephony.twilio import events, forms, signature, urls

ROUNDS = 7
_BASE = "http://127.0.0.1:8123"
_UNIT = "JSON of the record read"


@dataclass(frozen=True, slots=True)
class Part:
    """CPU time of one part (µs, the best of the rounds) and its ratio to reading the JSON."""

    name: str
    micros: float
    ratio: float


@dataclass(frozen=True, slots=True)
class _Case:
    """One conference webhook: its form, and what became of it."""

    body: bytes
    target: str
    record: bytes
    before: Contact
    event: Event
    at: int
    after: Contact


def measure(seconds: float) -> tuple[Machine, tuple[Part, ...]]:
    """Time every part for about ``seconds`` altogether."""
    with (
        tempfile.TemporaryDirectory(prefix="warmline-") as folder,
        EmbeddedRedis(Path(folder)) as server,
    ):
        cases = tuple(_cases(record(server.url, _BASE)))
    parts = _parts(cases)
    budget = seconds / len(parts) / ROUNDS
    micros = {name: _best(part, budget) for name, part in parts.items()}
    unit = micros[_UNIT]
    return machine(), tuple(Part(name, each, each / unit) for name, each in micros.items())


def _cases(recording: Recording) -> Iterator[_Case]:
    for met in recording.of(urls.STATUS_ROOM):
        news = forms.room_status(forms.fields_of(forms.pairs_of(met.body)))
        event = events.room_event(news)
        text = met.record.partition(b" ")[2]
        before = decode(text)
        if event is not None:
            after = core.step(before, event, met.at).contact
            yield _Case(met.body, met.target, text, before, event, met.at, after)


def _parts(cases: Sequence[_Case]) -> dict[str, Callable[[], int]]:
    handled = [case for case in cases if case.after.version != case.before.version]
    stale = [case for case in cases if case.after.version == case.before.version]
    return {
        _UNIT: _each(cases, lambda case: json.loads(case.record)),
        "form split, checked, read": _each(cases, lambda case: _read(case.body)),
        "signature checked": _signature(cases),
        "contact decoded": _each(cases, lambda case: decode(case.record)),
        "contact encoded": _each(cases, lambda case: encode(case.after)),
        "step, handled": _each(handled, lambda case: core.step(case.before, case.event, case.at)),
        "step, stale": _each(stale, lambda case: core.step(case.before, case.event, case.at)),
        "changes listed (with encoding)": _each(handled, lambda case: changes_of(_commit(case))),
    }


def _each(cases: Sequence[_Case], do: Callable[[_Case], object]) -> Callable[[], int]:
    """Do it for every case; how many times that was."""

    def all_of_them() -> int:
        for case in cases:
            do(case)
        return len(cases)

    return all_of_them


def _signature(cases: Sequence[_Case]) -> Callable[[], int]:
    verifier = signature.verifier(TOKEN, _BASE)
    pairs = {case.body: forms.pairs_of(case.body) for case in cases}
    signed = {
        case.body: signature.sign(TOKEN, _BASE + case.target, pairs[case.body]) for case in cases
    }
    return _each(
        cases, lambda case: verifier.valid(case.target, pairs[case.body], signed[case.body])
    )


def _read(body: bytes) -> object:
    return forms.room_status(forms.fields_of(forms.pairs_of(body)))


def _commit(case: _Case) -> Commit:
    ready = core.ready(case.after, case.at)
    text = record_of(case.after)
    return Commit(case.before, case.after, text, case.event, case.at, ready, False, 5000, "mark")


def _best(part: Callable[[], int], budget: float) -> float:
    """CPU microseconds for one, in the best of the rounds: what others do only adds to it."""
    best = float("inf")
    for _ in range(ROUNDS):
        done, began = 0, time.process_time()
        while (spent := time.process_time() - began) < budget or not done:
            done += part()
        best = min(best, spent / done)
    return best * 1e6


def sentences(measured: tuple[Machine, tuple[Part, ...]]) -> list[str]:
    """The result for people."""
    where, parts = measured
    rows = [f"{part.name:<34}{part.micros:>8.1f}{part.ratio:>8.1f}" for part in parts]
    return [f"Machine: {where.words()}", f"{'':<34}{'µs':>8}{'ratio':>8}", *rows]


def data(measured: tuple[Machine, tuple[Part, ...]]) -> dict[str, object]:
    """The result for programs."""
    where, parts = measured
    return {
        "machine": where.data(),
        "parts": {part.name: {"us": part.micros, "ratio": part.ratio} for part in parts},
    }
