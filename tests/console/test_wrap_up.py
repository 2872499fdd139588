"""Wrap-up: codes and notes kept, told in the timeline and counted; no ringing until it is over."""

from __future__ import annotations

import pytest

from telephony.presence import wrapping
from telephony.store.floor import Presence, Present
from telephony.store.ledger import wrap_ups_of
from tests.console.house import Actors, House, LivePlay

MINUTE = 60_000


def presence_of(house: House, as_: Actors, name: str) -> tuple[str, int | None]:
    told = as_(name)("GET", "/me").get_json()
    return told["presence"], told["presence_until"]


def talked(as_: Actors, play: LivePlay) -> None:
    """Ana is available, talks with the customer, and the customer hangs up."""
    as_("ana")("PUT", "/agents/me/presence", {"presence": "available"})
    play.now += MINUTE
    play.talk_with_ana()
    play.now += MINUTE
    play.end(play.customer)
    play.end(play.named("ana"))


def test_the_codes_are_those_of_the_routing(as_: Actors, house: House) -> None:
    told = as_("ana")("GET", "/wrap-up-codes").get_json()["items"]
    codes = house.services.routing.company().wrap_up_codes
    assert told == [{"key": key, "name": name} for key, name in codes.items()]
    assert told


def test_a_wrap_up_is_kept_told_in_the_timeline_and_counted(
    as_: Actors, play: LivePlay, house: House
) -> None:
    talked(as_, play)
    house.clock.now += MINUTE // 5
    path = f"/contacts/{play.contact.id}"
    saved = as_("ana")("PUT", f"{path}/wrap-up", {"code": "invoice", "note": "paid twice"})
    assert saved.status_code == 200
    assert saved.get_json()["name"] == "An invoice"
    (kept,) = as_("sam")("GET", f"{path}/wrap-ups").get_json()["items"]
    assert (kept["agent"], kept["code"], kept["note"]) == ("ana", "invoice", "paid twice")
    told = as_("ana")("GET", f"{path}/timeline").get_json()["items"]
    sentences = [each["sentence"] for each in told]
    assert "Ana wrapped the contact up as invoice: paid twice." in sentences
    report = as_("sam")("GET", "/reports/wrap-ups").get_json()
    (row,) = report["rows"]
    assert (row["code"], row["department"], row["count"]) == ("invoice", "sales", 1)
    assert (report["total"], row["took_ms"], report["took_ms"]) == (1, 12_000, 12_000)
    asked = as_("sam")("GET", "/reports/wrap-ups?format=csv")
    assert asked.content_type.startswith("text/csv")
    assert asked.headers["Content-Disposition"].startswith('attachment; filename="warmline-wrap-')
    assert asked.get_data(as_text=True).splitlines() == [
        "code,name,department,wrap_ups,minutes",
        "invoice,An invoice,Sales,1,0.2",
        "total,,,1,0.2",
    ]
    other = as_("sam")("GET", "/reports/wrap-ups?department=billing").get_json()
    assert other["rows"] == []


def test_the_newest_word_of_an_agent_stands(as_: Actors, play: LivePlay, house: House) -> None:
    talked(as_, play)
    path = f"/contacts/{play.contact.id}/wrap-up"
    for note in ("first", "second"):
        house.clock.now += 1
        as_("ana")("PUT", path, {"code": "order", "note": note})
    (kept,) = wrap_ups_of(house.ledger, play.contact.id)
    # What was mended after the wrap-up took no time of it.
    assert (kept.note, kept.took_ms) == ("second", 1)


def test_what_is_not_theirs_or_not_a_code_is_refused(as_: Actors, play: LivePlay) -> None:
    talked(as_, play)
    path = f"/contacts/{play.contact.id}/wrap-up"
    unknown = as_("ana")("PUT", path, {"code": "weather"})
    assert (unknown.status_code, unknown.get_json()["reason"]) == (422, "unknown_code")
    assert as_("ben")("PUT", path, {"code": "order"}).status_code == 404


def test_an_available_agent_wraps_up_after_a_talk_until_done(
    as_: Actors, play: LivePlay, house: House
) -> None:
    talked(as_, play)
    limit = house.services.routing.company().departments["sales"].wrap_up_seconds * 1000
    assert presence_of(house, as_, "ana") == ("wrap_up", play.now + limit)
    departments = as_("ana")("GET", "/departments").get_json()["items"]
    (member,) = [
        member
        for each in departments
        if each["key"] == "sales"
        for member in each["members"]
        if member["key"] == "ana"
    ]
    assert (member["free"], member["presence"]) == (False, "wrap_up")
    as_("ana")("PUT", f"/contacts/{play.contact.id}/wrap-up", {"note": "x", "done": False})
    assert presence_of(house, as_, "ana")[0] == "wrap_up"
    as_("ana")("PUT", f"/contacts/{play.contact.id}/wrap-up", {"note": "x"})
    assert presence_of(house, as_, "ana") == ("available", None)


def test_the_limit_ends_a_wrap_up_without_anybodys_word(
    as_: Actors, play: LivePlay, house: House
) -> None:
    talked(as_, play)
    until = presence_of(house, as_, "ana")[1]
    assert until is not None
    house.clock.now = until
    assert presence_of(house, as_, "ana") == ("available", None)


def test_who_is_on_a_break_stays_on_it(as_: Actors, play: LivePlay, house: House) -> None:
    talked(as_, play)
    as_("ana")("PUT", "/agents/me/presence", {"presence": "break"})
    as_("ana")("PUT", f"/contacts/{play.contact.id}/wrap-up", {"note": "x"})
    assert presence_of(house, as_, "ana") == ("break", None)


@pytest.mark.parametrize(
    ("said", "ended", "now", "expected"),
    [
        (100, 200, 250, Present(Presence.WRAP_UP, 200, 300)),
        (100, 200, 300, None),
        (200, 200, 250, None),
        (100, 0, 50, None),
    ],
)
def test_a_wrap_up_follows_from_what_was_said_and_when_the_talk_ended(
    said: int, ended: int, now: int, expected: Present | None
) -> None:
    present = Present(Presence.AVAILABLE, said)
    assert wrapping(present, ended, 100, now) == (expected or present)
