"""Lists over several pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.rest_support import Box

pytest_plugins = ("tests.simulator.rest_fixtures",)

NUMBERS = [f"+1555020000{digit}" for digit in range(7)]


@pytest.fixture
def owned(box: Box) -> list[str]:
    """Seven more numbers; all sids, newest first."""
    made = [box.client.incoming_phone_numbers.create(phone_number=n).sid for n in NUMBERS]
    first = box.client.incoming_phone_numbers.list(phone_number=box.number)[0].sid
    return [str(sid) for sid in [*reversed(made), first]]


def page(box: Box, query: str) -> dict[str, Any]:
    """One page as JSON."""
    answer = box.client.request(
        "GET",
        f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}/IncomingPhoneNumbers.json{query}",
    )
    body = json.loads(answer.text)
    assert answer.status_code == 200, body
    return dict(body)


def test_the_client_walks_all_pages_and_stops(box: Box, owned: list[str]) -> None:
    """fact: §8 paging uses base_url and next_page_uri."""
    numbers = box.client.incoming_phone_numbers
    assert [n.sid for n in numbers.stream(page_size=3)] == owned
    assert [n.sid for n in numbers.list(limit=5, page_size=2)] == owned[:5]


def test_a_page_carries_where_it_is(box: Box, owned: list[str]) -> None:
    """fact: §1.6 lists carry first, next and previous page URIs, page, page_size, start, end."""
    middle = page(box, "?PageSize=3&Page=1")
    assert (middle["page"], middle["page_size"], middle["start"], middle["end"]) == (1, 3, 3, 5)
    assert [n["sid"] for n in middle["incoming_phone_numbers"]] == owned[3:6]
    assert set(middle) == {
        "first_page_uri", "next_page_uri", "previous_page_uri", "uri",
        "page", "page_size", "start", "end", "incoming_phone_numbers",
    }  # fmt: skip
    first = page(box, "?PageSize=3")
    assert first["previous_page_uri"] is None
    assert first["first_page_uri"].endswith("?PageSize=3&Page=0")
    assert page(box, "?PageSize=3&Page=2")["next_page_uri"] is None


def test_previous_leads_back(box: Box, owned: list[str]) -> None:
    numbers = box.client.incoming_phone_numbers
    second = numbers.page(page_size=3).next_page()
    assert second is not None
    back = second.previous_page()
    assert back is not None
    assert [n.sid for n in back] == owned[:3]


def test_a_record_made_between_two_pages_repeats_nothing(box: Box, owned: list[str]) -> None:
    numbers = box.client.incoming_phone_numbers
    first = numbers.page(page_size=3)
    seen = [n.sid for n in first]
    numbers.create(phone_number="+15550209999")
    following = first.next_page()
    assert following is not None
    assert seen + [n.sid for n in following] == owned[:6]


def test_filters_stay_on_the_next_page(box: Box, owned: list[str]) -> None:
    first = page(box, "?PhoneNumber=%2B1555020&PageSize=4")
    assert "PhoneNumber=%2B1555020" in first["next_page_uri"]
    matching = box.client.incoming_phone_numbers.list(phone_number="+1555020", page_size=2)
    assert [n.sid for n in matching] == owned[:7]


def test_an_empty_list_is_one_page(box: Box) -> None:
    answer = box.client.conferences.page()
    assert list(answer) == []
    assert answer.next_page() is None


@pytest.mark.parametrize(
    "query", ["?PageSize=0", "?PageSize=1001", "?PageSize=many", "?Page=-1", "?PageToken=x"]
)
def test_nonsense_paging_is_refused(box: Box, query: str) -> None:
    """fact: §1.6 PageSize is 1 to 1000."""
    answer = box.client.request(
        "GET", f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}/Calls.json{query}"
    )
    assert answer.status_code == 400
    assert json.loads(answer.text)["code"] == 20001
