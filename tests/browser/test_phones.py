"""The simulator's page: every phone on one screen, and each phone in a window of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support import watch
from warmline.running import Running
from warmline.stories.common import ANA, CARLA, SALES_LINE
from warmline.stories.scene import Scene

Check = Callable[[Page], None]
ROSA = "+12025550199"


@pytest.fixture
def phones(browser: Browser, system: Running) -> Iterator[Callable[..., Page]]:
    """Opens the page; a script's error or a refusal by its policy fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(query: str = "", **options: object) -> Page:
        context = browser.new_context(base_url=system.simulator_url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints)
        page.goto(f"/sim/{query}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(autouse=True)
def quiet_lines(scene: Scene) -> None:
    """Calls that an earlier test left are over before the next begins."""
    live = scene.http.get(f"{scene.simulator}/sim/calls?live=1", timeout=5).json()["calls"]
    for call in live:
        scene.hang_up(call["sid"])


def test_one_person_plays_caller_and_agent_on_one_screen(
    phones: Callable[..., Page], scene: Scene, no_violations: Check
) -> None:
    scene.phone(ANA)
    page = phones()
    page.get_by_role("button", name="Rosa").click()
    page.get_by_label("To", exact=True).fill(SALES_LINE)
    page.get_by_role("button", name="Call", exact=True).click()
    page.get_by_role("button", name="Answer, ana").click()
    room = page.locator("#rooms .room")
    expect(room.get_by_text("Speaks with ana.")).to_be_visible()
    expect(room.get_by_text("Speaks with Rosa.")).to_be_visible()
    no_violations(page)
    ana = scene.rung(ANA)
    dialled = [each for each in scene.lines if each["kind"] == "call.dialled"]
    call = next(each["call"] for each in dialled if each["from"] == ROSA)
    assert scene.hears(call, "people", ana)
    page.get_by_role("button", name="Hang up, Rosa").click()
    expect(page.locator("#no-calls")).to_be_visible()
    assert scene.down(call)["by"] == "self"


def test_each_phone_has_a_window_of_its_own(phones: Callable[..., Page], scene: Scene) -> None:
    scene.phone(ANA)
    rosa, ana = phones(f"?phone=%2B{ROSA[1:]}"), phones("?phone=client%3Aana")
    expect(rosa.get_by_role("heading", level=1)).to_have_text("Rosa")
    rosa.get_by_label("To", exact=True).fill("+12025550100")
    rosa.get_by_role("button", name="Call", exact=True).click()
    expect(rosa.locator(".said")).to_contain_text("Thank you for calling")
    rosa.get_by_role("button", name="1, Rosa").click()
    ana.get_by_role("button", name="Answer, ana").click()
    expect(rosa.locator(".hears")).to_have_text("Speaks with ana.")
    expect(ana.locator(".card")).to_have_count(1)
    expect(rosa.locator(".card")).to_have_count(1)
    ana.get_by_role("button", name="Lose the line, ana").click()
    assert scene.down(scene.rung(ANA))["by"] == "carrier"
    rosa.get_by_role("button", name="Hang up, Rosa").click()


def test_words_count_as_well_as_keys(phones: Callable[..., Page], scene: Scene) -> None:
    scene.phone(CARLA, never_answer=True)
    page = phones()
    page.get_by_role("button", name="Tom").click()
    page.get_by_label("To", exact=True).fill("+12025550100")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator(".said")).to_contain_text("Thank you for calling")
    page.get_by_label("Say", exact=True).fill("billing please")
    page.get_by_role("button", name="Say it, Tom").click()
    spoken = scene.line("spoke")
    assert spoken["text"] == "billing please"
    assert scene.hears(str(spoken["call"]), "hold")
    page.get_by_role("button", name="Hang up, Tom").click()


def test_a_phone_is_given_a_habit(phones: Callable[..., Page], scene: Scene) -> None:
    page = phones()
    page.get_by_text("What other phones do").click()
    page.get_by_label("Phone", exact=True).fill("client:ana")
    page.get_by_label("When it is called").select_option("accept")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator("#phones")).to_contain_text("client:ana: answer after 2")
    page.get_by_role("button", name="Mia").click()
    page.get_by_label("To", exact=True).fill(SALES_LINE)
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_text("Speaks with ana.")).to_be_visible()
    page.get_by_role("button", name="Hang up, Mia").click()
    page.get_by_role("button", name="I answer all of them here").click()
    expect(page.locator("#no-phones")).to_be_visible()


def test_a_number_that_nobody_has_is_refused_in_words(phones: Callable[..., Page]) -> None:
    page = phones()
    page.get_by_label("To", exact=True).fill("+12025550000")
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("alert")).not_to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_for_everybody(
    phones: Callable[..., Page], scheme: str, no_violations: Check, no_sideways_scroll: Check
) -> None:
    page = phones(color_scheme=scheme)
    expect(page.locator("#link")).to_contain_text("Live")
    no_violations(page)
    for width in (390, 640):
        page.set_viewport_size({"width": width, "height": 800})
        no_sideways_scroll(page)
