from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.routing.example import example_company
from telephony.routing.forms import Span
from telephony.routing.model import DiallingPolicy
from telephony.routing.policy import Refusal, check_address
from telephony.routing.promises import customer_zones, may_ring, promise_window

HOME = DiallingPolicy(countries=("US", "CA"), sip_domains=("pbx.example.com",))
LOS_ANGELES = "+13105550123"
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("+12025550123", None),
        ("+14165550123", None),
        ("+18005551234", None),
        ("+15550001000", None),  # the fictional area code of demos and simulators
        ("client:ana", None),
        ("sip:desk@pbx.example.com", None),
        ("sip:desk@pbx.example.com:5061", None),
        ("911", Refusal.EMERGENCY),
        ("112", Refusal.EMERGENCY),
        ("999", Refusal.EMERGENCY),
        ("+1911", Refusal.EMERGENCY),
        ("+19005551234", Refusal.PREMIUM),
        ("+12029761234", Refusal.PREMIUM),
        ("+97912345678", Refusal.PREMIUM),
        ("+447012345678", Refusal.PREMIUM),  # a British personal number
        ("+881612345678", Refusal.SATELLITE),
        ("+870773111632", Refusal.SATELLITE),
        ("+442079460000", Refusal.FOREIGN),
        ("+18765551234", Refusal.FOREIGN),  # Jamaica, behind the same +1
        ("sip:desk@evil.example", Refusal.SIP_DOMAIN),
        ("sip:desk@pbx.example.com.evil.example", Refusal.SIP_DOMAIN),
        ("sip:x@evil.example@pbx.example.com", Refusal.MALFORMED),
        ("client:", Refusal.MALFORMED),
        ("client:ana\n", Refusal.MALFORMED),
        ("client:ana?x=<Dial>", Refusal.MALFORMED),
        ("+1202555", Refusal.MALFORMED),
        ("+1\u0662\u0660\u0662\u0665\u0665\u0665\u0660\u0661\u0662\u0663", Refusal.MALFORMED),
        ("2025550123", Refusal.MALFORMED),
        ("+12025550123;ext=1", Refusal.MALFORMED),
        ("", Refusal.MALFORMED),
    ],
)
def test_only_what_the_policy_allows_may_be_dialled(address: str, refusal: Refusal | None) -> None:
    verdict = check_address(HOME, address)
    assert verdict.refusal == refusal
    assert verdict.allowed == (refusal is None)
    assert bool(verdict.sentence) == (refusal is not None)


def test_prefixes_open_and_close_single_ranges() -> None:
    policy = DiallingPolicy(prefixes=("+4420",), refused_prefixes=("+1202",))
    assert check_address(policy, "+442079460000").allowed
    assert check_address(policy, "+441212345678").refusal is Refusal.FOREIGN
    assert check_address(policy, "+12025550123").refusal is Refusal.BLOCKED
    assert check_address(DiallingPolicy(prefixes=("+1900",)), "+19005551234").refusal is (
        Refusal.PREMIUM
    )


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"\+[0-9]{1,16}", fullmatch=True))
def test_whatever_is_allowed_is_an_address_in_canonical_form(address: str) -> None:
    if check_address(HOME, address).allowed:
        assert address.startswith(("+1", "client:", "sip:", "sips:"))
        assert address.isascii()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def test_quiet_hours_are_those_of_the_customers_own_clock() -> None:
    company = example_company()  # customers may be called from 9 to 20
    assert not may_ring(company, LOS_ANGELES, at("2026-11-24T09:30"))
    assert may_ring(company, LOS_ANGELES, at("2026-11-24T12:00"))
    assert may_ring(company, LOS_ANGELES, at("2026-11-24T22:30"))
    assert not may_ring(company, "+12025550123", at("2026-11-24T22:30"))


def test_a_number_that_could_be_anywhere_is_treated_by_the_companys_clock() -> None:
    assert customer_zones(LOS_ANGELES, "America/New_York") == ("America/Los_Angeles",)
    for number in ("+18005551234", "+79161234567", "+15550001000", "", "anonymous"):
        assert customer_zones(number, "America/New_York") == ("America/New_York",)


def test_an_area_code_in_two_zones_allows_only_what_both_allow() -> None:
    number = "+12085550123"  # Idaho keeps Pacific and Mountain time
    zones = customer_zones(number, "America/New_York")
    assert len(zones) == 2
    company = example_company()
    window = promise_window(company, company.departments["support"], number, at("2026-11-24T08:00"))
    assert window is not None
    assert window.begins == at("2026-11-24T12:00")


def test_a_promise_waits_for_the_department_and_the_customer() -> None:
    company = example_company()
    returns = company.departments["returns"]  # weekdays 9 to 17 in New York
    for asked, begins in (
        ("2026-11-24T12:30", "2026-11-24T12:30"),
        ("2026-11-24T09:15", "2026-11-24T12:00"),  # 9 o'clock in Los Angeles
        ("2026-11-25T18:00", "2026-11-27T12:00"),  # over Thanksgiving
    ):
        window = promise_window(company, returns, LOS_ANGELES, at(asked))
        assert window is not None
        assert window.begins == at(begins)
        assert (window.ends - window.begins).total_seconds() == 30 * 60


def test_a_promise_asked_for_in_the_repeated_hour_of_autumn_is_found() -> None:
    company = example_company()
    company = replace(company, promises=replace(company.promises, local_hours=Span(0, 1440)))
    asked = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # the second 01:30 in New York
    for moment in (asked, asked.astimezone(NEW_YORK)):
        window = promise_window(company, company.departments["support"], "+12025550123", moment)
        assert window is not None
        assert window.begins == asked


def test_no_promise_is_made_for_a_number_that_may_not_be_dialled() -> None:
    company = example_company()
    support = company.departments["support"]
    now = datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert promise_window(company, support, "+442079460000", now) is None
    assert promise_window(company, support, "", now) is None
    assert promise_window(company, support, "+12025550123", now) is not None
