"""Agents at the softphone: customer on a simulated phone, agent and receiver in two browsers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.softphone import LONG_MS, accept, call_sales, online, press, progress, to_billing
from tests.browser.support import OpenAs
from warmline.stories.common import ANA, BEN, BILLING_DESK, CARLA, DAN, to_department
from warmline.stories.scene import Scene

Check = Callable[[Page], None]
# A phone rings for 15 seconds; browsers on a busy machine need them, so time runs as it does.
SPEED = 1.0
QUICK_VOICE = 200  # characters a second: nobody waits for greetings to be spoken
_numbers = itertools.count(1)


@pytest.fixture
def customer() -> str:
    """A customer of this test's own, whom no other test remembers."""
    return f"+1202555{3000 + next(_numbers)}"


@pytest.fixture(autouse=True)
def quiet_house(scene: Scene) -> None:
    """What an earlier test left is over before the next begins."""
    scene.control("switches", {"speech_rate": QUICK_VOICE})
    live = scene.http.get(f"{scene.simulator}/sim/calls?live=1", timeout=5).json()["calls"]
    for call in live:
        scene.hang_up(call["sid"])
    scene.wait("all earlier contacts are over", lambda _: not _live_contacts(scene))
    for name in ("ana", "ben", "carla"):
        # Nobody wraps up what an earlier test left.
        api = scene.api(name)
        said = api.session.put(
            f"{api.base}/api/v1/agents/me/presence",
            json={"presence": "available"},
            headers={"X-CSRF-Token": api.csrf},
            timeout=10,
        )
        assert said.ok, said.text
    scene.lines.clear()
    scene.after = scene.end_of_trace()


def _live_contacts(scene: Scene) -> list[Any]:
    items: list[Any] = scene.api("sam").get("/contacts?state=live")["items"]
    return [each for each in items if each["state"] not in {"promised", "closed"}]


def test_a_warm_transfer_by_keyboard_alone(scene: Scene, open_as: OpenAs, customer: str) -> None:
    ana, carla = online(open_as, "ana"), online(open_as, "carla")
    call, ana_leg = call_sales(scene, customer, ana)
    complete = ana.get_by_role("button", name="Complete")
    to_billing(ana, "Invoice 4711 was paid twice.")
    expect(progress(ana, "attempt 1 of at most")).to_be_visible(timeout=LONG_MS)
    expect(complete).to_be_disabled()
    scene.hears(call, "hold")
    expect(carla.get_by_role("heading", name="passes a customer on")).to_be_visible()
    expect(carla.get_by_text("Invoice 4711 was paid twice.")).to_be_visible()
    expect(carla.locator(".who")).to_have_text(f"+1 ••• ••• {customer[-4:]}")
    carla_leg = scene.rung(CARLA)
    accept(carla)
    expect(complete).to_be_enabled(timeout=LONG_MS)
    scene.hears(ana_leg, "people", carla_leg)
    press(ana, "H")
    expect(ana.get_by_role("button", name="Talk to Carla")).to_be_visible(timeout=LONG_MS)
    scene.hears(call, "people", ana_leg)
    ana.get_by_role("button", name=f"Hold +1 202 555 {customer[-4:]}").click()
    scene.hears(ana_leg, "people", carla_leg)
    expect(ana.get_by_role("button", name=f"Talk +1 202 555 {customer[-4:]}")).to_be_visible()
    press(ana, "C")
    expect(ana.get_by_role("heading", name="Handed to Carla")).to_be_visible(timeout=LONG_MS)
    scene.hears(call, "people", carla_leg)
    assert scene.down(ana_leg)["by"] == "service"
    expect(carla.get_by_text("Invoice 4711 was paid twice.")).to_be_visible()
    scene.hang_up(call)
    expect(ana.get_by_role("heading", name="The contact is over")).to_be_visible(timeout=LONG_MS)
    scene.outcome(call, "resolved")


def longest_silence(scene: Scene, call: str) -> float:
    """How long the call heard nothing at a stretch, in simulated seconds."""
    heard = [x for x in scene.listen() if x["kind"] == "hears" and x["call"] == call]
    spells = itertools.pairwise(heard)
    return max((n["t"] - x["t"] for x, n in spells if x["what"] == "silence"), default=0.0)


def test_closing_the_agents_window_in_the_middle_does_not_harm_the_customer(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana, carla = online(open_as, "ana"), online(open_as, "carla")
    call, ana_leg = call_sales(scene, customer, ana)
    to_billing(ana)
    expect(carla.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG_MS)
    carla_leg = scene.rung(CARLA)
    ana.close(run_before_unload=True)
    assert scene.down(ana_leg)["by"] == "self"
    accept(carla)
    scene.hears(call, "people", carla_leg)
    assert not [x for x in scene.listen() if x["kind"] == "call.down" and x["call"] == call]
    assert longest_silence(scene, call) < 10
    scene.hang_up(call)


def test_a_fresh_start_and_a_second_window_show_the_same(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana, carla = online(open_as, "ana"), online(open_as, "carla")
    call, _ = call_sales(scene, customer, ana)
    to_billing(ana)
    expect(progress(ana, "attempt 1 of at most")).to_be_visible(timeout=LONG_MS)
    second = ana.context.new_page()
    second.goto("/")
    expect(second.get_by_text("Phone in another tab")).to_be_visible()
    expect(progress(second, "attempt 1 of at most")).to_be_visible()
    carla_leg = scene.rung(CARLA)
    accept(carla)
    expect(second.get_by_role("button", name="Complete")).to_be_enabled(timeout=LONG_MS)
    second.reload()
    expect(second.get_by_role("button", name="Complete")).to_be_enabled(timeout=LONG_MS)
    expect(progress(second, "Carla has accepted and is here.")).to_be_visible()
    second.get_by_role("button", name="Complete").click()
    expect(ana.get_by_role("heading", name="Handed to Carla")).to_be_visible(timeout=LONG_MS)
    scene.hears(call, "people", carla_leg)
    scene.hang_up(call)


def test_the_page_that_held_the_phone_starts_afresh_and_still_follows_its_customer(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana, carla = online(open_as, "ana"), online(open_as, "carla")
    call, _ = call_sales(scene, customer, ana)
    to_billing(ana)
    expect(carla.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG_MS)
    ana.reload()
    expect(ana.get_by_role("heading", name="You are off the line")).to_be_visible()
    expect(ana.get_by_role("heading", name="Passing on to Billing")).to_be_visible()
    expect(ana.get_by_text("Phone ready")).to_be_visible()
    accept(carla)
    expect(ana.get_by_role("heading", name="Handed to Carla")).to_be_visible(timeout=LONG_MS)
    scene.hang_up(call)


def test_a_transfer_that_reaches_nobody_offers_choices_and_says_why(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana = online(open_as, "ana")
    call, ana_leg = call_sales(scene, customer, ana)
    for address in (CARLA, DAN, BILLING_DESK):
        scene.phone(address, reject=True)
    to_billing(ana)
    failed = ana.get_by_role("alert").filter(has_text="did not reach anybody")
    expect(failed).to_be_visible(timeout=LONG_MS)
    expect(failed).to_contain_text("Carla")
    scene.hears(call, "people", ana_leg)
    failed.get_by_role("button", name="Promise a callback").click()
    expect(ana.get_by_label("Who calls")).to_be_focused()
    ana.keyboard.press("Escape")
    scene.phone(CARLA, answer_after=1)
    failed.get_by_role("button", name="Try again").click()
    expect(ana.get_by_role("button", name="Complete")).to_be_enabled(timeout=LONG_MS)
    press(ana, "B")
    expect(ana.get_by_role("button", name="Transfer")).to_be_enabled(timeout=LONG_MS)
    scene.hears(call, "people", ana_leg)
    scene.hang_up(call)


def test_a_fresh_page_lists_whom_the_agent_has_spoken_with(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana = online(open_as, "ana")
    call, _ = call_sales(scene, customer, ana)
    scene.hang_up(call)
    scene.outcome(call, "resolved")
    ana.reload()
    recent = ana.locator(".phone-side .side-row").first
    expect(recent).to_contain_text(customer[-4:], timeout=LONG_MS)
    expect(recent).to_contain_text("Resolved")


def test_declining_rings_the_next_one_at_once(scene: Scene, open_as: OpenAs, customer: str) -> None:
    ana = online(open_as, "ana")
    scene.phone(BEN)
    call = to_department(scene, customer, "1")
    expect(ana.get_by_role("button", name="Decline")).to_be_visible(timeout=LONG_MS)
    press(ana, "R")
    scene.rung(BEN)
    expect(ana.get_by_role("button", name="Decline")).to_be_hidden()
    scene.hang_up(call)
    expect(ana.get_by_role("heading", name="Ready for the next call")).to_be_visible()


def test_mute_keypad_and_hanging_up(scene: Scene, open_as: OpenAs, customer: str) -> None:
    ana = online(open_as, "ana")
    _, ana_leg = call_sales(scene, customer, ana)
    press(ana, "M")
    expect(ana.get_by_role("button", name="Muted")).to_have_attribute("aria-pressed", "true")
    ana.get_by_role("button", name="Keypad").click()
    ana.get_by_role("button", name="5", exact=True).click()
    scene.line("pressed", call=ana_leg, digits="5")
    ana.get_by_role("button", name="Hang up").click()
    assert scene.down(ana_leg)["by"] == "self"
    expect(ana.get_by_role("button", name="Hang up")).to_be_hidden(timeout=LONG_MS)


def test_hold_and_resume_by_one_key(scene: Scene, open_as: OpenAs, customer: str) -> None:
    ana = online(open_as, "ana")
    call, ana_leg = call_sales(scene, customer, ana)
    asked = scene.mark()
    press(ana, "H")
    held = scene.line("room.hold", call=call, since=asked)
    scene.hears(call, "hold", since=asked)
    scene.said(call, "Ana has put you on hold for a moment and has not left", since=held["seq"])
    expect(ana.get_by_role("button", name="Resume")).to_have_attribute("aria-pressed", "true")
    expect(ana.get_by_text("the customer hears music, and that you have not left")).to_be_visible()
    back = scene.mark()
    ana.get_by_role("button", name="Resume").click()
    scene.line("room.unhold", call=call, since=back)
    scene.hears(call, "people", ana_leg, since=back)
    expect(ana.get_by_role("button", name="Hold")).to_have_attribute("aria-pressed", "false")
    assert longest_silence(scene, call) < 10
    scene.hang_up(call)


def test_a_customer_on_hold_whose_agent_vanishes_is_led_to_a_colleague(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana, ben = online(open_as, "ana"), online(open_as, "ben")
    call, ana_leg = call_sales(scene, customer, ana)
    press(ana, "H")
    scene.line("room.hold", call=call)
    expect(ana.get_by_role("button", name="Resume")).to_be_visible(timeout=LONG_MS)
    ana.close(run_before_unload=True)
    assert scene.down(ana_leg)["by"] == "self"
    lost = scene.mark()
    expect(ben.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG_MS)
    ben_leg = scene.rung(BEN, since=lost - 1)
    accept(ben)
    scene.hears(call, "people", ben_leg)
    assert not [x for x in scene.listen() if x["kind"] == "call.down" and x["call"] == call]
    assert longest_silence(scene, call) < 10
    scene.hang_up(call)


def test_a_callback_promised_by_keyboard_then_moved_and_cancelled(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana = online(open_as, "ana")
    call, ana_leg = call_sales(scene, customer, ana)
    asked = scene.mark()
    press(ana, "P")
    expect(ana.get_by_label("Who calls")).to_be_focused()
    expect(ana.get_by_label("When")).to_contain_text("As soon as possible")
    ana.get_by_label("Who calls").select_option(label="Billing")
    last = ana.get_by_label("When").locator("option").last.inner_text()
    ana.get_by_label("When").select_option(label=last)
    ana.get_by_label("Note for whoever calls").fill("Invoice 4711")
    ana.get_by_role("button", name="Promise the callback").click()
    written = ana.get_by_text("Written down: you may promise it.", exact=True)
    expect(written).to_be_visible(timeout=LONG_MS)
    scene.line("sms", to=customer, since=asked)
    heard = [x for x in scene.listen() if x["kind"] == "hears" and x["call"] == call]
    assert heard[-1]["with"] == [ana_leg], "the two talk on"
    assert heard[-1]["seq"] < asked, "and nothing was heard in between"
    mine = ana.get_by_role("complementary")
    expect(mine.get_by_text("Invoice 4711")).to_be_visible()
    mine.get_by_role("button", name="Move").click()
    mine.get_by_label("Another time").select_option(index=1)
    mine.locator(".move-form").get_by_role("button", name="Move").click()
    expect(ana.get_by_text("The promise was moved.")).to_be_visible()
    scene.hang_up(call)
    scene.stage(call, "promised")
    ana.on("dialog", lambda dialog: dialog.accept())
    mine.get_by_role("button", name="Cancel").click()
    scene.outcome(call, "resolved")
    expect(mine.get_by_text("No callback is open.")).to_be_visible()


def test_after_a_call_the_agent_notes_what_it_was_about_and_is_not_rung_before(
    scene: Scene, open_as: OpenAs, customer: str, no_violations_in_both_themes: Check
) -> None:
    ana = online(open_as, "ana")
    call, _ = call_sales(scene, customer, ana)
    scene.hang_up(call)
    expect(ana.get_by_role("heading", name="What was it about?")).to_be_visible(timeout=LONG_MS)
    expect(ana.get_by_role("button", name="Wrap-up")).to_have_attribute("aria-pressed", "true")
    expect(ana.get_by_text("You are not rung for")).to_be_visible()
    no_violations_in_both_themes(ana)
    free = scene.api("sam").get("/departments/sales")["members"]
    assert not next(each for each in free if each["key"] == "ana")["free"]
    ana.get_by_label("An invoice").check()
    ana.get_by_label("Note for whoever speaks").fill("Paid twice")
    ana.get_by_label("Note for whoever speaks").press("Tab")
    ana.keyboard.press("Enter")
    available = ana.get_by_role("button", name="Available", exact=True)
    expect(available).to_have_attribute("aria-pressed", "true")
    (noted,) = scene.api("sam").get(f"/contacts/{call[2:].lower()}/wrap-ups")["items"]
    assert (noted["code"], noted["note"], noted["agent"]) == ("invoice", "Paid twice", "ana")
    again = to_department(scene, customer, "1")
    expect(ana.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG_MS)
    scene.hang_up(again)


def test_another_letter_is_kept_for_the_person_at_every_browser(
    scene: Scene, open_as: OpenAs, customer: str
) -> None:
    ana = online(open_as, "ana")
    ana.keyboard.press("?")
    sheet = ana.get_by_role("dialog", name="Keys")
    letter = sheet.get_by_label("Letter for: Mute yourself")
    letter.select_option("T")
    expect(sheet.get_by_label("Letter for: Transfer")).to_have_value("M")
    ana.keyboard.press("Escape")
    elsewhere = online(open_as, "ana")
    call, _ = call_sales(scene, customer, elsewhere)
    mute = elsewhere.get_by_role("button", name="Mute")
    expect(mute).to_have_attribute("aria-keyshortcuts", "Alt+Shift+T")
    press(elsewhere, "T")
    expect(elsewhere.get_by_role("button", name="Muted")).to_be_visible()
    press(elsewhere, "M")
    expect(elsewhere.get_by_role("combobox")).to_be_focused()
    billing = elsewhere.get_by_role("option", name="Billing").first
    expect(billing).to_contain_text(re.compile("no figures yet|about .* lately"))
    elsewhere.keyboard.press("Escape")
    elsewhere.keyboard.press("?")
    elsewhere.get_by_role("button", name="The usual keys").click()
    expect(elsewhere.get_by_label("Letter for: Mute yourself")).to_have_value("M")
    scene.hang_up(call)


def test_who_is_offline_is_not_rung(scene: Scene, open_as: OpenAs, customer: str) -> None:
    ana = online(open_as, "ana")
    ana.get_by_role("button", name="Go offline").click()
    expect(ana.get_by_text("Phone off")).to_be_visible()
    scene.phone(BEN)
    call = to_department(scene, customer, "1")
    scene.rung(BEN)
    dialled = [x["to"] for x in scene.listen() if x["kind"] == "call.dialled"]
    assert ANA not in dialled
    scene.hang_up(call)


_NEXT_BEAT = """() => new Promise((heard) => {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("beat", () => { source.close(); heard(true); });
})"""


def test_a_quiet_house_is_not_taken_for_a_dead_line(open_as: OpenAs) -> None:
    ana = open_as("ana")
    ana.clock.install()
    ana.reload()
    late = ana.get_by_text("News is late")
    expect(ana.get_by_role("heading", name="Softphone")).to_be_visible()
    for _ in range(2):
        # The page's own stream beats as often as this one.
        assert ana.evaluate(_NEXT_BEAT)
        ana.clock.fast_forward(7_000)
        expect(late).to_be_hidden()
    ana.clock.fast_forward(13_000)
    expect(late).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_for_everybody(
    scene: Scene,
    open_as: OpenAs,
    customer: str,
    scheme: str,
    no_violations: Check,
    no_sideways_scroll: Check,
) -> None:
    ana = online(open_as, "ana", color_scheme=scheme, reduced_motion="reduce")

    def good() -> None:
        no_violations(ana)
        for width in (390, 640, 1280):
            ana.set_viewport_size({"width": width, "height": 850})
            no_sideways_scroll(ana)

    good()
    call = to_department(scene, customer, "1")
    expect(ana.get_by_role("button", name="Accept")).to_be_visible(timeout=LONG_MS)
    good()
    accept(ana)
    expect(ana.get_by_text("On this call")).to_be_visible(timeout=LONG_MS)
    press(ana, "P")
    expect(ana.get_by_label("When")).to_contain_text("As soon as possible")
    good()
    ana.keyboard.press("Escape")
    ana.get_by_role("button", name="Keypad").click()
    press(ana, "T")
    expect(ana.get_by_role("option", name="Billing").first).to_be_visible()
    good()
    scene.phone(CARLA, answer_after=1)
    ana.keyboard.type("carla")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("button", name="Complete")).to_be_enabled(timeout=LONG_MS)
    good()
    press(ana, "C")
    expect(ana.get_by_role("heading", name="Handed to Carla")).to_be_visible(timeout=LONG_MS)
    ana.keyboard.press("?")
    expect(ana.get_by_role("dialog", name="Keys")).to_be_visible()
    good()
    scene.hang_up(call)
