"""A browser that takes the same picture twice: light, then dark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from console.seed import PASSWORD

DESKTOP = (1280, 800)
PHONE = (390, 844)
MOST_BYTES = 250_000
SETTLE_MS = 250


@dataclass(frozen=True)
class Camera:
    """Takes pictures into a folder, and knows how people sign in."""

    browser: Browser
    web: str
    folder: Path

    def window(self, name: str, path: str = "/", size: tuple[int, int] = DESKTOP) -> Page:
        """A page of somebody who has signed in, in a browser of their own; '' is a stranger."""
        page = self.blank(size)
        if name:
            who = {"name": name, "password": PASSWORD}
            answer = page.context.request.post(f"{self.web}/api/v1/session", data=who)
            assert answer.ok, answer.text()
        page.goto(self.web + path)
        return page

    def blank(self, size: tuple[int, int] = DESKTOP) -> Page:
        """A page without an address yet."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            permissions=["microphone", "notifications"],
            reduced_motion="reduce",
            timezone_id="America/New_York",
            locale="en-US",
        )
        context.set_default_timeout(45_000)
        return context.new_page()

    def shoot(self, page: Page, name: str, height: int = 0) -> None:
        """`name`.png and `name`-dark.png of what the window shows, maybe made so high before."""
        if height and page.viewport_size:
            page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        for scheme, suffix in (("dark", "-dark"), ("light", "")):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            # Colours fade over, and a chart is drawn anew.
            page.wait_for_timeout(SETTLE_MS)
            path = self.folder / f"{name}{suffix}.png"
            size = len(page.screenshot(path=path, animations="disabled"))
            assert size < MOST_BYTES, f"{path.name} has {size} bytes"
            print(f"  {path.name:<32} {size / 1000:6.0f} kB", flush=True)
