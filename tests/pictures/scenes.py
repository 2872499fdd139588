"""The demo is driven into telling states, and the camera looks."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.pictures.camera import PHONE, Camera
from warmline.running import Running
from warmline.stories.common import ANA, EVA, FINN, MAIN, goodbye, quiet_floor, to_department
from warmline.stories.scene import Scene

ROSA = "+12025550199"
TOM = "+12025550198"
LONG_MS = 45_000
NOTE = "Invoice 4711 was paid twice; she would like the second payment back."


def take_all(camera: Camera, running: Running, scene: Scene) -> None:
    """Every picture, in the order of one warm transfer."""
    quiet_floor(scene)
    camera.shoot(camera.window(""), "sign-in")
    _earlier_today(scene)
    _others_on_the_line(scene)
    ana, carla = _online(camera.window("ana")), _online(camera.window("carla"))
    _visible(ana.locator(".phone-side .side-row").first)
    camera.shoot(ana, "softphone-idle")
    phones = camera.blank()
    phones.goto(f"{running.simulator_url}/sim/")
    rosa = _transfer(camera, scene, ana, carla, phones)
    sam = _now(camera)
    ana.get_by_role("button", name="Complete").click()
    _afterwards(camera, scene, sam, rosa)
    _admin(camera)


def _earlier_today(scene: Scene) -> None:
    scene.phone(ANA, answer_after=1)
    for customer in (TOM, "+12025550147"):
        call = to_department(scene, customer, "1")
        scene.hears(call, "people")
        goodbye(scene, call)


def _others_on_the_line(scene: Scene) -> None:
    # Two talk with Support, and one waits there.
    for agent, customer in ((EVA, "+12025550163"), (FINN, "+12025550164")):
        scene.phone(agent, answer_after=1)
        call = to_department(scene, customer, "3")
        scene.hears(call, "people")
    to_department(scene, "+12025550165", "3")


def _online(page: Page) -> Page:
    page.get_by_role("button", name="Go online").click()
    expect(page.get_by_text("Phone ready")).to_be_visible()
    return page


def _transfer(camera: Camera, scene: Scene, ana: Page, carla: Page, phones: Page) -> str:
    rosa = scene.dial_in(ROSA, MAIN)
    scene.said(rosa, "thank you for calling")
    scene.press(rosa, "1")
    _visible(ana.get_by_role("button", name="Accept"))
    camera.shoot(ana, "softphone-ringing")
    ana.get_by_role("button", name="Accept").click()
    _visible(ana.get_by_text("On this call"))
    ana.get_by_role("button", name="Transfer").click()
    _visible(ana.get_by_role("option", name="Billing").first)
    camera.shoot(ana, "softphone-search", 1100)
    ana.keyboard.type("billing")
    ana.get_by_label("Note for the receiver").fill(NOTE)
    ana.get_by_role("button", name="Warm").click()
    _visible(carla.get_by_role("button", name="Accept"))
    camera.shoot(carla, "receiver")
    carla.get_by_role("button", name="Accept").click()
    expect(ana.get_by_role("button", name="Complete")).to_be_enabled(timeout=LONG_MS)
    camera.shoot(ana, "softphone-transfer", 1060)
    ana.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    ana.evaluate("window.scrollTo(0, 0)")
    camera.shoot(ana, "softphone-phone")
    camera.shoot(phones, "phones", 900)
    return rosa


def _now(camera: Camera) -> Page:
    sam = camera.window("sam", "/wallboard")
    expect(sam.locator("#link-state")).to_have_text("Live")
    held = sam.locator('dl[data-row=""] [data-path="live.on_hold"] .tile-value')
    expect(held).to_have_text("1")
    camera.shoot(sam, "wallboard", 920)
    sam.goto(f"{camera.web}/wallboard/reports")
    sam.get_by_label("By").select_option("days")
    expect(sam.locator("#volume-table tbody tr")).to_have_count(14)
    camera.shoot(sam, "reports", 900)
    return sam


def _afterwards(camera: Camera, scene: Scene, sam: Page, rosa: str) -> None:
    scene.transfer_outcome(rosa, "completed")
    goodbye(scene, rosa)
    contact = f"{camera.web}/wallboard/contacts/{rosa[2:].lower()}"
    sam.goto(contact)
    expect(sam.locator("#timeline li").first).to_be_visible()
    expect(sam.locator("#outcome")).to_have_text("Resolved")
    camera.shoot(sam, "timeline", 1150)


def _admin(camera: Camera) -> None:
    ada = camera.window("ada", "/admin")
    camera.shoot(ada, "routing")
    ada.get_by_role("link", name="Billing").click()
    expect(ada.locator("#preview")).to_contain_text("Carla")
    camera.shoot(ada, "department")


def _visible(place: Locator) -> None:
    expect(place).to_be_visible(timeout=LONG_MS)
