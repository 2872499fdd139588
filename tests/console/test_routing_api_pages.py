"""The pages of the routing admin: what they show and save, and that nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from console.routing_pages import fields, worded
from console.routing_pages.words import GROUPS
from telephony.prompts import Prompt
from telephony.routing import plain_yaml
from telephony.routing.example import example_company
from telephony.routing.text import from_data, from_yaml, to_data, to_yaml
from telephony.store import ledger as book
from tests.console.admin import Admin, changed, read_form
from tests.console.house import House

PAGES = (
    "/admin",
    "/admin/departments/sales",
    "/admin/departments/returns",
    "/admin/departments/sales/remove",
    "/admin/menus",
    "/admin/menus/main",
    "/admin/menus/orders/remove",
    "/admin/words",
    "/admin/company",
    "/admin/who",
    "/admin/check",
    "/admin/history",
    "/admin/file",
)


def test_each_page_opens_without_inline_script_or_style_and_with_every_id_once(ada: Admin) -> None:
    for path in PAGES:
        page = ada.get(path)
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", page), path
        assert page.count("<h1") == 1, path
        ids = re.findall(r'\sid="([^"]+)"', re.sub(r"(?s)<template.*?</template>", "", page))
        assert sorted({each for each in ids if ids.count(each) > 1}) == [], path


def test_the_pages_are_for_admins(app: Flask) -> None:
    stranger = app.test_client()
    assert stranger.get("/admin").headers["Location"].startswith("/?next=/admin")
    stranger.post("/api/v1/session", json={"name": "sam", "password": "warmline"})
    for path in PAGES:
        assert stranger.get(path).status_code == 403
    assert stranger.post("/admin/publish", data={"version": "0"}).status_code == 403


def test_a_change_without_the_word_against_forgery_is_refused(app: Flask) -> None:
    client = app.test_client()
    Admin(client)
    assert client.post("/admin/publish", data={"version": "0"}).status_code == 403


@pytest.fixture
def ada(app: Flask) -> Admin:
    return Admin(app.test_client())


FORMS = (
    *(f"/admin/departments/{key}" for key in example_company().departments),
    "/admin/menus",
    "/admin/menus/main",
    "/admin/menus/orders",
    "/admin/company",
    "/admin/words",
)


def test_saving_a_form_as_it_is_changes_nothing(ada: Admin) -> None:
    for path in FORMS:
        answer = ada.post(path, ada.form(path))
        assert answer.status_code == 204, (path, answer.text[:2000])
        assert ada.draft()["changes"] == [], path


FULL = """
emergency_close: {reason: burst pipe, until: "2027-03-01T07:00:00-06:00"}
caller_id: "+12025550101"
whisper: whisper_short
skip_busy: false
strategy: progressive
step_seconds: 7
wrap_up_seconds: 0
hours:
  timezone: America/Chicago
  week: {monday: ["09:00-12:00", "13:00-24:00"], friday: ["22:00-06:00"], sunday: ["00:00-24:00"]}
  exceptions: {2026-12-24: ["09:00-12:00", "13:00-14:00"], 2026-12-31: []}
  holidays: {country: CA, subdivision: QC}
"""


def test_a_form_keeps_everything_that_a_department_can_say(ada: Admin, house: House) -> None:
    document = to_data(example_company())
    document["departments"]["sales"].update(plain_yaml.read(FULL))
    document["departments"]["sales"]["members"][0] |= {"delay_seconds": 3, "enabled": False}
    document["departments"]["sales"]["members"][1] |= {"ring_seconds": 40, "languages": ["es"]}
    full = to_yaml(from_data(document))
    book.publish_routing(house.ledger, full, "ada", "", 0, now=house.clock.now)
    path = "/admin/departments/sales"
    assert ada.post(path, ada.form(path)).status_code == 204
    draft = ada.draft()
    assert (draft["version"], draft["changes"]) == (2, [])
    assert from_data(draft["document"]) == from_yaml(full)


def test_words_of_a_language_that_is_not_spoken_any_more_are_not_dropped(
    ada: Admin, house: House
) -> None:
    document = to_data(example_company())
    document["languages"] = ["en"]
    del document["menus"]["main"]["choices"][4]
    document["wording"] = {"goodbye": {"es": "Adiós."}}
    book.publish_routing(
        house.ledger, to_yaml(from_data(document)), "ada", "", 0, now=house.clock.now
    )
    for path in ("/admin/departments/sales", "/admin/menus/orders", "/admin/words"):
        assert ada.post(path, ada.form(path)).status_code == 204, path
        assert ada.draft()["changes"] == [], path


def test_every_sentence_stands_in_exactly_one_group_of_the_page() -> None:
    shown = [str(key) for key in Prompt for group in GROUPS.values() if key.startswith(group)]
    assert shown == [str(key) for key in Prompt]


def test_members_change_places_come_and_go_with_the_rows(ada: Admin) -> None:
    path = "/admin/departments/sales"
    form = ada.form(path)
    ana = [each for each in form if each[0].startswith("members[r0]")]
    ben = [each for each in form if each[0].startswith("members[r1]")]
    rest = [each for each in form if not each[0].startswith("members[")]
    new = [("members[n1].name", "Dan"), ("members[n1].address", "client:dan")]
    other = [("members[n2].name", "Zoë at home"), ("members[n2].address", "+12025550177")]
    ready = [("members[n2].enabled", "on")]
    answer = ada.post(path, [*ben, *ana, *new, *other, *ready, *rest])
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == path
    members = ada.draft()["document"]["departments"]["sales"]["members"]
    assert [each["key"] for each in members] == ["ben", "ana", "dan", "zoe_at_home"]
    assert [each.get("enabled", True) for each in members] == [True, True, False, True]
    assert "Saved as version 1 of the draft" in ada.get(path)


def test_what_cannot_be_used_comes_back_as_typed_with_each_problem_at_its_field(
    ada: Admin,
) -> None:
    path = "/admin/departments/billing"
    form = changed(ada.form(path), ring_seconds="soon", name="Billing & <Co>")
    form = [(n, "dan" if n == "members[r1].address" else v) for n, v in form]
    answer = ada.post(path, form)
    assert answer.status_code == 422
    page = answer.text
    assert 'value="soon"' in page
    assert "Billing &amp; &lt;Co&gt;" in page
    assert 'aria-describedby="wrong-departments.billing.ring_seconds"' in page
    assert "must be a whole number" in page
    assert 'href="#at-departments.billing.members[1].address"' in page
    assert 'id="at-departments.billing.members[1].address"' in page
    assert dict(read_form(page)) == dict(form)
    assert ada.draft()["version"] == 0


def test_two_admins_at_once_are_warned_and_both_keep_what_they_did(ada: Admin, app: Flask) -> None:
    second = Admin(app.test_client())
    path = "/admin/departments/sales"
    mine, theirs = ada.form(path), second.form(path)
    assert second.post(path, changed(theirs, rounds="4")).status_code == 204
    billing = "/admin/departments/billing"
    assert second.post(billing, changed(second.form(billing), rounds="1")).status_code == 204
    clash = ada.post(path, changed(mine, ring_seconds="33"))
    assert clash.status_code == 409
    assert "ada saved version 2 while you were at it" in clash.text
    replaced, kept = clash.text.split("also changed, and this stays")
    assert "<strong>Sales, rounds:</strong> 2 became 4" in replaced
    assert "<strong>Billing, rounds:</strong> 2 became 1" in kept
    again = read_form(clash.text)
    assert ("ring_seconds", "33") in again
    assert ("version", "2") in again
    assert ada.post(path, again).status_code == 204
    departments = ada.draft()["document"]["departments"]
    assert departments["sales"]["ring_seconds"] == 33
    assert departments["billing"]["rounds"] == 1


def test_a_problem_after_a_clash_does_not_hide_the_clash(ada: Admin) -> None:
    path = "/admin/departments/sales"
    mine = ada.form(path)
    assert ada.post(path, changed(mine, rounds="4")).status_code == 204
    wrong = ada.post(path, changed(mine, ring_seconds="never"))
    assert wrong.status_code == 422
    repaired = changed(read_form(wrong.text), ring_seconds="22")
    assert ada.post(path, repaired).status_code == 409


def test_what_was_typed_before_the_session_ended_is_shown_again(ada: Admin) -> None:
    path = "/admin/departments/sales"
    typed = changed(ada.form(path), name="Sales and more")
    shown = ada.post(path, typed, X_Only_Show="yes")
    assert shown.status_code == 200
    assert ("name", "Sales and more") in read_form(shown.text)
    assert ada.draft()["version"] == 0


def test_the_preview_tells_what_is_typed_without_saving_it(ada: Admin) -> None:
    path = "/admin/departments/returns"
    form = ada.form(path)
    night = [("exceptions[n1].date", "2026-03-02"), ("exceptions[n1].spans", "10:00-11:00")]
    page = ada.post(f"{path}/preview", [*changed(form, rounds="1"), *night])
    assert page.status_code == 200
    assert "5 s" in page.text or "once" in page.text
    wrong = ada.post(f"{path}/preview", changed(form, rounds="99"))
    assert "Not readable yet" in wrong.text
    assert ada.draft()["version"] == 0


def test_publishing_from_the_page_changes_what_calls_follow(ada: Admin, house: House) -> None:
    path = "/admin/departments/sales"
    ada.post(path, changed(ada.form(path), ring_seconds="31"))
    check = ada.get("/admin/check")
    assert "<strong>Sales, ring time in seconds:</strong> 20 became 31" in check
    answer = ada.post("/admin/publish", changed(read_form(check), note="shorter is worse"))
    assert answer.status_code == 204
    assert house.services.routing.company().departments["sales"].ring_seconds == 31
    history = ada.get("/admin/history")
    assert "shorter is worse" in history
    back = ada.form("/admin/history/1")
    assert back
    ada.post(path, changed(ada.form(path), ring_seconds="32"))
    ada.post("/admin/publish", ada.form("/admin/check"))
    assert house.services.routing.company().departments["sales"].ring_seconds == 32
    restored = ada.post("/admin/history/2/restore", ada.form("/admin/history/2"))
    assert restored.status_code == 204
    assert house.services.routing.company().departments["sales"].ring_seconds == 31


def test_a_draft_with_errors_says_so_and_asks_twice(ada: Admin, house: House) -> None:
    path = "/admin/departments/sales"
    form = [each for each in ada.form(path) if not each[0].startswith("members[")]
    assert ada.post(path, form).status_code == 204
    assert "Sales has nobody who can be rung." in ada.get("/admin")
    publish = ada.form("/admin/check")
    assert ada.post("/admin/publish", publish).status_code == 409
    assert book.current_routing(house.ledger) is None
    assert ada.post("/admin/publish", [*publish, ("anyway", "on")]).status_code == 204


def test_a_department_is_added_and_removed_only_when_nothing_uses_it(ada: Admin) -> None:
    added = ada.post("/admin/departments", [("version", "0"), ("name", "Añejo & Co")])
    assert added.headers["HX-Redirect"] == "/admin/departments/anejo_co"
    assert "Nothing leads there" in ada.get("/admin/departments/anejo_co/remove")
    removed = ada.post("/admin/departments/anejo_co/remove", [("version", "1")])
    assert removed.status_code == 204
    used = ada.get("/admin/departments/support/remove")
    assert "Sales overflows here when nobody answers." in used
    assert ada.post("/admin/departments/support/remove", [("version", "2")]).status_code == 409


def test_a_menu_and_a_number_can_be_added(ada: Admin) -> None:
    added = ada.post("/admin/menus/new", [("version", "0"), ("name", "After hours")])
    assert added.headers["HX-Redirect"] == "/admin/menus/after_hours"
    form = ada.form("/admin/menus")
    new = [("numbers[n].number", "+12025550109"), ("numbers[n].to", "menu:after_hours")]
    assert ada.post("/admin/menus", [*form, *new]).status_code == 204
    assert ada.draft()["document"]["numbers"]["+12025550109"] == {"menu": "after_hours"}
    twice = [("numbers[m].number", "+12025550109"), ("numbers[m].to", "menu:main")]
    refused = ada.post("/admin/menus", [*ada.form("/admin/menus"), *twice])
    assert refused.status_code == 422
    assert "stands twice" in refused.text


def test_a_problem_deep_in_a_list_is_told_at_the_field_that_was_typed(ada: Admin) -> None:
    form = changed(ada.form("/admin/company"), dialling__countries="US, Atlantis", holidays="XX")
    refused = ada.post("/admin/company", form)
    assert refused.status_code == 422
    for place in ("dialling.countries", "holidays"):
        assert f'aria-describedby="wrong-{place}"' in refused.text
    assert 'value="US, Atlantis"' in refused.text
    returns = "/admin/departments/returns"
    wrong = changed(ada.form(returns), holidays="XX", spoken__en="x" * 70)
    told = ada.post(returns, wrong)
    assert told.status_code == 422
    for place in ("hours.holidays", "spoken.en"):
        assert f'aria-describedby="wrong-departments.returns.{place}"' in told.text


def test_own_words_are_kept_and_an_unknown_value_is_told_at_its_sentence(ada: Admin) -> None:
    form = changed(ada.form("/admin/words"), wording__greeting__en="Ahoy from {company}.")
    assert ada.post("/admin/words", form).status_code == 204
    assert ada.draft()["document"]["wording"] == {"greeting": {"en": "Ahoy from {company}."}}
    wrong = changed(ada.form("/admin/words"), wording__goodbye__es="Adiós {planet}")
    refused = ada.post("/admin/words", wrong)
    assert refused.status_code == 422
    assert "there is no value for {planet}" in refused.text
    assert "Adiós {planet}" in refused.text


def test_who_rings_is_answered_step_by_step_with_the_total(ada: Admin) -> None:
    page = ada.get("/admin/who?department=billing&at=2026-11-24T17:55&busy=carla")
    assert "Tuesday 24 November 2026, 17:55" in page
    assert "Carla is busy and is left out" in page
    assert "Dan rings for 15 s" in page
    assert "Longest wait in all" in page
    assert "must be a day and a time" in ada.get("/admin/who?at=tomorrow")
    assert "between the years" in ada.get("/admin/who?at=0001-01-01T00:00")


def test_the_file_goes_out_and_comes_back(ada: Admin) -> None:
    yaml = ada.get("/admin/file/published.yaml")
    assert yaml == to_yaml(example_company())
    bad = ada.post("/admin/file", [("version", "0"), ("yaml", "name: [")])
    assert bad.status_code == 422
    assert "name: [" in bad.text
    good = yaml.replace("Harbor Supplies", "Harbour")
    assert ada.post("/admin/file", [("version", "0"), ("yaml", good)]).status_code == 204
    assert ada.draft()["changes"] == ["name: Harbor Supplies became Harbour"]
    assert "Harbour" in ada.get("/admin/file/1.yaml")


NOWHERE = (
    "/admin/departments/nowhere",
    "/admin/departments/nowhere/remove",
    "/admin/menus/nowhere",
    "/admin/history/99",
    "/admin/history/x",
    "/admin/file/x.yaml",
)


def test_what_is_not_there_is_said_kindly(app: Flask) -> None:
    client = app.test_client()
    Admin(client)
    for path in NOWHERE:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "<h1>Not found</h1>" in answer.text


def test_odd_names_of_fields_do_no_harm(ada: Admin) -> None:
    for name in ("", "]", "a[", "a[b", "[x].y", "a[b][c].d", "a" * 500, "name.x", "week[a].b"):
        answer = ada.post("/admin/departments/sales", [("version", "0"), (name, "x")])
        assert answer.status_code == 422, name


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("departments.sales.members.ben.enabled", "Sales, Ben, on duty"),
        ("departments.billing.members[1].address", "Billing, member 2, phone"),
        ("departments.nowhere", "nowhere"),
        ("departments.sales.hours.week.monday[0]", "Sales, hours, weekly hours, monday, 1"),
        ("menus.main.choices[2].to", "menu main, key in row 3, leads to"),
        ("numbers.+12025550100", "+12025550100"),
        ("wording.greeting_back.es", "greeting back, Spanish"),
        ("dialling.countries[0]", "what may be dialled, countries, 1"),
        ("", "the routing"),
    ],
)
def test_places_are_told_in_words(path: str, words: str) -> None:
    assert worded.place(path, example_company()) == words


def test_a_change_is_told_in_words_and_what_cannot_be_compared_too() -> None:
    line = "departments.sales.members.ben.enabled: True became False"
    (told,) = worded.changes([line], example_company())
    assert (told.place, told.what) == ("Sales, Ben, on duty", "yes became no")
    (other,) = worded.changes(["It cannot be compared."], example_company())
    assert (other.place, other.what) == ("", "It cannot be compared.")


def test_a_row_stays_where_it_stands_in_the_form() -> None:
    sent = [("m[b].x", "1"), ("m[a].x", "2"), ("m[b].y", "3"), ("n.k", "v"), ("m.x", "lost")]
    assert fields.tree(sent) == {"m": [{"x": "1", "y": "3"}, {"x": "2"}], "n": {"k": "v"}}
