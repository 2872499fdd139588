"""What an agent does at the softphone, as a person does it: keys, buttons, and waiting to see."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.support import OpenAs
from warmline.stories.common import ANA, to_department
from warmline.stories.scene import Scene

LONG_MS = 30_000


def online(open_as: OpenAs, name: str, **options: object) -> Page:
    """A page of the agent, with the phone ready."""
    page = open_as(name, "/", **options)
    either = page.get_by_role("button", name="Go online").or_(
        page.get_by_role("button", name="Go offline")
    )
    expect(either).to_be_visible()
    if page.get_by_role("button", name="Go online").is_visible():
        page.get_by_role("button", name="Go online").click()
    expect(page.get_by_text("Phone ready")).to_be_visible()
    return page


def press(page: Page, letter: str) -> None:
    page.keyboard.press(f"Alt+Shift+{letter}")


def accept(page: Page) -> None:
    """By the key, once the page shows that the phone rings."""
    expect(page.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG_MS)
    press(page, "A")


def call_sales(scene: Scene, customer: str, ana: Page) -> tuple[str, str]:
    """The customer is through to Ana. (the customer's call, Ana's call)."""
    call = to_department(scene, customer, "1")
    expect(ana.get_by_role("heading", name="A new call")).to_be_visible(timeout=LONG_MS)
    expect(ana.get_by_role("button", name="Accept")).to_be_visible()
    leg = scene.rung(ANA)
    accept(ana)
    expect(ana.get_by_text("On this call")).to_be_visible(timeout=LONG_MS)
    scene.hears(call, "people", leg)
    expect(ana.get_by_role("button", name="Transfer")).to_be_enabled()
    return call, leg


def to_billing(page: Page, note: str = "") -> None:
    """Three keystrokes; with a note a few more."""
    press(page, "T")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("b")
    if note:
        page.keyboard.press("Tab")
        page.keyboard.type(note)
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")


def progress(page: Page, text: str) -> Locator:
    """The sentence below one of the steps; the live region says the same once."""
    return page.locator(".step-text").filter(has_text=text)
