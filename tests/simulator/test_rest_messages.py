"""Messages over HTTP with the unchanged SDK."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rest_support import Box, WebApp, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)

CUSTOMER = "+15550104001"


def test_a_message_is_queued_and_then_delivered(box: Box) -> None:
    """fact: §7 create answers 201 and queued; later delivered."""
    made = box.client.messages.create_with_http_info(to=CUSTOMER, from_=box.number, body="Hello")
    assert (made.status_code, made.data.status) == (201, "queued")
    read = box.client.messages(made.data.sid).fetch
    done = eventually(read, lambda message: message.status == "delivered")
    assert (done.body, done.direction, done.error_code) == ("Hello", "outbound-api", None)
    assert done.date_sent is not None


def test_counts_are_text(box: Box) -> None:
    """fact: §7 num_segments and num_media are strings."""
    message = box.client.messages.create(to=CUSTOMER, from_=box.number, body="x" * 200)
    assert (message.num_segments, message.num_media) == ("2", "0")


def test_its_callbacks_do_not_tell_the_first_state(box: Box, web: WebApp) -> None:
    """fact: §7 there is no callback for the initial state."""
    made = box.client.messages.create(
        to=CUSTOMER, from_=box.number, body="Hello", status_callback=web.url + "/sms"
    )
    forms = eventually(
        lambda: web.forms("/sms"),
        lambda found: "delivered" in [form["MessageStatus"] for form in found],
    )
    assert "queued" not in [form["MessageStatus"] for form in forms]
    assert {form["MessageSid"] for form in forms} == {made.sid}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": "12"}, 21211),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "nowhere"}, 21609),
        ({"validity_period": 36001}, 20001),
        ({"schedule_type": "fixed"}, 20001),
    ],
)
def test_a_bad_parameter_sends_nothing(box: Box, options: dict[str, Any], code: int) -> None:
    """fact: §7 Body has at most 1600 characters, ValidityPeriod 1 to 36000 seconds."""
    with pytest.raises(TwilioRestException) as caught:
        box.client.messages.create(
            **{"to": CUSTOMER, "from_": box.number, "body": "Hello", **options}
        )
    assert (caught.value.status, caught.value.code) == (400, code)
    assert box.client.messages.list() == []


def test_who_said_stop_gets_nothing(box: Box) -> None:
    """fact: §7 an opted-out recipient: 400 / 21610 at once."""
    box.phone(CUSTOMER, opted_out=True)
    with pytest.raises(TwilioRestException) as caught:
        box.client.messages.create(to=CUSTOMER, from_=box.number, body="Hello")
    assert (caught.value.status, caught.value.code) == (400, 21610)


def test_a_landline_gets_nothing(box: Box) -> None:
    """fact: §1.8 21614: not a mobile number."""
    box.phone(CUSTOMER, mobile=False)
    with pytest.raises(TwilioRestException) as caught:
        box.client.messages.create(to=CUSTOMER, from_=box.number, body="Hello")
    assert (caught.value.status, caught.value.code) == (400, 21614)


def test_the_list_filters_by_sender_and_receiver(box: Box) -> None:
    first = box.client.messages.create(to=CUSTOMER, from_=box.number, body="1")
    second = box.client.messages.create(to="+15550104002", from_=box.number, body="2")
    assert [m.sid for m in box.client.messages.list()] == [second.sid, first.sid]
    assert [m.sid for m in box.client.messages.list(to=CUSTOMER)] == [first.sid]
    assert box.client.messages.list(from_="+15550104003") == []


def _in(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_scheduled_message_waits_and_can_be_cancelled(box: Box) -> None:
    """Message resource: Status=canceled stops a message that is scheduled; 30409 any other."""
    plan = {"messaging_service_sid": "MG" + "1" * 32, "schedule_type": "fixed"}
    made = box.client.messages.create(to=CUSTOMER, body="Later", send_at=_in(20), **plan)
    assert made.status == "scheduled"
    assert made.update(status="canceled").status == "canceled"
    with pytest.raises(TwilioRestException) as caught:
        made.update(status="canceled")
    assert (caught.value.status, caught.value.code) == (400, 30409)


@pytest.mark.parametrize("wanted", [14, 36 * 24 * 60, "tomorrow", "2026-01-01"])
def test_a_message_is_scheduled_for_a_quarter_of_an_hour_to_35_days(
    box: Box, wanted: int | str
) -> None:
    """Error 35114: outside the window, or no ISO 8601 moment in UTC."""
    plan = {"messaging_service_sid": "MG" + "1" * 32, "schedule_type": "fixed"}
    moment = _in(wanted) if isinstance(wanted, int) else wanted
    with pytest.raises(TwilioRestException) as caught:
        box.client.messages.create(to=CUSTOMER, body="Later", send_at=moment, **plan)
    assert (caught.value.status, caught.value.code) == (400, 35114)


def test_without_a_messaging_service_a_schedule_is_dropped(box: Box) -> None:
    made = box.client.messages.create(
        to=CUSTOMER, from_=box.number, body="Now", send_at=_in(20), schedule_type="fixed"
    )
    assert made.status == "queued"


def test_a_message_that_is_under_way_is_not_deleted(slow_box: Box) -> None:
    made = slow_box.client.messages.create(to=CUSTOMER, from_=slow_box.number, body="Hello")
    with pytest.raises(TwilioRestException) as caught:
        made.delete()
    assert (caught.value.status, caught.value.code) == (400, 20009)
    assert made.fetch().body == "Hello"


def test_a_message_that_is_out_is_redacted_and_deleted(box: Box) -> None:
    """Message resource: an empty Body redacts; a message that is out can be deleted."""
    made = box.client.messages.create(to=CUSTOMER, from_=box.number, body="Hello")
    eventually(box.client.messages(made.sid).fetch, lambda message: message.status == "delivered")
    with pytest.raises(TwilioRestException) as caught:
        made.update(body="Something else")
    assert (caught.value.status, caught.value.code) == (400, 20001)
    assert made.update(body="").body == ""
    assert made.delete()
    with pytest.raises(TwilioRestException) as caught:
        made.fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)
