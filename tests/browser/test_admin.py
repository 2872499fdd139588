"""Ada changes who is rung, and the next call follows her; nothing that anybody typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import OpenAs
from warmline.stories.common import dials
from warmline.stories.scene import Scene

Check = Callable[[Page], None]
BILLING_NUMBER = "+12025550102"
HEAR = "() => { speechSynthesis.speak = (said) => { window.heard = [said.lang, said.text]; }; }"


def members(page: Page) -> list[str]:
    """Their names, in the order of the rows."""
    rows = page.locator("[data-rows=members] > li input[name$='.name']")
    return [row.input_value() for row in rows.all()]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".flash")).to_contain_text("Saved as version")


def publish(page: Page, note: str) -> None:
    page.goto("/admin/check")
    page.get_by_label("Why, for the history").fill(note)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is in force. The next call follows it.")).to_be_visible()


def first_rung(scene: Scene, customer: str, *addresses: str) -> str:
    """Who is dialled first when the customer calls billing."""
    began = scene.mark()
    call = scene.dial_in(customer, BILLING_NUMBER)

    def dialled(_: object) -> list[tuple[int, str]]:
        seen = [
            (int(line["seq"]), address)
            for address in addresses
            for line in dials(scene, address)
            if line["seq"] > began
        ]
        return sorted(seen)

    ((_, address), *_) = scene.wait("somebody in billing is dialled", dialled)
    scene.hang_up(call)
    scene.down(call)
    return str(address)


def test_an_admin_reorders_by_keyboard_publishes_and_the_next_call_follows_then_rolls_back(
    open_as: OpenAs, scene: Scene
) -> None:
    phones = ("client:carla", "client:dan")
    for phone in phones:
        scene.phone(phone, never_answer=True)
    assert first_rung(scene, "+12025550131", *phones) == "client:carla"
    page = open_as("ada", "/admin")
    page.get_by_role("link", name="Billing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Billing")
    assert members(page)[:2] == ["Carla", "Dan"]
    up = page.get_by_role("button", name="Move Dan up")
    up.focus()
    page.keyboard.press("Enter")
    assert members(page)[:2] == ["Dan", "Carla"]
    expect(page.get_by_role("button", name="Move Dan down")).to_be_focused()
    expect(page.locator("#told")).to_have_text("Dan is number 1 of 3 now.")
    expect(page.locator("#preview")).to_contain_text("Dan, Carla and the billing desk ring")
    save(page)
    assert first_rung(scene, "+12025550132", *phones) == "client:carla"
    page.get_by_role("link", name="Check and publish").click()
    expect(page.locator("main")).to_contain_text("the order is now dan, carla, billing_desk")
    publish(page, "Dan knows the invoices")
    assert first_rung(scene, "+12025550133", *phones) == "client:dan"

    save_something(page)
    publish(page, "shorter")
    page.get_by_role("link", name="Version 2").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("is in force. The next call follows it.")).to_be_visible()
    expect(page.locator(".history li").first).to_contain_text("back to version 2")
    assert first_rung(scene, "+12025550134", *phones) == "client:dan"


def save_something(page: Page) -> None:
    page.goto("/admin/departments/billing")
    page.get_by_role("button", name="Move Dan down").click()
    save(page)


def test_the_wrap_up_codes_of_the_company_are_changed_and_a_wrong_one_is_told_at_its_field(
    open_as: OpenAs,
) -> None:
    page = open_as("ada", "/admin/company")
    codes = page.get_by_role("textbox", name="Wrap-up codes")
    usual = codes.input_value()
    assert "invoice: An invoice" in usual
    codes.fill(f"{usual}\nNot a key!: Praise")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(codes).to_have_value(f"{usual}\nNot a key!: Praise")
    codes.fill(f"{usual}\npraise: Praise for us")
    save(page)
    publish(page, "people praise us")
    noted = page.request.get("/api/v1/wrap-up-codes").json()["items"]
    assert noted[-1] == {"key": "praise", "name": "Praise for us"}
    assert len(noted) == len(usual.splitlines()) + 1


def test_two_admins_at_once_are_warned_and_both_keep_what_they_typed(open_as: OpenAs) -> None:
    first = open_as("ada", "/admin/departments/returns")
    second = open_as("ada", "/admin/departments/returns")
    second.get_by_label("Rounds").fill("3")
    save(second)
    first.get_by_label("Words in English").fill("returns, give back")
    first.get_by_role("button", name="Save draft").click()
    warning = first.get_by_role("alert")
    expect(warning).to_contain_text("while you were at it")
    expect(warning).to_contain_text("Returns, rounds: 2 became 3")
    expect(first.get_by_label("Words in English")).to_have_value("returns, give back")
    first.get_by_label("Rounds").fill("3")
    first.get_by_role("button", name="Save mine on top").click()
    expect(first.locator(".flash")).to_contain_text("Saved as version")
    expect(first.get_by_label("Words in English")).to_have_value("returns, give back")
    expect(first.get_by_label("Rounds")).to_have_value("3")


def test_what_cannot_be_used_is_told_at_its_field_and_nothing_typed_is_lost(
    open_as: OpenAs,
) -> None:
    page = open_as("ada", "/admin/departments/dispatch")
    page.get_by_role("button", name="Add a member").click()
    expect(page.locator("[data-rows=members] > li").last.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Pia")
    page.locator("[data-rows=members] > li").last.get_by_label("Phone").fill("12345")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("alert")).to_contain_text("Everything you typed is still here")
    phone = page.locator("[data-rows=members] > li").last.get_by_label("Phone")
    expect(phone).to_have_value("12345")
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-rows=members] > li").last).to_contain_text("must begin with client:")
    phone.fill("client:pia")
    save(page)
    assert members(page) == ["Jack", "Kim", "Pia"]


def test_what_was_typed_survives_a_lost_session(open_as: OpenAs) -> None:
    page = open_as("ada", "/admin/departments/evening")
    page.get_by_label("Words in English").fill("night owls")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.get_by_role("button", name=re.compile("Ada")).click()
    expect(page.get_by_text("You typed something here that was not saved.")).to_be_visible()
    page.get_by_role("button", name="Take it up again").click()
    expect(page.get_by_label("Words in English")).to_have_value("night owls")
    save(page)
    expect(page.get_by_label("Words in English")).to_have_value("night owls")


def test_hours_are_added_copied_and_seen_in_the_calendar(open_as: OpenAs) -> None:
    page = open_as("ada", "/admin/departments/sales")
    page.get_by_label("Open day and night, every day").uncheck()
    page.get_by_role("button", name="Add hours on Monday").click()
    page.get_by_label("Monday from").fill("22:00")
    page.get_by_label("Monday to", exact=True).fill("06:00")
    expect(page.get_by_text("next day", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Copy Monday to Monday to Friday").click()
    expect(page.get_by_label("Friday from")).to_have_value("22:00")
    expect(page.locator("#preview")).to_contain_text("Monday to Friday 22:00-06:00")
    page.get_by_role("button", name="Add a date").click()
    date = page.locator("[data-rows=exceptions] > li")
    date.get_by_label("Date").fill("2030-12-24")
    save(page)
    expect(page.get_by_label("Friday to", exact=True)).to_have_value("06:00")
    expect(page.locator("[data-rows=exceptions] > li").get_by_label("Date")).to_have_value(
        "2030-12-24"
    )


def test_rows_are_dragged_with_the_mouse(open_as: OpenAs) -> None:
    page = open_as("ada", "/admin/departments/support")
    before = members(page)
    grip = page.locator("[data-rows=members] [data-grip]")
    start, end = grip.nth(0).bounding_box(), grip.nth(2).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 4, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 4, end["y"] + 12, steps=8)
    page.mouse.move(end["x"] + 4, end["y"] + 90, steps=4)
    page.mouse.up()
    after = members(page)
    assert after != before
    assert sorted(after) == sorted(before)
    assert after[0] != before[0]


def test_who_rings_is_asked_and_answered_on_the_page(open_as: OpenAs) -> None:
    page = open_as("ada", "/admin/who")
    page.get_by_label("Department", exact=True).select_option(label="Sales")
    page.get_by_label("When, by the department's clock").fill("2026-11-24T17:55")
    page.get_by_label("Ana", exact=True).check()
    page.get_by_label("Ask", exact=True).select_option(label="what is in force")
    page.get_by_role("button", name="Who rings?").click()
    answer = page.get_by_role("region", name=re.compile("^Sales, Tuesday 24 November 2026, 17:55"))
    expect(answer).to_contain_text("Ana is busy and is left out")
    expect(answer).to_contain_text("Ben rings for")
    expect(answer).to_contain_text("Longest wait in all")


def test_a_sentence_is_heard_in_its_language_with_examples_for_its_values(open_as: OpenAs) -> None:
    page = open_as("ada", "/admin/words")
    # The voices of a machine without a sound card say nothing; what they are given is what counts.
    page.evaluate(HEAR)
    page.get_by_role("button", name="Listen to greeting in Spanish").click()
    assert page.evaluate("window.heard") == ["es-US", "Gracias por llamar a Harbor Supplies."]
    page.get_by_label("English: greeting", exact=True).fill("Ahoy from {company}.")
    page.get_by_role("button", name="Listen to greeting in English").click()
    assert page.evaluate("window.heard") == ["en-US", "Ahoy from Harbor Supplies."]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_routing_admin_is_for_everybody(
    open_as: OpenAs, no_violations: Check, no_sideways_scroll: Check, scheme: str
) -> None:
    page = open_as("ada", "/admin", color_scheme=scheme)
    for path in (
        "/admin",
        "/admin/departments/returns",
        "/admin/menus",
        "/admin/menus/main",
        "/admin/words",
        "/admin/company",
        "/admin/who?department=sales",
        "/admin/check",
        "/admin/history",
        "/admin/file",
        "/admin/departments/sales/remove",
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        no_violations(page)
        for width in (390, 640):
            page.set_viewport_size({"width": width, "height": 800})
            no_sideways_scroll(page)


def test_a_form_with_problems_is_for_everybody_too(open_as: OpenAs, no_violations: Check) -> None:
    page = open_as("ada", "/admin/departments/billing")
    page.get_by_label("Rounds").fill("99")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("alert")).to_be_focused()
    no_violations(page)
