"""python -m tests.pictures [FOLDER]: renew the pictures of the documentation."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from console.seed import PASSWORD
from telephony.routing.example import example_company
from telephony.store.ledger import open_ledger
from tests.browser.support import chromium
from tests.pictures.camera import Camera
from tests.pictures.past import write_past
from tests.pictures.scenes import take_all
from warmline.own_system import own_system
from warmline.stories.scene import Scene

FOLDER = Path("docs/images")
QUICK_VOICE = 200
"""Characters a second: nobody waits for greetings to be spoken."""


def main(folder: Path) -> None:
    """Take every picture from a demo system of our own."""
    folder.mkdir(parents=True, exist_ok=True)
    demo = {"WARMLINE_DEMO_MODE": "true"}
    with (
        tempfile.TemporaryDirectory() as data,
        own_system(Path(data), environ=demo) as running,
        chromium() as browser,
    ):
        book = open_ledger(running.environment["WARMLINE_DATABASE_URL"])
        write_past(book, example_company().timezone, time.time_ns() // 1_000_000)
        book.close()
        scene = Scene(running.simulator_url, running.web_url, 1, PASSWORD, lambda sentence: None)
        scene.control("switches", {"speech_rate": QUICK_VOICE})
        take_all(Camera(browser, running.web_url, folder), running, scene)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
