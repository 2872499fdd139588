"""The page at /sim/: what it is made of, and that its parts fit each other and the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from simulator import page
from tests.simulator.rest_support import Box

pytest_plugins = ("tests.simulator.rest_fixtures",)


class Elements(HTMLParser):
    """All start tags with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.labelled = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "label":
            self.inside.append(tag)
        if tag == "input" and self.inside:
            self.labelled += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "label" and self.inside:
            self.inside.pop()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def text(name: str) -> str:
    answer = page.serve("GET", f"/sim/{name}")
    assert answer.status == 200
    return answer.body.decode()


def test_the_page_is_served_with_a_strict_policy(box: Box) -> None:
    status, headers, body = box.raw("GET", "/sim/")
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert b"<h1>Phone network</h1>" in body


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """What the policy would block is not there: inline code, inline style, other hosts."""
    elements = Elements(text("index.html"))
    for _, attributes in elements.found:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert "<style" not in text("index.html")
    for script in elements.all("script"):
        assert script["src"] == "page.js"
    everything = text("index.html") + text("page.css") + text("page.js")
    assert re.findall(r"https?://|//[a-z]+\.", everything) == []


def test_every_file_that_the_page_names_is_served(box: Box) -> None:
    elements = Elements(text("index.html"))
    names = [link["href"] for link in elements.all("link")]
    names += [script["src"] for script in elements.all("script")]
    assert len(names) == 3
    for name in names:
        status, headers, body = box.raw("GET", f"/sim/{name}")
        assert status == 200
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert body


def test_every_field_has_a_label_and_every_region_a_heading() -> None:
    elements = Elements(text("index.html"))
    ids = {attributes.get("id") for _, attributes in elements.found}
    labelled = {label["for"] for label in elements.all("label") if "for" in label}
    fields = elements.all("input")
    by_id = [field for field in fields if field.get("id") in labelled]
    assert len(by_id) + elements.labelled == len(fields) == 4
    for section in elements.all("section"):
        assert section["aria-labelledby"] in ids
    assert elements.all("html")[0]["lang"] == "en"


def test_the_script_finds_every_element_it_asks_for() -> None:
    script, document = text("page.js"), text("index.html")
    elements = Elements(document)
    ids = {attributes.get("id") for _, attributes in elements.found}
    asked = set(re.findall(r'byId\("([\w-]+)"\)', script))
    assert asked
    assert asked <= ids
    classes = {
        name for _, attributes in elements.found for name in (attributes.get("class") or "").split()
    }
    assert set(re.findall(r'querySelector\("\.(\w+)"\)', script)) <= classes


def test_the_script_reads_only_fields_that_the_network_gives(box: Box) -> None:
    box.dial(box.phone("+15550107001", answer_after=0))
    _, body = box.control("GET", "/sim/calls")
    call = body["calls"][0]
    read = set(re.findall(r"\bcall\.(\w+)", text("page.js")))
    assert read
    assert read <= set(call)
    _, body = box.control("GET", "/sim/phones")
    assert body["phones"][0]["address"] == "+15550107001"


@pytest.mark.parametrize("act", ["answer", "hangup", "drop", "digits", "speech"])
def test_the_network_knows_every_act_of_the_page(box: Box, act: str) -> None:
    """An act on a call that is not there is 404 for the call, not for the act."""
    assert act in text("page.js")
    status, body = box.control("POST", f"/sim/calls/CAnone/{act}", {})
    assert status == 404
    assert "CAnone" in body["error"]


def test_light_and_dark_and_focus_are_styled() -> None:
    style = text("page.css")
    assert "prefers-color-scheme: dark" in style
    assert ":focus-visible" in style
    assert "[hidden]" in style


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_is_readable_in_both_schemes() -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    blocks = re.findall(r":root \{([^}]*)\}", text("page.css"))
    assert len(blocks) == 2
    for block in blocks:
        colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        pairs = [(ink, ground) for ink in ("ink", "quiet", "accent", "bad")
                 for ground in ("ground", "sheet")]  # fmt: skip
        for ink, ground in [*pairs, ("on-accent", "accent")]:
            low, high = sorted((luminance(colours[ink]), luminance(colours[ground])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


def test_the_short_address_leads_to_the_page_and_nothing_else_is_served(box: Box) -> None:
    answer = page.serve("GET", "/sim")
    assert (answer.status, answer.headers["Location"]) == (308, "/sim/")
    assert page.serve("GET", "/sim/__init__.py").status == 404
    assert page.serve("GET", "/sim/../cli.py").status == 404
    assert page.serve("POST", "/sim/").status == 405
    assert box.raw("GET", "/sim/__init__.py")[0] == 404


def test_the_page_can_offer_the_numbers_of_the_account(box: Box) -> None:
    _, before = box.control("GET", "/sim/numbers")
    box.client.incoming_phone_numbers.create(phone_number="+15550107009")
    _, body = box.control("GET", "/sim/numbers")
    assert len(body["numbers"]) == len(before["numbers"]) + 1
    assert body["numbers"][0]["phone_number"] == "+15550107009"
    assert set(re.findall(r"\bnumber\.(\w+)", text("page.js"))) <= set(body["numbers"][0])
