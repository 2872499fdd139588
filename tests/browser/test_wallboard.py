"""The supervisor: what happens now, why it ended so, tickets that ring, a screen on the wall."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from telephony.store import ledger
from telephony.store.ledger import NewTicket
from tests.browser.support import OpenAs, watch
from warmline.running import Running
from warmline.stories.common import CARLA, transfer, with_ana
from warmline.stories.scene import Scene

Check = Callable[[Page], None]
PAGES = ("/wallboard", "/wallboard/reports", "/wallboard/contacts")
LONG_MS = 30_000


def tile(page: Page, path: str) -> Locator:
    """The value of one tile of the whole company."""
    return page.locator(f'dl[data-row=""] [data-path="{path}"] .tile-value')


def a_ticket(system: Running, name: str, customer: str) -> None:
    """A ticket in the ledger of the running system."""
    book = ledger.open_ledger(system.environment["WARMLINE_DATABASE_URL"])
    new = NewTicket(name, "c" * 32, customer, "billing", "no_answer")
    ledger.open_ticket(book, new, now=1_900_000_000_000)
    book.close()


def test_a_supervisor_sees_a_contact_talk_be_passed_on_and_end(
    open_as: OpenAs, scene: Scene
) -> None:
    page = open_as("sam", "/wallboard")
    expect(page.locator("#link-state")).to_have_text("Live")
    expect(tile(page, "live.talking")).to_have_text("0")
    before = int(tile(page, "today.offered").inner_text())
    call, ana = with_ana(scene, "+12025553101")
    expect(tile(page, "live.talking")).to_have_text("1")
    expect(page.locator('[data-department="sales"] .people')).to_contain_text("1 talking")
    scene.phone(CARLA, never_answer=True)
    transfer(scene, call, {"department": "billing"})
    expect(tile(page, "live.on_hold")).to_have_text("1")
    held = page.locator('dl[data-row=""] [data-path="live.on_hold"] .tile-about')
    expect(held).to_have_text("0 by their agent")
    expect(page.locator('[data-department="sales"] .passing')).to_contain_text("ringing")
    # The tile and the simulator agree on what the customer hears.
    assert scene.hears(call, "hold")
    scene.hang_up(call)
    scene.down(ana)
    expect(tile(page, "live.on_hold")).to_have_text("0")
    expect(tile(page, "today.offered")).to_have_text(str(before + 1), timeout=LONG_MS)
    expect(tile(page, "today.lost")).to_have_text("0")
    page.get_by_role("link", name="Offered").click()
    page.get_by_role("link", name="+12025553101").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("+12025553101")
    expect(page.locator("#outcome")).to_have_text("Customer left")
    lines = page.locator("#timeline li:visible")
    expect(lines.first).to_contain_text("called")
    expect(page.locator("#timeline")).to_contain_text("started a warm transfer to Billing")
    few = lines.count()
    page.get_by_label("Every step").check()
    assert lines.count() > few


def test_a_ticket_is_loud_until_somebody_takes_it(
    open_as: OpenAs, system: Running, no_violations: Check
) -> None:
    page = open_as("sam", "/wallboard")
    expect(page.locator("#no-tickets")).to_be_visible()
    a_ticket(system, "t-loud", "+12025553102")
    alarm = page.get_by_role("alert").filter(has_text="1 ticket waits")
    expect(alarm).to_be_visible(timeout=LONG_MS)
    no_violations(page)
    page.get_by_role("button", name="Tickets ring").click()
    expect(page.get_by_role("button", name="Tickets are silent")).to_be_visible()
    page.get_by_role("button", name="I take the ticket of +12025553102").click()
    expect(alarm).to_be_hidden(timeout=LONG_MS)
    expect(page.locator("#no-tickets")).to_be_visible()
    taken: Any = page.request.get("/api/v1/tickets?state=taken").json()["items"]
    assert [(each["id"], each["taken_by"]) for each in taken] == [("t-loud", "sam")]


def test_a_screen_on_the_wall_shows_numbers_only_until_its_link_is_ended(
    browser: Browser, open_as: OpenAs, system: Running, no_violations: Check
) -> None:
    page = open_as("sam", "/wallboard")
    page.get_by_role("button", name="Links for the wall").click()
    page.get_by_label("Where it hangs").fill("Hall")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The new link")).to_have_value(re.compile("http"))
    link = page.get_by_label("The new link").input_value()
    no_violations(page)
    complaints: list[str] = []
    wall = browser.new_context().new_page()
    watch(wall, complaints)
    wall.goto(link)
    expect(wall.get_by_role("heading", level=1)).to_have_text("Harbor Supplies")
    expect(tile(wall, "today.lost")).to_have_text("0")
    assert wall.locator("a[href^='/wallboard']").count() == 0
    assert not re.search(r"\+1\d{10}", wall.content())
    no_violations(wall)
    page.get_by_role("button", name="End the link Hall").click()
    expect(wall.get_by_role("alert")).to_contain_text("This link has ended")
    expect(tile(wall, "today.lost")).to_be_hidden()
    assert complaints == []
    wall.context.close()


def test_a_board_without_news_says_that_it_is_old(open_as: OpenAs) -> None:
    page = open_as("sam", "/wallboard")
    expect(page.locator("#link-state")).to_have_text("Live")
    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("s old")
    expect(page.locator("#link-state")).to_have_text("Late")
    page.context.set_offline(False)
    expect(page.locator("#link-state")).to_have_text("Live")
    expect(page.locator("#stale")).to_be_hidden()


def test_a_late_answer_does_not_replace_the_one_that_was_asked_for_last(open_as: OpenAs) -> None:
    sam = open_as("sam", "/wallboard")
    held: list[Route] = []
    sam.route("**/api/v1/reports/weeks*", lambda route: held.append(route))
    with sam.expect_request("**/api/v1/reports/weeks*"):
        sam.goto("/wallboard/reports")
    sam.get_by_label("By").select_option("days")
    first = sam.locator("#volume-table thead th").first
    expect(first).to_have_text("Day")
    with sam.expect_response("**/api/v1/reports/weeks*"):
        held[0].continue_()
    sam.evaluate("new Promise((done) => setTimeout(done, 100))")
    expect(first).to_have_text("Day")


def test_a_chart_has_its_table_and_the_same_question_as_csv(open_as: OpenAs) -> None:
    page = open_as("sam", "/wallboard/reports")
    expect(page.locator("#volume canvas")).to_be_visible()
    page.get_by_label("By").select_option("days")
    rows = page.locator("#volume-table tbody tr")
    expect(rows).to_have_count(14)
    total = page.locator("#volume-table tfoot td").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 14 + 2
    assert lines[-1].split(",")[3] == total


def test_what_contacts_were_about_is_a_table_of_codes_by_departments_and_a_file(
    open_as: OpenAs, scene: Scene, no_violations: Check
) -> None:
    call, ana = with_ana(scene, "+12025553107")
    scene.hang_up(call)
    scene.down(ana)
    scene.outcome(call, "resolved")
    api = scene.api("ana")
    noted = api.session.put(
        f"{api.base}/api/v1/contacts/{call[2:].lower()}/wrap-up",
        json={"code": "invoice", "note": "paid twice"},
        headers={"X-CSRF-Token": api.csrf},
        timeout=10,
    )
    assert noted.ok, noted.text
    page = open_as("sam", "/wallboard/reports")
    table = page.get_by_role("region", name="What it was about, as a table")
    line = table.get_by_role("row", name="An invoice")
    expect(line).to_be_visible()
    column = table.get_by_role("columnheader").all_inner_texts().index("Sales")
    cells = line.get_by_role("rowheader").or_(line.get_by_role("cell"))
    expect(cells.nth(column)).to_contain_text(re.compile(r"^1 \d+\.\d min$"))
    no_violations(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of wrap-ups").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[1].startswith("invoice,An invoice,Sales,1,")


def test_contacts_are_found_by_number(open_as: OpenAs, scene: Scene) -> None:
    call, _ = with_ana(scene, "+12025553105")
    page = open_as("sam", "/wallboard/contacts")
    page.get_by_label("Customer's number").fill("+12025553105")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#count")).to_contain_text("1 contact")
    page.get_by_role("link", name="+12025553105").click()
    expect(page.locator("#parties")).to_contain_text("Talks with")
    scene.hang_up(call)
    # The page is live: it tells the end by itself.
    expect(page.locator("#outcome")).to_have_text("Resolved", timeout=LONG_MS)
    expect(page.locator("#parties")).to_contain_text("Nobody any more")


def test_agents_have_no_wallboard(open_as: OpenAs) -> None:
    page = open_as("ana", "/wallboard")
    expect(page.get_by_role("link", name="Wallboard")).to_have_count(0)
    assert page.request.get("/wallboard").status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_for_everybody(
    open_as: OpenAs, scheme: str, path: str, no_violations: Check, no_sideways_scroll: Check
) -> None:
    page = open_as("sam", path, color_scheme=scheme)
    page.wait_for_load_state("networkidle" if path != "/wallboard" else "load")
    no_violations(page)
    for width in (390, 640):
        page.set_viewport_size({"width": width, "height": 800})
        no_sideways_scroll(page)
