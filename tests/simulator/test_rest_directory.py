"""Numbers, applications, keys and the account over HTTP with the unchanged SDK."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from tests.simulator.rest_support import Box, WebApp, eventually

pytest_plugins = ("tests.simulator.rest_fixtures",)


def test_a_number_keeps_its_webhooks(box: Box) -> None:
    made = box.client.incoming_phone_numbers.create(
        phone_number="+15550103001",
        friendly_name="Front door",
        voice_url="https://app.example/voice",
        voice_method="GET",
        voice_fallback_url="https://static.example/sorry.xml",
        status_callback="https://app.example/status",
    )
    found = box.client.incoming_phone_numbers(made.sid).fetch()
    assert (found.friendly_name, found.voice_url, found.voice_method) == (
        "Front door",
        "https://app.example/voice",
        "GET",
    )
    assert found.voice_fallback_url == "https://static.example/sorry.xml"
    changed = found.update(voice_url="", voice_method="POST")
    assert (changed.voice_url, changed.voice_method) == ("", "POST")
    assert changed.voice_fallback_url == "https://static.example/sorry.xml"


def test_numbers_are_found_by_number_and_by_name(box: Box) -> None:
    numbers = box.client.incoming_phone_numbers
    numbers.create(phone_number="+15550103002", friendly_name="Billing")
    assert [n.friendly_name for n in numbers.list(phone_number="+15550103002")] == ["Billing"]
    assert [n.phone_number for n in numbers.list(phone_number="+1555010300*")] == ["+15550103002"]
    assert [n.phone_number for n in numbers.list(friendly_name="Billing")] == ["+15550103002"]
    assert numbers.list(friendly_name="Nobody") == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("voice_url", "voice", 21402),
        ("voice_method", "PUT", 21403),
        ("voice_application_sid", "AC123", 20001),
        ("friendly_name", "x" * 65, 20001),
    ],
)
def test_a_bad_field_of_a_number_changes_nothing(
    box: Box, field: str, value: str, code: int
) -> None:
    number = box.client.incoming_phone_numbers.list()[0]
    with pytest.raises(TwilioRestException) as caught:
        number.update(**{"status_callback": "https://app.example/s", field: value})
    assert (caught.value.status, caught.value.code) == (400, code)
    assert box.client.incoming_phone_numbers(number.sid).fetch().status_callback == ""


def test_a_number_belongs_to_one_owner_until_released(box: Box) -> None:
    numbers = box.client.incoming_phone_numbers
    with pytest.raises(TwilioRestException) as caught:
        numbers.create(phone_number=box.number)
    assert (caught.value.status, caught.value.code) == (400, 21422)
    with pytest.raises(TwilioRestException) as caught:
        numbers.create(phone_number="555")
    assert (caught.value.status, caught.value.code) == (400, 21421)
    number = numbers.list()[0]
    assert number.delete() is True
    with pytest.raises(TwilioRestException) as caught:
        number.fetch()
    assert caught.value.status == 404
    assert numbers.create(phone_number=box.number).phone_number == box.number


def test_a_call_to_a_number_reaches_its_voice_url(box: Box, web: WebApp) -> None:
    """fact: §3.5 the voice request carries CallSid, From, To, CallStatus and Direction."""
    box.client.incoming_phone_numbers.list()[0].update(voice_url=web.url + "/voice")
    box.control("POST", "/sim/calls", {"from": "+15550103009", "to": box.number})
    form = eventually(lambda: web.forms("/voice"))[0]
    assert (form["From"], form["To"], form["Direction"]) == ("+15550103009", box.number, "inbound")
    assert box.client.calls(form["CallSid"]).fetch().direction == "inbound"


def test_an_application_is_made_changed_and_deleted(box: Box) -> None:
    apps = box.client.applications
    made = apps.create(friendly_name="Softphone", voice_url="https://app.example/softphone")
    assert made.sid.startswith("AP")
    assert [a.sid for a in apps.list(friendly_name="Softphone")] == [made.sid]
    changed = made.update(voice_method="GET", message_status_callback="https://app.example/m")
    assert (changed.voice_method, changed.voice_url) == ("GET", "https://app.example/softphone")
    assert changed.message_status_callback == "https://app.example/m"
    with pytest.raises(TwilioRestException) as caught:
        made.update(voice_url="mailto:someone@example.org")
    assert caught.value.code == 21402
    assert made.delete() is True
    assert apps.list() == []


def test_an_application_starts_a_call(box: Box, web: WebApp) -> None:
    """fact: §3.1 ApplicationSid takes the place of Url."""
    app = box.client.applications.create(friendly_name="a", voice_url=web.url + "/app")
    box.phone("+15550103008", answer_after=0)
    call = box.client.calls.create(to="+15550103008", from_=box.number, application_sid=app.sid)
    assert eventually(lambda: web.forms("/app"))[0]["CallSid"] == call.sid


def test_a_key_shows_its_secret_once(box: Box) -> None:
    made = box.client.new_keys.create(friendly_name="softphones")
    assert made.sid.startswith("SK")
    assert made.secret
    path = f"{box.base_url}/2010-04-01/Accounts/{box.account_sid}/Keys/{made.sid}.json"
    assert "secret" not in box.client.request("GET", path).text
    assert box.client.keys(made.sid).update(friendly_name="phones").friendly_name == "phones"
    assert [k.friendly_name for k in box.client.keys.list()] == ["phones"]
    assert box.client.keys(made.sid).delete() is True
    assert box.client.keys.list() == []


def test_the_account_is_fetched_and_listed(box: Box) -> None:
    account = box.client.api.v2010.accounts(box.account_sid).fetch()
    assert (account.sid, account.status, account.type) == (box.account_sid, "active", "Full")
    assert account.subresource_uris["calls"].endswith("/Calls.json")
    assert [a.sid for a in box.client.api.v2010.accounts.list()] == [box.account_sid]
