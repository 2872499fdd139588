from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from telephony.errors import BadInput, Conflict, NotFound, Refused
from telephony.store.ledger import (
    Ledger,
    NewPromise,
    PromiseState,
    close_promise,
    count_attempt,
    move_promise,
    open_promises,
    promise,
    promise_by_token,
    promise_token,
    write_promise,
)
from telephony.store.ledger.engine import reading
from telephony.store.ledger.tables import promises

NOW = 1_790_000_000_000
HOUR = 3_600_000


def new_promise(promise_id: str = "pr_1", **changes: Any) -> NewPromise:
    made = NewPromise(
        id=promise_id,
        contact_id="ct_1",
        customer="+493012345678",
        department="billing",
        language="de",
        zone="Europe/Berlin",
        due_from=NOW + HOUR,
        due_until=NOW + 2 * HOUR,
        max_attempts=3,
        token=promise_token("secret", promise_id),
        note="Invoice 4711 is wrong",
        context={"menu": ["2", "1"], "name": "Zoë \u0000 \ud800"},
    )
    return replace(made, **changes)


def test_a_written_promise_is_read_back_as_it_was_given(ledger: Ledger) -> None:
    written = write_promise(ledger, new_promise(), now=NOW)
    assert written.created
    there = promise(ledger, "pr_1")
    assert there == written.promise
    assert (there.state, there.attempts, there.created_at) == (PromiseState.OPEN, 0, NOW)
    assert there.note == "Invoice 4711 is wrong"
    assert there.context == {"menu": ["2", "1"], "name": "Zoë \u0000 \ud800"}


def test_the_same_promise_twice_is_one_and_stays_as_it_was_first_written(ledger: Ledger) -> None:
    first = write_promise(ledger, new_promise(), now=NOW)
    again = write_promise(ledger, new_promise(note="another note"), now=NOW + 5)
    assert not again.created
    assert again.promise == first.promise


def test_a_promise_that_ended_is_not_opened_again_by_its_own_echo(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(), now=NOW)
    close_promise(ledger, "pr_1", PromiseState.KEPT, now=NOW + 1)
    echo = write_promise(ledger, new_promise(), now=NOW + 2)
    assert not echo.created
    assert echo.promise.state is PromiseState.KEPT


def test_a_customer_has_one_open_promise_per_department(ledger: Ledger) -> None:
    first = write_promise(ledger, new_promise(), now=NOW)
    second = write_promise(ledger, new_promise("pr_2"), now=NOW)
    assert not second.created
    assert second.promise == first.promise
    with pytest.raises(NotFound):
        promise(ledger, "pr_2")
    other = write_promise(ledger, new_promise("pr_3", department="sales"), now=NOW)
    assert other.created


def test_a_closed_promise_makes_room_for_the_next(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(), now=NOW)
    close_promise(ledger, "pr_1", PromiseState.CANCELLED, now=NOW)
    assert write_promise(ledger, new_promise("pr_2"), now=NOW).created


def test_a_token_that_belongs_to_another_promise_is_a_conflict(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(), now=NOW)
    stolen = new_promise("pr_2", department="sales", token=promise_token("secret", "pr_1"))
    with pytest.raises(Conflict):
        write_promise(ledger, stolen, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"due_from": NOW + HOUR, "due_until": NOW}, "due_until"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"token": ""}, "token"),
        ({"note": "\ud800"}, "value"),
    ],
)
def test_a_promise_that_makes_no_sense_is_not_written(
    ledger: Ledger, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        write_promise(ledger, new_promise(**changes), now=NOW)
    assert caught.value.field == field
    assert open_promises(ledger).items == ()


def test_the_link_finds_its_promise_and_the_ledger_does_not_know_the_link(ledger: Ledger) -> None:
    token = promise_token("secret", "pr_1")
    write_promise(ledger, new_promise(), now=NOW)
    assert promise_by_token(ledger, token).id == "pr_1"
    with pytest.raises(NotFound):
        promise_by_token(ledger, token[:-1])
    with reading(ledger) as conn:
        assert token not in str(conn.execute(select(promises)).all())


def test_the_link_depends_on_the_secret_and_on_the_promise() -> None:
    token = promise_token("secret", "pr_1")
    assert token == promise_token("secret", "pr_1")
    assert len({token, promise_token("other", "pr_1"), promise_token("secret", "pr_2")}) == 3
    assert len(token) >= 27


def test_open_promises_come_by_due_time_and_by_what_is_asked(ledger: Ledger) -> None:
    for number, (customer, department, due) in enumerate(
        [("+491", "billing", 3), ("+492", "sales", 1), ("+491", "sales", 2), ("+493", "sales", 1)]
    ):
        made = new_promise(
            f"pr_{number}", customer=customer, department=department, due_from=NOW + due
        )
        write_promise(ledger, made, now=NOW)
    close_promise(ledger, "pr_3", PromiseState.KEPT, now=NOW)

    def ids(**asked: Any) -> list[str]:
        return [one.id for one in open_promises(ledger, **asked).items]

    assert ids() == ["pr_1", "pr_2", "pr_0"]
    assert ids(customer="+491") == ["pr_2", "pr_0"]
    assert ids(department="sales") == ["pr_1", "pr_2"]
    assert ids(due_before=NOW + 2) == ["pr_1"]
    first = open_promises(ledger, limit=2)
    rest = open_promises(ledger, limit=2, cursor=first.next)
    assert [one.id for one in (*first.items, *rest.items)] == ids()
    assert rest.next is None


def test_an_open_promise_moves_and_a_closed_one_does_not(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(), now=NOW)
    moved = move_promise(ledger, "pr_1", due_from=NOW + 5, due_until=NOW + 6, now=NOW + 1)
    assert (moved.due_from, moved.due_until, moved.updated_at) == (NOW + 5, NOW + 6, NOW + 1)
    assert moved.state is PromiseState.OPEN
    with pytest.raises(BadInput):
        move_promise(ledger, "pr_1", due_from=6, due_until=5, now=NOW)
    with pytest.raises(NotFound):
        move_promise(ledger, "pr_9", due_from=5, due_until=6, now=NOW)
    close_promise(ledger, "pr_1", PromiseState.REDEEMED, now=NOW + 2)
    with pytest.raises(Refused) as caught:
        move_promise(ledger, "pr_1", due_from=NOW, due_until=NOW + 1, now=NOW + 3)
    assert caught.value.reason == "promise_closed"
    assert promise(ledger, "pr_1").due_from == NOW + 5


def test_a_promise_ends_once(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(), now=NOW)
    first = close_promise(ledger, "pr_1", PromiseState.KEPT, now=NOW + 1)
    assert (first.state, first.closed_at) == (PromiseState.KEPT, NOW + 1)
    assert close_promise(ledger, "pr_1", PromiseState.KEPT, now=NOW + 2) == first
    with pytest.raises(Refused) as caught:
        close_promise(ledger, "pr_1", PromiseState.TICKETED, now=NOW + 3)
    assert caught.value.reason == "promise_closed"
    assert promise(ledger, "pr_1") == first
    with pytest.raises(BadInput):
        close_promise(ledger, "pr_1", PromiseState.OPEN, now=NOW)
    with pytest.raises(NotFound):
        close_promise(ledger, "pr_9", PromiseState.KEPT, now=NOW)


def test_attempts_count_once_each_in_order_and_never_past_the_maximum(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(max_attempts=2), now=NOW)
    assert count_attempt(ledger, "pr_1", 1, now=NOW).first
    assert not count_attempt(ledger, "pr_1", 1, now=NOW).first
    with pytest.raises(Refused) as caught:
        count_attempt(ledger, "pr_1", 3, now=NOW)
    assert caught.value.reason == "no_attempts_left"
    assert count_attempt(ledger, "pr_1", 2, now=NOW).promise.attempts == 2
    with pytest.raises(Refused) as caught:
        count_attempt(ledger, "pr_1", 3, now=NOW)
    assert caught.value.reason == "no_attempts_left"
    assert promise(ledger, "pr_1").attempts == 2
    with pytest.raises(BadInput):
        count_attempt(ledger, "pr_1", 0, now=NOW)
    close_promise(ledger, "pr_1", PromiseState.TICKETED, now=NOW)
    with pytest.raises(Refused) as caught:
        count_attempt(ledger, "pr_1", 2, now=NOW)
    assert caught.value.reason == "promise_closed"


def test_an_attempt_cannot_be_left_out(ledger: Ledger) -> None:
    write_promise(ledger, new_promise(), now=NOW)
    with pytest.raises(Refused) as caught:
        count_attempt(ledger, "pr_1", 2, now=NOW)
    assert caught.value.reason == "attempt_out_of_order"
    assert promise(ledger, "pr_1").attempts == 0


WRITER = """
import sys
from telephony.store.ledger import NewPromise, open_ledger, write_promise
url, name = sys.argv[1:]
ledger = open_ledger(url)
print("ready", flush=True)
sys.stdin.readline()
for n in range(20):
    shared = NewPromise(f"pr_{n}", "ct", f"+49{n}", "same id", "de", "UTC", 1, 2, 3, f"token {n}")
    print(write_promise(ledger, shared, now=1).created, flush=True)
    own = NewPromise(f"{name}_{n}", "ct", f"+49{n}", "own", "de", "UTC", 1, 2, 3, f"{name} {n}")
    print(write_promise(ledger, own, now=1).promise.id, flush=True)
"""


def test_two_processes_that_promise_the_same_at_once_make_one_promise(
    ledger: Ledger, database_url: str, start_script: Callable[..., subprocess.Popen[str]]
) -> None:
    writers = [start_script(WRITER, database_url, name) for name in ("left", "right")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    left, right = (writer.communicate(timeout=60)[0].split() for writer in writers)
    created = [sorted(pair) for pair in zip(left[::2], right[::2], strict=True)]
    assert created == [["False", "True"]] * 20
    # Different ids for one customer and department: both are given the same promise.
    assert left[1::2] == right[1::2]
    assert len(open_promises(ledger).items) == 40
