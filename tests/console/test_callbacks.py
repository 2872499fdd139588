"""Callbacks that agents promise: written first, in allowed hours, seen by who is to call."""

from __future__ import annotations

import pytest

from telephony.contact.model import PromiseState, Stage
from telephony.store import ledger
from telephony.store.ledger import NewPromise
from tests.console.house import Actors, House, LivePlay
from workers.hands import inline
from workers.jobs import work

HOUR = 3_600_000
DAY = 24 * HOUR


def written(house: House, play: LivePlay) -> None:
    """The real workers write what the contact wants written."""
    work(inline(house.services), play.contact.id)
    play.contact = house.services.live.load(play.contact.id).contact


def path_of(play: LivePlay) -> str:
    return f"/contacts/{play.contact.id}/callbacks"


def test_an_agent_promises_and_is_told_only_when_the_ledger_has_it(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    answer = ana("POST", path_of(play), {"department": "billing", "note": "invoice 7"})
    assert (answer.status_code, answer.get_json()["promise"]["state"]) == (202, "writing")
    assert answer.get_json()["state"] == "talking"
    written(house, play)
    shown = ana("GET", f"/contacts/{play.contact.id}").get_json()["promise"]
    assert (shown["state"], shown["department"], shown["by"]) == ("open", "billing", "client:ana")
    assert shown["due_from"] >= play.now
    (own,) = ana("GET", "/promises").get_json()["items"]
    assert (own["id"], own["note"], own["by"]) == (shown["id"], "invoice 7", "client:ana")
    assert play.contact.stage is Stage.TALKING


def test_the_times_offered_are_allowed_and_the_chosen_one_is_kept(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    times = ana("GET", f"/contacts/{play.contact.id}/callback-times?department=billing").get_json()
    assert times["soonest"]["due_from"] >= play.now
    starts = [each["due_from"] for each in times["items"]]
    assert starts == sorted(set(starts))
    assert len(starts) >= 3
    ana("POST", path_of(play), {"department": "billing", "not_before": starts[-1]})
    written(house, play)
    promise = play.contact.promise
    assert promise is not None
    assert promise.due_from == starts[-1]
    moved = times["items"][0]
    answer = ana("POST", f"/promises/{promise.id}/move", moved)
    assert answer.status_code == 200
    play.contact = house.services.live.load(play.contact.id).contact
    assert play.contact.promise is not None
    assert play.contact.promise.due_from == moved["due_from"], "while the two still talk"


@pytest.mark.parametrize("at", [4_102_444_800_000, 253_402_300_799_000])
def test_a_time_at_the_end_of_all_calendars_is_no_trouble(
    as_: Actors, play: LivePlay, at: int
) -> None:
    play.talk_with_ana()
    answer = as_("ana")("POST", path_of(play), {"not_before": at})
    assert answer.status_code == 422


def test_nothing_is_promised_or_moved_further_ahead_than_ninety_days(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    ana, furthest = as_("ana"), house.clock.now + 90 * DAY
    refused = ana("POST", path_of(play), {"not_before": furthest + 1})
    assert (refused.status_code, refused.get_json()["reason"]) == (422, "too_far_ahead")
    assert "90 days" in refused.get_json()["detail"]
    ana("POST", path_of(play), {"department": "billing"})
    written(house, play)
    assert play.contact.promise is not None
    path = f"/promises/{play.contact.promise.id}/move"
    begins = play.contact.promise.due_from
    for ends, wanted in ((furthest, 200), (furthest + 1, 422), (begins + 900 * DAY, 422)):
        moved = ana("POST", path, {"due_from": begins, "due_until": ends})
        assert moved.status_code == wanted, moved.get_json()


def test_who_is_to_call_sees_the_promise_and_nobody_else_of_the_agents(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    as_("ana")("POST", path_of(play), {"agent": "carla"})
    written(house, play)
    assert play.contact.promise is not None
    assert play.contact.promise.agent == "carla"
    (own,) = as_("carla")("GET", "/promises").get_json()["items"]
    assert own["agent"] == "carla"
    assert as_("ben")("GET", "/promises").get_json()["items"] == []


def test_cancelled_while_the_two_talk_it_is_among_the_closed_ones(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    ana("POST", path_of(play), {})
    written(house, play)
    assert play.contact.promise is not None
    cancelled = ana("POST", f"/promises/{play.contact.promise.id}/cancel")
    assert (cancelled.status_code, cancelled.get_json()["state"]) == (200, "cancelled")
    assert ana("GET", "/promises").get_json()["items"] == []
    (closed,) = ana("GET", "/promises?state=closed").get_json()["items"]
    assert (closed["state"], closed["closed_at"]) == ("cancelled", house.clock.now)
    play.contact = house.services.live.load(play.contact.id).contact
    assert play.contact.promise is not None
    assert play.contact.promise.state is PromiseState.CANCELLED
    assert play.contact.stage is Stage.TALKING


def test_the_same_key_promises_once(as_: Actors, play: LivePlay, house: House) -> None:
    play.talk_with_ana()
    ana = as_("ana")
    first = ana("POST", path_of(play), {}, Idempotency_Key="k1")
    written(house, play)
    with house.ledger.engine.begin() as conn:
        conn.exec_driver_sql("DELETE FROM idempotency")
    again = ana("POST", path_of(play), {}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert len(as_("sam")("GET", "/promises").get_json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"department": "nowhere"}, 422, "unknown_department"),
        ({"agent": "nobody"}, 422, "unknown_agent"),
        ({"when": 3}, 422, "invalid"),
    ],
)
def test_what_cannot_be_promised_is_refused(
    as_: Actors, play: LivePlay, body: dict[str, object], status: int, reason: str
) -> None:
    play.talk_with_ana()
    answer = as_("ana")("POST", path_of(play), body)
    assert (answer.status_code, answer.get_json()["reason"]) == (status, reason)


def test_a_second_promise_is_refused_also_when_another_contact_made_the_first(
    as_: Actors, play: LivePlay, house: House
) -> None:
    play.talk_with_ana()
    other = NewPromise(
        id="other.p1",
        contact_id="other",
        customer="+12025550199",
        department="sales",
        language="en",
        zone="America/New_York",
        due_from=play.now + HOUR,
        due_until=play.now + 2 * HOUR,
        max_attempts=3,
        token="t" * 27,
    )
    ledger.write_promise(house.ledger, other, now=play.now)
    ana = as_("ana")
    refused = ana("POST", path_of(play), {"department": "sales"})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "promise_open")
    assert ana("POST", path_of(play), {"department": "billing"}).status_code == 202
    again = ana("POST", path_of(play), {"department": "billing"})
    assert (again.status_code, again.get_json()["reason"]) == (409, "promise_open")
