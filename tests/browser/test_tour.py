"""The printed tour of `warmline demo`, walked as it is printed, in three real windows."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.support import watch
from warmline.running import Running
from warmline.stories.common import ANA, CARLA, MAIN
from warmline.stories.scene import Scene

SPEED = 1.0
LONG_MS = 45_000
PRINTED_S = 60.0
_WINDOW = re.compile(r"^  (\w+) +(http\S+) +(.+)$")
_STEP = re.compile(r"^  \d+\. (\w+): (.+)$")
_DO = re.compile(r"\[(.+?)\]|“(.+?)”")


@pytest.fixture
def printed(system: Running, tmp_path: Path) -> Iterator[str]:
    """What the command prints, for the system that runs; it stays until the test is over."""
    folder = system.environment["WARMLINE_DATA_DIR"]
    out = tmp_path / "printed"
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "warmline", "demo", "--tour", "--data-dir", folder],
            stdout=file,
            stderr=subprocess.STDOUT,
            # Whoever runs the tests in the background may have Ctrl-C ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        try:
            until = time.monotonic() + PRINTED_S
            while "Ctrl-C stops" not in (text := out.read_text()):
                assert process.poll() is None, text
                assert time.monotonic() < until, text
                time.sleep(0.1)
            yield text
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


@pytest.fixture
def windows(browser: Browser, printed: str) -> Iterator[dict[str, Page]]:
    """The windows of the tour, opened as it says, each a browser of its own."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    pages: dict[str, Page] = {}
    for found in filter(None, map(_WINDOW.match, printed.splitlines())):
        name, address, how = found.groups()
        contexts.append(browser.new_context(permissions=["microphone", "notifications"]))
        contexts[-1].set_default_timeout(LONG_MS)
        pages[name] = contexts[-1].new_page()
        watch(pages[name], complaints)
        pages[name].goto(address)
        do(pages[name], how)
    yield pages
    for context in contexts:
        context.close()
    assert complaints == []


def do(page: Page, words: str) -> None:
    """Press what stands in brackets and write what stands in quotes, in their order."""
    for label, text in _DO.findall(words):
        if text:
            page.keyboard.type(text)
            continue
        button = page.get_by_role("button", name=re.compile(rf"^{re.escape(label)}\b"))
        rosas = page.get_by_role("button", name=f"{label}, Rosa", exact=True)
        if re.fullmatch(r"\d", label):
            # Somebody who reads the tour presses a key when the menu is heard.
            expect(page.locator(".said")).to_contain_text("Thank you", timeout=LONG_MS)
        (rosas if rosas.count() else button).first.click(timeout=LONG_MS)


def test_the_printed_tour_is_a_whole_warm_transfer(
    printed: str, windows: dict[str, Page], scene: Scene
) -> None:
    assert sorted(windows) == ["Ana", "Carla", "Phones"]
    steps = list(filter(None, map(_STEP.match, printed.splitlines())))
    assert len(steps) == 8
    for step in steps[:-1]:
        do(windows[step[1]], step[2])
    ana, carla = scene.rung(ANA), scene.rung(CARLA)
    assert scene.down(ana)["by"] == "service"
    rosa = scene.line("call.dialled", to=MAIN)["call"]
    scene.hears(rosa, "people", carla)
    do(windows[steps[-1][1]], steps[-1][2])
    assert scene.down(rosa)["by"] == "self"
    heard = [x for x in scene.lines if x["kind"] == "hears" and x["call"] == rosa]
    # News that has begun to be announced to her goes on for a moment while she talks.
    company = [set(calls) for calls, _ in groupby(sorted(x["with"]) for x in heard if x["with"])]
    # For a moment the three are together: Ana is let go only when Carla hears Rosa.
    assert company == [{ana}, {ana, carla}, {carla}]
    scene.outcome(rosa, "resolved")


def test_the_tours_wallboard_opens_without_signing_in(browser: Browser, printed: str) -> None:
    link = re.search(r"http\S+/wallboard/kiosk#\S+", printed)
    assert link is not None
    page = browser.new_context().new_page()
    page.goto(link[0])
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Supplies")
    expect(page.locator('dl[data-row=""] [data-path="today.lost"] .tile-value')).to_have_text("0")
    page.context.close()
