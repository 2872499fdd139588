"""People at their browsers: a whole system, a real Chromium, and the simulator's control API.

`system` is a demo system of the file's own. `scene` is a hand on its phones and an ear on its
trace, fresh for each test. `open_as("ana")` is a page of a person who has signed in; each call is
another person at another computer. `no_violations(page)` asks axe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as BrowserError

from console.seed import PASSWORD
from tests.browser.support import OpenAs, chromium, watch
from warmline.own_system import own_system
from warmline.running import Running
from warmline.stories.common import quiet_floor
from warmline.stories.scene import Api, Scene

SPEED = 5.0
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
MISSING = "no Chromium here: run tests/browser/install.sh, or install the package chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: the system's own, or Playwright's."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(chromium())
        except BrowserError as error:
            pytest.skip(f"{MISSING} ({str(error).splitlines()[0]})")
        yield found


@pytest.fixture(scope="module")
def system(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Running]:
    """A demo system, five times as fast as life, or as fast as the test file's own `SPEED`."""
    folder = tmp_path_factory.mktemp("system")
    demo = {"WARMLINE_DEMO_MODE": "true"}
    speed = getattr(request.module, "SPEED", SPEED)
    with own_system(folder, "--speed", f"{speed:g}", environ=demo) as running:
        yield running


@pytest.fixture(scope="module")
def people() -> dict[str, Api]:
    """Who has signed in to the API already: a house slows down who signs in again and again."""
    return {}


@pytest.fixture
def scene(system: Running, people: dict[str, Api]) -> Scene:
    """Phones that are busy unless the test says otherwise, and the trace from now on."""
    speed = float(system.environment["WARMLINE_SPEED"])
    scene = Scene(system.simulator_url, system.web_url, speed, PASSWORD, lambda sentence: None)
    scene.people = people
    scene.after = scene.end_of_trace()
    quiet_floor(scene)
    return scene


@pytest.fixture
def open_as(browser: Browser, system: Running) -> Iterator[OpenAs]:
    """See `OpenAs`. A script's error or a refusal by the page's policy fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(name: str, path: str = "/", **options: object) -> Page:
        given = {"permissions": ["microphone", "notifications"], **options}
        context = browser.new_context(base_url=system.web_url, **given)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints)
        answer = context.request.post("/api/v1/session", data={"name": name, "password": PASSWORD})
        assert answer.ok, answer.text()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def no_violations() -> Callable[[Page], None]:
    """Fail when axe finds anything on the page as it is now."""
    axe = Axe()

    def check(page: Page) -> None:
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()

    return check


@pytest.fixture(scope="session")
def no_violations_in_both_themes(
    no_violations: Callable[[Page], None],
) -> Callable[[Page], None]:
    """The same in the light and in the dark theme, without waiting for colours to fade."""

    def check(page: Page) -> None:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
            no_violations(page)

    return check


@pytest.fixture(scope="session")
def no_sideways_scroll() -> Callable[[Page], None]:
    """Fail when the page is wider than its window."""

    def check(page: Page) -> None:
        wide, window = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= window, f"the page is {wide} px wide in a window of {window} px"

    return check
