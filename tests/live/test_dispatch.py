"""The one way in: loaded, stepped, committed; again when somebody else was first."""

from __future__ import annotations

import multiprocessing

import pytest
import redis

from telephony.contact import machine
from telephony.contact.events import (
    DeadlinePassed,
    DepartmentChosen,
    LegEnded,
    MenuHeard,
    TransferAsked,
)
from telephony.contact.machine import Refused, Verdict
from telephony.contact.model import Ending, Promise, PromiseState, Stage, TransferMode
from telephony.contact.plans import Target, TargetKind
from telephony.contact.records import replace
from telephony.dispatch import Dispatch
from telephony.errors import Conflict, NotFound
from telephony.store import keys
from telephony.store.live import REARM_MS, Live, Overtaken
from tests.live.making import CALL, NOW, Time, called

ID = CALL[2:]


def heard(language: str) -> MenuHeard:
    return MenuHeard("main", "2", language)


def test_a_repeated_first_webhook_finds_the_same_contact(dispatch: Dispatch) -> None:
    first = dispatch.begin(called(), dedupe="CA1-incoming")
    again = dispatch.begin(called(), dedupe="CA1-incoming")
    unmarked = dispatch.begin(called())
    assert first.contact == again.contact == unmarked.contact
    assert (again.verdict, unmarked.verdict) == (Verdict.STALE, Verdict.STALE)


@pytest.mark.parametrize("owner", [ID, "f" * 32])
def test_a_call_whose_record_is_gone_begins_anew(
    dispatch: Dispatch, live: Live, raw: redis.Redis, owner: str
) -> None:
    dispatch.begin(called(), dedupe="CA1-incoming")
    raw.delete(keys.contact(ID))
    raw.set(keys.call(CALL), owner)
    again = dispatch.begin(called(), dedupe="CA1-incoming")
    assert (again.contact.id, again.contact.version) == (ID, 1)
    assert live.load(ID).contact.stage is Stage.MENU


def test_an_event_with_a_mark_has_one_effect(dispatch: Dispatch, live: Live) -> None:
    dispatch.begin(called())
    dispatch.apply(ID, heard("es"), dedupe="m1")
    applied = dispatch.apply(ID, heard("en"), dedupe="m1")
    assert applied.verdict is Verdict.STALE
    assert live.load(ID).contact.language == "es"


def test_late_news_writes_nothing(dispatch: Dispatch, raw: redis.Redis) -> None:
    dispatch.begin(called())
    before = raw.get(keys.contact(ID)), raw.xlen(keys.JOURNAL)
    applied = dispatch.apply(ID, LegEnded("l99", "CA-unknown", Ending.HUNG_UP), dedupe="late")
    assert applied.verdict is Verdict.STALE
    assert (raw.get(keys.contact(ID)), raw.xlen(keys.JOURNAL)) == before


def test_what_the_core_refuses_is_told_and_changes_nothing(dispatch: Dispatch, live: Live) -> None:
    before = dispatch.begin(called()).contact
    asked = TransferAsked("client:ana", Target(TargetKind.DEPARTMENT, "sales"), TransferMode.WARM)
    with pytest.raises(Refused):
        dispatch.apply(ID, asked)
    assert live.load(ID).contact == before


def test_an_unknown_contact_is_not_found(dispatch: Dispatch) -> None:
    with pytest.raises(NotFound):
        dispatch.apply("f" * 32, DeadlinePassed())


def test_a_lost_race_is_stepped_again_on_the_new_contact(
    dispatch: Dispatch, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.begin(called())
    commit, others = Live.commit, iter(["fr"])

    def interrupted(self: Live, *args: object, **kwargs: object) -> None:
        for language in others:
            dispatch.apply(ID, heard(language))
        commit(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Live, "commit", interrupted)
    applied = dispatch.apply(ID, heard("es"))
    assert (applied.contact.language, applied.contact.version) == ("es", 3)
    assert live.load(ID).contact == applied.contact


def test_a_worker_that_goes_on_from_an_old_contact_folds_into_the_newest(
    dispatch: Dispatch, live: Live, raw: redis.Redis
) -> None:
    old = dispatch.begin(called()).contact
    customer = old.customer_leg
    assert customer is not None
    dispatch.apply(ID, heard("es"))
    applied = dispatch.go_on(old, heard("en"))
    assert (applied.contact.language, applied.contact.version) == ("en", 3)
    # On the old contact this would be late news; on the newest it is not.
    assert dispatch.go_on(old, heard("en")).verdict is Verdict.STALE
    assert dispatch.go_on(applied.contact, heard("fr")).contact == live.load(ID).contact


def test_a_worker_that_goes_on_queues_no_job_but_is_replaced_when_it_dies(
    dispatch: Dispatch, live: Live, raw: redis.Redis, time: Time
) -> None:
    contact = dispatch.begin(called()).contact
    chosen = DepartmentChosen("sales", "Sales", "en", ())
    assert machine.ready(dispatch.go_on(contact, chosen).contact, NOW)
    assert raw.llen(keys.QUEUE) == 0
    time.now += REARM_MS
    assert live.due(time.now).count == 1


def test_races_without_end_are_an_error(
    dispatch: Dispatch, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch.begin(called())

    def always_late(self: Live, *args: object, **kwargs: object) -> None:
        raise Overtaken(ID, live.load(ID))

    monkeypatch.setattr(Live, "commit", always_late)
    with pytest.raises(Conflict):
        dispatch.apply(ID, heard("es"))


def calls(raw: redis.Redis) -> dict[str, int]:
    """How often Redis was asked to GET and to run a script, outside of scripts and inside."""
    told = raw.info("commandstats")
    return {name: int(told[f"cmdstat_{name}"]["calls"]) for name in ("get", "evalsha")}


def test_a_contact_as_this_process_left_it_costs_one_round_trip(
    dispatch: Dispatch, live: Live, raw: redis.Redis
) -> None:
    dispatch.begin(called())
    dispatch.apply(ID, heard("fr"))
    before = calls(raw)
    dispatch.apply(ID, heard("es"), dedupe="m2")
    after = calls(raw)
    # The one GET is the script's own.
    assert after == {"get": before["get"] + 1, "evalsha": before["evalsha"] + 1}
    assert live.load(ID, "m2").seen


def test_a_contact_that_others_have_changed_costs_two_round_trips(
    dispatch: Dispatch, live: Live, raw: redis.Redis, redis_url: str
) -> None:
    dispatch.begin(called())
    elsewhere = Live.at(redis_url)
    Dispatch(elsewhere, lambda: NOW).apply(ID, heard("fr"))
    elsewhere.close()
    before = calls(raw)
    applied = dispatch.apply(ID, heard("es"))
    after = calls(raw)
    assert after == {"get": before["get"] + 2, "evalsha": before["evalsha"] + 2}
    assert (applied.contact.language, applied.contact.version) == ("es", 3)
    assert live.load(ID).contact == applied.contact


def test_a_mark_counts_for_a_process_that_has_not_seen_it(
    dispatch: Dispatch, live: Live, redis_url: str
) -> None:
    dispatch.begin(called())
    elsewhere = Live.at(redis_url)
    Dispatch(elsewhere, lambda: NOW).apply(ID, heard("fr"), dedupe="m1")
    elsewhere.close()
    for _ in range(2):  # at first its own memory is old, then it is as new as Redis
        applied = dispatch.apply(ID, heard("es"), dedupe="m1")
        assert (applied.verdict, applied.contact.language) == (Verdict.STALE, "fr")
    assert live.load(ID).contact.language == "fr"


def test_a_record_that_redis_lost_and_got_anew_is_not_overwritten(
    dispatch: Dispatch, live: Live, raw: redis.Redis, redis_url: str
) -> None:
    """As after a crash of Redis: a version that was lost is given out once more."""
    dispatch.begin(called())
    kept = raw.get(keys.contact(ID))
    assert isinstance(kept, bytes)
    dispatch.apply(ID, heard("es"))
    raw.set(keys.contact(ID), kept)
    elsewhere = Live.at(redis_url)
    Dispatch(elsewhere, lambda: NOW).apply(ID, DepartmentChosen("billing", "Billing", "fr", ("2",)))
    elsewhere.close()
    applied = dispatch.apply(ID, LegEnded("", CALL, Ending.HUNG_UP))
    assert (applied.contact.version, applied.contact.department) == (3, "billing")


def test_a_contact_that_is_gone_is_not_found_though_this_process_remembers_it(
    dispatch: Dispatch, raw: redis.Redis
) -> None:
    dispatch.begin(called())
    raw.delete(keys.contact(ID))
    with pytest.raises(NotFound):
        dispatch.apply(ID, heard("es"))
    with pytest.raises(NotFound):
        dispatch.apply(ID, LegEnded("", "CA" + "9" * 32, Ending.HUNG_UP))


def _folds(url: str, count: int) -> None:
    live = Live.at(url)
    dispatch = Dispatch(live, lambda: NOW)
    for place in range(count):
        dispatch.apply(ID, heard(f"x{place}"))
    live.close()


def test_processes_that_race_on_one_contact_lose_no_step(
    dispatch: Dispatch, live: Live, redis_url: str
) -> None:
    dispatch.begin(called())
    spawn = multiprocessing.get_context("spawn")
    racers = [spawn.Process(target=_folds, args=(redis_url, 40)) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=30)
        assert racer.exitcode == 0
    entries = live.feed.read(count=1000)
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    assert live.load(ID).contact.version == len(entries)


@pytest.mark.parametrize("stage", [Stage.PROMISED, Stage.MENU])
def test_a_customer_who_calls_again_joins_the_contact_that_expects_them(
    dispatch: Dispatch, live: Live, time: Time, stage: Stage
) -> None:
    old = dispatch.begin(called()).contact
    hung_up = dispatch.apply(ID, LegEnded("", CALL, Ending.HUNG_UP)).contact
    promise = Promise(f"{ID}.p1", "sales", PromiseState.OPEN, NOW + 10**6, NOW + 2 * 10**6)
    waiting = replace(
        hung_up, version=hung_up.version + 1, stage=stage, promise=promise, outcome=None
    )
    live.commit(hung_up, waiting, DeadlinePassed(), NOW)
    second = "CA" + "2" * 32
    applied = dispatch.begin(called(second))
    joined = applied.contact.id == old.id
    assert joined is (stage is Stage.PROMISED)
    assert applied.contact.leg_of(second) is not None
    again = dispatch.begin(called(second))
    assert again.contact == applied.contact


def test_a_withheld_number_is_nobody_in_particular(dispatch: Dispatch) -> None:
    first = dispatch.begin(called(customer=""))
    second = dispatch.begin(called("CA" + "3" * 32, customer=""))
    assert first.contact.id != second.contact.id
