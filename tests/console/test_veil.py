"""How much agents see of customers' numbers: every reading route by policy and role."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from console import events_api
from console.veil import Veil
from telephony.contact.events import TransferAsked
from telephony.contact.model import TransferMode
from telephony.contact.plans import Target, TargetKind
from telephony.routing.example import example_company
from telephony.routing.model import CustomerNumbers
from telephony.routing.text import from_data, to_data
from telephony.store import ledger
from telephony.store.ledger import Role
from tests.console.house import Actors, House, LivePlay, Program
from tests.contact.play import members, plan
from workers import journal

CUSTOMER = "+12025550199"
PEOPLE = {"ana": Role.AGENT, "sam": Role.SUPERVISOR, "ada": Role.ADMIN}
SEEN = {"whole": CUSTOMER, "last_four": "•••0199", "none": "•••"}
ABOUT_A_CUSTOMER = {
    "list_contacts",
    "show_contact",
    "show_timeline",
    "list_promises",
    "live_events",
}


@pytest.fixture
def policy(request: pytest.FixtureRequest, as_: Actors) -> str:
    """The policy of the test, published as an admin does it."""
    publish(as_("ada"), request.param)
    return str(request.param)


def publish(ada: Program, policy: str) -> None:
    version = ada("GET", "/routing/draft").get_json()["version"]
    document = to_data(example_company()) | {"customer_numbers": policy}
    saved = ada("PUT", "/routing/draft", {"version": version, "document": document, "note": ""})
    body = {"version": saved.get_json()["version"], "note": "numbers"}
    assert ada("POST", "/routing/publish", body).status_code == 200


@pytest.fixture
def contact(play: LivePlay, house: House) -> str:
    """Rosa talks with Ana, is passed on with her number in the note, and is promised a callback."""
    play.talk_with_ana()
    play.plan, play.candidates = plan(target="billing"), members("carla", "dan")
    billing = Target(TargetKind.DEPARTMENT, "billing", "Billing")
    play.tell(TransferAsked("client:ana", billing, TransferMode.WARM, f"call {CUSTOMER} back"))
    new = ledger.NewPromise(
        id="p1",
        contact_id=play.contact.id,
        customer=CUSTOMER,
        department="sales",
        language="en",
        zone="America/New_York",
        due_from=house.clock.now + 1,
        due_until=house.clock.now + 600_000,
        max_attempts=3,
        token="word",
        note=f"reach her at {CUSTOMER}",
    )
    ledger.write_promise(house.ledger, new, now=house.clock.now)
    while journal.copy(house.services):
        pass
    return play.contact.id


def read(app: Flask, as_: Actors, name: str, play: LivePlay, after: str) -> dict[str, str]:
    """What every reading route answers this person, by the route's name."""
    told = {}
    for path, item in app.test_client().get("/api/v1/openapi.json").get_json()["paths"].items():
        if "get" not in item:
            continue
        filled = path.removeprefix("/api/v1").replace("{contact_id}", play.contact.id)
        filled = filled.replace("{transfer_id}", play.contact.transfers[-1].id)
        filled = filled.replace("{kind}", "days")
        filled = re.sub(r"\{\w+\}", "x", filled)
        first = {"Last_Event_ID": after} if filled == "/events" else {}
        answer = as_(name)("GET", filled, **first)
        told[item["get"]["operationId"]] = answer.get_data(as_text=True).replace("\\u2022", "•")
    return told


@pytest.mark.parametrize("policy", SEEN, indirect=True)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_reading_route_shows_as_much_of_a_number_as_the_policy_allows(
    app: Flask,
    as_: Actors,
    house: House,
    play: LivePlay,
    policy: str,
    contact: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events_api, "MOST_HELD", 0)
    first = house.services.live.feed.read(count=1)[0].id
    told = read(app, as_, name, play, first)
    seen = SEEN[policy] if PEOPLE[name] is Role.AGENT else CUSTOMER
    assert set(told) >= ABOUT_A_CUSTOMER
    for route, text in told.items():
        if seen != CUSTOMER:
            assert CUSTOMER not in text, route
            assert CUSTOMER.removeprefix("+") not in text, route
        if policy == "none" and PEOPLE[name] is Role.AGENT:
            assert "•••0199" not in text, route
    assert [route for route in sorted(ABOUT_A_CUSTOMER) if seen not in told[route]] == []


@pytest.mark.parametrize("policy", ["last_four"], indirect=True)
def test_changes_and_refusals_are_covered_too_and_numbers_cannot_be_tried_out(
    as_: Actors, policy: str, contact: str
) -> None:
    ana, sam = as_("ana"), as_("sam")
    moved = ana("POST", "/promises/p1/cancel").get_data(as_text=True)
    assert '"customer":' in moved
    assert CUSTOMER not in moved
    refused = ana("GET", f"/contacts/{CUSTOMER}")
    assert refused.status_code == 404
    assert CUSTOMER not in refused.get_data(as_text=True)
    tried: Any = ana("GET", "/contacts?customer=%2B12025550199")
    assert (tried.status_code, tried.get_json()["reason"]) == (403, "not_allowed")
    assert sam("GET", "/contacts?customer=%2B12025550199").get_json()["items"]


@pytest.mark.parametrize("policy", ["whole"], indirect=True)
def test_a_policy_that_is_published_holds_for_the_next_request(
    as_: Actors, policy: str, contact: str
) -> None:
    ana = as_("ana")
    assert CUSTOMER in ana("GET", f"/contacts/{contact}").get_data(as_text=True)
    publish(as_("ada"), "none")
    assert CUSTOMER not in ana("GET", f"/contacts/{contact}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("text", "last_four", "none"),
    [
        ("+12025550199 called +12025550100.", "•••0199 called +12025550100.", "••• called"),
        ("call +1 (202) 555-0199 at 5", "call •••0199 at 5", "call ••• at 5"),
        ("/x?c=%2B4915112345678&t=1", "/x?c=•••5678&t=1", "/x?c=•••&t=1"),
        ('"sip:rosa@home.example"', '"•••"', '"•••"'),
        ("sip:ines@pbx.harbor.example", "sip:ines@pbx.harbor.example", "sip:ines"),
        ('{"at": 1795309643234, "id": "c+0:14"}', '{"at": 1795309643234, "id": "c+0:14"}', "{"),
    ],
)
def test_the_companys_own_numbers_times_and_ids_stay_as_they_are(
    text: str, last_four: str, none: str
) -> None:
    company = example_company()
    for policy, wanted in ((CustomerNumbers.LAST_FOUR, last_four), (CustomerNumbers.NONE, none)):
        data = to_data(company) | {"customer_numbers": policy.value}
        shown = Veil(from_data(data)).over(text)
        assert shown.startswith(wanted)


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("call (202) 555-0199 at 5", "call •••0199 at 5"),
        ("2025550199, or 202.555.0188", "•••0199, or •••0188"),
        ("1 202\u2013555\u20130199 is hers", "•••0199 is hers"),
        ("mobile 0151 123 45678", "mobile •••5678"),
        ("0049 (151) 123-45678", "•••5678"),
        ("our 202 555 0100", "our 202 555 0100"),
        ("order 1234567 of 2026-11-22 04:57:58", "order 1234567 of 2026-11-22 04:57:58"),
        ("11/22/2026 12:30, 30,000.00 EUR", "11/22/2026 12:30, 30,000.00 EUR"),
        ("1795309643234-0", "1795309643234-0"),
        ('she said "202 555 0199"', 'she said "•••0199"'),
    ],
)
def test_numbers_that_people_wrote_without_a_country_are_hidden_in_what_they_wrote(
    note: str, shown: str
) -> None:
    ids = ["ca12025550199ca120255501990000ff", "12345678-1234-1234-1234-1234567890ab"]
    answer = {"customer": "+4915112345678", "note": note, "at": 2025550199, "ids": ids}
    data = to_data(example_company()) | {"customer_numbers": "last_four"}
    covered = json.loads(Veil(from_data(data)).over(json.dumps(answer)))
    assert covered == answer | {"customer": "•••5678", "note": shown}


@pytest.mark.parametrize("policy", ["last_four"], indirect=True)
def test_a_number_in_an_agents_own_words_is_hidden_from_the_next_agent_and_not_from_supervisors(
    as_: Actors, play: LivePlay, policy: str, contact: str
) -> None:
    noted = {"code": "order", "note": "mobile (202) 555-0177"}
    assert as_("ana")("PUT", f"/contacts/{contact}/wrap-up", noted).status_code == 200
    for name, wanted in (("ana", "mobile •••0177"), ("sam", "mobile (202) 555-0177")):
        (kept,) = as_(name)("GET", f"/contacts/{contact}/wrap-ups").get_json()["items"]
        assert kept["note"] == wanted
