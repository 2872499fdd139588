"""Listen, whisper, join: what every phone really hears, from the simulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.support import OpenAs
from warmline.stories.common import CARLA, ask, transfer, with_ana
from warmline.stories.scene import Scene

Check = Callable[[Page], None]
SAM = "client:sam"


def hears(scene: Scene, call: str) -> tuple[str, set[str]]:
    """What a phone hears now, and with whom it can speak."""
    told: Any = scene.http.get(f"{scene.simulator}/sim/calls/{call}", timeout=5).json()
    return told["hears"], set(told["with"])


def test_a_supervisor_listens_whispers_joins_and_leaves_unnoticed(
    open_as: OpenAs, scene: Scene, no_violations: Check
) -> None:
    customer, ana = with_ana(scene, "+12025553201")
    scene.phone(SAM, answer_after=1)
    page = open_as("sam", "/wallboard/contacts?figure=live")
    page.get_by_role("link", name="+12025553201").click()
    page.get_by_role("button", name="Listen").click()
    sam = scene.rung(SAM)
    scene.line("room.join", call=sam)
    expect(page.get_by_text("You listen; nobody hears you.")).to_be_visible()
    no_violations(page)
    assert hears(scene, customer) == ("people", {ana})
    assert hears(scene, ana) == ("people", {customer})
    page.get_by_role("button", name="Whisper to the agent").click()
    expect(page.get_by_text("Only the agent hears you.")).to_be_visible()
    scene.wait("the agent hears the supervisor", lambda _: sam in hears(scene, ana)[1])
    assert hears(scene, customer) == ("people", {ana})
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("Everybody hears you.")).to_be_visible()
    scene.wait("the customer hears the supervisor", lambda _: sam in hears(scene, customer)[1])
    page.get_by_role("button", name="Leave").click()
    assert scene.down(sam)["by"] == "service"
    assert hears(scene, customer) == ("people", {ana})
    expect(page.get_by_role("button", name="Leave")).to_be_hidden()
    scene.hang_up(customer)
    scene.outcome(customer, "resolved")


def test_a_supervisor_goes_with_the_conversation_and_is_no_company_for_the_customer(
    open_as: OpenAs, scene: Scene
) -> None:
    customer, ana = with_ana(scene, "+12025553202")
    scene.phone(SAM, answer_after=1)
    page = open_as("sam", "/wallboard/contacts?figure=live")
    page.get_by_role("link", name="+12025553202").click()
    page.get_by_role("button", name="Listen").click()
    sam = scene.rung(SAM)
    scene.line("room.join", call=sam)
    # The agent drops out: the customer is looked after as if nobody else were there.
    left = scene.mark()
    scene.drop(ana)
    scene.wait(
        "the customer hears music or a sentence, and the supervisor is gone",
        lambda lines: any(
            each["kind"] in {"hears", "said"}
            and each["call"] == customer
            and each["seq"] > left
            and each.get("what", "prompt") in {"hold", "prompt"}
            for each in lines
        ),
    )
    assert scene.down(sam)["by"] == "service"
    scene.hang_up(customer)


def test_nobody_else_hears_a_whisper_when_the_agent_has_passed_the_customer_on(
    open_as: OpenAs, scene: Scene
) -> None:
    customer, ana = with_ana(scene, "+12025553204")
    scene.phone(SAM, answer_after=1)
    scene.phone(CARLA, answer_after=1)
    contact = scene.contact(customer)["id"]
    assert scene.api("sam").post(f"/contacts/{contact}/supervision", {"mode": "whisper"}).ok
    sam = scene.rung(SAM)
    scene.wait("the agent hears the supervisor", lambda _: sam in hears(scene, ana)[1])
    transfer_id = transfer(scene, customer, {"department": "billing"})
    carla = scene.rung(CARLA)
    scene.wait("agent and receiver talk", lambda _: carla in hears(scene, ana)[1])
    ask(scene, transfer_id, "complete")
    scene.down(ana)
    scene.wait(
        "the supervisor only listens",
        lambda _: scene.api("sam").get(f"/contacts/{contact}/supervision")["mode"] == "listen",
    )
    scene.wait(
        "customer and receiver hear each other, and nobody else",
        lambda _: (
            hears(scene, customer) == ("people", {carla})
            and hears(scene, carla) == ("people", {customer})
        ),
    )
    scene.hang_up(customer)
    assert scene.down(sam)["by"] == "service"


def test_a_conversation_has_one_supervisor(open_as: OpenAs, scene: Scene) -> None:
    customer, _ = with_ana(scene, "+12025553203")
    contact = scene.contact(customer)["id"]
    page = open_as("ana")
    csrf = page.request.get("/api/v1/me").json()["csrf"]
    path = f"/api/v1/contacts/{contact}/supervision"
    answer = page.request.post(path, data={"mode": "join"}, headers={"X-CSRF-Token": csrf})
    assert answer.status == 403
    scene.phone(SAM, answer_after=1)
    assert scene.api("sam").post(f"/contacts/{contact}/supervision", {"mode": "listen"}).ok
    second = scene.api("ada").post(f"/contacts/{contact}/supervision", {"mode": "listen"})
    assert (second.status_code, second.json()["reason"]) == (409, "supervised")
    scene.hang_up(customer)
    scene.down(scene.rung(SAM))
