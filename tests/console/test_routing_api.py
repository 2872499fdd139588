"""Drafts, checks, publishing, history and rolling back, on a real Redis and a real SQLite."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from telephony.errors import Conflict
from telephony.routing.example import example_company
from telephony.routing.text import from_data, to_data, to_yaml
from telephony.store import ledger as book
from telephony.store.ledger import Role
from tests.console.house import Actors, House, Program

Document = dict[str, Any]


@pytest.fixture
def ada(as_: Actors) -> Program:
    return as_("ada")


@pytest.fixture
def bea(house: House, as_: Actors) -> Program:
    """A second admin."""
    book.add_user(house.ledger, "bea", Role.ADMIN, "warmline", now=house.clock.now, display="Bea")
    return as_("bea")


def sold(members: tuple[str, ...] = ("ben", "ana"), **changed: object) -> Document:
    """The example company with other values, or another order of members, in its sales."""
    document: Document = to_data(example_company())
    sales = document["departments"]["sales"]
    known = {each["key"]: each for each in sales["members"]}
    sales["members"] = [known[key] for key in members]
    sales.update(changed)
    return document


def save(who: Program, document: Document, version: int, note: str = "") -> Any:
    body = {"version": version, "document": document, "note": note}
    return who("PUT", "/routing/draft", body)


def published(who: Program, document: Document, note: str = "") -> int:
    """Save and publish; the number of the published version."""
    version = who("GET", "/routing/draft").get_json()["version"]
    draft = save(who, document, version).get_json()["version"]
    answer = who("POST", "/routing/publish", {"version": draft, "note": note})
    assert answer.status_code == 200, answer.get_json()
    number: int = answer.get_json()["number"]
    return number


def test_before_anything_is_published_the_example_is_in_force(ada: Program) -> None:
    told = ada("GET", "/routing").get_json()
    assert (told["number"], told["author"], told["published"]) == (0, "Warmline", True)
    assert from_data(told["document"]) == example_company()
    assert told["described"]["sales"].startswith("Sales is open day and night. Ana and Ben ring")
    draft = ada("GET", "/routing/draft").get_json()
    assert (draft["version"], draft["in_force"], draft["pending"]) == (0, 0, False)


def test_a_draft_rings_nobody_until_it_is_published_and_then_the_next_call(
    ada: Program, house: House
) -> None:
    answer = save(ada, sold(), 0, "Ben first")
    assert answer.status_code == 200
    draft = answer.get_json()
    assert (draft["version"], draft["pending"], draft["note"]) == (1, True, "Ben first")
    assert draft["changes"] == ["departments.sales.members: the order is now ben, ana"]
    assert house.services.routing.company() == example_company()
    answer = ada("POST", "/routing/publish", {"version": 1, "note": "Ben knows more"})
    assert (answer.status_code, answer.get_json()["number"]) == (200, 2)
    assert answer.get_json()["changes"] == draft["changes"]
    members = house.services.routing.company().departments["sales"].members
    assert [each.key for each in members] == ["ben", "ana"]
    (entry,) = book.list_audit(house.ledger, what="routing_published").items
    assert (entry.who, entry.target) == ("ada", "2")


def test_who_saves_second_is_warned_with_both_authors_and_nothing_is_lost(
    ada: Program, bea: Program, house: House
) -> None:
    assert save(ada, sold(ring_seconds=25), 0, "mine").status_code == 200
    refused = save(bea, sold(), 0)
    told = refused.get_json()
    assert (refused.status_code, told["reason"]) == (409, "draft_overtaken")
    assert "You started from version 0, and ada has saved version 1 since." in told["detail"]
    assert "save yours on top of version 1" in told["what_to_do"]
    draft = ada("GET", "/routing/draft").get_json()
    assert draft["document"]["departments"]["sales"]["ring_seconds"] == 25
    assert save(bea, sold(), 1).get_json()["version"] == 2
    versions = ada("GET", "/routing/versions").get_json()["items"]
    assert [(each["number"], each["author"]) for each in versions] == [(2, "bea"), (1, "ada")]


def test_who_publishes_what_another_has_changed_since_is_refused(
    ada: Program, bea: Program, house: House
) -> None:
    save(ada, sold(), 0)
    save(bea, sold(ring_seconds=30), 1)
    refused = ada("POST", "/routing/publish", {"version": 1})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "draft_overtaken")
    assert "bea" in refused.get_json()["detail"]
    assert book.current_routing(house.ledger) is None


def test_the_ledger_itself_lets_only_one_draft_follow_a_version(house: House) -> None:
    book.draft_routing(house.ledger, "a: 1", "ada", "", 0, now=1, newest=0)
    with pytest.raises(Conflict):
        book.draft_routing(house.ledger, "a: 2", "bea", "", 0, now=2, newest=0)
    with pytest.raises(Conflict):
        book.publish_routing(house.ledger, "a: 2", "bea", "", 0, now=2, newest=0)
    assert len(book.routing_history(house.ledger).items) == 1


def test_a_document_that_is_no_routing_is_refused_at_each_of_its_places(ada: Program) -> None:
    document = sold(ring_seconds=2, colour="red")
    document["departments"]["billing"]["members"][1]["address"] = "dan"
    refused = save(ada, document, 0)
    assert refused.status_code == 422
    fields = refused.get_json()["fields"]
    assert set(fields) == {
        "departments.sales.ring_seconds",
        "departments.sales.colour",
        "departments.billing.members[1].address",
    }
    assert fields["departments.billing.members[1].address"] == [
        "must begin with client:, sip: or + (a telephone number)"
    ]
    assert ada("GET", "/routing/draft").get_json()["version"] == 0


def test_a_check_says_where_how_bad_and_what_to_do(ada: Program) -> None:
    answer = ada("POST", "/routing/check", {"document": sold(members=(), ladder=[])})
    told = answer.get_json()
    assert told["publishable"] is False
    found = {each["code"]: each for each in told["findings"] if each["severity"] == "error"}
    assert found["no_members"]["path"] == "departments.sales.members"
    assert found["ladder_without_end"]["what_to_do"].startswith("End the ladder")
    assert any("departments.sales.ladder" in each for each in told["changes"])
    broken = ada("POST", "/routing/check", {"document": sold(rounds=0)}).get_json()
    assert broken["publishable"] is False
    assert [each["path"] for each in broken["problems"]] == ["departments.sales.rounds"]
    assert ada("POST", "/routing/check", {}).get_json()["publishable"] is True


def test_a_draft_with_errors_is_published_only_on_purpose(ada: Program) -> None:
    save(ada, sold(members=()), 0)
    refused = ada("POST", "/routing/publish", {"version": 1})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "routing_errors")
    assert "departments.sales.members" in refused.get_json()["fields"]
    answer = ada("POST", "/routing/publish", {"version": 1, "anyway": True})
    assert answer.status_code == 200


def test_publishing_what_is_in_force_is_refused(ada: Program) -> None:
    number = published(ada, sold())
    refused = ada("POST", "/routing/publish", {"version": number})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "nothing_to_publish")


def test_rolling_back_publishes_the_old_version_anew(ada: Program, house: House) -> None:
    first = published(ada, sold())
    second = published(ada, sold(members=("ana",)))
    assert len(house.services.routing.company().departments["sales"].members) == 1
    path = f"/routing/versions/{first}/restore"
    assert ada("POST", path, {"version": first}).get_json()["reason"] == "draft_overtaken"
    answer = ada("POST", path, {"version": second})
    told = answer.get_json()
    assert answer.status_code == 200
    assert (told["number"], told["note"]) == (second + 1, f"back to version {first}")
    assert told["changes"] == ["departments.sales.members.ben: added (Ben)"] or told["changes"]
    members = house.services.routing.company().departments["sales"].members
    assert [each.key for each in members] == ["ben", "ana"]
    assert ada("POST", "/routing/versions/99/restore", {"version": second + 1}).status_code == 404


def test_the_history_tells_what_each_version_changed_page_by_page(ada: Program) -> None:
    published(ada, sold(), "Ben first")
    published(ada, sold(rounds=3), "try longer")
    page = ada("GET", "/routing/versions?limit=2").get_json()
    assert [each["published"] for each in page["items"]] == [True, False]
    assert page["items"][0]["changes"] == ["departments.sales.rounds: 2 became 3"]
    rest = ada("GET", f"/routing/versions?limit=2&cursor={page['next']}").get_json()
    assert [each["note"] for each in rest["items"]] == ["Ben first", ""]
    assert rest["next"] is None
    one = ada("GET", "/routing/versions/2").get_json()
    assert one["changes"] == ["departments.sales.members: the order is now ben, ana"]
    assert from_data(one["document"]).departments["sales"].rounds == 2


def test_a_discarded_draft_stays_in_the_history(ada: Program) -> None:
    save(ada, sold(), 0, "an idea")
    draft = ada("POST", "/routing/draft/discard", {"version": 1}).get_json()
    assert (draft["version"], draft["pending"], draft["changes"]) == (2, False, [])
    again = ada("POST", "/routing/draft/discard", {"version": 2}).get_json()
    assert again["version"] == 2
    assert ada("GET", "/routing/versions/1").get_json()["note"] == "an idea"


def test_export_and_import_lose_nothing(ada: Program) -> None:
    yaml = ada("GET", "/routing/export").get_json()["yaml"]
    assert yaml == to_yaml(example_company())
    other = yaml.replace("Harbor Supplies", "Añil & Sons")
    body = {"version": 0, "yaml": other}
    draft = ada("POST", "/routing/draft/import", body).get_json()
    assert draft["changes"] == ["name: Harbor Supplies became Añil & Sons"]
    assert draft["note"] == "imported from a file"
    assert ada("GET", "/routing/export?version=1").get_json()["yaml"] == other
    assert "Harbor" in ada("GET", "/routing/export?version=0").get_json()["yaml"]


@pytest.mark.parametrize("yaml", ["", "a: [", "a: &x 1", "name: 5", "!!python/x {}"])
def test_a_file_that_is_no_routing_changes_nothing(ada: Program, yaml: str) -> None:
    refused = ada("POST", "/routing/draft/import", {"version": 0, "yaml": yaml})
    assert (refused.status_code, refused.get_json()["reason"]) == (422, "invalid")
    assert refused.get_json()["fields"]
    assert ada("GET", "/routing/draft").get_json()["version"] == 0


def test_a_large_company_fits_and_a_larger_body_is_refused(ada: Program) -> None:
    document = to_data(example_company())
    member = {"name": "Somebody with quite a long name", "address": "+12025550118"}
    for number in range(300):
        document["departments"][f"d{number}"] = {
            "name": f"Department {number}",
            "members": [{**member, "key": "somebody"}],
        }
    assert len(str(document)) > 32_000
    assert save(ada, document, 0).status_code == 200
    huge = {"version": 1, "yaml": "#" * 1_000_001}
    assert ada("POST", "/routing/draft/import", huge).status_code == 422
    assert ada("POST", "/routing/publish", {"version": 1, "note": "x" * 70_000}).status_code == 413


def test_what_is_used_says_where_before_it_is_removed(ada: Program) -> None:
    told = ada("GET", "/routing/used-by/department/support").get_json()
    assert told["removable"] is False
    assert [each["path"] for each in told["items"]] == [
        "operator",
        "departments.sales.ladder[0]",
        "departments.dispatch.ladder[0]",
        "menus.main.choices[2]",
    ]
    menu = ada("GET", "/routing/used-by/menu/orders").get_json()
    assert [each["sentence"] for each in menu["items"]] == ["Key 4 of the menu main leads here."]
    member = ada("GET", "/routing/used-by/member/ana").get_json()
    assert (member["removable"], len(member["items"])) == (True, 1)
    assert ada("GET", "/routing/used-by/department/nowhere").status_code == 404
    assert ada("GET", "/routing/used-by/number/ana").status_code == 404


def test_who_would_ring_is_answered_for_the_draft_before_it_is_published(ada: Program) -> None:
    save(ada, sold(strategy="in_order"), 0)
    query = "/routing/explain?department=sales&at=2026-11-24T17:55&busy=ana"
    rings = [
        each["member"]
        for each in ada("GET", query + "&draft=true").get_json()["steps"]
        if each["kind"] == "ring" and each["department"] == "sales"
    ]
    assert rings == ["ben", "ben"]
    kinds = [each["kind"] for each in ada("GET", query).get_json()["steps"]]
    assert "skip" in kinds


def test_a_change_from_a_browser_needs_the_word_against_forgery(browser: FlaskClient) -> None:
    signed = browser.post("/api/v1/session", json={"name": "ada", "password": "warmline"})
    body = {"version": 0, "document": sold()}
    refused = browser.put("/api/v1/routing/draft", json=body)
    assert (refused.status_code, refused.get_json()["reason"]) == (403, "csrf")
    word = {"X-CSRF-Token": signed.get_json()["csrf"]}
    assert browser.put("/api/v1/routing/draft", json=body, headers=word).status_code == 200


def test_supervisors_and_agents_do_not_change_who_rings(as_: Actors) -> None:
    for name in ("ana", "sam"):
        assert save(as_(name), sold(), 0).status_code == 403
