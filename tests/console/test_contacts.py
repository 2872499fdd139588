"""Contacts: who is on the line, what they hear, and why it ended as it did."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from console.timeline import SENTENCES, naming, sentence
from telephony.contact import events as ev
from telephony.contact.codec import event_data
from telephony.contact.model import Ending
from telephony.store.ledger import (
    ContactRecord,
    JournalEntry,
    Role,
    TransferRecord,
    add_user,
    append_journal,
    upsert_contacts,
    upsert_transfers,
)
from tests.console.house import Actors, House, LivePlay, program
from tests.console.house import play as begin
from workers import journal


def copy_journal(house: House) -> None:
    """What the journal worker does."""
    while journal.copy(house.services):
        pass


def test_a_contact_shows_who_is_on_the_line_and_what_they_hear(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    told = as_("ana")("GET", f"/contacts/{play.contact.id}").get_json()
    assert (told["live"], told["state"], told["with_whom"]) == (True, "talking", ["Ana"])
    heard = {leg["role"]: (leg["hears"], leg["hears_text"]) for leg in told["parties"]}
    assert heard["customer"] == ("people", "Talks with Ana.")
    assert heard["agent"][0] == "people"
    assert "+12025550199 called" in told["say_this_first"]


def test_during_a_transfer_the_page_knows_the_attempt_and_when_the_ringing_gives_up(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    play.transfer()
    carla = play.named("carla")
    play.tell(ev.LegRang(carla.id, carla.call))
    play.pass_ms(5_000)
    house.clock.now = play.now
    told = as_("ana")("GET", f"/contacts/{play.contact.id}").get_json()
    hunt = told["transfer"]["hunt"]
    assert (hunt["attempt"], hunt["attempts"], hunt["round"], hunt["rounds"]) == (1, 2, 1, 1)
    assert [each["name"] for each in hunt["ringing"]] == ["Carla"]
    assert hunt["ring_deadline"] == play.now - 5_000 + 20_000
    customer = next(leg for leg in told["parties"] if leg["role"] == "customer")
    assert customer["held"]
    assert customer["hears"] == "hold:agent_seeks"
    assert told["waiting_since"] is not None
    assert told["say_this_first"] == (
        "+12025550199 called about 1; has waited 5 s; was passed on once, last by Ana. "
        "Note: invoice 7"
    )


def test_a_closed_contact_says_why_and_can_do_nothing_any_more(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    transfer = play.transfer()
    play.end(play.customer)
    told = as_("ana")("GET", f"/contacts/{play.contact.id}").get_json()
    assert (told["live"], told["parties"], told["hunt"]) == (False, [], None)
    assert told["outcome"] == "customer_left"
    assert told["reason"]
    assert told["explained"]
    assert told["transfers"][0]["outcome"] == "customer_left"
    actions = as_("ana")("GET", f"/transfers/{transfer}").get_json()["actions"]
    assert not any(action["allowed"] for action in actions.values())


def test_an_old_contact_comes_from_the_ledger_and_its_agent_may_see_it(
    as_: Actors, house: House
) -> None:
    upsert_contacts(house.ledger, [record("old1", agent="ana"), record("old2")])
    passed = TransferRecord("old2.t1", "old2", "warm", "ben", "billing", 20, 9, "completed")
    upsert_transfers(house.ledger, [passed])
    upsert_contacts(house.ledger, [record("old2", version=10, transfers=1)])
    assert as_("ana")("GET", "/contacts/old1").get_json()["outcome"] == "resolved"
    assert as_("ana")("GET", "/contacts/old2").status_code == 404
    told = as_("ben")("GET", "/contacts/old2").get_json()
    assert told["transfers"][0]["to"]["value"] == "billing"
    assert as_("ben")("GET", "/contacts/old1/timeline").status_code == 404
    assert as_("sam")("GET", "/contacts/old1/timeline").get_json()["items"] == []
    assert as_("sam")("GET", "/contacts/never").status_code == 404


def test_an_old_contact_still_says_why_it_ended_as_it_did(as_: Actors, house: House) -> None:
    upsert_contacts(house.ledger, [record("old1", agent="ana", reason="served")])
    for path in ("/contacts/old1", "/contacts/old1/timeline"):
        told = as_("ana")("GET", path).get_json()
        assert (told["outcome"], told["reason"]) == ("resolved", "served")
        assert "talked" in told["explained"]


def record(name: str, **values: Any) -> ContactRecord:
    given: dict[str, Any] = {"state": "closed", "started_at": 10, "version": 9, "ended_at": 30}
    given |= {"outcome": "resolved", "department": "sales", **values}
    return ContactRecord(id=name, customer="+12025550111", dialled="+12025550100", **given)


def test_the_list_goes_from_live_to_ended_page_by_page_without_a_gap(
    as_: Actors, house: House
) -> None:
    live = []
    for number in range(3):
        play = begin(house, f"CA{number:032x}", f"+1202555010{number}")
        house.clock.now += 1000
        live.append(play.contact.id)
    old = [record(f"old{number}", started_at=number) for number in range(4)]
    upsert_contacts(house.ledger, old)
    sam = as_("sam")
    seen, path = [], "/contacts?limit=2"
    for _ in range(9):
        page = sam("GET", path).get_json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        path = f"/contacts?limit=2&cursor={page['next']}"
    assert seen == [*reversed(live), "old3", "old2", "old1", "old0"]


def test_an_agents_pages_are_as_long_as_asked_and_join_without_a_gap(
    as_: Actors, house: House
) -> None:
    own = [record(f"own{number}", agent="ana") for number in range(5)]
    upsert_contacts(house.ledger, [*own, *(record(f"other{number}") for number in range(5))])
    seen: list[str] = []
    path = "/contacts?limit=2"
    while path:
        page = as_("ana")("GET", path).get_json()
        assert len(page["items"]) <= 2
        seen += [each["id"] for each in page["items"]]
        path = f"/contacts?limit=2&cursor={page['next']}" if page["next"] else ""
    assert sorted(seen) == sorted(each.id for each in own)


def test_the_list_is_narrowed_by_state_customer_and_department(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    other = begin(house, "CA" + "d" * 32, "+12025550177")
    upsert_contacts(house.ledger, [record("old", department="billing")])
    sam = as_("sam")

    def ids(query: str) -> list[str]:
        return [item["id"] for item in sam("GET", f"/contacts?{query}").get_json()["items"]]

    assert set(ids("state=live")) == {play.contact.id, other.contact.id}
    assert ids("state=talking") == [play.contact.id]
    assert ids("state=closed") == ["old"]
    assert ids("customer=%2B12025550177") == [other.contact.id]
    assert ids("department=billing") == ["old"]
    assert sam("GET", "/contacts?state=sleeping").status_code == 422


def test_an_agent_lists_only_contacts_that_their_phone_has_or_had_a_part_in(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    begin(house, "CA" + "d" * 32, "+12025550177")
    upsert_contacts(house.ledger, [record("old1", agent="ana"), record("old2")])
    mine = as_("ana")("GET", "/contacts").get_json()["items"]
    assert [item["id"] for item in mine] == [play.contact.id, "old1"]
    assert as_("ben")("GET", "/contacts").get_json()["items"] == []


def test_a_name_like_that_of_a_department_opens_none_of_its_contacts(
    app: Flask, as_: Actors, house: House
) -> None:
    add_user(house.ledger, "billing", Role.AGENT, "correct horse", now=house.clock.now)
    upsert_contacts(house.ledger, [record(each, agent="ana", transfers=1) for each in ("c1", "c2")])
    passed: dict[str, Any] = {"mode": "warm", "by": "ana", "requested_at": 1, "version": 1}
    upsert_transfers(
        house.ledger,
        [
            TransferRecord(id="c1.t1", contact_id="c1", to="billing", **passed),
            TransferRecord(id="c2.t1", contact_id="c2", to="carla", **passed),
        ],
    )
    stranger = program(app, house, "billing")
    assert stranger("GET", "/contacts/c1").status_code == 404
    assert stranger("GET", "/contacts").get_json()["items"] == []
    assert as_("carla")("GET", "/contacts/c2").status_code == 200


def test_the_timeline_tells_the_story_in_words_before_and_after_it_is_in_sql(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    play.transfer()
    play.end(play.named("carla"))
    path = f"/contacts/{play.contact.id}/timeline"
    fresh = as_("ana")("GET", f"{path}?limit=200").get_json()
    copy_journal(house)
    copied = as_("ana")("GET", f"{path}?limit=200").get_json()
    assert copied == fresh
    said = [item["sentence"] for item in fresh["items"]]
    assert said[0] == "+12025550199 called +12025550100."
    assert "Ana accepted." in said
    assert "Ana started a warm transfer to Billing with the note: invoice 7." in said
    assert "Carla is off the line." in said
    assert [item["at"] for item in fresh["items"]] == sorted(i["at"] for i in fresh["items"])
    play.end(play.customer)
    ended = as_("ana")("GET", path).get_json()
    assert (ended["outcome"], bool(ended["explained"])) == ("customer_left", True)


def test_what_was_copied_but_not_yet_marked_as_copied_is_told_once(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    feed = house.services.live.feed
    rows = [JournalEntry(e.id, e.contact, e.version, e.at, e.kind, e.data) for e in feed.read()]
    append_journal(house.ledger, rows)
    told = as_("ana")("GET", f"/contacts/{play.contact.id}/timeline").get_json()
    assert [item["id"] for item in told["items"]] == [row.stream_id for row in rows]


def test_pages_of_a_timeline_join_without_gap_or_repetition(
    as_: Actors, house: House, play: LivePlay
) -> None:
    play.talk_with_ana()
    copy_journal(house)
    play.transfer()
    seen, path = [], f"/contacts/{play.contact.id}/timeline?limit=7"
    page = as_("ana")("GET", path).get_json()
    while page["next"] is not None:
        seen += [item["id"] for item in page["items"]]
        page = as_("ana")("GET", f"{path}&cursor={page['next']}").get_json()
    seen += [item["id"] for item in page["items"]]
    assert seen == [entry.id for entry in house.services.live.feed.read()]


def kinds() -> dict[str, type[ev.Event]]:
    return {kind.__name__: kind for kind in ev.Event.__subclasses__()}


def test_every_kind_of_event_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == set(kinds())


def test_every_sentence_is_one_whatever_fields_are_there(play: LivePlay) -> None:
    for kind in SENTENCES:
        for data in ({}, {"leg": "l1", "call": "CA1"}, {"leg": "none"}):
            for contact in (None, play.contact):
                told = sentence(kind, data, naming(contact))
                assert re.fullmatch(r"[A-Z+].*\.", told), (kind, told)


def test_a_step_that_was_done_says_what_it_was(as_: Actors, play: LivePlay) -> None:
    play.talk_with_ana()
    play.end(play.customer)
    told = as_("ana")("GET", f"/contacts/{play.contact.id}/timeline").get_json()["items"]
    done = [each["sentence"] for each in told if each["kind"] == "CommandDone"]
    assert done == ["Twilio was asked to end the call of Ana."]


def test_screens_show_a_departments_name_and_not_the_word_that_was_spoken(
    as_: Actors, play: LivePlay
) -> None:
    play.tell(ev.DepartmentChosen("sales", "ventas", "es", ("ventas",)))
    path = f"/contacts/{play.contact.id}"
    shown = as_("sam")("GET", path).get_json()
    assert (shown["department_name"], shown["path"]) == ("Sales", ["Sales"])
    assert "called about Sales" in shown["say_this_first"]
    listed = as_("sam")("GET", "/contacts").get_json()["items"]
    assert [each["department_name"] for each in listed] == ["Sales"]
    told = as_("sam")("GET", f"{path}/timeline").get_json()["items"]
    assert "The customer asked for Sales." in [each["sentence"] for each in told]


def test_an_event_of_a_newer_version_is_told_by_its_name() -> None:
    assert sentence("CustomerSang", {}, naming(None)) == "Customer sang."


def test_the_journal_holds_what_the_sentences_read() -> None:
    event = ev.LegEnded("l1", "CA1", Ending.BUSY)
    assert sentence("LegEnded", event_data(event), naming(None)) == (
        "The line of a phone (l1) was busy."
    )
