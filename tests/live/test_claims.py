"""A member rings for one contact at a time, and a stale claim never keeps them from ringing."""

from __future__ import annotations

import threading

import redis

from telephony.contact.events import DeadlinePassed
from telephony.contact.model import Contact, Leg, LegState, Role
from telephony.contact.records import replace
from telephony.store import keys
from telephony.store.live import Live
from tests.live.making import NOW, contact_due

ANA = "client:ana"


def put(live: Live, place: int, state: LegState) -> Contact:
    leg = Leg("l1", Role.RECEIVER, ANA, state, NOW)
    contact = replace(contact_due(place, NOW), legs=(leg,))
    live.commit(None, contact, DeadlinePassed(), NOW)
    return contact


def test_a_member_who_rings_is_refused_to_others_and_granted_again(live: Live) -> None:
    one = put(live, 1, LegState.REQUESTED)
    two = put(live, 2, LegState.REQUESTED)
    assert live.claim_member(ANA, one.id, "l1")
    assert live.claim_member(ANA, one.id, "l1")
    assert not live.claim_member(ANA, two.id, "l1")
    assert live.claims() == {ANA: one.id}


def test_a_leg_that_was_only_asked_for_claims_nobody(live: Live) -> None:
    put(live, 1, LegState.REQUESTED)
    assert live.claims() == {}


def test_a_claim_whose_leg_has_ended_is_taken_over(live: Live) -> None:
    one = put(live, 1, LegState.ENDED)
    two = put(live, 2, LegState.REQUESTED)
    assert live.claim_member(ANA, one.id, "l1")
    assert live.claim_member(ANA, two.id, "l1")
    assert live.claims() == {ANA: two.id}


def test_a_claim_whose_contact_is_gone_is_taken_over(live: Live, raw: redis.Redis) -> None:
    raw.hset(keys.CLAIMS, ANA, "f" * 32 + " l1")
    two = put(live, 2, LegState.REQUESTED)
    assert live.claim_member(ANA, two.id, "l1")


def test_a_claim_on_a_broken_record_is_taken_over(live: Live, raw: redis.Redis) -> None:
    one = put(live, 1, LegState.RINGING)
    raw.set(keys.contact(one.id), b"1 {")
    two = put(live, 2, LegState.REQUESTED)
    assert live.claim_member(ANA, two.id, "l1")


def test_of_two_contacts_that_claim_at_once_one_wins(live: Live) -> None:
    contacts = [put(live, place, LegState.REQUESTED) for place in range(6)]
    start, won = threading.Barrier(6), []

    def claim(contact: Contact) -> None:
        start.wait(timeout=5)
        if live.claim_member(ANA, contact.id, "l1"):
            won.append(contact.id)

    threads = [threading.Thread(target=claim, args=(contact,)) for contact in contacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert won == [live.claims()[ANA]]


def test_a_new_leg_of_the_same_contact_may_claim_and_the_old_one_does_not_free_it(
    live: Live,
) -> None:
    one = put(live, 1, LegState.RINGING)
    assert live.claim_member(ANA, one.id, "l2")
    ended = replace(one.legs[0], state=LegState.ENDED)
    again = Leg("l2", Role.RECEIVER, ANA, LegState.REQUESTED, NOW)
    after = replace(one, version=2, legs=(ended, again))
    live.commit(one, after, DeadlinePassed(), NOW)
    assert live.claims() == {ANA: one.id}
