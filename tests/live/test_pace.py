"""The dial pacer, with a virtual now: urgent first, and never more than the account allows."""

from __future__ import annotations

from telephony.contact.commands import Dial, Pending
from telephony.contact.records import replace
from telephony.settings import load_settings
from telephony.store.live import Live
from tests.live.making import NOW
from workers.pacer import PATIENCE_MS, moment_of

GAP = 1_000
DIAL = Dial("l1", "client:ana", "", 20_000, customer=False, urgent=True)


def test_dials_that_wait_for_a_customer_are_spread_in_the_order_they_came(live: Live) -> None:
    moments = [live.turns.reserve(NOW, GAP, f"d{place}", urgent=True) for place in range(4)]
    assert moments == [NOW, NOW + 1_000, NOW + 2_000, NOW + 3_000]


def test_asking_again_gives_the_same_moment(live: Live) -> None:
    live.turns.reserve(NOW, GAP, "a", urgent=True)
    assert live.turns.reserve(NOW, GAP, "b", urgent=True) == NOW + 1_000
    assert live.turns.reserve(NOW + 900, GAP, "b", urgent=True) == NOW + 1_000


def test_one_that_can_wait_takes_only_a_moment_that_is_free_now(live: Live) -> None:
    assert live.turns.reserve(NOW, GAP, "promise", urgent=False) == NOW
    assert live.turns.reserve(NOW + 1, GAP, "second", urgent=False) == NOW + 1_000
    # It reserved nothing, so a waiting customer who comes later is served first.
    assert live.turns.reserve(NOW + 2, GAP, "urgent", urgent=True) == NOW + 1_000
    assert live.turns.reserve(NOW + 1_000, GAP, "second", urgent=False) == NOW + 2_000
    assert live.turns.reserve(NOW + 2_000, GAP, "second", urgent=False) == NOW + 2_000


def test_a_free_line_does_not_save_up_moments(live: Live) -> None:
    live.turns.reserve(NOW, GAP, "a", urgent=True)
    later = NOW + 60_000
    moments = [live.turns.reserve(later, GAP, f"b{place}", urgent=True) for place in range(3)]
    assert moments == [later, later + 1_000, later + 2_000]


def test_several_calls_a_second_are_spread_and_never_more_than_allowed(live: Live) -> None:
    dials = [Pending(f"k{place}", "", DIAL, NOW) for place in range(9)]
    three = load_settings(calls_per_second=3)
    moments = [moment_of(live, three, "c1", dial, DIAL, NOW) for dial in dials]
    assert all(moments[place + 3] - moments[place] >= 1_000 for place in range(6))
    assert moments[-1] - NOW < 2_700


def test_a_promise_that_waited_long_counts_as_urgent(live: Live) -> None:
    settings = load_settings(calls_per_second=1)
    live.turns.reserve(NOW, GAP, "busy line", urgent=True)
    calm = replace(DIAL, urgent=False)
    old = Pending("k1", "", calm, NOW - PATIENCE_MS - 1)
    moment = moment_of(live, settings, "c1", old, calm, NOW)
    assert live.turns.reserve(NOW, GAP, "urgent", urgent=True) == moment + 1_000


def test_a_host_with_a_wrong_clock_does_not_stop_the_dialling(live: Live) -> None:
    live.turns.reserve(NOW + 3_600_000, GAP, "wrong", urgent=True)
    assert live.turns.reserve(NOW, GAP, "right", urgent=True) == NOW
