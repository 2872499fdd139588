"""`warmline bench screen`: from the server's decision to the softphone's screen.

A real system and a real Chromium. Ana talks with a customer; again and again she starts a transfer
and takes the customer back. The clock starts when Redis has the decision (the id of the journal's
entry) and stops in the animation frame in which her page shows it. Meanwhile the one web process
holds `STREAMS` streams of live events, and other customers call, wait and hang up.

The second figure: webhooks with those streams open against webhooks without, in alternating rounds
of one run. Each webhook that changes its contact is itself an event that the streams may want.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import requests

from bench.load import percentile
from bench.machine import Machine, machine
from bench.streams import agents, held
from bench.webhooks import BATCH, system
from console.seed import PASSWORD
from telephony.errors import WarmlineError
from telephony.store.ledger import open_ledger
from telephony.store.live import Live
from warmline.own_system import own_system
from warmline.stories.common import BILLING_LINE, EVA, ask, transfer, with_ana
from warmline.stories.scene import Scene

STREAMS = 200
PEOPLE = 20
GOAL_MS = 150
GOAL_RATIO = 0.9
ROUNDS = 9
BETWEEN_CALLS_S = 0.3
STAY_S = 2.5
_PATIENCE_MS = 30_000
_HTTP_S = 10.0
_QUICK = {"calls_per_second": 0, "ring_delay": 0, "speech_rate": 1000}
# In the frame after the change, because that is when somebody can see it.
_WATCH = """() => {
  const shown = () => Boolean(document.querySelector('.transfer'));
  let was = shown();
  window.seen = [];
  new MutationObserver(() => {
    if (shown() === was) return;
    was = shown();
    const is = was;
    requestAnimationFrame(() => window.seen.push([is, performance.timeOrigin + performance.now()]));
  }).observe(document.body, { childList: true, subtree: true });
}"""


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds from decision to screen; and webhooks with streams against webhooks without.

    `ratios` of their rates, one a round; `cpu` is the ratio of the web process's CPU time, which
    other programs on the machine disturb less (0 where it cannot be read).
    """

    screen: tuple[float, ...]
    events: int
    ratios: tuple[float, ...]
    rate: float
    cpu: float
    load_before: float
    machine: Machine


def measure(count: int, seconds: float) -> Result:
    """`count` decisions, then rounds of about `seconds`. Raises WarmlineError without a browser."""
    before = os.getloadavg()[0]
    screen, events = _screen(count)
    ratios, rates, cpu = _webhooks(seconds)
    return Result(tuple(screen), events, tuple(ratios), median(rates), cpu, before, machine())


# -- to the screen -------------------------------------------------------------------------------


def _screen(count: int) -> tuple[list[float], int]:
    environ = {"WARMLINE_DEMO_MODE": "true", "WARMLINE_CALLS_PER_SECOND": "1000"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warmline-")))
        running = stack.enter_context(own_system(folder, environ=environ))
        book = open_ledger(running.environment["WARMLINE_DATABASE_URL"])
        # One stream more is the page's own.
        tokens = agents(book, [f"agent{number}" for number in range(PEOPLE)], STREAMS - 1)
        book.close()
        where = urlsplit(running.web_url)
        stack.enter_context(held(str(where.hostname), int(where.port or 0), tokens))
        scene = Scene(running.simulator_url, running.web_url, 1, PASSWORD, lambda sentence: None)
        scene.control("switches", _QUICK)
        call, _ = with_ana(scene, "+12025550199")
        scene.phone(EVA, never_answer=True)
        scene.stage(call, "talking")
        live = Live.at(running.environment["WARMLINE_REDIS_URL"])
        stack.callback(live.close)
        page = stack.enter_context(_ana(running.web_url))
        start = live.feed.last_id()
        with _others_call(running.simulator_url):
            for _ in range(count):
                _there_and_back(scene, page, call)
        decided, events = _decided(live, start, call)
        seen = [at for shown, at in page.evaluate("window.seen") if shown]
    return [at - when for when, at in zip(decided, seen, strict=True)], events


def _there_and_back(scene: Scene, page: Any, call: str) -> None:
    name = transfer(scene, call, {"agent": "eva"})
    page.locator(".transfer").wait_for()
    ask(scene, name, "cancel")
    page.locator(".transfer").wait_for(state="hidden")
    scene.stage(call, "talking")


def _decided(live: Live, after: str, call: str) -> tuple[list[int], int]:
    """When Redis had each transfer (ms since the epoch), and how many events there were in all."""
    decided: list[int] = []
    events = 0
    while entries := live.feed.read(after):
        events += len(entries)
        after = entries[-1].id
        mine = [e for e in entries if e.kind == "TransferAsked" and e.contact == call[2:].lower()]
        decided += [int(each.id.partition("-")[0]) for each in mine]
    return decided, events


@contextmanager
def _ana(web: str) -> Iterator[Any]:
    """Ana's softphone in a Chromium; her call is on it."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise WarmlineError(
            "This bench needs Playwright.", what_to_do="Install the extra: pip install '.[test]'."
        ) from None
    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(base_url=web)
        page.set_default_timeout(_PATIENCE_MS)
        page.request.post("/api/v1/session", data={"name": "ana", "password": PASSWORD})
        page.goto("/")
        page.get_by_text("On this call").wait_for()
        page.evaluate(_WATCH)
        yield page
        browser.close()


@contextmanager
def _others_call(simulator: str) -> Iterator[None]:
    """Customers call Billing one after the other, wait a little and hang up."""
    end = threading.Event()

    def call() -> None:
        http = requests.Session()
        there: list[tuple[float, str]] = []
        number = 0
        while not end.wait(BETWEEN_CALLS_S):
            number += 1
            body = {"from": f"+1202557{number:04d}", "to": BILLING_LINE}
            sid = http.post(f"{simulator}/sim/calls", json=body, timeout=_HTTP_S).json()["sid"]
            there.append((time.monotonic(), str(sid)))
            while there and time.monotonic() - there[0][0] > STAY_S:
                http.post(f"{simulator}/sim/calls/{there.pop(0)[1]}/hangup", timeout=_HTTP_S)

    thread = threading.Thread(target=call, name="others", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(2 * _HTTP_S)


# -- beside webhooks -----------------------------------------------------------------------------


def _webhooks(seconds: float) -> tuple[list[float], list[float], float]:
    """The ratios of rates with to without streams, the rates with, and the ratio of CPU."""
    with system() as measured:
        book = open_ledger(measured.database_url)
        # The contacts of this bench are Ana's and Carla's; the others hear of other contacts.
        names = ["ana", "carla", *(f"agent{number}" for number in range(PEOPLE - 2))]
        tokens = agents(book, names, STREAMS)
        book.close()
        port = measured.webhook_port
        measured.run(port, BATCH)
        count = max(BATCH, int(measured.run(port, BATCH).load.rate * seconds))
        ratios, rates, cpu = [], [], []
        for _ in range(ROUNDS):
            without = measured.run(port, count)
            with held("127.0.0.1", port, tokens):
                beside = measured.run(port, count)
            ratios.append(beside.load.rate / without.load.rate)
            rates.append(beside.load.rate)
            cpu.append((without.web_cpu or 0.0, beside.web_cpu or 0.0))
    used = [sum(each) for each in zip(*cpu, strict=True)]
    return ratios, rates, used[1] / used[0] if used[0] else 0.0


# -- in words ------------------------------------------------------------------------------------


def sentences(result: Result) -> list[str]:
    """The result for people."""
    told = data(result)
    ratios = " ".join(f"{ratio:.2f}" for ratio in result.ratios)
    return [
        f"Machine: {result.machine.words()} (before: {result.load_before:.2f})",
        f"Decision → screen with {STREAMS} streams: p50 {told['p50_ms']}, p95 {told['p95_ms']}, "
        f"most {told['most_ms']} ms ({len(result.screen)} transfers among {result.events} events; "
        f"the goal is a p95 of {GOAL_MS} ms)",
        f"Webhooks with {STREAMS} streams to without: {told['ratio']} (rounds: {ratios}; "
        f"the goal is {GOAL_RATIO}); {result.rate:.0f} req/s beside them; web CPU "
        f"a request: {result.cpu:.2f} times as much",
    ]


def data(result: Result) -> dict[str, object]:
    """The result for programs."""
    return {
        "machine": result.machine.data(),
        "load_before": result.load_before,
        "streams": STREAMS,
        "count": len(result.screen),
        "events": result.events,
        "p50_ms": round(percentile(result.screen, 0.5)),
        "p95_ms": round(percentile(result.screen, 0.95)),
        "most_ms": round(max(result.screen)),
        "ratio": round(median(result.ratios), 2),
        "cpu_ratio": round(result.cpu, 2),
        "ratios": [round(ratio, 2) for ratio in result.ratios],
    }
