"""What the tests in the browser share."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Page


class OpenAs(Protocol):
    """Sign in as somebody, in a browser of their own, and open a page."""

    def __call__(self, name: str, path: str = "/", **options: object) -> Page: ...


def watch(page: Page, complaints: list[str]) -> None:
    """Note what the browser complains of: errors of scripts, and refusals by the policy."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
