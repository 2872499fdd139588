"""Stories of callbacks: promised, moved, redeemed, kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from warmline.stories.common import (
    ANA,
    CARLA,
    dials,
    expect,
    goodbye,
    quiet_floor,
    to_department,
    to_menu,
    transfer,
    with_ana,
)
from warmline.stories.handovers import nobody_in_billing
from warmline.stories.scene import Scene, StoryFailed

WINDOW_MS = 30 * 60_000
ALL_DAY = "00:00-24:00"


def _choose_callback(scene: Scene, call: str, since: int = 0) -> None:
    """The customer is asked, presses 2 and hears the promise, which the ledger holds by then."""
    scene.said(call, "to be called back", since=since, patience=200)
    scene.press(call, "2")
    told = scene.said(call, "it is arranged")
    expect(_open_promise(scene, call), "the ledger holds what was spoken")
    scene.tell(f"The customer chooses a callback and is told: {told['text']!r}")


def _open_promise(scene: Scene, call: str) -> dict[str, Any]:
    promise = scene.contact(call).get("promise")
    if not isinstance(promise, dict):
        raise StoryFailed("the contact has no promise")
    return promise


def _sooner(scene: Scene, call: str) -> None:
    """The customer moves the promise to now, unless it is being kept already."""
    contact = scene.contact(call)
    window = {"due_from": int(contact["since"]), "due_until": int(contact["since"]) + WINDOW_MS}
    answer = scene.api("sam").post(f"/promises/{contact['promise']['id']}/move", window)
    if answer.status_code >= 300 and scene.contact(call)["state"] == "promised":
        raise StoryFailed(f"move refused: {answer.status_code} {answer.text[:300]}")


@contextmanager
def _calls_at_any_hour(scene: Scene) -> Iterator[None]:
    """For this story the company may call customers by night: it is told at any time of day."""
    found = scene.api("ada").get("/routing")["document"]
    promises = {**found.get("promises", {}), "local_hours": ALL_DAY}
    _publish(scene, {**found, "promises": promises})
    try:
        yield
    finally:
        _publish(scene, found)


def _publish(scene: Scene, document: dict[str, Any]) -> None:
    ada = scene.api("ada")
    version = ada.get("/routing/draft")["version"]
    saved = ada.put("/routing/draft", {"version": version, "document": document})
    expect(saved.status_code < 300, f"draft refused: {saved.text[:300]}")
    told = {"version": saved.json()["version"], "note": "for a story", "anyway": True}
    published = ada.post("/routing/publish", told)
    expect(published.status_code < 300, f"publishing refused: {published.text[:300]}")


def cold_promise_kept(scene: Scene, customer: str) -> None:
    """7: a cold transfer, nobody answers, a promise is made and kept."""
    with _calls_at_any_hour(scene):
        _cold_promise_kept(scene, customer)


def _cold_promise_kept(scene: Scene, customer: str) -> None:
    call, ana = with_ana(scene, customer)
    nobody_in_billing(scene)
    scene.phone(ANA, busy=True)
    handed = scene.mark()
    transfer(scene, call, {"department": "billing"}, mode="cold")
    scene.hears(call, "hold", since=handed)
    scene.hang_up(ana)
    scene.tell("Ana passes the customer on cold and leaves. Nobody in Billing is free.")
    _choose_callback(scene, call, since=handed)
    scene.phone(CARLA, answer_after=2)
    scene.phone(customer, answer_after=3, press="1")
    kept = scene.mark()
    scene.hang_up(call)
    scene.line("sms", to=customer)
    scene.transfer_outcome(call, "promised")
    _sooner(scene, call)
    carla = scene.rung(CARLA, since=kept, patience=200)
    again = scene.rung(customer, since=kept)
    expect(carla != again, "two calls")
    scene.said(again, "as promised")
    scene.hears(again, "people", carla)
    order = [x["call"] for x in scene.lines if x["kind"] == "call.dialled" and x["seq"] > kept]
    expect(order.index(carla) < order.index(again), "the department first, then the customer")
    scene.tell("The promise is kept: Carla first, then the customer; nobody waits twice.")
    goodbye(scene, call, "promise_kept", line=again)


def closed_department(scene: Scene, customer: str) -> None:
    """12: the department is closed; a promise for its next open hour."""
    quiet_floor(scene)
    closed = next(
        d["key"]
        for d in scene.api("sam").get("/departments")["items"]
        if d["key"] in {"returns", "evening"} and not d["open"]
    )
    call = to_menu(scene, customer)
    scene.press(call, "4")
    scene.said(call, "let us see to your order")
    scene.press(call, {"returns": "2", "evening": "3"}[closed])
    scene.said(call, "closed now and opens again")
    scene.press(call, "1")
    scene.said(call, "it is arranged")
    scene.hang_up(call)
    scene.line("sms", to=customer)
    promise = _open_promise(scene, call)
    opens = _department(scene, closed)["next_open"]
    expect(promise["due_from"] >= opens, f"not before it opens: {promise['due_from']} < {opens}")
    scene.tell("The department is closed; the callback is promised for its next open hour.")
    answer = scene.api("sam").post(f"/promises/{promise['id']}/cancel")
    expect(answer.status_code < 300, f"cancel refused: {answer.text[:200]}")
    scene.outcome(call, "resolved")
    scene.tell("Later the customer cancels it with the link in the message.")


def _department(scene: Scene, key: str) -> dict[str, Any]:
    found: dict[str, Any] = scene.api("sam").get(f"/departments/{key}")
    return found


def calls_in(scene: Scene, customer: str) -> None:
    """15: the customer calls in while a promise is open: place kept, no second call."""
    quiet_floor(scene)
    call = to_department(scene, customer, "2")
    _choose_callback(scene, call)
    scene.hang_up(call)
    scene.stage(call, "promised")
    scene.phone(CARLA, answer_after=3)
    back = scene.dial_in(customer, "+12025550100")
    scene.said(back, "your place has been kept")
    carla = scene.rung(CARLA)
    scene.hears(back, "people", carla)
    scene.tell("The customer calls in: greeted as expected, straight to Billing, place kept.")
    expect(not dials(scene, customer), "the promise is redeemed: no call to the customer")
    goodbye(scene, call, line=back)
