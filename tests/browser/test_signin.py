"""Signing in, as people do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.support import OpenAs, watch
from warmline.running import Running

Check = Callable[[Page], None]


@pytest.fixture
def stranger(browser: Browser, system: Running) -> Page:
    return browser.new_context(base_url=system.web_url).new_page()


def test_a_wrong_password_is_told_and_the_right_one_opens_the_softphone(stranger: Page) -> None:
    complaints: list[str] = []
    watch(stranger, complaints)
    stranger.goto("/")
    stranger.get_by_label("Name").fill("ana")
    stranger.get_by_label("Password").fill("no")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("alert")).to_contain_text("password")
    stranger.get_by_label("Password").fill("warmline")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("heading", level=1, name="Softphone")).to_be_visible()
    assert complaints == []


def test_the_demo_offers_its_people(stranger: Page) -> None:
    stranger.goto("/")
    stranger.get_by_role("button", name="Carla").click()
    expect(stranger.get_by_role("button", name="Carla agent")).to_be_visible()


def test_signing_out_ends_the_session(open_as: OpenAs) -> None:
    page = open_as("ana")
    page.get_by_role("button", name="Go online").click()
    expect(page.get_by_text("Phone ready")).to_be_visible()
    page.get_by_role("button", name="Ana agent").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.request.get("/api/v1/me").status == 401
    people = open_as("sam").request.get("/api/v1/agents").json()["items"]
    assert next(each["presence"] for each in people if each["name"] == "ana") == "offline"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_is_for_everybody(
    browser: Browser,
    system: Running,
    scheme: str,
    no_violations: Check,
    no_sideways_scroll: Check,
) -> None:
    page = browser.new_context(base_url=system.web_url, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto("/")
    no_violations(page)
    for width in (390, 640):
        page.set_viewport_size({"width": width, "height": 800})
        no_sideways_scroll(page)
